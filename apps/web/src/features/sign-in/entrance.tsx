import { Center, Group, Paper, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useDocumentTitle } from "../../ui/page.tsx";

/** The card in the middle that stands before the app. */
export const Entrance = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}) => {
  useDocumentTitle(title);
  return (
    <Center component="main" mih="100dvh" p="md" bg="var(--mantine-color-body)">
      <Paper withBorder p="xl" w={400} maw="100%" bg="var(--surface)">
        <Stack>
          <Group gap="sm">
            <img src="/favicon.svg" alt="" width={32} height={32} />
            <Title order={1}>{title}</Title>
          </Group>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
};
