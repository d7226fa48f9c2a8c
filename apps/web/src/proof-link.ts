/** A change that needs the password again asks for it, and is then made as if nothing had happened. */
import type { TRPCLink } from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { observable } from "@trpc/server/observable";

/** `ask` resolves to whether the password was given. */
export const proofLink =
  <Router extends AnyTRPCRouter>(ask: () => Promise<boolean>): TRPCLink<Router> =>
  () =>
  ({ op, next }) =>
    observable((observer) => {
      let stop = (): void => undefined;
      const run = (mayAsk: boolean): void => {
        const subscription = next(op).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error: (error) => {
            if (!mayAsk || op.type !== "mutation" || codeOf(error.data) !== "PROOF_NEEDED") {
              observer.error(error);
              return;
            }
            void ask().then((given) => (given ? run(false) : observer.error(error)));
          },
        });
        stop = () => subscription.unsubscribe();
      };
      run(true);
      return () => stop();
    });

const codeOf = (data: unknown): unknown =>
  data !== null && typeof data === "object" && "code" in data ? data.code : undefined;
