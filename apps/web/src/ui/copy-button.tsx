import { Button } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { announce } from "./announce.tsx";
import { copyToClipboard } from "./copy-text.ts";

type Props = {
  readonly text: string;
  /** What is copied: "Copy the name". */
  readonly label: string;
};

/** Copies a text and says so. */
export const CopyButton = ({ text, label }: Props) => {
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 3000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async (): Promise<void> => {
    const done = await copyToClipboard(text);
    setState(done ? "done" : "failed");
    announce(done ? "Copied." : "The browser did not let us copy.");
  };
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={state === "done" ? <IconCheck size={14} /> : <IconCopy size={14} />}
      onClick={() => void copy()}
    >
      {state === "failed" ? "Not copied: select it" : label}
    </Button>
  );
};
