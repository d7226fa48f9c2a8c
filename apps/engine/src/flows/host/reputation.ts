/**
 * What is known of a client's address. A source is a DNS zone or a web service that
 * whoever runs it names in a block or in the settings; no answer is its own outcome.
 * Beside that stands our own memory: what became of an address's mail, summed up for
 * each day from history.
 */
import { includesAddress, parseAddress, parseNetwork } from "@sluice/hsl";
import { LRUCache } from "lru-cache";
import type pg from "pg";
import type { Dnsbl } from "./dnsbl.ts";
import type { Http } from "./http.ts";
import { once } from "./once.ts";

export type ReputationAnswer = "accept" | "tempfail" | "permfail";

export type ReputationQuestion = {
  readonly address: string;
  /** A DNS zone, or a URL in which `$1` is the address. */
  readonly source: string;
  /** Answers of a DNS zone that mean so. */
  readonly permfail: readonly string[];
  readonly tempfail: readonly string[];
  readonly timeoutSeconds: number;
  readonly resolvers: readonly string[];
  readonly allowPrivate: readonly string[];
  readonly signal?: AbortSignal | undefined;
};

export type ReputationResult =
  | { readonly kind: "answer"; readonly answer: ReputationAnswer }
  | { readonly kind: "error"; readonly text: string };

export type AddressMemory = {
  readonly accepted: number;
  readonly rejected: number;
  readonly spam: number;
};

export type Reputation = {
  readonly ask: (question: ReputationQuestion) => Promise<ReputationResult>;
  /** null: the memory cannot be read. */
  readonly remembered: (address: string, days: number) => Promise<AddressMemory | null>;
  /** Sums up what history holds of today and yesterday; called by housekeeping. */
  readonly learn: (now: Date, keepDays: number) => Promise<void>;
};

const answers: readonly ReputationAnswer[] = ["accept", "tempfail", "permfail"];
/** An answer and a memory serve the next connections of the same address. */
const keptMilliseconds = 60_000;

const sumUp = `
INSERT INTO address_memory (address, day, accepted, rejected, spam)
SELECT client_address, (at AT TIME ZONE 'UTC')::date,
  count(*) FILTER (WHERE outcome IN ('incoming', 'queued', 'delivered', 'bounced', 'mixed')),
  count(*) FILTER (WHERE outcome IN ('blocked', 'rejected')),
  count(*) FILTER (WHERE outcome IN ('quarantined', 'deleted')
    OR (outcome = 'rejected' AND stage = 'data'))
FROM mail_history
WHERE client_address IS NOT NULL AND at >= ($1::timestamptz AT TIME ZONE 'UTC')::date - 1
GROUP BY 1, 2
ON CONFLICT (address, day) DO UPDATE SET
  accepted = EXCLUDED.accepted, rejected = EXCLUDED.rejected, spam = EXCLUDED.spam`;

export const createReputation = ({
  pool,
  dnsbl,
  http,
  report = () => {},
  clock = () => new Date(),
}: {
  pool: pg.Pool;
  dnsbl?: Dnsbl;
  http?: Http;
  report?: (text: string, error: unknown) => void;
  clock?: () => Date;
}): Reputation => {
  // a cache takes the room for all it may hold at once
  const known = once(
    () => new LRUCache<string, ReputationAnswer>({ max: 50_000, ttl: keptMilliseconds }),
  );
  const memories = once(
    () => new LRUCache<string, AddressMemory>({ max: 50_000, ttl: keptMilliseconds }),
  );

  const askZone = async (question: ReputationQuestion): Promise<ReputationResult> => {
    const { address, source, permfail, tempfail } = question;
    if (dnsbl === undefined) return { kind: "error", text: "DNS cannot be asked from here." };
    const found = await dnsbl.ask(address, source, {
      servers: question.resolvers,
      timeoutSeconds: question.timeoutSeconds,
      cancel: question.signal && { signal: question.signal },
    });
    if (found.error !== null) return { kind: "error", text: `${source}: ${found.error}` };
    if (isAmong(found.answers, permfail)) return { kind: "answer", answer: "permfail" };
    if (isAmong(found.answers, tempfail)) return { kind: "answer", answer: "tempfail" };
    return { kind: "answer", answer: "accept" };
  };

  const askService = async (question: ReputationQuestion): Promise<ReputationResult> => {
    if (http === undefined) return { kind: "error", text: "HTTP cannot be asked from here." };
    const response = await http.fetch({
      url: question.source.replaceAll("$1", encodeURIComponent(question.address)),
      method: "GET",
      headers: [],
      body: null,
      timeoutSeconds: question.timeoutSeconds,
      connectSeconds: question.timeoutSeconds,
      verifyPeer: true,
      redirects: 0,
      maximumBytes: 4096,
      allowPrivate: question.allowPrivate,
      resolvers: question.resolvers,
      signal: question.signal,
    });
    if (response.kind === "error") return response;
    const word = response.body.toString("latin1").trim().toLowerCase();
    const answer = answers.find((one) => one === word);
    return response.status === 200 && answer !== undefined
      ? { kind: "answer", answer }
      : { kind: "error", text: `The reputation service answered ${response.status}.` };
  };

  return {
    ask: async (question) => {
      const { address, source, permfail, tempfail } = question;
      if (parseAddress(address) === undefined)
        return { kind: "error", text: "This is no address." };
      const key = `${source}\n${permfail.join()}\n${tempfail.join()}\n${address}`;
      const before = known().get(key);
      if (before !== undefined) return { kind: "answer", answer: before };
      const isService = /^https?:\/\//i.test(source);
      const result = await (isService ? askService(question) : askZone(question));
      if (result.kind === "answer") known().set(key, result.answer);
      return result;
    },
    remembered: async (address, days) => {
      if (parseAddress(address) === undefined) return null;
      const key = `${days} ${address}`;
      const before = memories().get(key);
      if (before !== undefined) return before;
      try {
        const { rows } = await pool.query<{ accepted: string; rejected: string; spam: string }>({
          name: "reputation-read",
          text: `SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(rejected), 0) AS rejected,
              coalesce(sum(spam), 0) AS spam
            FROM address_memory WHERE address = $1::inet AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date`,
          values: [address, new Date(clock().getTime() - days * 86_400_000)],
        });
        const [row] = rows;
        const memory = {
          accepted: Number(row?.accepted ?? 0),
          rejected: Number(row?.rejected ?? 0),
          spam: Number(row?.spam ?? 0),
        };
        memories().set(key, memory);
        return memory;
      } catch (error) {
        report("The memory of addresses cannot be read.", error);
        return null;
      }
    },
    learn: async (now, keepDays) => {
      await pool.query(sumUp, [now]);
      await pool.query("DELETE FROM address_memory WHERE day < $1::date", [
        new Date(now.getTime() - keepDays * 86_400_000),
      ]);
    },
  };
};

const isAmong = (found: readonly string[], wanted: readonly string[]): boolean => {
  const networks = wanted.flatMap((text) => parseNetwork(text) ?? []);
  return found.some((text) => {
    const address = parseAddress(text);
    return address !== undefined && networks.some((network) => includesAddress(network, address));
  });
};
