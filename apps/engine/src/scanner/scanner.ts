/**
 * Takes mail that waits for its content flow (listeners without direct processing),
 * runs the flow for each recipient, and moves the entry to where the verdict says.
 *
 * Promises: an entry leaves the incoming queue only in the transaction that stores
 * what becomes of it. If the process dies, its lease runs out and the entry is
 * judged again. The client has had its 250, so a reject becomes a notice only when
 * the sender is known (signed in, or SPF passed: no backscatter); otherwise the mail
 * is dropped, and history says so. A deferral tries again later. While a burst comes in,
 * judging steps back: what clients wait for goes first.
 */
import { hostname } from "node:os";
import { domainOf as domainOfAddress, parseMailbox } from "@sluice/mail-syntax";
import type { Domain } from "@sluice/settings";
import { matchDomain } from "../config/domain-match.ts";
import type { Snapshot } from "../config/snapshot.ts";
import { isWanted } from "../delivery/delivery-status-notification.ts";
import type { ContentInput, FlowRunner, Ran } from "../flows/flow-input.ts";
import type { ContentVerdict } from "../flows/verdict.ts";
import type { HistoryEvent, HistoryEventKind, Outcome } from "../history/event.ts";
import type { HistoryWriter } from "../history/history.ts";
import type { IncomingQueue, Scanned } from "../queue/incoming-queue.ts";
import type { HeldMessage, NewEntry } from "../queue/queue-entry.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import type { Content } from "./content.ts";
import { type ContentStore, contentOfBytes } from "./content-store.ts";
import { rejectNotice } from "./reject-notice.ts";
import { outcomeOf, type Standing, standingOf } from "./verdict-precedence.ts";
import { withClient } from "./with-client.ts";

export type Scanner = {
  /** There may be mail to judge. */
  readonly wake: () => void;
  readonly close: () => Promise<void>;
};

export type ScannerOptions = {
  readonly queue: IncomingQueue;
  readonly runner: Pick<FlowRunner, "content">;
  readonly snapshot: () => Snapshot;
  readonly history: Pick<HistoryWriter, "log" | "stored">;
  readonly clock: () => Date;
  /** Does the sender's domain vouch for the client now (SPF)? Asked when no flow has found it out before 250. */
  readonly vouches: (entry: QueueEntry) => Promise<boolean>;
  readonly report: (text: string, error?: unknown) => void;
  /** Keeps large messages out of memory while they are judged. */
  readonly contents: Pick<ContentStore, "store">;
  /** Messages judged at once: most of the time of one is waiting for look-ups. */
  readonly concurrency?: number;
  /** This process has its hands full with mail that comes in: then one is judged at a time, with a pause after it. */
  readonly isBusy?: () => boolean;
  readonly pollMilliseconds?: number;
};

/** More are claimed when no more than this part of what may run is running. */
const refillPart = 0.75;

/** What a burst gets before the next message is judged. */
const pauseMilliseconds = 50;

/** Seconds until a deferred message is judged again: the last one repeats. */
const retrySeconds = [60, 300, 900, 1800];

