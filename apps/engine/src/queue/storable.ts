/** An accepted message in rows, as the database or the journal takes it. */
import { randomUUID } from "node:crypto";
import type { HistoryRecord } from "../history/event.ts";
import type { Acceptance, StoredBody } from "./queue-entry.ts";
import type { EntryRow, HeldRow } from "./queue-store.ts";

export type StorableBody = {
  readonly bodyId: string;
  /** null: too large for memory, to be read from `source`. */
  readonly bytes: Buffer | null;
  readonly source: StoredBody | null;
};

export type Storable = {
  readonly messageId: string;
  readonly bodies: readonly StorableBody[];
  readonly entries: readonly EntryRow[];
  readonly held: readonly HeldRow[];
  readonly record: HistoryRecord;
  /** Bytes of its bodies. */
  readonly size: number;
};

export type StorableOptions = {
  readonly nextQueueId: () => string;
  readonly nextHopOf: (entry: { transport: string | null; recipient: string }) => string;
  /** Which of these next hops may have this many bytes delivered from memory? Any of them reserves the bytes. */
  readonly reserve: (bytes: number, nextHops: readonly string[]) => ReadonlySet<string>;
};

const nowhere: ReadonlySet<string> = new Set();

/** Gives ids, finds next hops, and says which entries this worker takes. */
export const toStorable = (acceptance: Acceptance, options: StorableOptions): Storable => {
  const { messageId, receivedAt, listener, revision } = acceptance;
  const entries: EntryRow[] = [];
  const held: HeldRow[] = [];
  let total = 0;
  const bodies = acceptance.bodies.map((body) => {
    const bodyId = randomUUID();
    const { memory, header } = body.content;
    const size = body.prefix.length + body.header.length + body.content.size - header.length;
    total += size;
    const bytes =
      memory === null
        ? null
        : Buffer.concat([body.prefix, body.header, memory.subarray(header.length)]);
    const rows = body.entries.map((entry) => ({
      ...entry,
      queueId: options.nextQueueId(),
      messageId,
      bodyId,
      size,
      receivedAt,
      listener,
      revision,
      nextHop: entry.queue === "incoming" ? "" : options.nextHopOf(entry),
    }));
    const atOnce = rows.filter(
      ({ queue, delaySeconds }) => queue === "outgoing" && delaySeconds === 0,
    );
    const hops =
      bytes === null || atOnce.length === 0
        ? nowhere
        : options.reserve(size, [...new Set(atOnce.map(({ nextHop }) => nextHop))]);
    for (const row of rows) {
      const isTaken = row.queue === "outgoing" && row.delaySeconds === 0 && hops.has(row.nextHop);
      entries.push({ ...row, isTaken });
    }
    for (const one of body.held)
      held.push({ ...one, messageId, bodyId, size, receivedAt, revision });
    return { bodyId, bytes, source: bytes === null ? body : null };
  });
  return { messageId, bodies, entries, held, record: acceptance.history, size: total };
};

/** Bytes that were reserved for it. */
export const reservedBytes = ({ bodies, entries }: Storable): number =>
  bodies.reduce(
    (sum, { bodyId, bytes }) =>
      bytes !== null && entries.some((entry) => entry.bodyId === bodyId && entry.isTaken)
        ? sum + bytes.length
        : sum,
    0,
  );
