/** SPF (RFC 7208) through our own resolver: a temporary error is never "no policy". */
import { spf as verify } from "mailauth/lib/spf/index.js";
import type { Dns, DnsOptions, RecordType } from "./dns.ts";

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
        resolver: ((name: string, type: string) =>
          resolve(dns, name, type, options)) as unknown as NonNullable<
          Parameters<typeof verify>[0]["resolver"]
        >, // mailauth asks for the shape of Node's resolver; this is that shape for the types SPF needs
      });
      const result = results.find((one) => one === found.status.result) ?? "temperror";
      return { result, domain: found.domain ?? domain, explanation: found.explanation ?? "" };
    } catch {
      return { result: "temperror", domain, explanation: "" };
    }
  },
});

/** As `dns.promises.resolve` answers. */
const resolve = async (
  dns: Dns,
  name: string,
  type: string,
  options: DnsOptions,
): Promise<unknown[]> => {
  const found = await dns.query(name, type as RecordType, options);
  if (found.kind === "none") {
    throw failure(found.reason === "NXDOMAIN" ? "ENOTFOUND" : "ENODATA", name);
  }
  if (found.kind === "error") throw failure(errorCodes[found.reason] ?? "ESERVFAIL", name);
  return found.records.map((record) => {
    switch (record.type) {
      case "A":
      case "AAAA":
        return record.address;
      case "TXT":
        return [record.text];
      case "MX":
        return { exchange: record.exchange, priority: record.preference };
      case "PTR":
      case "NS":
      case "CNAME":
        return record.name;
      default:
        return null;
    }
  });
};

const errorCodes: Readonly<Record<string, string>> = {
  TIMEOUT: "ETIMEOUT",
  REFUSED: "EREFUSED",
  BADNAME: "EBADNAME",
};

const failure = (code: string, name: string): Error =>
  Object.assign(new Error(`${code} ${name}`), { code });
