/** CurrentConnections (`hsl.md` §8.6): at most so many attempts of a kind at a time. */
import { type FunctionBody, ScriptError } from "@sluice/hsl";
import { bytesAt, numberAt } from "../arguments.ts";
import { flowHost } from "../flow-host.ts";
import type { Slots } from "../host/slots.ts";

const mostPlaces = 10_000;

export const connectionLimits = (slots: Slots): Readonly<Record<string, FunctionBody>> => ({
  CurrentConnections: async (args, run) => {
    const { facts, observer } = flowHost(run);
    const { attempt } = facts;
    if (attempt === null) throw new ScriptError("after-attempt", "the attempt has been made");
    const most = numberAt(args, 2);
    if (!(most >= 1 && most <= mostPlaces)) {
      throw new ScriptError("wrong-argument", `the number is between 1 and ${mostPlaces}`);
    }
    if (observer.isDry) return true; // a trial takes no place
    const taken = await slots.take(bytesAt(args, 0), bytesAt(args, 1), Math.trunc(most));
    if (taken === "unknown") return -1;
    if (taken === null) return false;
    attempt.held.push(taken);
    return true;
  },
});
