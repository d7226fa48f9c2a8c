import { field, ObjectId } from "@sluice/flow-schema";
import { z } from "zod";

/** Where clients connect, and what they may do there before a recipient decides more. */
export const Listener = z.strictObject({
  title: field.text({ label: "Title", help: "Shown in lists.", max: 120 }).default(""),
  enabled: field
    .toggle({ label: "Enabled", help: "A disabled listener has no open port." })
    .default(true),
  address: field
    .text({
      label: "Address",
      help: "IPv4 or IPv6 addresses of this machine, separated by commas, or “any”.",
      section: "Network",
    })
    .default("any"),
  port: field
    .number({
      label: "Port",
      help: "25 for mail from elsewhere, 587 or 465 for users.",
      min: 1,
      max: 65535,
      section: "Network",
    })
    .default(2525),
  protocol: field
    .choice(["smtp", "lmtp"], {
      label: "Protocol",
      help: "LMTP answers for each recipient after DATA.",
      choices: { smtp: "SMTP", lmtp: "LMTP" },
      section: "Network",
    })
    .default("smtp"),
  hostName: field
    .text({
      label: "Host name in the greeting",
      help: "Empty: the machine's own name.",
      max: 255,
      section: "Network",
    })
    .default(""),
  proxyPeers: field
    .list(z.string(), {
      label: "PROXY protocol peers",
      help: "Addresses or networks of load balancers that speak PROXY v1 or v2 first.",
      section: "Network",
    })
    .default([]),
  xclientPeers: field
    .list(z.string(), {
      label: "XCLIENT peers",
      help: "Addresses or networks that may name the real client with XCLIENT.",
      section: "Network",
    })
    .default([]),
  tls: z
    .strictObject({
      mode: field
        .choice(["off", "optional", "required", "implicit"], {
          label: "TLS",
          help: "Optional offers STARTTLS; required refuses mail without it; implicit begins with TLS (port 465).",
          choices: {
            off: "Off",
            optional: "Optional (STARTTLS)",
            required: "Required (STARTTLS)",
            implicit: "Implicit",
          },
          section: "TLS",
        })
        .default("off"),
      certificates: field
        .list(z.string(), {
          label: "Certificates",
          help: "The first is the default; others are chosen by the name the client asks for.",
          section: "TLS",
        })
        .default([]),
      minimumVersion: field
        .choice(["TLSv1.2", "TLSv1.3"], {
          label: "Oldest TLS version",
          help: "Older clients are refused.",
          choices: { "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3" },
          section: "TLS",
        })
        .default("TLSv1.2"),
    })
    .prefault({}),
  directProcessing: field
    .toggle({
      label: "Direct processing",
      help: "On: the content flow runs before the client gets its answer. Off: mail is stored, answered, and scanned afterwards.",
      section: "Mail",
    })
    .default(true),
  maximumMessageBytes: field
    .number({
      label: "Largest message",
      help: "Announced by SIZE and counted while reading.",
      min: 1024,
      unit: "bytes",
      section: "Mail",
    })
    .default(52_428_800),
  maximumRecipients: field
    .number({
      label: "Recipients in a transaction",
      help: "More are answered 452.",
      min: 1,
      max: 50_000,
      section: "Mail",
    })
    .default(1000),
  maximumHops: field
    .number({
      label: "Received fields",
      help: "A message with more is in a loop and refused.",
      min: 1,
      max: 500,
      section: "Mail",
    })
    .default(50),
  bareLineEnds: field
    .choice(["reject", "normalize"], {
      label: "Bare CR or LF in content",
      help: "Reject is safe; normalize repairs the message before anything looks at it.",
      choices: { reject: "Reject", normalize: "Normalize to CRLF" },
      section: "Mail",
    })
    .default("reject"),
  longLines: field
    .choice(["accept", "reject"], {
      label: "Lines beyond 998 bytes",
      help: "RFC 5321 allows no longer ones, yet much honest mail has them.",
      choices: { accept: "Accept", reject: "Reject" },
      section: "Mail",
    })
    .default("accept"),
  maximumConnections: field
    .number({
      label: "Connections at once",
      help: "In all, whichever worker has them.",
      min: 1,
      section: "Limits",
    })
    .default(1000),
  maximumConnectionsPerClient: field
    .number({
      label: "Connections of one client",
      help: "Per IPv4 address or IPv6 /64, over all workers.",
      min: 1,
      section: "Limits",
    })
    .default(100),
  connectionsPerMinute: field
    .number({
      label: "New connections per minute of one client",
      help: "0: no limit.",
      min: 0,
      section: "Limits",
    })
    .default(0),
  greetingDelaySeconds: field
    .number({
      label: "Greeting delay",
      help: "Wait before the greeting; a client that talks first is refused. 0: none.",
      min: 0,
      max: 60,
      unit: "seconds",
      section: "Limits",
    })
    .default(0),
  commandSeconds: field
    .number({
      label: "Time for a command",
      help: "RFC 5321 §4.5.3.2 asks for 300.",
      min: 5,
      max: 3600,
      unit: "seconds",
      section: "Limits",
    })
    .default(300),
  maximumErrors: field
    .number({
      label: "Errors in a session",
      help: "After this many the session is closed.",
      min: 1,
      section: "Limits",
    })
    .default(20),
  ipPolicyFlow: ObjectId.optional(),
  authenticationFlow: ObjectId.optional(),
  authenticationNeedsTls: field
    .toggle({
      label: "Sign-in needs TLS",
      help: "AUTH is offered only after STARTTLS.",
      section: "Flows",
    })
    .default(true),
  /** Mail of authenticated users for domains that are not ours leaves through this transport. */
  outboundTransport: ObjectId.optional(),
});
export type Listener = z.output<typeof Listener>;
