/**
 * MTA-STS (RFC 8461): the policy that a domain publishes over HTTPS, kept as long
 * as it says, in memory and for all workers in the store. A new id in DNS is the sign
 * to fetch again, and so is half of its time; a policy that cannot be fetched leaves
 * the one we have in force.
 *
 * Promises: a policy in force is not forgotten by a restart. When the store cannot
 * be read, `find` fails, and the mail waits: nobody knows what was enforced.
 */
import { LRUCache } from "lru-cache";
import type { Dns } from "../flows/host/dns.ts";
import type { Http } from "../flows/host/http.ts";
import { loadMailauth } from "../flows/host/libraries.ts";
import type { TlsFailure } from "./connect-error.ts";
import { type MtaStsStore, noMtaStsStore, type StoredPolicy } from "./mta-sts-store.ts";
import type { TlsPolicy, Verification } from "./tls-policy.ts";

export type MtaStsPolicy = {
  readonly mode: "enforce" | "testing" | "none";
  /** Why a newer policy, or the only one, could not be had (RFC 8460 §4.3.2). */
  readonly problem?: TlsFailure | undefined;
  /** What the policy asks of an MX; null: this host must not be used. */
  readonly policyFor: (host: string) => TlsPolicy | null;
};

export type MtaSts = {
  readonly find: (
    domain: string,
    options: { readonly servers: readonly string[] },
  ) => Promise<MtaStsPolicy>;
};

export type FetchPolicy = (
  domain: string,
) => Promise<{ readonly status: number; readonly contentType: string; readonly body: Buffer }>;

const maximumPolicy = 64 * 1024;
const fetchSeconds = 60;
const failureMilliseconds = 5 * 60_000;
const longestMilliseconds = 31_557_600_000; // RFC 8461 §3.2

const opportunistic: TlsPolicy = { use: "try", verify: null };
const noPolicy: MtaStsPolicy = { mode: "none", policyFor: () => opportunistic };

class PolicyError extends Error {
  readonly problem: TlsFailure;
  constructor(problem: TlsFailure, message: string) {
    super(message);
    this.problem = problem;
  }
}

type Library = Awaited<ReturnType<typeof loadMailauth>>;
type Parsed = ReturnType<Library["parsePolicy"]>;
type Kept = StoredPolicy & { readonly policy: MtaStsPolicy };

export const createMtaSts = (options: {
  readonly dns: Dns;
  readonly fetchPolicy: FetchPolicy;
  readonly report: (text: string) => void;
  readonly store?: MtaStsStore | undefined;
  readonly clock?: (() => Date) | undefined;
}): MtaSts => {
  const { store = noMtaStsStore, clock = () => new Date() } = options;
  const policies = new LRUCache<string, Kept>({ max: 5000 });
  const failures = new LRUCache<string, { id: string; problem: TlsFailure }>({
    max: 5000,
    ttl: failureMilliseconds,
  });

  /** Another worker may have a newer one than we have in memory. */
  const stored = async (domain: string, now: Date): Promise<Kept | null> => {
    const found = await store.read(domain, now);
    if (found === null) return null;
    const library = await loadMailauth();
    const parsed = library.parsePolicy(found.text, { strict: true });
    const kept = { ...found, policy: policyOf(parsed, library) };
    policies.set(domain, kept);
    return kept;
  };

  const fetch = async (domain: string, id: string, now: Date): Promise<Kept> => {
    const { status, contentType, body } = await options.fetchPolicy(domain);
    if (status !== 200)
      throw new PolicyError("sts-policy-fetch-error", `the server answered ${status}`);
    if (!/^text\/plain\s*(?:;|$)/i.test(contentType)) throw new Error("it is no text/plain");
    const library = await loadMailauth();
    const parsed = library.parsePolicy(body, { strict: true });
    const until = new Date(now.getTime() + lifetimeOf(parsed));
    return { id, text: body, fetchedAt: now, until, policy: policyOf(parsed, library) };
  };

  return {
    find: async (domain, { servers }) => {
      const now = clock();
      const known = policies.get(domain);
      const ours = known !== undefined && known.until > now ? known : null;
      const answer = await options.dns.query(`_mta-sts.${domain}`, "TXT", { servers });
      const ids =
        answer.kind === "answers"
          ? answer.records.flatMap((record) =>
              record.type === "TXT"
                ? (/^v=STSv1\s*;.*?\bid=([A-Za-z0-9]{1,32})\s*(?:;|$)/.exec(record.text)?.[1] ?? [])
                : [],
            )
          : [];
      const [first] = ids;
      const id = ids.length === 1 ? first : undefined;
      const isCurrent = (kept: Kept | null): boolean =>
        kept !== null && (id === undefined || id === kept.id) && !isHalfOver(kept, now);
      const kept = isCurrent(ours) ? ours : ((await stored(domain, now)) ?? ours);
      const inForce = kept?.policy ?? noPolicy;
      if (id === undefined || isCurrent(kept)) return inForce;
      const before = failures.get(domain);
      if (before?.id === id) return { ...inForce, problem: before.problem };
      try {
        const fetched = await fetch(domain, id, now);
        await store.write(domain, fetched);
        policies.set(domain, fetched);
        return fetched.policy;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const problem = error instanceof PolicyError ? error.problem : "sts-policy-invalid";
        failures.set(domain, { id, problem });
        options.report(`The MTA-STS policy of ${domain} could not be fetched: ${reason}`);
        return { ...inForce, problem };
      }
    },
  };
};

/** Then it is fetched again, so that one that is still published never ends (RFC 8461 §3.3). */
const isHalfOver = ({ fetchedAt, until }: StoredPolicy, now: Date): boolean =>
  now.getTime() - fetchedAt.getTime() > (until.getTime() - fetchedAt.getTime()) / 2;

const lifetimeOf = (parsed: Parsed): number => {
  const seconds = Number(parsed.maxAge ?? 0);
  return Math.min(Math.max(seconds * 1000, 60_000), longestMilliseconds);
};

const policyOf = (parsed: Parsed, { validateMx }: Library): MtaStsPolicy => {
  const verify = (host: string): Verification | null =>
    validateMx(host, parsed).valid ? { kind: "name", names: [host], pinned: null } : null;
  switch (parsed.mode) {
    case "enforce":
      return {
        mode: "enforce",
        policyFor: (host) => {
          const must = verify(host);
          return must === null ? null : { use: "must", verify: must };
        },
      };
    case "testing":
      return {
        mode: "testing",
        policyFor: (host) => ({ ...opportunistic, watch: verify(host) ?? "refused" }),
      };
    default:
      return noPolicy;
  }
};

/** Over HTTPS with a verified certificate, no redirects, no private addresses (RFC 8461 §3.3). */
export const fetchPolicyOverHttps =
  (http: Http): FetchPolicy =>
  async (domain) => {
    const response = await http.fetch({
      url: `https://mta-sts.${domain}/.well-known/mta-sts.txt`,
      method: "GET",
      headers: [],
      body: null,
      timeoutSeconds: fetchSeconds,
      connectSeconds: 10,
      verifyPeer: true,
      redirects: 0,
      maximumBytes: maximumPolicy,
      allowPrivate: [],
      resolvers: [],
    });
    if (response.kind === "error") {
      const isUntrusted = /certificate|self.signed|altname|CERT_|verify/i.test(response.text);
      throw new PolicyError(
        isUntrusted ? "sts-webpki-invalid" : "sts-policy-fetch-error",
        response.text,
      );
    }
    const contentType = response.headers.find(([name]) => name.toLowerCase() === "content-type");
    return { status: response.status, contentType: contentType?.[1] ?? "", body: response.body };
  };
