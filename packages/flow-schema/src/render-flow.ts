/** The text of a flow that has no errors. */
import { hsl, type Mark, mark, Script } from "@sluice/hsl";
import { fieldValues } from "./describe-fields.ts";
import { makeFunctionNames, typedScripts } from "./function-names.ts";
import type { Origin, SourceMap } from "./origin.ts";
import { type PreparedFlow, type PreparedNode, passThroughOf } from "./prepared-flow.ts";
import { type Resolve, scriptNames } from "./script-names.ts";
import { pieceStart } from "./verbatim.ts";

/** Where a stretch of a node's own script text went. */
export type Piece = {
  readonly node: string;
  /** Path of the field in the node's settings, and its whole text. */
  readonly field: readonly (string | number)[];
  readonly text: string;
  /** Offset in the field's text of where the piece begins. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
};

export type RenderedFlow = {
  readonly script: Script;
  readonly origins: SourceMap;
  readonly pieces: readonly Piece[];
};

/** Deeper than this an inner part becomes a function: the parser takes 200 levels, each brace two. */
const maxIndent = 2 * 40;

export const renderFlow = (flow: PreparedFlow, resolve?: Resolve): RenderedFlow =>
  new Renderer(flow, resolve).render();

type Place = Pick<Origin, "node" | "outcome" | "target"> | Omit<Piece, "start" | "end">;

class Renderer {
  private readonly flow: PreparedFlow;
  private readonly resolve: Resolve | undefined;
  /** Script text of administrators; no variable of ours has a name that stands in it. */
  private readonly typed: readonly string[];
  private readonly places: Place[] = [];
  private readonly ways: ReadonlyMap<string, number>;
  private readonly functionNames: ReadonlyMap<string, string>;
  /** Bodies of node functions, in the order in which they are first called. */
  private readonly bodies = new Map<string, Script | undefined>();
  private readonly locals = new Set<string>();

  constructor(flow: PreparedFlow, resolve: Resolve | undefined) {
    this.flow = flow;
    this.resolve = resolve;
    this.typed = typedScripts(flow);
    this.ways = countWays(flow);
    this.functionNames = makeFunctionNames(flow);
  }

  render(): RenderedFlow {
    const parts = [this.heading(), ...this.attemptFirst()];
    const entry = this.flow.entry === undefined ? undefined : this.flow.nodes.get(this.flow.entry);
    parts.push(entry === undefined ? this.end("nothing") : this.enter(entry.id));
    const main = hsl.join(parts);
    const functions = this.functions(main);
    const script = hsl.join([...this.declarations(), main, ...functions]);
    return { script: Script.of(`${script.text}\n`), ...this.locate(script.marks) };
  }

  private heading(): Script {
    return hsl.raw(`// ${this.flow.definition.title} flow`);
  }

  /** A delivery flow runs twice; the second run begins behind the attempt. */
  private attemptFirst(): Script[] {
    const attempt = [...this.flow.nodes.values()].find(
      (node) => node.block?.dividesAttempt === true && this.flow.reachable.has(node.id),
    );
    if (attempt === undefined) return [];
    return [
      hsl`
      if ($attempted) {
        ${this.call(attempt.id)}
      }`,
    ];
  }

  private declarations(): Script[] {
    return this.reached().flatMap((node) => {
      const made = node.isDisabled ? undefined : node.block?.declarations?.(node.config);
      return made === undefined || made.text === "" ? [] : [this.claim(node, made)];
    });
  }

  private reached(): PreparedNode[] {
    return [...this.flow.nodes.values()].filter(({ id }) => this.flow.reachable.has(id));
  }

  /** The code that goes on with a node: the node itself, or a call of its function. */
  private enter(id: string): Script {
    const prepared = this.flow.nodes.get(id);
    const isShared = (this.ways.get(id) ?? 0) > 1 || prepared?.block?.dividesAttempt === true;
    if (prepared === undefined || isShared) return this.call(id);
    const chunk = this.chunk(prepared);
    if (!isDeep(chunk.text)) return chunk;
    this.bodies.set(id, chunk);
    return this.call(id);
  }

  private call(id: string): Script {
    if (!this.bodies.has(id)) this.bodies.set(id, undefined);
    // The function always ends the run; `return` keeps a script's own `return` from going on here.
    return hsl.raw(`${this.functionNames.get(id)}();\nreturn;`);
  }

  private chunk(prepared: PreparedNode): Script {
    const id = this.place({ node: prepared.id });
    return mark(id, hsl.join([...this.title(prepared), this.claim(prepared, this.body(prepared))]));
  }

  private title(prepared: PreparedNode): Script[] {
    const { node, block, config, title, isDisabled } = prepared;
    // A script whose first comment is its title brings that comment along.
    if (!isDisabled && node.title === undefined && block?.face?.(config).title !== undefined)
      return [];
    return [hsl.raw(`// ${comment(title)}${isDisabled ? " (switched off)" : ""}`)];
  }

  private body(prepared: PreparedNode): Script {
    const { block, config, isDisabled } = prepared;
    const to = (outcome: string): Script => this.take(prepared, outcome);
    if (isDisabled) {
      const outcome = passThroughOf(prepared);
      return outcome === undefined ? this.end("a switched-off ending") : to(outcome);
    }
    if (block === undefined) throw new Error(`no block for node ${prepared.id}`);
    return block.script(config, to, (name) => this.local(prepared.id, name), this.flow.kind);
  }

  private local(node: string, name: string): Script {
    let full = `${node.replaceAll("-", "_")}__${name}`;
    while (this.typed.some((text) => text.includes(full))) full += "_";
    this.locals.add(full);
    return hsl.raw(`$${full}`);
  }

  private take(prepared: PreparedNode, outcome: string): Script {
    const target = prepared.wires.get(outcome) ?? null;
    const id = this.place({ node: prepared.id, outcome, target });
    if (target !== null) return mark(id, this.enter(target));
    return mark(id, this.end(prepared.outcomes?.[outcome] ?? outcome, outcome === "error"));
  }

  private end(words: string, isError = false): Script {
    const { end, unchecked } = this.flow.definition;
    const exit = isError ? unchecked : end;
    return hsl.raw(`// ${comment(words)}: not wired, ${exit.words}\n${exit.script}`);
  }

  private functions(main: Script): Script[] {
    // Making one body may call for more; the map grows while it is walked.
    for (const [id, body] of this.bodies) {
      const prepared = this.flow.nodes.get(id);
      if (body === undefined && prepared !== undefined) this.bodies.set(id, this.chunk(prepared));
    }
    const names = [main, ...this.bodies.values()].map((body) =>
      scriptNames(body?.text ?? "", this.resolve),
    );
    const shared = this.sharedNames(names.flatMap(({ assigned }) => [...assigned]));
    return [...this.bodies].map(([id, body], index) => {
      const used = shared.filter((name) => names[index + 1]?.named.has(name));
      const globals =
        used.length === 0 ? [] : [hsl.raw(`global ${used.map((n) => `$${n}`).join(", ")};`)];
      return hsl`

        function ${hsl.raw(this.functionNames.get(id) ?? "")}() {
          ${hsl.join([...globals, ...(body === undefined ? [] : [body])])}
        }`;
    });
  }

  /** Variables of scripts: not those of blocks, nor those the flow kind has. */
  private sharedNames(assigned: readonly string[]): string[] {
    const { variables } = this.flow.environment;
    const names = assigned.filter((name) => !this.locals.has(name) && !variables.has(name));
    return [...new Set(names)].sort();
  }

  private place(place: Place): number {
    return this.places.push(place) - 1;
  }

  /** Gives the pieces of a node's own text ids that tell whose they are. */
  private claim({ id: node, block, config }: PreparedNode, script: Script): Script {
    const values = block === undefined ? [] : fieldValues(block.config, config);
    const own = values.find(({ meta }) => meta.widget === "script");
    const field = own?.path ?? [];
    const text = typeof own?.value === "string" ? own.value : "";
    const marks = script.marks.map((each): Mark => {
      const from = pieceStart(each.id);
      return from === null ? each : { ...each, id: this.place({ node, field, text, from }) };
    });
    return Script.of(script.text, marks);
  }

  private locate(marks: readonly Mark[]): Pick<RenderedFlow, "origins" | "pieces"> {
    const origins: Origin[] = [];
    const pieces: Piece[] = [];
    for (const { id, start, end } of marks) {
      const place = this.places[id];
      if (place === undefined) continue;
      if ("from" in place) pieces.push({ ...place, start, end });
      else origins.push({ id, ...place, start, end });
    }
    return { origins: origins.sort((a, b) => a.id - b.id), pieces };
  }
}

/** How often the script of each node would be written if it were written wherever it is reached. */
const countWays = (flow: PreparedFlow): Map<string, number> => {
  const ways = new Map<string, number>(flow.entry === undefined ? [] : [[flow.entry, 1]]);
  const add = (target: string | undefined): void => {
    if (target !== undefined) ways.set(target, (ways.get(target) ?? 0) + 1);
  };
  for (const prepared of flow.nodes.values()) {
    if (!flow.reachable.has(prepared.id)) continue;
    const { block, config, wires, isDisabled } = prepared;
    if (isDisabled) {
      add(wires.get(passThroughOf(prepared) ?? ""));
      continue;
    }
    const to = (outcome: string): Script => {
      add(wires.get(outcome));
      return hsl.raw("");
    };
    block?.script(config, to, () => hsl.raw("$counted"), flow.kind);
  }
  return ways;
};

const isDeep = (text: string): boolean =>
  text.split("\n").some((line) => line.length - line.trimStart().length > maxIndent);

/** Text for a `//` comment: one line, nothing that would make it read otherwise than it runs. */
export const comment = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
