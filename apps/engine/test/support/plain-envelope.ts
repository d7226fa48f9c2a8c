import type { Envelope } from "../../src/queue/queue-entry.ts";

/** What is known of a message from a client without TLS and without sign-in, who asked for nothing. */
export const plainEnvelope: Envelope = {
  sessionId: "0192f0c1-0000-7000-8000-000000000001",
  clientAddress: "192.0.2.7",
  clientPort: 40_000,
  serverAddress: "192.0.2.1",
  serverPort: 25,
  helo: "mx.example.com",
  signIn: null,
  tls: null,
  smtpUtf8: false,
  eightBit: false,
  requireTls: false,
  ret: null,
  envid: null,
  notify: null,
  orcpt: null,
  mayBounce: true,
  subject: "",
  metadata: {},
};
