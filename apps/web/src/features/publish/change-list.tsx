import { Badge, Group, Text } from "@mantine/core";
import type { ObjectChange } from "../../api.ts";
import { kindWords, objectLink } from "../../shell/object-links.ts";
import { HrefAnchor } from "../../ui/links.tsx";
import { changeWords, textChanges } from "./change-words.ts";
import { TextChange } from "./text-change.tsx";

const marks = {
  added: { words: "Added", sign: "+", look: { variant: "outline", c: "var(--tone-accept)" } },
  changed: { words: "Changed", sign: "~", look: { color: "sluice" } },
  removed: { words: "Removed", sign: "−", look: { variant: "outline", c: "var(--tone-reject)" } },
  moved: { words: "Moved only", sign: "↔", look: { color: "gray" } },
} as const;

/** What differs, object by object, in words. */
export const ChangeList = ({ changes }: { readonly changes: readonly ObjectChange[] }) => {
  if (changes.length === 0) return <Text size="sm">Nothing: the draft equals what is live.</Text>;
  return (
    <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
      {withoutNewLayouts(changes).map(({ kind, id, change, fields }) => {
        const { words, sign, look } = marks[change];
        const link = change === "removed" ? null : objectLink(kind, { id });
        const name = `${kindWords[kind]} ${id}`;
        return (
          <li key={`${kind}/${id}`} style={{ padding: "4px 0" }}>
            <Group gap="xs" wrap="nowrap" align="flex-start">
              <Badge {...look} w={118} style={{ flex: "none", borderColor: "currentColor" }}>
                {sign} {words}
              </Badge>
              <div style={{ flex: 1, minWidth: 0 }}>
                {link === null ? (
                  <Text size="sm" fw={600}>
                    {name}
                  </Text>
                ) : (
                  <HrefAnchor href={link} size="sm" fw={600}>
                    {name}
                  </HrefAnchor>
                )}
                {changeWords(fields).map((line) => (
                  <Text key={line} size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                    {line}
                  </Text>
                ))}
                {textChanges(fields).map((each) => (
                  <TextChange key={each.place} {...each} />
                ))}
              </div>
            </Group>
          </li>
        );
      })}
    </ul>
  );
};

/** Where the blocks of a new flow stand goes without saying. */
const withoutNewLayouts = (changes: readonly ObjectChange[]): readonly ObjectChange[] => {
  const added = new Set(
    changes.filter(({ kind, change }) => kind === "flow" && change === "added").map(({ id }) => id),
  );
  return changes.filter(({ kind, id }) => kind !== "layout" || !added.has(id));
};
