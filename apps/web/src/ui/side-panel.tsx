import { ActionIcon, Group, ScrollArea, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import "./side-panel.css";

type Props = {
  readonly title: string;
  readonly onClose: () => void;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Pixels; default 480. */
  readonly width?: number;
};

/**
 * A panel at the right that leaves the list beside it usable. Escape closes it;
 * focus moves in when it opens and goes back when it closes.
 */
export const SidePanel = ({ title, onClose, actions, children, width = 480 }: Props) => {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label={title}
      className="side-panel"
      style={{ width }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        onClose();
      }}
    >
      <Group justify="space-between" wrap="nowrap" className="side-panel-head">
        <Title order={2} className="side-panel-title">
          {title}
        </Title>
        <Group gap={4} wrap="nowrap">
          {actions}
          <ActionIcon aria-label="Close" onClick={onClose}>
            <IconX size={18} />
          </ActionIcon>
        </Group>
      </Group>
      <ScrollArea
        className="side-panel-body"
        viewportProps={{ tabIndex: 0, "aria-label": title, role: "region" }}
      >
        <div className="side-panel-content">{children}</div>
      </ScrollArea>
    </aside>
  );
};
