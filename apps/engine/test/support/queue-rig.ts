/** One worker's queue over a real database: acceptance, lease, dispatcher, real SMTP to a real sink. */
import { createHash, randomUUID } from "node:crypto";
import { Settings } from "@sluice/settings";
import type pg from "pg";
import type { z } from "zod";
import type { Snapshot } from "../../src/config/snapshot.ts";
import { createPool } from "../../src/database/connection.ts";
import { createDispatcher, type Dispatcher } from "../../src/delivery/dispatcher.ts";
import { nextHopName } from "../../src/delivery/next-hop.ts";
import { createSettlement, withJournal } from "../../src/delivery/settlement.ts";
import { GatewayError } from "../../src/errors.ts";
import { createDns } from "../../src/flows/host/dns.ts";
import { createGroupCommit, type GroupCommit } from "../../src/queue/group-commit.ts";
import { createJournalFiles } from "../../src/queue/journal/journal-files.ts";
import { createMailInHand, type MailInHand } from "../../src/queue/journal/mail-in-hand.ts";
import { createLease, type Lease } from "../../src/queue/lease.ts";
import type { Envelope, HeldMessage, NewEntry } from "../../src/queue/queue-entry.ts";
import type { Storable } from "../../src/queue/storable.ts";
import type { Content } from "../../src/scanner/content.ts";
import { contentOfBytes } from "../../src/scanner/content-store.ts";
import type { TestDatabase } from "./database.ts";
import { plainEnvelope } from "./plain-envelope.ts";

export const envelope: Envelope = { ...plainEnvelope, eightBit: true, subject: "test" };

export type Accepted = { readonly messageId: string; readonly sha256: string };

export type QueueRig = {
  readonly lease: Lease;
  readonly commit: GroupCommit;
  readonly dispatcher: Dispatcher;
  readonly reports: readonly string[];
  /** Resolves when it is on stable storage. */
  readonly accept: (message?: {
    recipients?: readonly string[];
    text?: string;
    bytes?: Buffer;
    /** The same bytes, kept elsewhere. */
    content?: Content;
    transport?: string;
    entry?: Partial<NewEntry>;
    held?: readonly HeldMessage[];
    clientAddress?: string;
  }) => Promise<Accepted>;
  /** As a worker does when it is told to stop. */
  readonly close: () => Promise<void>;
};

