/** SPF (RFC 7208) through our own resolver: a temporary error is never "no policy". */
import { spf as verify } from "mailauth/lib/spf/index.js";
import type { Dns, DnsOptions } from "./dns.ts";
import { mailauthResolver } from "./mailauth-resolver.ts";

export type SpfResult = {
  readonly result: "pass" | "fail" | "softfail" | "neutral" | "none" | "temperror" | "permerror";
  readonly domain: string;
  readonly explanation: string;
};

export type Spf = {
  readonly check: (
    question: {
      readonly address: string;
      readonly helo: string;
      /** "" checks the HELO name (RFC 7208 §2.4). */
      readonly sender: string;
      readonly receiver: string;
    },
    options?: DnsOptions,
  ) => Promise<SpfResult>;
};

/** The number that `spf` and `ScanSPF` give: 50 for everything that is no verdict. */
export const spfScore = (result: SpfResult["result"]): number =>
  result === "pass" ? 0 : result === "softfail" ? 20 : result === "fail" ? 100 : 50;

const wholeCheckMilliseconds = 20_000;
const results = ["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"] as const;

export const createSpf = ({ dns }: { dns: Dns }): Spf => ({
  check: async ({ address, helo, sender, receiver }, options = {}) => {
    const domain = sender === "" ? helo : sender.slice(sender.lastIndexOf("@") + 1);
    try {
      const found = await verify({
        ip: address,
        helo,
        ...(sender === "" ? {} : { sender }),
        mta: receiver,
        strict: true,
        maxElapsedTime: wholeCheckMilliseconds,
        resolver: mailauthResolver(dns, options),
      });
      const result = results.find((one) => one === found.status.result) ?? "temperror";
      return { result, domain: found.domain ?? domain, explanation: found.explanation ?? "" };
    } catch {
      return { result: "temperror", domain, explanation: "" };
    }
  },
});
