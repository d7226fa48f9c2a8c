/**
 * Questions to DNS. An answer, "there is none" and "nobody could say" are three
 * results, never two. Each query ends within its time, whatever servers do; what
 * was answered is kept as long as its TTL says, in a bounded cache.
 */
import dns from "node:dns";
import { isIP } from "node:net";
import type { Answer, Packet } from "dns-packet";
import { LRUCache } from "lru-cache";
import type { Cancel } from "../flow-input.ts";
import { exchange, type NameServer, parseNameServer } from "./dns-exchange.ts";

export const recordTypes = ["A", "AAAA", "MX", "TXT", "PTR", "NS", "CNAME", "SRV", "TLSA"] as const;
export type RecordType = (typeof recordTypes)[number];

export type DnsRecord =
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "MX"; readonly exchange: string; readonly preference: number }
  | { readonly type: "TXT"; readonly text: string } // a byte string
  | { readonly type: "PTR" | "NS" | "CNAME"; readonly name: string }
  | {
      readonly type: "SRV";
      readonly target: string;
      readonly port: number;
      readonly priority: number;
      readonly weight: number;
    }
  | {
      readonly type: "TLSA";
      readonly usage: number;
      readonly selector: number;
      readonly matchingType: number;
      readonly certificate: Buffer;
    };

export type DnsResult =
  | {
      readonly kind: "answers";
      readonly records: readonly DnsRecord[];
      readonly authentic: boolean;
    }
  | {
      readonly kind: "none";
      readonly reason: "NXDOMAIN" | "NODATA";
      readonly authentic: boolean;
    }
  | { readonly kind: "error"; readonly reason: string };

export type DnsOptions = {
  /** `ADDRESS[:PORT]` of resolvers to ask, in order; the system's without them. */
  readonly servers?: readonly string[] | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly cancel?: Cancel | undefined;
};

export type Dns = {
  readonly query: (name: string, type: RecordType, options?: DnsOptions) => Promise<DnsResult>;
  readonly clear: () => void;
};

const defaultSeconds = 5;
const maximumSeconds = 20;
const maximumChain = 8;
const maximumText = 16 * 1024;
const maximumRecords = 500;
const maximumTtl = 86_400;
const maximumNegativeTtl = 900;

export const createDns = ({
  systemServers = () => dns.getServers(),
  cacheEntries = 20_000,
}: {
  systemServers?: () => readonly string[];
  cacheEntries?: number;
} = {}): Dns => {
  const cache = new LRUCache<string, DnsResult>({ max: cacheEntries });
  const pending = new Map<string, Promise<DnsResult>>();

  const ask = async (
    name: string,
    type: RecordType,
    servers: readonly NameServer[],
    milliseconds: number,
    depth: number,
  ): Promise<{ result: DnsResult; ttl: number }> => {
    const deadline = performance.now() + milliseconds;
    const reply = await askServers(servers, { name, type }, deadline);
    if (typeof reply === "string") return { result: { kind: "error", reason: reply }, ttl: 0 };
    const read = readReply(reply, name, type);
    if (read.result !== "elsewhere") return { result: read.result, ttl: read.ttl };
    // the server gave only the first part of a chain of aliases
    if (depth >= maximumChain) return { result: { kind: "error", reason: "CNAME" }, ttl: 0 };
    const left = deadline - performance.now();
    const rest = await ask(read.name, type, servers, Math.max(left, 1), depth + 1);
    return { result: rest.result, ttl: Math.min(read.ttl, rest.ttl) };
  };

  return {
    clear: () => cache.clear(),
    query: (given, type, options = {}) => {
      const name = given.replace(/\.$/, "").toLowerCase();
      if (!isQueryName(name)) return Promise.resolve({ kind: "error", reason: "BADNAME" });
      const listed =
        options.servers === undefined || options.servers.length === 0
          ? systemServers()
          : options.servers;
      const servers = listed.flatMap((text) => parseNameServer(text) ?? []);
      if (servers.length === 0) return Promise.resolve({ kind: "error", reason: "NOSERVER" });
      const key = `${listed.join(",")} ${type} ${name}`;
      const known = cache.get(key);
      if (known !== undefined) return Promise.resolve(known);
      const seconds = Math.min(
        Math.max(options.timeoutSeconds ?? defaultSeconds, 0.05),
        maximumSeconds,
      );
      const waiting = pending.get(key);
      const asked =
        waiting ??
        ask(name, type, servers, seconds * 1000, 0)
          .then(({ result, ttl }) => {
            if (ttl > 0) cache.set(key, result, { ttl: ttl * 1000 });
            return result;
          })
          .finally(() => pending.delete(key));
      if (waiting === undefined) pending.set(key, asked);
      return withSignal(asked, options.cancel?.signal);
    },
  };
};

/** The question goes on for others; who cancelled has an error at once. */
const withSignal = (
  asked: Promise<DnsResult>,
  signal: AbortSignal | undefined,
): Promise<DnsResult> => {
  if (signal === undefined) return asked;
  const cancelled: DnsResult = { kind: "error", reason: "CANCELLED" };
  if (signal.aborted) return Promise.resolve(cancelled);
  return new Promise((resolve, reject) => {
    const cancel = (): void => resolve(cancelled);
    signal.addEventListener("abort", cancel, { once: true });
    asked.then(resolve, reject).finally(() => signal.removeEventListener("abort", cancel));
  });
};

