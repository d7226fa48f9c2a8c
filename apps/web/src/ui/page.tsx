import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import "./page.css";

type Props = {
  readonly title: string;
  readonly description?: ReactNode;
  /** Buttons at the right of the title. */
  readonly actions?: ReactNode;
  /** Full: the page fills the window and scrolls inside itself (tables). */
  readonly fill?: boolean;
  readonly children: ReactNode;
};

/** A page with its heading; sets the window's title too. */
export const Page = ({ title, description, actions, fill = false, children }: Props) => {
  useDocumentTitle(title);
  return (
    <Stack gap="md" className="page" data-fill={fill || undefined}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className="page-title">
          <Title order={1}>{title}</Title>
          {description !== undefined && (
            <Text component="div" c="dimmed" size="sm" mt={2}>
              {description}
            </Text>
          )}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
};

export const useDocumentTitle = (title: string): void => {
  useEffect(() => {
    document.title = title === "" ? "Sluice" : `${title} · Sluice`;
  }, [title]);
};
