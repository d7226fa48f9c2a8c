/**
 * HTTP for scripts, without being their way into our own network: the name is
 * resolved once, every address it has is checked, and the connection is made to one
 * of those. A redirect is a new URL and checked as one. Proxy variables are not
 * read, and what a user signed in with is not sent to another host.
 */
import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { includesAddress, parseAddress, parseNetwork } from "@sluice/hsl";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import type { Agent } from "undici";
import type { Dns } from "./dns.ts";
import { loadUndici } from "./libraries.ts";

export type HttpRequest = {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | null;
  readonly timeoutSeconds: number;
  readonly connectSeconds: number;
  readonly verifyPeer: boolean;
  /** False: any name in the certificate is good. */
  readonly verifyHost?: boolean | undefined;
  /** An address of this machine to come from. */
  readonly sourceAddress?: string | undefined;
  /** 0: an answer that redirects is the answer. */
  readonly redirects: number;
  readonly maximumBytes: number;
  /** Addresses and networks that may be private, or names of hosts that may be. */
  readonly allowPrivate: readonly string[];
  readonly resolvers: readonly string[];
  readonly signal?: AbortSignal | undefined;
};

export type HttpResponse =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Buffer;
    }
  | { readonly kind: "error"; readonly text: string };

export type Http = {
  readonly fetch: (request: HttpRequest) => Promise<HttpResponse>;
  /** A plain GET under the same rules; throws an Error that says why there is nothing. */
  readonly fetchBytes: (
    url: string,
    options: { readonly maximumBytes: number; readonly allowPrivate: readonly string[] },
  ) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
};

export const httpLimits = { bytes: 1024 * 1024, seconds: 10, redirects: 3 } as const;

export const createHttp = ({ dns }: { dns: Dns }): Http => {
  const agents = new LRUCache<string, Agent>({
    max: 200,
    dispose: (agent) => void agent.close().catch(() => {}), // whatever it still did has its own end
  });

  const agentFor = async (
    origin: string,
    addresses: readonly string[],
    one: HttpRequest,
  ): Promise<Agent> => {
    const { Agent } = await loadUndici();
    const key = `${origin} ${addresses.join(",")} ${one.verifyPeer} ${one.verifyHost ?? true} ${one.sourceAddress ?? ""} ${one.connectSeconds}`;
    const known = agents.get(key);
    if (known !== undefined) return known;
    const made = new Agent({
      connections: 32,
      pipelining: 1,
      keepAliveTimeout: 10_000,
      maxResponseSize: -1,
      ...(one.sourceAddress === undefined ? {} : { localAddress: one.sourceAddress }),
      connect: {
        lookup: pinned(addresses),
        rejectUnauthorized: one.verifyPeer,
        ...(one.verifyHost === false ? { checkServerIdentity: () => undefined } : {}),
        timeout: one.connectSeconds * 1000,
      },
    });
    agents.set(key, made);
    return made;
  };

  const http: Http = {
    fetchBytes: async (url, { maximumBytes, allowPrivate }) => {
      const response = await http.fetch({
        ...{ url, maximumBytes, allowPrivate, method: "GET", headers: [], body: null },
        ...{ timeoutSeconds: httpLimits.seconds, connectSeconds: httpLimits.seconds },
        ...{ verifyPeer: true, redirects: httpLimits.redirects, resolvers: [] },
      });
      if (response.kind === "error") throw new Error(response.text);
      if (response.status !== 200) throw new Error(`The server answered ${response.status}.`);
      return response.body;
    },
    fetch: async (given) => {
      const time = AbortSignal.timeout(Math.max(50, given.timeoutSeconds * 1000));
      const signal = given.signal === undefined ? time : AbortSignal.any([time, given.signal]);
      let one = given;
      for (let hop = 0; ; hop++) {
        const url = parseUrl(one.url);
        if (url === null) return { kind: "error", text: "This is no http or https URL." };
        const addresses = await addressesOf(url, one, dns);
        if (typeof addresses === "string") return { kind: "error", text: addresses };
        const agent = await agentFor(url.origin, addresses, one);
        const response = await send(url, agent, one, signal);
        if (response.kind === "error") return response;
        const target = redirectOf(response, url);
        if (target === null || given.redirects <= 0) return response;
        if (hop >= Math.min(given.redirects, httpLimits.redirects)) {
          return { kind: "error", text: "The server redirects too often." };
        }
        one = redirected(one, response.status, url, target);
      }
    },
    close: async () => {
      agents.clear();
    },
  };
  return http;
};

const parseUrl = (text: string): URL | null => {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return null;
  return url.hostname === "" ? null : url;
};