export const startQueueRig = async (options: {
  readonly database: TestDatabase;
  readonly transports: z.input<typeof Settings>["transports"];
  readonly owner?: string;
  readonly monotonic?: () => number;
  readonly leaseSeconds?: number;
  readonly commitMilliseconds?: number;
  /** Mail that is delivered at once stands in a journal here. */
  readonly journal?: {
    readonly folder: string;
    readonly identity: string;
    readonly restMilliseconds?: number;
  };
  /** Told what is written to the journal. */
  readonly onKept?: (messages: readonly Storable[]) => void;
  /** So many times mail of the journal is stored and the answer is lost. */
  readonly failsAfterStoring?: number;
}): Promise<QueueRig> => {
  const { database, owner = "worker-1", monotonic } = options;
  const settings = Settings.parse({ transports: options.transports });
  const snapshot: Snapshot = {
    revision: 1,
    settings,
    flows: new Map(),
    file: () => null,
    secret: () => null,
  };
  const pool: pg.Pool = createPool(database.address, { max: 4, name: owner });
  const commitPool = createPool(database.address, { max: 3, name: `${owner} commit` });
  const settlementPool = createPool(database.address, {
    max: 2,
    name: `${owner} results`,
    asynchronousCommit: true,
  });
  const reports: string[] = [];
  const report = (text: string, error?: unknown): void => {
    reports.push(error === undefined ? text : `${text}: ${String(error)}`);
  };
  const lease = await createLease({
    pool,
    owner,
    report,
    ...(options.leaseSeconds !== undefined && { seconds: options.leaseSeconds }),
    ...(monotonic !== undefined && { monotonic }),
  });
  const halves: { dispatcher: Dispatcher | null; hand: MailInHand | null } = {
    dispatcher: null,
    hand: null,
  };
  const commit: GroupCommit = createGroupCommit({
    pool: commitPool,
    epoch: lease.epoch,
    nextQueueId: lease.nextQueueId,
    nextHopOf: (entry) => nextHopName(settings, entry),
    reserve: (bytes, hops) => halves.dispatcher?.reserve(bytes, hops) ?? new Set(),
    release: (bytes) => halves.dispatcher?.release(bytes),
    onTaken: (entries) => halves.dispatcher?.take(entries),
    onFree: () => halves.dispatcher?.wake(),
    hand: () => halves.hand,
    report,
    ...(options.commitMilliseconds !== undefined && {
      commitMilliseconds: options.commitMilliseconds,
    }),
    ...(monotonic !== undefined && { monotonic }),
  });
  const settlement = createSettlement({ pool: settlementPool, epoch: lease.epoch, report });
  let failures = options.failsAfterStoring ?? 0;
  if (options.journal !== undefined) {
    const { folder, identity } = options.journal;
    const files = await createJournalFiles({ folder, identity, report, restMilliseconds: 20 });
    halves.hand = createMailInHand({
      ...options.journal,
      files: {
        ...files,
        write: (group) => {
          options.onKept?.(group.messages);
          return files.write(group);
        },
      },
      store: async (messages, epoch) => {
        const isTaken = await commit.store(messages, epoch);
        if (failures-- > 0) throw new GatewayError("STORAGE_UNSURE", "the answer is lost");
        return isTaken;
      },
      pool,
      lease,
      settle: settlement.add,
      freeEntries: settlement.free,
      onFree: () => halves.dispatcher?.wake(),
      report,
      againMilliseconds: 50,
    });
  }
  const { hand } = halves;
  const dispatcher = createDispatcher({
    pool,
    settlement: hand === null ? settlement : withJournal(settlement, hand),
    isInJournal: (queueId) => hand?.holds(queueId) ?? false,
    lease,
    snapshot: () => snapshot,
    runner: {
      before: () => ({ verdict: { kind: "try", changes: {} }, trace: null }),
      after: () => ({ verdict: { kind: "default" }, trace: null }),
    },
    dns: createDns(),
    mtaSts: { find: () => Promise.reject(new Error("no network here")) },
    hostName: "gateway.example.test",
    clock: () => new Date(),
    acceptMessage: commit.acceptMessage,
    report,
    pollMilliseconds: 50,
  });
  halves.dispatcher = dispatcher;
  lease.onLost(() => {
    hand?.forget();
    dispatcher.forget();
  });
  dispatcher.wake();

  return {
    lease,
    commit,
    dispatcher,
    reports,
    accept: async (message = {}) => {
      const messageId = randomUUID();
      const { recipients = ["user@example.org"], transport = "internal" } = message;
      const bytes =
        message.bytes ??
        Buffer.from(`Subject: ${messageId}\r\n\r\n${message.text ?? "Hello"}\r\n`, "latin1");
      const content = message.content ?? contentOfBytes(bytes);
      const at = new Date();
      await commit.acceptMessage({
        messageId,
        revision: 1,
        listener: null,
        receivedAt: at,
        bodies: [
          {
            prefix: Buffer.alloc(0),
            header: content.header,
            content,
            held: message.held ?? [],
            entries: recipients.map((recipient) => ({
              queue: "outgoing",
              sender: "sender@example.com",
              recipient,
              domain: null,
              transport,
              delaySeconds: 0,
              envelope,
              ...message.entry,
            })),
          },
        ],
        history: {
          messageId,
          at,
          outcome: "queued",
          stage: "data",
          listener: "inbound",
          clientAddress: message.clientAddress ?? "192.0.2.1",
          helo: "client.example",
          signIn: null,
          sender: "sender@example.com",
          recipients,
          subject: "test",
          size: bytes.length,
          revision: 1,
          flow: null,
          node: null,
          reply: "250 OK",
          traces: [],
          events: [],
        },
      });
      return { messageId, sha256: createHash("sha256").update(bytes).digest("hex") };
    },
    close: async () => {
      await dispatcher.close();
      await commit.close();
      await hand?.close();
      await settlement.flush(5000);
      await lease.close();
      await Promise.all([pool.end(), commitPool.end(), settlementPool.end()]);
    },
  };
};

/** Asks until it holds; the last answer is in the error. */
export const eventually = async <T>(
  ask: () => Promise<T> | T,
  holds: (answer: T) => boolean,
  milliseconds = 60_000,
): Promise<T> => {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (performance.now() > deadline) {
      throw new Error(`it did not come to pass: ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
