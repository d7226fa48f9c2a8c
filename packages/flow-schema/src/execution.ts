/** The server's half of a block that brings its own functions. */
import type { FunctionBody } from "@sluice/hsl";
import type { z } from "zod";
import type { AnyBlock, BlockDefinition, BlockFunctions } from "./block.ts";

/** What a body may ask the engine for; keyed by service name. */
export type BlockServices = Readonly<Record<string, unknown>>;

export type BlockExecutor<Functions extends BlockFunctions> = {
  readonly [Name in keyof Functions]: (services: BlockServices) => FunctionBody;
};

export const defineExecutor = <
  Type extends string,
  Config extends z.ZodObject,
  Outcome extends string,
  Functions extends BlockFunctions,
>(
  _block: BlockDefinition<Type, Config, Outcome, Functions>,
  bodies: BlockExecutor<NoInfer<Functions>>,
): BlockExecutor<Functions> => bodies;

export type ExecutorRegistry = ReadonlyMap<AnyBlock["type"], BlockExecutor<BlockFunctions>>;
