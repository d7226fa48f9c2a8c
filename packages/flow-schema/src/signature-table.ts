/** Short forms in which the tables of variables and functions are written. */
import type {
  FunctionRole,
  FunctionSignature,
  ParameterSignature,
  ValueKind,
  VariableSignature,
} from "@sluice/hsl";
import type { ServiceName } from "./services.ts";

/** A function whose body the engine provides, with the services that body receives. */
export type HostFunction = FunctionSignature & { readonly uses: readonly ServiceName[] };

type Kinds = ValueKind | readonly ValueKind[];
const kindList = (kinds: Kinds): readonly ValueKind[] =>
  typeof kinds === "string" ? [kinds] : kinds;

export const variable = (
  name: string,
  kinds: Kinds,
  help: string,
  more: { readonly writable?: boolean; readonly secret?: boolean } = {},
): VariableSignature => ({ name, kinds: kindList(kinds), help, ...more });

export const parameter = (name: string, kinds: Kinds, help: string): ParameterSignature => ({
  name,
  kinds: kindList(kinds),
  help,
});

export const optional = (name: string, kinds: Kinds, help: string): ParameterSignature => ({
  ...parameter(name, kinds, help),
  optional: true,
});

export const rest = (name: string, kinds: Kinds, help: string): ParameterSignature => ({
  ...parameter(name, kinds, help),
  optional: true,
  rest: true,
});

type More = Partial<
  Pick<
    FunctionSignature,
    "aliases" | "errors" | "source" | "since" | "mayWait" | "example" | "gives"
  >
>;

const define =
  (role: FunctionRole, defaults: More) =>
  (
    name: string,
    summary: string,
    parameters: readonly ParameterSignature[],
    returns: readonly [Kinds, string],
    uses: readonly ServiceName[],
    more: More = {},
  ): HostFunction => ({
    name,
    role,
    summary,
    parameters,
    returns: { kinds: kindList(returns[0]), help: returns[1] },
    uses,
    ...defaults,
    ...more,
  });

/** Asks the world; may be cached. */
export const lookup = define("lookup", { mayWait: true });
/** Returns a value and changes nothing. */
export const reading = define("function", {});
/** Changes the message or the verdict; the run goes on. */
export const modifier = define("modifier", {});

/** Ends the run, always. */
export const action = (
  name: string,
  summary: string,
  parameters: readonly ParameterSignature[] = [],
  more: More = {},
): FunctionSignature => ({
  name,
  role: "action",
  summary,
  parameters,
  returns: { kinds: ["none"], help: "Never returns: the run is over." },
  ...more,
});

/** Ends the run unless `"done" => false` is among its options. */
export const actionOrModifier = (
  name: string,
  summary: string,
  parameters: readonly ParameterSignature[],
  more: More = {},
): FunctionSignature => ({
  ...action(name, summary, parameters, more),
  role: "action-or-modifier",
  returns: { kinds: ["none"], help: 'Nothing; returns only with `"done" => false`.' },
});
