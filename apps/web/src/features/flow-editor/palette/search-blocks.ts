/** Blocks by words: title first, then synonyms, summary and the words of its settings ("zen" finds DNSBL). */
import type { AnyBlock, BlockCategory, BlockRegistry, FlowKind } from "@sluice/flow-schema";

export const categories: readonly { readonly id: BlockCategory; readonly words: string }[] = [
  { id: "check", words: "Checks" },
  { id: "lookup", words: "Look-ups" },
  { id: "content", words: "Content" },
  { id: "control", words: "Control" },
  { id: "change", words: "Change" },
  { id: "ending", words: "Endings" },
  { id: "script", words: "Script" },
];

export type FoundBlocks = {
  readonly here: readonly AnyBlock[];
  /** Blocks that exist, but not for this kind of flow. */
  readonly elsewhere: readonly AnyBlock[];
};

export const searchBlocks = (blocks: BlockRegistry, kind: FlowKind, query: string): FoundBlocks => {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const scored = [...blocks.values()]
    .map((block) => ({ block: block as AnyBlock, score: scoreOf(block, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || compareTitles(a.block, b.block))
    .map(({ block }) => block);
  return {
    here: scored.filter(({ flows }) => flows.includes(kind)),
    elsewhere: scored.filter(({ flows }) => !flows.includes(kind)),
  };
};

const compareTitles = (a: AnyBlock, b: AnyBlock): number => a.title.localeCompare(b.title);

/** Every word must be found somewhere; where decides the order. */
const scoreOf = (block: AnyBlock, words: readonly string[]): number => {
  if (words.length === 0) return 1;
  const title = block.title.toLowerCase();
  const synonyms = (block.synonyms ?? []).join("\n").toLowerCase();
  const rest =
    `${block.summary}\n${block.type}\n${Object.keys(block.config.shape).join("\n")}`.toLowerCase();
  let score = 0;
  for (const word of words) {
    if (title.startsWith(word)) score += 8;
    else if (title.includes(word)) score += 6;
    else if (synonyms.includes(word)) score += 4;
    else if (rest.includes(word)) score += 1;
    else return 0;
  }
  return score;
};
