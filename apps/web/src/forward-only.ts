/** Paged queries say in which direction they read. Ours only go forward, and the gateway takes no word it does not know. */
import type { TRPCLink } from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";

export const forwardOnly =
  <Router extends AnyTRPCRouter>(): TRPCLink<Router> =>
  () =>
  ({ op, next }) =>
    next({ ...op, input: withoutDirection(op.input) });

export const withoutDirection = (input: unknown): unknown => {
  if (typeof input !== "object" || input === null || !("direction" in input)) return input;
  const { direction, ...rest } = input;
  return direction === "forward" ? rest : input;
};
