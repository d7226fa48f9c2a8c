/** What a problem of the settings is, and what settings may name beside other settings. */
import type {
  BlockRegistry,
  CompiledFlow,
  CompileOptions,
  Flow,
  FlowProblem,
} from "@sluice/flow-schema";
import type { ObjectKind } from "@sluice/settings";
import type { IncludedFiles } from "../included-files.ts";

export type CompileFlow = (
  flow: Flow,
  blocks: BlockRegistry,
  options?: CompileOptions,
) => CompiledFlow;

export type SettingsProblem = FlowProblem & { readonly kind: ObjectKind; readonly id: string };

/** What settings may name beside other settings. */
export type Surroundings = {
  readonly blocks: BlockRegistry;
  readonly compileFlow: CompileFlow;
  /** `kind/id/field` of every secret that is set. */
  readonly secrets: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
  /** Text of a file that a script includes; absent: included files are not looked at. */
  readonly included?: IncludedFiles | undefined;
  readonly environmentVariable: (name: string) => string | undefined;
  readonly now?: (() => Date) | undefined;
  /** Why a transport's destination cannot be understood; null: it can. */
  readonly checkDestination?: ((text: string) => string | null) | undefined;
  /** Why an LDAP filter cannot be read; null: it can. */
  readonly checkFilter?: ((text: string) => string | null) | undefined;
};
