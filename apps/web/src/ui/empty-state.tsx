import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

type Props = {
  readonly title: string;
  /** Why it is empty, and what will be here. */
  readonly children?: ReactNode;
  /** The one next step. */
  readonly action?: ReactNode;
  readonly icon?: ReactNode;
};

export const EmptyState = ({ title, children, action, icon }: Props) => (
  <Stack align="center" gap="xs" py={48} px="md" ta="center">
    {icon !== undefined && <Text c="dimmed">{icon}</Text>}
    <Title order={2}>{title}</Title>
    {children !== undefined && (
      <Text c="dimmed" maw={460} component="div">
        {children}
      </Text>
    )}
    {action}
  </Stack>
);
