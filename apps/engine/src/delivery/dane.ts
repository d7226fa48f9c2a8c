/**
 * DANE for SMTP (RFC 7672): what TLSA records of a host ask for. They count only
 * when DNSSEC vouches for them and for how we came to the host, by the resolver's
 * AD flag; so the resolver must validate and the way to it must be safe.
 */
import type { Dns } from "../flows/host/dns.ts";
import { isUsableTlsa, type TlsPolicy } from "./tls-policy.ts";

export type DaneResult =
  | { readonly kind: "policy"; readonly policy: TlsPolicy }
  /** Nobody could say: the host is left alone this time. */
  | { readonly kind: "failed"; readonly text: string };

const opportunistic: DaneResult = { kind: "policy", policy: { use: "try", verify: null } };

export const danePolicy = async (
  dns: Dns,
  host: {
    readonly name: string;
    readonly port: number;
    /** MX and addresses were vouched for. */
    readonly isAuthentic: boolean;
    /** The domain that led here; its name is good too (RFC 7672 §3.2.2). */
    readonly domain: string;
  },
  servers: readonly string[],
): Promise<DaneResult> => {
  if (!host.isAuthentic) return opportunistic;
  const name = `_${host.port}._tcp.${host.name}`;
  const answer = await dns.query(name, "TLSA", { servers });
  if (answer.kind === "error") {
    return { kind: "failed", text: `TLSA of ${name} could not be looked up (${answer.reason})` };
  }
  if (answer.kind === "none" || !answer.authentic) return opportunistic;
  const records = answer.records.filter((record) => record.type === "TLSA").filter(isUsableTlsa);
  // §2.2: records of which none is usable still ask for encryption
  if (records.length === 0) return { kind: "policy", policy: { use: "must", verify: null } };
  const names = [host.name, ...(host.domain === "" ? [] : [host.domain])];
  return { kind: "policy", policy: { use: "must", verify: { kind: "dane", names, records } } };
};
