/** Links to pages of this app, in the looks of the component kit. */
import {
  ActionIcon,
  type ActionIconProps,
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
} from "@mantine/core";
import { createLink, useRouter } from "@tanstack/react-router";
import type { ComponentPropsWithRef, ReactNode } from "react";

type Own<Props> = Props & Omit<ComponentPropsWithRef<"a">, keyof Props>;

export const LinkAnchor = createLink((props: Own<AnchorProps>) => <Anchor {...props} />);

export const LinkButton = createLink((props: Own<ButtonProps>) => (
  <Button component="a" {...props} />
));

export const LinkIcon = createLink((props: Own<ActionIconProps>) => (
  <ActionIcon component="a" {...props} />
));

type HrefProps = AnchorProps & {
  readonly href: string;
  readonly onFollow?: (() => void) | undefined;
  readonly children: ReactNode;
};

/** A link whose address was made at run time; a plain click loads no new document. */
export const HrefAnchor = ({ href, onFollow, children, ...props }: HrefProps) => {
  const router = useRouter();
  return (
    <Anchor
      {...props}
      href={href}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
          return;
        event.preventDefault();
        onFollow?.();
        router.history.push(href);
      }}
    >
      {children}
    </Anchor>
  );
};