/** Where the connection may go, or why it may not. */
const addressesOf = async (
  url: URL,
  { allowPrivate, resolvers }: HttpRequest,
  dns: Dns,
): Promise<readonly string[] | string> => {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const found = isIP(host) === 0 ? await resolve(host, dns, resolvers) : [host];
  if (found === null) return `The name ${host} could not be looked up.`;
  if (found.length === 0) return `The name ${host} has no address.`;
  const isNamed = allowPrivate.some((entry) => entry.toLowerCase() === host);
  const refused = found.find((address) => !isNamed && !isAllowed(address, allowPrivate));
  if (refused !== undefined) return `The address ${refused} of ${host} is not a public one.`;
  return found;
};

/** null: nobody could say. */
const resolve = async (
  host: string,
  dns: Dns,
  servers: readonly string[],
): Promise<readonly string[] | null> => {
  if (servers.length === 0) {
    try {
      return (await systemLookup(host, { all: true })).map(({ address }) => address);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code; // what node:dns throws
      return code === "ENOTFOUND" ? [] : null;
    }
  }
  const results = await Promise.all([
    dns.query(host, "A", { servers }),
    dns.query(host, "AAAA", { servers }),
  ]);
  const addresses = results.flatMap((result) =>
    result.kind === "answers"
      ? result.records.flatMap((record) => ("address" in record ? [record.address] : []))
      : [],
  );
  return addresses.length === 0 && results.some(({ kind }) => kind === "error") ? null : addresses;
};

/** Whether an address is somebody else's on the public Internet, or listed. */
export const isAllowed = (address: string, allowPrivate: readonly string[]): boolean => {
  const parsed = parseAddress(address);
  const isListed =
    parsed !== undefined &&
    allowPrivate.some((entry) => {
      const network = parseNetwork(entry);
      return network !== undefined && includesAddress(network, parsed);
    });
  if (isListed) return true;
  if (!ipaddr.isValid(address)) return false;
  const one = ipaddr.parse(address);
  if (one instanceof ipaddr.IPv6) {
    if (one.isIPv4MappedAddress()) return isAllowed(one.toIPv4Address().toString(), allowPrivate);
    // prefixes that carry an IPv4 address inside (NAT64, 6to4, Teredo) lead anywhere
    return one.range() === "unicast";
  }
  return one.range() === "unicast" && !/^0\./.test(address);
};

const pinned =
  (addresses: readonly string[]): LookupFunction =>
  (_host, options, callback) => {
    const list = addresses.map((address) => ({ address, family: isIP(address) }));
    const [first] = list;
    if (options.all === true) callback(null, list);
    else callback(null, first?.address ?? "", first?.family ?? 4);
  };

const send = async (
  url: URL,
  dispatcher: Agent,
  one: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> => {
  try {
    const { request } = await loadUndici();
    const answer = await request(url, {
      method: one.method as "GET", // any token; undici refuses what is none
      headers: one.headers.flat(),
      body: one.body,
      dispatcher,
      signal,
      headersTimeout: one.timeoutSeconds * 1000,
      bodyTimeout: one.timeoutSeconds * 1000,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > one.maximumBytes) {
        answer.body.destroy();
        return { kind: "error", text: `The answer is longer than ${one.maximumBytes} bytes.` };
      }
      chunks.push(chunk);
    }
    const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value ?? ""]).map((text) => [name, text] as const),
    );
    return { kind: "answer", status: answer.statusCode, headers, body: Buffer.concat(chunks) };
  } catch (error) {
    return { kind: "error", text: signal.aborted ? "The time is over." : wordsOf(error) };
  }
};

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : "The request failed.";

const redirectOf = (response: HttpResponse & { kind: "answer" }, from: URL): URL | null => {
  if (![301, 302, 303, 307, 308].includes(response.status)) return null;
  const location = response.headers.find(([name]) => name.toLowerCase() === "location")?.[1];
  return location === undefined ? null : URL.parse(location, from.href);
};

const redirected = (one: HttpRequest, status: number, from: URL, to: URL): HttpRequest => {
  const becomesGet = status === 303 || (status < 307 && one.method === "POST");
  const isSameHost = from.origin === to.origin;
  const dropped = [
    ...(isSameHost ? [] : ["authorization", "cookie", "proxy-authorization"]),
    ...(becomesGet ? ["content-type", "content-length"] : []),
  ];
  const target = new URL(to.href);
  if (!isSameHost) {
    target.username = "";
    target.password = "";
  }
  return {
    ...one,
    url: target.href,
    method: becomesGet ? "GET" : one.method,
    body: becomesGet ? null : one.body,
    headers: one.headers.filter(([name]) => !dropped.includes(name.toLowerCase())),
  };
};
