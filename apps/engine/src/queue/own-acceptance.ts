/** A message of our own for one recipient, as the queue accepts it. It passes no flow on its way. */
import { contentOfBytes } from "../scanner/content-store.ts";
import type { Acceptance } from "./queue-entry.ts";

export type OwnMessage = {
  readonly messageId: string;
  readonly at: Date;
  readonly bytes: Buffer;
  readonly sender: string;
  readonly recipient: string;
  readonly transport: string | null;
  readonly subject: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly revision: number;
  /** The flow that wrote it. */
  readonly flow: string | null;
  /** What DSN asks for (RFC 3461); null: nothing special. */
  readonly notify?: readonly ["NEVER"] | undefined;
};

export const ownAcceptance = (message: OwnMessage): Acceptance => {
  const { messageId, at, sender, recipient, subject, revision } = message;
  const content = contentOfBytes(message.bytes);
  return {
    messageId,
    revision,
    listener: null,
    receivedAt: at,
    bodies: [
      {
        prefix: Buffer.alloc(0),
        header: content.header,
        content,
        entries: [
          {
            queue: "outgoing",
            sender,
            recipient,
            domain: null,
            transport: message.transport,
            delaySeconds: 0,
            envelope: {
              sessionId: messageId,
              clientAddress: "",
              clientPort: 0,
              serverAddress: "",
              serverPort: 0,
              helo: "",
              signIn: null,
              tls: null,
              smtpUtf8: false,
              eightBit: true,
              requireTls: false,
              ret: null,
              envid: null,
              notify: message.notify ?? null,
              orcpt: null,
              mayBounce: false,
              subject,
              metadata: message.metadata ?? {},
            },
          },
        ],
        held: [],
      },
    ],
    history: {
      messageId,
      at,
      outcome: "queued",
      stage: "queue",
      listener: "",
      clientAddress: "",
      helo: "",
      signIn: null,
      sender,
      recipients: [recipient],
      subject,
      size: content.size,
      revision,
      flow: message.flow,
      node: null,
      reply: "",
      traces: [],
      events: [],
    },
  };
};
