/** What a node looks like, from its stored form and its block: pure, and right for settings in any state. */
import type { AnyBlock, BlockRegistry, FlowNode, OutcomeTone } from "@sluice/flow-schema";

export type FaceOutcome = {
  readonly id: string;
  readonly words: string;
  readonly tone: OutcomeTone;
};

export type NodeFace = {
  readonly block: AnyBlock | undefined;
  readonly title: string;
  /** The block's one line about its settings; why there is none, when they are not complete. */
  readonly summary: string;
  /** Tabler icon's name. */
  readonly icon: string;
  /** Address of a picture of the administrator's own. */
  readonly iconUrl: string | undefined;
  readonly outcomes: readonly FaceOutcome[];
  /** The outcome that goes straight on, drawn at the bottom; undefined for an ending. */
  readonly spine: string | undefined;
  /** The outcome every run takes while the block is switched off. */
  readonly passThrough: string | undefined;
  /** Set for an ending. */
  readonly ends: OutcomeTone | undefined;
  readonly isDisabled: boolean;
};

export const nodeFace = (node: FlowNode, blocks: BlockRegistry): NodeFace => {
  const block = blocks.get(node.block);
  const parsed = block?.config.safeParse(node.config);
  const config: unknown = parsed?.success === true ? parsed.data : undefined;
  const own = block === undefined || config === undefined ? undefined : block.face?.(config);
  const outcomes = faceOutcomes(node, block, config);
  const isEnding = block !== undefined && outcomes.length === 0;
  return {
    block,
    title: node.title ?? own?.title ?? block?.title ?? node.block,
    summary: summaryOf(block, config, node),
    icon: block?.icon ?? "help-circle",
    iconUrl: own?.icon,
    outcomes,
    spine: spineOf(outcomes, block),
    passThrough:
      block?.passThrough ?? outcomes.find(({ tone }) => tone === "continue")?.id ?? outcomes[0]?.id,
    ends: isEnding ? (block.ends ?? "else") : undefined,
    isDisabled: node.disabled === true,
  };
};

const faceOutcomes = (
  node: FlowNode,
  block: AnyBlock | undefined,
  config: unknown,
): readonly FaceOutcome[] => {
  const tone = (id: string): OutcomeTone =>
    block?.tones?.[id] ?? (id === "error" ? "error" : "continue");
  // Outcomes that hang on settings which do not parse yet: those that are wired stay in sight.
  const words =
    typeof block?.outcomes !== "function"
      ? block?.outcomes
      : config === undefined
        ? outcomesOfDefaults(block)
        : block.outcomes(config);
  const known = Object.entries<string>(words ?? {}).map(([id, text]) => ({
    id,
    words: text,
    tone: tone(id),
  }));
  const isGuess =
    block === undefined || (typeof block.outcomes === "function" && config === undefined);
  if (!isGuess) return known;
  const wired = Object.keys(node.outcomes).filter((id) => !known.some((each) => each.id === id));
  return [...known, ...wired.map((id) => ({ id, words: id, tone: tone(id) }))];
};

const outcomesOfDefaults = (block: AnyBlock): Readonly<Record<string, string>> | undefined => {
  const parsed = block.config.safeParse(block.defaults);
  return parsed.success && typeof block.outcomes === "function"
    ? block.outcomes(parsed.data)
    : undefined;
};

const spineOf = (
  outcomes: readonly FaceOutcome[],
  block: AnyBlock | undefined,
): string | undefined =>
  outcomes.find(({ tone }) => tone === "continue")?.id ?? block?.passThrough ?? outcomes[0]?.id;

const summaryOf = (block: AnyBlock | undefined, config: unknown, node: FlowNode): string => {
  if (block === undefined) return `There is no block “${node.block}”`;
  if (config === undefined) return "Not set up yet";
  return block.label(config);
};
