/** One script run for the Scripting page: looks things up, changes nothing. */

import { blocks } from "@sluice/blocks/definitions";
import { executors } from "@sluice/blocks/executors";
import { environmentFor, type FlowKind } from "@sluice/flow-schema";
import { compile } from "@sluice/hsl";
import type { ScriptRun } from "../api/parts.ts";
import type { Snapshot } from "../config/snapshot.ts";
import type { ConnectionFacts } from "../flows/flow-input.ts";
import type { LiveFlow } from "../flows/live-flow.ts";
import { createDeliveryFlowRunner } from "../flows/run-delivery.ts";
import { createFlowRunner } from "../flows/run-flow.ts";
import type { FlowServices } from "../flows/services.ts";
import type { FlowTrace } from "../flows/trace.ts";
import type { HistoryWriter } from "../history/history.ts";
import { contentOfBytes } from "../scanner/content-store.ts";

type Question = {
  readonly flowKind: FlowKind;
  readonly script: string;
  readonly messageId: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
};

export const createDryRun = (options: {
  services: FlowServices;
  history: Pick<HistoryWriter, "log" | "ran">;
  hostName: string;
  snapshot: () => Promise<Snapshot>;
  /** The stored message, while it is in the queue or held. */
  message: (messageId: string) => Promise<Buffer | null>;
}): ((question: Question) => Promise<ScriptRun>) => {
  const parts = { ...options, blocks, executors, isDry: true };
  const runner = createFlowRunner(parts);
  const delivery = createDeliveryFlowRunner(parts);

  return async ({ flowKind, script: text, messageId, variables }) => {
    const { script, diagnostics } = compile(text, environmentFor(flowKind, blocks));
    const wrong = diagnostics.find(({ severity }) => severity === "error");
    if (script === null) {
      const { message, line, column } = wrong ?? {
        message: "The script does not compile.",
        line: 1,
        column: 1,
      };
      return { ending: "not run", error: { message, line, column }, log: [], trace: null };
    }
    const flow: LiveFlow = {
      id: "scripting",
      kind: flowKind,
      title: "Scripting",
      revision: 0,
      script,
      text,
      origins: [{ id: 0, node: "script", start: 0, end: text.length }],
      dependsOnRecipient: false,
      titles: new Map([["script", "Script"]]),
    };
    const say = (name: string, fallback: string): string => {
      const value = variables[name];
      return typeof value === "string" || typeof value === "number" ? String(value) : fallback;
    };
    const sample = Buffer.from(
      `From: <${say("sender", "sender@example.org")}>\r\nTo: <${say("recipient", "recipient@example.com")}>\r\nSubject: Sample\r\n\r\nHello\r\n`,
    );
    const bytes = (messageId === null ? null : await options.message(messageId)) ?? sample;
    const facts: ConnectionFacts = {
      sessionId: "00000000-0000-7000-8000-000000000000",
      messageId,
      clientAddress: say("senderip", "192.0.2.1"),
      clientPort: 40_000,
      serverAddress: say("serverip", "127.0.0.1"),
      serverPort: Number(say("serverport", "25")),
      listenerId: say("serverid", "inbound").replace(/^mailserver:/, ""),
      helo: say("senderhelo", "client.example.org"),
      tls: null,
      signIn: say("saslusername", "") || null,
      context: new Map(),
      snapshot: await options.snapshot(),
      signal: AbortSignal.timeout(20_000),
    };
    const sender = say("sender", "sender@example.org");
    const recipient = say("recipient", "recipient@example.com");
    const trace = await runKind();
    return {
      ending: trace?.ending ?? "end of flow",
      error: trace?.error ?? null,
      log: trace?.steps.flatMap(({ log }) => log) ?? [],
      trace,
    };

    async function runKind(): Promise<FlowTrace | null> {
      switch (flowKind) {
        case "ip-policy":
          return (await runner.ipPolicy(flow, facts)).trace;
        case "authentication":
          return (
            await runner.authentication(flow, {
              ...facts,
              userName: say("saslusername", "user"),
              password: say("saslpassword", ""),
              mechanism: "PLAIN",
            })
          ).trace;
        case "recipient":
          return (
            await runner.recipient(flow, {
              ...facts,
              sender,
              recipient,
              senderParameters: {},
              recipientParameters: {},
              domain: null,
              transport: null,
              recipientsSoFar: [],
            })
          ).trace;
        case "content":
          return (
            await runner.content(flow, {
              ...facts,
              messageId: messageId ?? facts.sessionId,
              sender,
              recipient,
              recipients: [recipient],
              content: contentOfBytes(bytes),
              smtpUtf8: false,
              domain: null,
              transport: null,
              directProcessing: true,
            })
          ).trace;
        case "delivery":
          return (
            await delivery.before(flow, {
              snapshot: facts.snapshot,
              messageId: messageId ?? facts.sessionId,
              queueId: "0",
              sender,
              recipient,
              size: bytes.length,
              transport: say("transportid", ""),
              destination: "",
              receivedAt: new Date(),
              attempts: 0,
              maximumAttempts: 0,
              envelope: {
                sessionId: facts.sessionId,
                clientAddress: facts.clientAddress,
                clientPort: facts.clientPort,
                serverAddress: facts.serverAddress,
                serverPort: facts.serverPort,
                helo: facts.helo,
                signIn: facts.signIn,
                tls: null,
                smtpUtf8: false,
                eightBit: false,
                requireTls: false,
                ret: null,
                envid: null,
                notify: null,
                orcpt: null,
                mayBounce: false,
                subject: "Sample",
                metadata: {},
              },
            })
          ).trace;
        default:
          return flowKind satisfies never;
      }
    }
  };
};
