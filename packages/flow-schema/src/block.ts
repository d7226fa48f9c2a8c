/**
 * A block is a pure function from its settings to HSL. Its `config` schema
 * drives form, validation, compile and docs; `script` is the single statement
 * of what it does.
 */
import type { FunctionSignature, Script } from "@sluice/hsl";
import type { z } from "zod";
import type { FlowKind } from "./flow.ts";
import type { ServiceName } from "./services.ts";

/**
 * Stable id → words on the wire, in drawing order. Empty: the block is an ending.
 * The outcome of a look-up that got no answer is always called `error`.
 */
export type Outcomes<Outcome extends string> = Readonly<Record<Outcome, string>>;

export type BlockFunction = FunctionSignature & { readonly uses: readonly ServiceName[] };
export type BlockFunctions = Readonly<Record<string, BlockFunction>>;

/** How an outcome is drawn (colour, line and glyph). */
export type OutcomeTone =
  | "continue"
  | "else"
  | "accept"
  | "quarantine"
  | "defer"
  | "reject"
  | "error";

export type BlockCategory =
  | "check"
  | "lookup"
  | "content"
  | "change"
  | "control"
  | "ending"
  | "script";

export type BlockDefinition<
  Type extends string = string,
  Config extends z.ZodObject = z.ZodObject,
  Outcome extends string = string,
  Functions extends BlockFunctions = BlockFunctions,
> = {
  /** Stored in flows; equals the folder's name. */
  readonly type: Type;
  readonly version: number;
  readonly title: string;
  /** Palette tooltip, first line of the docs page. */
  readonly summary: string;
  readonly category: BlockCategory;
  /** Words a postmaster may search for ("zen", "rbl"). */
  readonly synonyms?: readonly string[];
  /** Name of a Tabler icon in kebab-case ("shield-check"). */
  readonly icon: string;
  /** Where the palette offers it. */
  readonly flows: readonly FlowKind[];
  readonly config: Config;
  /** May be incomplete: a fresh block is a draft. */
  readonly defaults: z.input<NoInfer<Config>>;
  /** Complete settings, for the golden script and the docs page. */
  readonly example: z.input<NoInfer<Config>>;
  readonly outcomes: Outcomes<Outcome> | ((config: z.output<NoInfer<Config>>) => Outcomes<Outcome>);
  /** The tone of each outcome that is not plain "continue". */
  readonly tones?: Partial<Record<NoInfer<Outcome>, OutcomeTone>>;
  /** The tone of an ending. */
  readonly ends?: OutcomeTone;
  /** What a switched-off node takes; the first "continue" outcome when absent. */
  readonly passThrough?: NoInfer<Outcome>;
  /** Delivery flows: this block divides what runs before an attempt from what runs after it. */
  readonly dividesAttempt?: true;
  /** One line on the canvas and in the trace. */
  readonly label: (config: z.output<NoInfer<Config>>) => string;
  /** Functions this block brings to the language; most bring none. */
  readonly functions: Functions;
  /** Every path of it ends in an action or in `to(…)`, which always ends the run. */
  readonly script: (
    config: z.output<NoInfer<Config>>,
    to: (outcome: NoInfer<Outcome>) => Script,
    /** A variable name that cannot collide with those of scripts: `local("answer")` → `$dnsbl_answer`. */
    local: (name: string) => Script,
    kind: FlowKind,
  ) => Script;
  /** Functions, classes and imports its script brings; they stand outside of all nodes. */
  readonly declarations?: (config: z.output<NoInfer<Config>>) => Script;
  /** The card's own title and icon, where the settings carry one (a script's first comment). */
  readonly face?: (config: z.output<NoInfer<Config>>) => { title?: string; icon?: string };
  readonly upgrade?: (stored: unknown, fromVersion: number) => z.input<NoInfer<Config>>;
};

// biome-ignore lint/suspicious/noExplicitAny: a registry holds blocks of every shape
export type AnyBlock = BlockDefinition<string, any, any, any>;
export type BlockRegistry = ReadonlyMap<string, AnyBlock>;

type Given<Block, Functions> = Omit<Block, "functions" | "outcomes"> & { functions?: Functions };

/** One block; its types are read from what it says. */
export function defineBlock<
  const Type extends string,
  Config extends z.ZodObject,
  const Outcome extends string,
  Functions extends BlockFunctions = Record<never, never>,
>(
  block: Given<BlockDefinition<Type, Config, Outcome, Functions>, Functions> & {
    outcomes: (config: z.output<NoInfer<Config>>) => Outcomes<Outcome>;
  },
): BlockDefinition<Type, Config, Outcome, Functions>;
export function defineBlock<
  const Type extends string,
  Config extends z.ZodObject,
  const Outcome extends string,
  Functions extends BlockFunctions = Record<never, never>,
>(
  block: Given<BlockDefinition<Type, Config, Outcome, Functions>, Functions> & {
    outcomes: Outcomes<Outcome>;
  },
): BlockDefinition<Type, Config, Outcome, Functions>;
export function defineBlock(
  block: Given<AnyBlock, BlockFunctions> & Pick<AnyBlock, "outcomes">,
): AnyBlock {
  return { ...block, functions: block.functions ?? {} };
}
