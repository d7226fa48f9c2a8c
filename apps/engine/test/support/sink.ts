/** A mail server that remembers every message it takes, byte for byte. */
import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export type SunkMessage = {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly bytes: Buffer;
  readonly sha256: string;
};

export type Sink = {
  readonly port: number;
  readonly messages: readonly SunkMessage[];
  /** Resolves when `enough` holds; rejects after `seconds`. */
  readonly until: (
    enough: (messages: readonly SunkMessage[]) => boolean,
    seconds?: number,
  ) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type SinkOptions = {
  /** Answer to a recipient; null accepts. */
  readonly refuse?: (recipient: string) => { code: number; text: string } | null;
  readonly port?: number;
  /** The final reply waits for it. */
  readonly beforeReply?: (message: SunkMessage) => Promise<void>;
};

export const startSink = async (options: SinkOptions = {}): Promise<Sink> => {
  const messages: SunkMessage[] = [];
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    authOptional: true,
    hideSMTPUTF8: false,
    onRcptTo: (address, _session, callback) => {
      const refusal = options.refuse?.(address.address) ?? null;
      if (refusal === null) return callback();
      return callback(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const message = {
          sender: session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address,
          recipients: session.envelope.rcptTo.map((recipient) => recipient.address),
          bytes,
          sha256: createHash("sha256").update(bytes).digest("hex"),
        };
        messages.push(message);
        void Promise.resolve(options.beforeReply?.(message)).then(() => callback());
        for (const look of waiting) look();
      });
    },
  });
  server.on("error", () => {}); // a peer that was killed
  await new Promise<void>((resolve) =>
    server.listen(options.port ?? 0, "127.0.0.1", () => resolve()),
  );
  const { port } = server.server.address() as AddressInfo; // listening on TCP
  return {
    port,
    messages,
    until: (enough, seconds = 60) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(
            new Error(
              `the sink has ${messages.length} messages, and not those that were waited for`,
            ),
          );
        }, seconds * 1000);
        const look = (): void => {
          if (!enough(messages)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