export const createScanner = (options: ScannerOptions): Scanner => {
  const { queue, history, report, concurrency = 128, pollMilliseconds = 10_000 } = options;
  const { isBusy = () => false } = options;
  let isClosed = false;
  let isPolling = false;
  let again = false;
  const running = new Set<Promise<void>>();

  const judgeOne = async (entry: QueueEntry): Promise<void> => {
    let content: Content | null = null;
    try {
      content = await options.contents.store(queue.read(entry.bodyId));
      const scanned = await judge(entry, content, options);
      if ("postpone" in scanned) {
        const delay = retrySeconds[Math.min(entry.attempts, retrySeconds.length - 1)] ?? 60;
        await queue.postpone(entry, delay, scanned.postpone);
      } else {
        await queue.finish(scanned);
        history.stored(entry.messageId);
      }
    } catch (error) {
      report(`message ${entry.messageId} could not be judged`, error);
      await queue.postpone(entry, 60, "Local error").catch((failure: unknown) => {
        report("an entry keeps its lease until that runs out", failure);
      });
    } finally {
      await content?.release();
    }
  };

  const poll = async (): Promise<void> => {
    if (isPolling || isClosed) {
      again = isPolling;
      return;
    }
    isPolling = true;
    try {
      do {
        again = false;
        const room = (isBusy() ? 1 : concurrency) - running.size;
        const entries = room > 0 ? await queue.claim(room) : [];
        for (const entry of entries) {
          const work = judgeOne(entry).finally(() => {
            running.delete(work);
            if (isBusy()) setTimeout(() => void poll(), pauseMilliseconds);
            // a claim for many costs no more than one for a single message
            else if (running.size <= concurrency * refillPart) void poll();
          });
          running.add(work);
        }
        if (entries.length > 0 && running.size < concurrency && !isBusy()) again = true;
      } while (again && !isClosed);
    } catch (error) {
      report("the incoming queue could not be read", error);
    } finally {
      isPolling = false;
    }
  };

  const timer = setInterval(() => void poll(), pollMilliseconds);
  timer.unref();
  return {
    wake: () => void poll(),
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      await Promise.allSettled(running);
    },
  };
};

type Postponed = { readonly postpone: string };

const judge = async (
  entry: QueueEntry,
  content: Content,
  { runner, snapshot, clock, vouches }: ScannerOptions,
): Promise<Scanned | Postponed> => {
  const current = snapshot();
  const domain = domainOf(entry, current);
  if (domain === undefined) {
    return { postpone: `The domain ${entry.domain} is no longer in the settings.` };
  }
  const id = domain?.contentFlow;
  const flow = id === undefined ? null : (current.flows.get(id) ?? null);
  if (id !== undefined && flow === null) return { postpone: `The flow ${id} does not run.` };
  const ran = await runner.content(flow, inputOf(entry, content, current));
  const { verdict } = ran;
  if (verdict.answer.kind === "defer") return { postpone: verdict.answer.text };
  const standing = standingOf(verdict);
  const isKnownSender =
    standing === "reject" &&
    (entry.envelope.mayBounce || (entry.sender !== "" && (await vouches(entry))));
  const { outcome, kind, notice } = endingOf(entry, standing, verdict, isKnownSender);
  const deliveries = standing === "reject" ? [] : deliveriesOf(entry, verdict);
  const event: HistoryEvent = {
    at: clock(),
    kind,
    queueId: entry.queueId,
    recipient: entry.recipient,
    detail: verdict.answer.kind === "reject" ? { text: verdict.answer.text, notice } : {},
  };
  return {
    entry,
    body: notice
      ? wholeBody(await rejectNotice(entry, content, verdict, hostNameOf(current), clock()))
      : changedBody(content, verdict),
    deliveries: notice ? [noticeEntry(entry)] : deliveries,
    held: heldOf(entry, ran, current),
    outcome,
    traces: ran.trace === null ? [] : [ran.trace],
    event,
  };
};

/** null: a foreign domain, which has no content flow; undefined: ours once, and nobody's now. */
const domainOf = (entry: QueueEntry, { settings }: Snapshot): Domain | null | undefined => {
  if (entry.domain === null) return null;
  const mailbox = parseMailbox(entry.recipient);
  const named = mailbox === null ? "" : domainOfAddress(mailbox);
  return (
    settings.domains[entry.domain] ??
    matchDomain(settings, entry.listener ?? "", named)?.domain ??
    undefined
  );
};

const hostNameOf = ({ settings }: Snapshot): string =>
  settings.gateway.hostName === "" ? hostname() : settings.gateway.hostName;