/** Each server in turn, twice; a reply that decides, or the name of what went wrong. */
const askServers = async (
  servers: readonly NameServer[],
  question: { name: string; type: RecordType },
  deadline: number,
): Promise<Packet | string> => {
  const rounds = [...servers, ...servers];
  let failure = "TIMEOUT";
  for (const [index, server] of rounds.entries()) {
    const left = deadline - performance.now();
    if (left <= 0) break;
    const share =
      index === rounds.length - 1 ? left : Math.max(left / (rounds.length - index), 200);
    const reply = await exchange(server, question, Math.min(share, left));
    if (reply === null) continue;
    const rcode = reply.rcode ?? "";
    if (rcode === "NOERROR" || rcode === "NXDOMAIN") return reply;
    failure = rcode === "" ? "BADRESP" : rcode;
  }
  return failure;
};

/** What may be asked at all; more than host names, because SPF macros make odd ones. */
const isQueryName = (name: string): boolean =>
  name.length > 0 &&
  name.length <= 253 &&
  name
    .split(".")
    .every((label) => label.length > 0 && label.length <= 63 && /^[\x21-\x7e]+$/.test(label));

type Read = {
  readonly result: DnsResult | "elsewhere";
  readonly name: string;
  readonly ttl: number;
};

/** Follows the aliases inside a reply to the records that were asked for. */
const readReply = (reply: Packet, asked: string, type: RecordType): Read => {
  const answers = reply.answers ?? [];
  const authentic = reply.flag_ad === true;
  let name = asked;
  let ttl = maximumTtl;
  for (let step = 0; ; step++) {
    const own = answers.filter((answer) => nameOf(answer.name) === name);
    const found = own.filter((answer) => answer.type === type);
    if (found.length > 0) {
      for (const answer of found) ttl = Math.min(ttl, ttlOf(answer));
      const records = found.slice(0, maximumRecords).flatMap((answer) => recordOf(answer) ?? []);
      if (records.length === 0)
        return { result: { kind: "error", reason: "BADRESP" }, name, ttl: 0 };
      return { result: { kind: "answers", records, authentic }, name, ttl };
    }
    const alias = own.find((answer) => answer.type === "CNAME");
    if (alias === undefined || typeof alias.data !== "string") break;
    if (step >= maximumChain || !isQueryName(nameOf(alias.data))) {
      return { result: { kind: "error", reason: "CNAME" }, name, ttl: 0 };
    }
    ttl = Math.min(ttl, ttlOf(alias));
    name = nameOf(alias.data);
  }
  if (name !== asked && reply.rcode === "NOERROR" && !hasStartOfAuthority(reply)) {
    return { result: "elsewhere", name, ttl };
  }
  const reason = reply.rcode === "NXDOMAIN" ? "NXDOMAIN" : "NODATA";
  return {
    result: { kind: "none", reason, authentic },
    name,
    ttl: Math.min(ttl, negativeTtl(reply)),
  };
};

const nameOf = (name: string): string => name.toLowerCase().replace(/\.$/, "");
const ttlOf = ({ ttl = 0 }: Answer): number => Math.max(0, Math.min(ttl, maximumTtl));

const startOfAuthority = (reply: Packet): Answer | undefined =>
  (reply.authorities ?? []).find(({ type }) => type === "SOA");
const hasStartOfAuthority = (reply: Packet): boolean => startOfAuthority(reply) !== undefined;

/** RFC 2308 §5. */
const negativeTtl = (reply: Packet): number => {
  const soa = startOfAuthority(reply);
  const data = soa?.data as { minimum?: number } | undefined; // what dns-packet makes of a SOA record
  return Math.min(
    ttlOf(soa ?? { name: "", type: "", ttl: 0 }),
    data?.minimum ?? 0,
    maximumNegativeTtl,
  );
};

/** null for data that is not what its type promises. */
const recordOf = ({ type, data }: Answer): DnsRecord | null => {
  switch (type) {
    case "A":
    case "AAAA":
      return typeof data === "string" && isIP(data) !== 0 ? { type, address: data } : null;
    case "PTR":
    case "NS":
    case "CNAME":
      return typeof data === "string" ? { type, name: nameOf(data) } : null;
    case "TXT": {
      const pieces = Array.isArray(data) ? data : [data];
      const text = pieces.map((piece) => textOf(piece)).join("");
      return text.length > maximumText ? null : { type, text };
    }
    case "MX": {
      const { exchange: host, preference } = data as { exchange?: string; preference?: number };
      return { type, exchange: nameOf(host ?? ""), preference: preference ?? 0 };
    }
    case "SRV": {
      const { target, port, priority, weight } = data as {
        target?: string;
        port?: number;
        priority?: number;
        weight?: number;
      };
      return {
        type,
        target: nameOf(target ?? ""),
        port: port ?? 0,
        priority: priority ?? 0,
        weight: weight ?? 0,
      };
    }
    case "TLSA": {
      const { usage, selector, matchingType, certificate } = data as {
        usage: number;
        selector: number;
        matchingType: number;
        certificate: Buffer;
      };
      return { type, usage, selector, matchingType, certificate };
    }
    default:
      return null;
  }
};

const textOf = (piece: unknown): string =>
  piece instanceof Uint8Array ? Buffer.from(piece).toString("latin1") : String(piece ?? "");
