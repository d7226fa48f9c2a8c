import { Text } from "@mantine/core";
import type { RouterOutputs } from "../../api.ts";
import { OutcomePill } from "../../ui/outcome-pill.tsx";

type Props = {
  readonly id: string;
  readonly status: RouterOutputs["listeners"]["status"] | undefined;
};

/** Whether the workers hold the port open at this moment. */
export const ListenerState = ({ id, status }: Props) => {
  if (status === undefined) return null;
  const own = status.filter(({ listener }) => listener === id);
  const failed = own.find(({ state }) => state === "failed");
  if (failed !== undefined) {
    return (
      <span title={failed.error ?? ""}>
        <OutcomePill tone="error">Does not listen</OutcomePill>
      </span>
    );
  }
  if (own.length === 0) {
    return (
      <Text c="dimmed" size="sm">
        not open
      </Text>
    );
  }
  const connections = own.reduce((sum, each) => sum + each.connections, 0);
  return (
    <OutcomePill tone="accept">
      {connections === 1 ? "Open, 1 client" : `Open, ${connections} clients`}
    </OutcomePill>
  );
};
