/** Who names this object: what stops when it goes. */
import { Fieldset, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ObjectKind, type RouterOutputs, trpc } from "../../api.ts";
import { kindWords, objectLink } from "../../shell/object-links.ts";
import { HrefAnchor } from "../../ui/links.tsx";

export type Use = RouterOutputs["settings"]["usedBy"][number];

export const useUses = (kind: ObjectKind, id: string | null): readonly Use[] | undefined =>
  useQuery({
    ...trpc.settings.usedBy.queryOptions({ kind, id: id ?? "" }),
    enabled: id !== null,
  }).data;

type Props = { readonly uses: readonly Use[] | undefined; readonly nobody: string };

export const UsedBy = ({ uses, nobody }: Props) => {
  if (uses === undefined) return null;
  return (
    <Fieldset legend="Used by">
      {uses.length === 0 ? (
        <Text size="sm" c="dimmed">
          {nobody}
        </Text>
      ) : (
        <UseList uses={uses} />
      )}
    </Fieldset>
  );
};

export const UseList = ({ uses }: { readonly uses: readonly Use[] }) => (
  <ul style={{ margin: 0, paddingLeft: 20 }}>
    {uses.map(({ kind, id, node, path }) => {
      const words = `${kindWords[kind]} ${id}`;
      const href = objectLink(kind, { id, node });
      return (
        <li key={`${kind}/${id}/${node ?? ""}/${path.join(".")}`}>
          {href === null ? words : <HrefAnchor href={href}>{words}</HrefAnchor>}
          <Text span size="sm" c="dimmed">
            {node === undefined ? ` (${path.join(" › ")})` : ` (block ${node})`}
          </Text>
        </li>
      );
    })}
  </ul>
);
