/**
 * What stands in a file of the journal: one record for each write, with messages in full
 * and the ends of earlier ones. A record that a crash cut short is recognised by its sum.
 *
 *     "SLJ1" | length of the head | length of the bodies | CRC-32 of both | head (JSON) | bodies
 */
import { crc32 } from "node:zlib";
import type { HistoryEvent, HistoryRecord } from "../../history/event.ts";
import { plainEvent } from "../../history/history-rows.ts";
import type { EntryRow } from "../queue-store.ts";
import type { SettledEntry } from "../settle-statement.ts";
import type { Storable } from "../storable.ts";

/** An entry for which nothing is left to do. */
export type Ended = Omit<SettledEntry, "deferral" | "traces">;

export type JournalGroup = {
  /** Small ones: no body is read from elsewhere. */
  readonly messages: readonly Storable[];
  readonly ended: readonly Ended[];
};

const magic = Buffer.from("SLJ1");
const prefixBytes = 16;

/** To be written one after another, as one record. */
export const encodeGroup = ({ messages, ended }: JournalGroup): Buffer[] => {
  const bodies = messages.flatMap((message) => message.bodies.flatMap(({ bytes }) => bytes ?? []));
  const head = Buffer.from(
    JSON.stringify({
      messages: messages.map(({ messageId, entries, record, bodies: own }) => ({
        messageId,
        entries: entries.map((entry) => ({
          ...entry,
          receivedAt: entry.receivedAt.toISOString(),
        })),
        record: {
          ...record,
          at: record.at.toISOString(),
          events: record.events.map(plainEvent),
        },
        bodies: own.map(({ bodyId, bytes }) => [bodyId, bytes?.length ?? 0]),
      })),
      ended: ended.map((one) => ({ ...one, event: plainEvent(one.event) })),
    }),
  );
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  prefix.writeUInt32LE(head.length, 4);
  prefix.writeUInt32LE(
    bodies.reduce((sum, { length }) => sum + length, 0),
    8,
  );
  prefix.writeUInt32LE(
    [head, ...bodies].reduce((sum, part) => crc32(part, sum), 0),
    12,
  );
  return [prefix, head, ...bodies];
};

export type JournalFile = JournalGroup & {
  /** Bytes in the middle that are no record: the file was damaged. What a crash cuts off at the end is none. */
  readonly damagedBytes: number;
};

/** Everything a file holds. Past damage it goes on with the next record that is whole. */
export const decodeFile = (file: Buffer): JournalFile => {
  const messages: Storable[] = [];
  const ended: Ended[] = [];
  let damagedBytes = 0;
  let at = 0;
  let skipped = 0;
  while (at < file.length) {
    const record = recordAt(file, at);
    if (record === null) {
      const next = file.indexOf(magic, at + 1);
      skipped += (next < 0 ? file.length : next) - at;
      at = next < 0 ? file.length : next;
      continue;
    }
    damagedBytes += skipped;
    skipped = 0;
    messages.push(...record.messages);
    ended.push(...record.ended);
    at = record.end;
  }
  return { messages, ended, damagedBytes };
};

const recordAt = (file: Buffer, at: number): (JournalGroup & { end: number }) | null => {
  if (at + prefixBytes > file.length || !file.subarray(at, at + 4).equals(magic)) return null;
  const headEnd = at + prefixBytes + file.readUInt32LE(at + 4);
  const end = headEnd + file.readUInt32LE(at + 8);
  if (end > file.length) return null;
  if (crc32(file.subarray(at + prefixBytes, end)) !== file.readUInt32LE(at + 12)) return null;
  const head: Head = JSON.parse(file.toString("utf8", at + prefixBytes, headEnd));
  let place = headEnd;
  const messages = head.messages.map(({ messageId, entries, record, bodies }): Storable => {
    const start = place;
    const own = bodies.map(([bodyId, length]) => {
      const bytes = file.subarray(place, place + length);
      place += length;
      return { bodyId, bytes, source: null };
    });
    return {
      messageId,
      bodies: own,
      entries: entries.map((entry) => ({ ...entry, receivedAt: new Date(entry.receivedAt) })),
      held: [],
      record: { ...record, at: new Date(record.at), events: record.events.map(eventOf) },
      size: place - start,
    };
  });
  const ended = head.ended.map((one) => ({ ...one, event: eventOf(one.event) }));
  return { messages, ended, end };
};

/** As JSON gives it: times are text. */
type Dated<T, K extends keyof T> = Omit<T, K> & { readonly [key in K]: string };
type Head = {
  readonly messages: readonly {
    readonly messageId: string;
    readonly entries: readonly Dated<EntryRow, "receivedAt">[];
    readonly record: Omit<Dated<HistoryRecord, "at">, "events"> & {
      readonly events: readonly Dated<HistoryEvent, "at">[];
    };
    readonly bodies: readonly (readonly [bodyId: string, length: number])[];
  }[];
  readonly ended: readonly (Omit<Ended, "event"> & {
    readonly event: Dated<HistoryEvent, "at">;
  })[];
};

const eventOf = (event: Dated<HistoryEvent, "at">): HistoryEvent => ({
  ...event,
  at: new Date(event.at),
});
