/** GetTLS (`hsl.md` §8.4). */
import type { FunctionBody } from "@sluice/hsl";
import { flowHost } from "../flow-host.ts";
import { recordValue } from "../values.ts";

export const transportSecurity: Readonly<Record<string, FunctionBody>> = {
  GetTLS: (_args, run) => {
    const host = flowHost(run);
    const read = (name: string) => host.variable(name) ?? null;
    return recordValue({
      started: read("tlsstarted"),
      protocol: read("tlsprotocol"),
      cipher: read("tlscipher"),
      keysize: read("tlskeysize"),
    });
  },
};
