import { Button, type ButtonProps } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";

type Props = ButtonProps & { readonly href: string; readonly children: ReactNode };

/** A link that looks like a button, to an address made at run time. */
export const HrefButton = ({ href, children, ...props }: Props) => {
  const router = useRouter();
  return (
    <Button
      {...props}
      component="a"
      href={href}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        router.history.push(href);
      }}
    >
      {children}
    </Button>
  );
};
