/** The earlier texts of a script that it can be compared with. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type RouterOutputs, trpc } from "../../../api.ts";
import { valueAt } from "../../../ui/form/value-path.ts";
import { visibleText } from "../../../ui/visible-text.ts";
import { useEditor } from "../editor-context.tsx";
import type { ScriptVersion } from "../script-view/compare.ts";

type Past = RouterOutputs["flows"]["scriptPast"];

type Wanted = {
  readonly flow: string;
  readonly node: string;
  readonly field: readonly (string | number)[];
  readonly isWanted: boolean;
};

export const useScriptVersions = ({ flow, node, field, isWanted }: Wanted) => {
  const opened = useEditor((state) => valueAt(state.opened.flow.nodes[node]?.config, field));
  const { data, error } = useQuery({
    ...trpc.flows.scriptPast.queryOptions({ flow, node, field: [...field] }),
    enabled: isWanted,
    staleTime: 0,
  });
  const versions = useMemo(
    () =>
      data === undefined ? null : versionsOf(data, typeof opened === "string" ? opened : null),
    [data, opened],
  );
  return { versions, error };
};

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const longest = 60;

/** Live first, then the text from before this session, then what was published before. */
export const versionsOf = (
  { live, revisions }: Past,
  opened: string | null,
): readonly ScriptVersion[] => {
  const versions: ScriptVersion[] = [];
  if (live !== null && live.text !== null) {
    const words = `the live revision ${live.number}`;
    versions.push({ id: "live", label: `Live: revision ${live.number}`, words, text: live.text });
  }
  if (opened !== null) {
    const words = "the text from when this editor was opened";
    versions.push({ id: "opened", label: "When this editor was opened", words, text: opened });
  }
  const isLive = live !== null && live.text !== null && revisions[0]?.text === live.text;
  for (const { number, createdAt, author, message, text } of revisions.slice(isLive ? 1 : 0)) {
    const said = visibleText(message);
    const short = said.length > longest ? `${said.slice(0, longest - 1)}…` : said;
    versions.push({
      id: `revision-${number}`,
      label: `Revision ${number}, ${day.format(new Date(createdAt))}, ${author}: ${short}`,
      words: `revision ${number}`,
      text,
    });
  }
  return versions;
};
