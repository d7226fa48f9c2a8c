/** Runs flows in a test as a worker does, without sockets of our own: settings in, verdicts out. */
import { blocks } from "@sluice/blocks/definitions";
import { executors } from "@sluice/blocks/executors";
import type { FlowKind } from "@sluice/flow-schema";
import { Settings } from "@sluice/settings";
import type pg from "pg";
import type { z } from "zod";
import type { Snapshot } from "../../src/config/snapshot.ts";
import type { TlsResult } from "../../src/delivery/connector.ts";
import { createFlowServices } from "../../src/flows/create-services.ts";
import type {
  AuthenticationInput,
  ConnectionFacts,
  ContentInput,
  RecipientInput,
} from "../../src/flows/flow-input.ts";
import type { LiveFlow } from "../../src/flows/live-flow.ts";
import { buildLiveFlows } from "../../src/flows/live-flows.ts";
import { createDeliveryFlowRunner } from "../../src/flows/run-delivery.ts";
import { createFlowRunner } from "../../src/flows/run-flow.ts";
import type { FlowTrace } from "../../src/flows/trace.ts";
import { contentOfBytes } from "../../src/scanner/content-store.ts";

export type TestFlows = ReturnType<typeof createTestFlows>;

type Options = {
  readonly settings: z.input<typeof Settings>;
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly pool?: pg.Pool;
};

/** A flow of one script block. */
export const scriptFlow = (kind: FlowKind, source: string) => ({
  kind,
  title: "Test",
  entry: "script",
  nodes: { script: { block: "script", version: 1, config: { source } } },
});

export const createTestFlows = (options: Options) => {
  const settings = Settings.parse(options.settings);
  const log: string[] = [];
  const traces: FlowTrace[] = [];
  const alarms: string[] = [];
  const tlsResults: TlsResult[] = [];
  const file = (name: string): Buffer | null => {
    const content = options.files?.[name];
    return content === undefined ? null : Buffer.from(content);
  };
  const contents = new Map<string, Buffer | null>();
  const { flows, problems } = buildLiveFlows(settings, 7, blocks, file);
  if (problems.length > 0) throw new Error(JSON.stringify(problems, null, 2));
  const snapshot: Snapshot = {
    revision: 7,
    settings,
    flows,
    file: (name) => {
      if (!contents.has(name)) contents.set(name, file(name));
      return contents.get(name) ?? null;
    },
    secret: (kind, id, field) => options.secrets?.[`${kind}/${id}/${field}`] ?? null,
  };
  const services = createFlowServices({
    pool: options.pool ?? null,
    accept: async () => {},
    alarm: (text) => alarms.push(text),
    onTls: (result) => tlsResults.push(result),
  });
  const parts = {
    services,
    blocks,
    executors,
    hostName: "gateway.test",
    history: {
      log: (line: { level: string; text: string }) => log.push(`${line.level} ${line.text}`),
      ran: (trace: FlowTrace) => traces.push(trace),
    },
  };
  const sessions = createFlowRunner(parts);
  const deliveries = createDeliveryFlowRunner(parts);
  const connection: ConnectionFacts = {
    sessionId: "0192f0c1-0000-7000-8000-000000000001",
    messageId: "0192f0c1-0000-7000-8000-000000000002",
    clientAddress: "192.0.2.7",
    clientPort: 40_000,
    serverAddress: "192.0.2.1",
    serverPort: 25,
    listenerId: "inbound",
    helo: "mx.example.com",
    tls: null,
    signIn: null,
    context: new Map(),
    snapshot,
  };
  const flow = (id: string): LiveFlow => {
    const found = flows.get(id);
    if (found === undefined) throw new Error(`there is no flow ${id}`);
    return found;
  };
  return {
    ...{
      log,
      traces,
      alarms,
      tlsResults,
      snapshot,
      services,
      sessions,
      deliveries,
      connection,
      flow,
    },
    echoed: () => log.flatMap((line) => (line.startsWith("debug ") ? [line.slice(6)] : [])),
    connect: async (id: string, more: Partial<ConnectionFacts> = {}) =>
      sessions.ipPolicy(flow(id), { ...connection, ...more }),
    signIn: async (
      id: string,
      userName: string,
      password: string,
      more: Partial<AuthenticationInput> = {},
    ) =>
      sessions.authentication(flow(id), {
        ...connection,
        mechanism: "PLAIN",
        userName,
        password,
        ...more,
      }),
    recipient: async (id: string, recipient: string, more: Partial<RecipientInput> = {}) =>
      sessions.recipient(flow(id), {
        ...connection,
        sender: "ann@example.com",
        recipient,
        senderParameters: {},
        recipientParameters: {},
        domain: "example.org",
        transport: null,
        recipientsSoFar: [],
        ...more,
      }),
    content: async (id: string, message: string | Buffer, more: Partial<ContentInput> = {}) =>
      sessions.content(flow(id), {
        ...connection,
        messageId: connection.messageId ?? "",
        sender: "ann@example.com",
        recipient: "bob@example.org",
        recipients: ["bob@example.org"],
        content: contentOfBytes(Buffer.from(message)),
        smtpUtf8: false,
        requireTls: false,
        domain: "example.org",
        transport: null,
        directProcessing: true,
        ...more,
      }),
  };
};