const endingOf = (
  entry: QueueEntry,
  standing: Standing,
  verdict: ContentVerdict,
  isKnownSender: boolean,
): { outcome: Outcome; kind: HistoryEventKind; notice: boolean } => {
  if (standing === "reject") {
    // a notice goes to a known sender only, and never about a notice (RFC 5321 §4.5.5)
    const { notify } = entry.envelope;
    const notice = isKnownSender && entry.sender !== "" && isWanted(notify, "failed");
    return notice
      ? { outcome: "bounced", kind: "bounced", notice }
      : { outcome: "rejected", kind: "message-rejected", notice };
  }
  const isThere = verdict.actions.some(({ kind }) => kind === "delivered");
  const isQueued = verdict.actions.some(({ kind }) => kind === "deliver");
  if (standing === "deliver" && isThere && !isQueued) {
    return { outcome: "delivered", kind: "attempt-delivered", notice: false };
  }
  const kinds = {
    quarantine: "quarantined",
    delete: "deleted",
    deliver: "message-accepted",
    defer: "message-deferred",
  } as const;
  return { outcome: outcomeOf(standing), kind: kinds[standing], notice: false };
};

/** Null: what is stored already is delivered as it is. */
const changedBody = (stored: Content, { header, content }: ContentVerdict): Scanned["body"] => {
  if (header === null && content === undefined) return null;
  const changed = content ?? stored;
  return { header: header ?? changed.header, content: changed };
};

const wholeBody = (bytes: Buffer): Scanned["body"] => {
  const content = contentOfBytes(bytes);
  return { header: content.header, content };
};

const deliveriesOf = (entry: QueueEntry, verdict: ContentVerdict): NewEntry[] =>
  verdict.actions.flatMap((action) =>
    action.kind === "deliver"
      ? [
          {
            queue: "outgoing" as const,
            sender: verdict.sender ?? entry.sender,
            recipient: action.recipient,
            domain: entry.domain,
            transport: action.transport ?? entry.transport,
            delaySeconds: action.delaySeconds,
            envelope: withClient({ ...entry.envelope, metadata: action.metadata }, verdict),
          },
        ]
      : [],
  );

const noticeEntry = (entry: QueueEntry): NewEntry => ({
  queue: "outgoing",
  sender: "",
  recipient: entry.sender,
  domain: null,
  transport: null,
  delaySeconds: 0,
  envelope: { ...entry.envelope, mayBounce: false, notify: ["NEVER"], metadata: {} },
});

const heldOf = (
  entry: QueueEntry,
  { verdict, trace }: Ran<ContentVerdict>,
  { settings }: Snapshot,
): HeldMessage[] =>
  verdict.actions.flatMap((action) =>
    action.kind === "quarantine"
      ? [
          {
            quarantine: action.quarantine,
            sender: verdict.sender ?? entry.sender,
            recipient: action.recipient,
            subject: entry.envelope.subject,
            reason: action.reason,
            flow: trace?.flow ?? "",
            node: trace?.steps.at(-1)?.node ?? null,
            retentionDays: settings.quarantines[action.quarantine]?.retentionDays ?? 30,
            envelope: {
              ...withClient(entry.envelope, verdict),
              releaseTransport: action.transport,
            },
          },
        ]
      : [],
  );

const inputOf = (entry: QueueEntry, content: Content, snapshot: Snapshot): ContentInput => {
  const { envelope } = entry;
  return {
    sessionId: envelope.sessionId,
    messageId: entry.messageId,
    clientAddress: envelope.clientAddress,
    clientPort: envelope.clientPort,
    serverAddress: envelope.serverAddress,
    serverPort: envelope.serverPort,
    listenerId: entry.listener ?? "",
    helo: envelope.helo,
    tls: envelope.tls === null ? null : { ...envelope.tls, keySize: 0 },
    signIn: envelope.signIn,
    context: new Map(),
    snapshot,
    sender: entry.sender,
    recipient: entry.recipient,
    recipients: [entry.recipient],
    content,
    smtpUtf8: envelope.smtpUtf8,
    requireTls: envelope.requireTls,
    domain: entry.domain,
    transport: entry.transport,
    directProcessing: false,
  };
};
