/** A real listener on a real port, with flows and storage that a test controls. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Settings } from "@sluice/settings";
import type { z } from "zod";
import type { LiveSnapshot, Snapshot } from "../../src/config/snapshot.ts";
import type { FlowRunner, Ran } from "../../src/flows/flow-input.ts";
import type { LiveFlow } from "../../src/flows/live-flow.ts";
import type { HistoryRecord } from "../../src/history/event.ts";
import { createListenerSet } from "../../src/listener/listener-set.ts";
import type { TicketKeys } from "../../src/listener/ticket-keys.ts";
import type { Acceptance, AcceptMessage } from "../../src/queue/queue-entry.ts";
import { createContentStore } from "../../src/scanner/content-store.ts";
import { createPolicyCache } from "../../src/session/policy-cache.ts";
import { createSignInGuard, type SignInGuard } from "../../src/session/sign-in-guard.ts";
import { freePort } from "./gateway.ts";

export type AcceptedMessage = {
  readonly acceptance: Acceptance;
  /** Bytes of each body as they would be delivered. */
  readonly bodies: readonly string[];
};

export type ListenerUnderTest = {
  readonly port: number;
  /** Where content goes that is too long for memory. */
  readonly folder: string;
  readonly messages: readonly AcceptedMessage[];
  readonly records: readonly HistoryRecord[];
  readonly log: readonly string[];
  readonly storage: { state: "ready" | "full"; error: Error | null };
  readonly change: (settings: z.input<typeof Settings>) => void;
  readonly status: () => ReturnType<ReturnType<typeof createListenerSet>["status"]>;
  readonly close: (graceMilliseconds?: number) => Promise<void>;
};

const plain = <V>(verdict: V): Ran<V> => ({ verdict, trace: null });

/** What the product does when no flow is set. */
export const defaultRunner: FlowRunner = {
  ipPolicy: () => plain({ kind: "allow", ttlSeconds: 0 }),
  authentication: () => plain({ kind: "reject", text: "" }),
  recipient: () => plain({ kind: "accept" }),
  content: (_flow, input) =>
    plain({
      answer: { kind: "accept" },
      actions: [{ kind: "deliver", recipient: input.recipient, delaySeconds: 0, metadata: {} }],
      header: null,
    }),
};

export const fakeFlow = (
  id: string,
  kind: LiveFlow["kind"],
  dependsOnRecipient = false,
): LiveFlow => ({
  id,
  kind,
  title: id,
  revision: 1,
  script: {
    run: () => ({ kind: "end", value: null, steps: 0 }),
    reads: new Set(),
    calls: new Set(),
  },
  text: "",
  origins: [],
  dependsOnRecipient,
});

/** Resolves when `holds` does; what a session leaves behind comes a moment after its end. */
export const until = async (holds: () => boolean, milliseconds = 60_000): Promise<void> => {
  const deadline = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("it did not come to pass");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

export const startListener = async (options: {
  settings: (port: number) => z.input<typeof Settings>;
  runner?: Partial<FlowRunner>;
  flows?: readonly LiveFlow[];
  secrets?: Readonly<Record<string, string>>;
  /** Stored files by name and by id. */
  files?: Readonly<Record<string, string>>;
  /** The monotonic clock of time limits. */
  monotonic?: () => number;
  signIns?: SignInGuard;
  ticketKeys?: TicketKeys;
  /** A real queue, say; without it messages are kept for the test to look at. */
  acceptMessage?: AcceptMessage;
}): Promise<ListenerUnderTest> => {
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-listener-"));
  const flows = new Map((options.flows ?? []).map((flow) => [flow.id, flow]));
  const files = new Map(
    Object.entries(options.files ?? {}).map(([name, text]) => [name, Buffer.from(text)]),
  );
  const snapshotOf = (settings: z.input<typeof Settings>, revision: number): Snapshot => ({
    revision,
    settings: Settings.parse(settings),
    flows,
    file: (name) => files.get(name) ?? null,
    secret: (kind, id, field) => options.secrets?.[`${kind}/${id}/${field}`] ?? null,
  });
  let snapshot = snapshotOf(options.settings(port), 1);
  const watchers = new Set<(snapshot: Snapshot) => void>();
  const live: LiveSnapshot = {
    current: () => snapshot,
    onChange: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
  const messages: AcceptedMessage[] = [];
  const records: HistoryRecord[] = [];
  const log: string[] = [];
  const storage: ListenerUnderTest["storage"] = { state: "ready", error: null };
  const set = createListenerSet({
    snapshot: live,
    parts: {
      runner: { ...defaultRunner, ...options.runner },
      acceptMessage:
        options.acceptMessage ??
        (async (acceptance) => {
          if (storage.error !== null) throw storage.error;
          const bodies: string[] = [];
          for (const body of acceptance.bodies) {
            const chunks: Buffer[] = [body.prefix, body.header];
            for await (const chunk of body.content.read(body.content.header.length))
              chunks.push(chunk);
            bodies.push(Buffer.concat(chunks).toString("latin1"));
          }
          messages.push({ acceptance, bodies });
          records.push(acceptance.history);
        }),
      history: {
        record: (record) => records.push(record),
        event: () => {},
        trace: () => {},
        log: (line) => log.push(line.text),
        flush: async () => {},
      },
      contents: createContentStore({ folder }),
      storageState: () => storage.state,
      clock: () => new Date(),
      hostName: "mx.example.test",
      policies: createPolicyCache(),
      signIns:
        options.signIns ?? createSignInGuard({ delayMilliseconds: 0, refusalMilliseconds: 0 }),
      ...(options.monotonic === undefined ? {} : { monotonic: options.monotonic }),
    },
    ...(options.ticketKeys === undefined ? {} : { ticketKeys: options.ticketKeys }),
    tickMilliseconds: 10,
    retryMilliseconds: 50,
  });
  await set.ready;
  let revision = 1;
  return {
    port,
    folder,
    messages,
    records,
    log,
    storage,
    status: set.status,
    change: (settings) => {
      revision += 1;
      snapshot = snapshotOf(settings, revision);
      for (const watcher of watchers) watcher(snapshot);
    },
    close: async (grace = 100) => {
      await set.close(grace);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
