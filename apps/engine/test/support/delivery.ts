/** Attempts at delivery as a worker makes them, without a database: settings in, results and decisions out. */
import type { Settings, Transport } from "@sluice/settings";
import type pg from "pg";
import type { z } from "zod";
import { createDeliver, type DeliverParts } from "../../src/delivery/deliver.ts";
import { createMtaSts, fetchPolicyOverHttps } from "../../src/delivery/mta-sts.ts";
import type { MtaStsStore } from "../../src/delivery/mta-sts-store.ts";
import type { SmtpClient } from "../../src/delivery/smtp-message.ts";
import type { Http } from "../../src/flows/host/http.ts";
import type { Envelope } from "../../src/queue/queue-entry.ts";
import type { QueueEntry } from "../../src/queue/queue-store.ts";
import { createTestFlows } from "./flows.ts";
import { plainEnvelope } from "./plain-envelope.ts";

export const hello = Buffer.from("Subject: hello\r\n\r\nHello.\r\n");
const start = new Date("2030-01-01T00:00:00Z");

const lengthOf = async (body: () => AsyncIterable<Buffer>): Promise<number> => {
  let length = 0;
  for await (const part of body()) length += part.length;
  return length;
};

export type Mail = {
  readonly recipients?: readonly string[];
  readonly sender?: string;
  readonly body?: Buffer | (() => AsyncIterable<Buffer>);
  readonly size?: number;
  readonly envelope?: Partial<Envelope>;
  readonly attempts?: number;
  readonly receivedAt?: Date;
  readonly idle?: SmtpClient | null;
  readonly transport?: string | null;
  readonly domain?: string | null;
  readonly messageId?: string;
};

export const createTestDelivery = (options: {
  readonly transports: Readonly<Record<string, z.input<typeof Transport>>>;
  readonly settings?: z.input<typeof Settings>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly pool?: pg.Pool;
  readonly http?: Http;
  readonly onTls?: DeliverParts["onTls"];
  readonly policies?: MtaStsStore;
  readonly now?: () => Date;
}) => {
  const flows = createTestFlows({
    settings: {
      ...options.settings,
      transports: Object.fromEntries(
        Object.entries(options.transports).map(([id, transport]) => [
          id,
          { connectSeconds: 5, commandSeconds: 5, dataSeconds: 5, finalSeconds: 5, ...transport },
        ]),
      ),
    },
    ...(options.pool === undefined ? {} : { pool: options.pool }),
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
  });
  const reports: string[] = [];
  let streamed: (() => AsyncIterable<Buffer>) | null = null;
  let snapshot = flows.snapshot;
  const clock = options.now ?? (() => start);
  const report = (text: string): void => void reports.push(text);
  const { dns } = flows.services;
  const deliver = createDeliver({
    snapshot: () => snapshot,
    runner: flows.deliveries,
    dns,
    mtaSts: createMtaSts({
      dns,
      fetchPolicy: fetchPolicyOverHttps(options.http ?? flows.services.http),
      report,
      store: options.policies,
      clock,
    }),
    hostName: "gateway.test",
    clock,
    readBody: () => {
      if (streamed === null) throw new Error("the body is in memory");
      return streamed();
    },
    report,
    onTls: options.onTls,
  });
  const send = async (mail: Mail = {}) => {
    const { recipients = ["bob@example.org"], body = hello, transport = "next" } = mail;
    streamed = Buffer.isBuffer(body) ? null : body;
    const size = mail.size ?? (Buffer.isBuffer(body) ? body.length : await lengthOf(body));
    return deliver(
      {
        entries: recipients.map(
          (recipient, index): QueueEntry => ({
            queueId: String(index + 1),
            messageId: mail.messageId ?? "0192f0c1-0000-7000-8000-000000000002",
            bodyId: "0192f0c1-0000-7000-8000-000000000003",
            sender: mail.sender ?? "ann@example.com",
            recipient,
            size,
            receivedAt: mail.receivedAt ?? start,
            listener: "inbound",
            domain: mail.domain ?? null,
            transport,
            nextHop: transport ?? "",
            revision: 7,
            epoch: "1",
            attempts: mail.attempts ?? 0,
            envelope: { ...plainEnvelope, ...mail.envelope },
          }),
        ),
        body: Buffer.isBuffer(body) ? body : null,
        reserved: 0,
      },
      mail.idle ?? null,
    );
  };
  return {
    ...flows,
    reports,
    deliver: send,
    /** One mail to one recipient, on a connection of its own. */
    one: async (mail: Mail = {}) => {
      const { copies, client, hopIsDown } = await send(mail);
      client?.close();
      const [copy] = copies;
      if (copy === undefined) throw new Error("no copy");
      return { ...copy.result, decision: copy.decision, copy, hopIsDown };
    },
    publish: (changed: typeof snapshot) => {
      snapshot = changed;
    },
  };
};
