import { Badge } from "@mantine/core";
import type { DraftRow } from "../../api.ts";

const states = {
  live: { words: "Live", color: "green.9" },
  changed: { words: "Changed", color: "sluice" },
  new: { words: "New", color: "sluice" },
  deleted: { words: "Deleted", color: "gray" },
} as const;

/** Whether the draft of an object is what is in force. */
export const StateBadge = ({ state }: { readonly state: DraftRow["state"] }) => (
  <Badge
    color={states[state].color}
    variant={state === "live" ? "outline" : "light"}
    {...(state === "live" && { c: "var(--tone-accept)" })}
  >
    {states[state].words}
  </Badge>
);
