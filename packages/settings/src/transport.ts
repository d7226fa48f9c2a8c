import { field, ObjectId } from "@sluice/flow-schema";
import { z } from "zod";
import { StoredSecret } from "./secret.ts";

/** How mail leaves: to which host, with which security, and how long we try. */
export const Transport = z.strictObject({
  title: field.text({ label: "Title", help: "Shown in lists.", max: 120 }).default(""),
  destination: field.text({
    label: "Destination",
    help: "host:port, several separated by commas in order of preference, “lookup-mx” (the recipient's domain), “lookup-mx:HOST”, with “;zone=ZONE” (appended to the name) and “;query=SERVER[:PORT],…” (DNS servers to ask), or “null” to discard.",
    min: 1,
    max: 1000,
  }),
  protocol: field
    .choice(["smtp", "lmtp"], {
      label: "Protocol",
      help: "LMTP for a mail store.",
      choices: { smtp: "SMTP", lmtp: "LMTP" },
    })
    .default("smtp"),
  helo: field
    .text({ label: "HELO name", help: "Empty: the machine's own name.", max: 255 })
    .default(""),
  sourceAddress: field
    .text({
      label: "Source address",
      help: "An address of this machine that connections come from; hosts of the other family (IPv4 or IPv6) are then not tried. Empty: the system chooses.",
      max: 64,
    })
    .default(""),
  allowPrivateAddresses: field
    .toggle({
      label: "Allow private addresses from MX",
      help: "Needed when MX records lead to loopback or private networks.",
      section: "Destination",
    })
    .default(false),
  fallback: ObjectId.optional(),
  deliveryFlow: ObjectId.optional(),
  tls: z
    .strictObject({
      mode: field
        .choice(
          ["none", "optional", "optional-verify", "require", "require-verify", "dane", "mta-sts"],
          {
            label: "TLS",
            help: "Optional never fails for TLS. Required never falls back to clear text. Verified also asks for a certificate that is trusted and for the host's name. DANE and MTA-STS ask for what the recipient's domain publishes, and are optional where it publishes nothing.",
            section: "TLS",
            choices: {
              none: "None",
              optional: "Optional",
              "optional-verify": "Optional, verified",
              require: "Required",
              "require-verify": "Required and verified",
              dane: "DANE",
              "mta-sts": "MTA-STS",
            },
          },
        )
        .default("optional"),
      /** The server's own, or the authority that signed it: trusted besides the public ones. */
      certificate: ObjectId.optional(),
      clientCertificate: ObjectId.optional(),
    })
    .prefault({}),
  user: field
    .text({
      label: "User name",
      help: "For SMTP AUTH, by CRAM-MD5, LOGIN or PLAIN, whichever the server offers first in this order. Empty: none.",
      max: 255,
      section: "Sign-in",
    })
    .default(""),
  password: StoredSecret.optional(),
  authWithoutTls: field
    .toggle({
      label: "Sign in without verified TLS",
      help: "Sends the password also in the clear, and to servers whose certificate is not verified. Off: they get no mail.",
      section: "Sign-in",
    })
    .default(false),
  retryMinutes: field
    .list(z.number().positive(), {
      label: "Retry delays",
      help: "Minutes after the 1st, 2nd, … attempt; the last one repeats.",
      section: "Queue",
    })
    .default([1, 3, 5, 15, 30, 60, 120]),
  maximumAttempts: field
    .number({ label: "Attempts", help: "0: until the mail is too old.", min: 0, section: "Queue" })
    .default(0),
  maximumAgeMinutes: field
    .number({
      label: "Give up after",
      help: "Age of a message at which it is given up.",
      min: 1,
      unit: "minutes",
      section: "Queue",
    })
    .default(2880),
  onGivingUp: field
    .choice(["notify", "discard"], {
      label: "On giving up",
      help: "Notify sends a delivery status notification (RFC 3464); Discard tells nobody, and history says Deleted.",
      choices: { notify: "Notify the sender", discard: "Discard" },
      section: "Queue",
    })
    .default("notify"),
  delayNoticeMinutes: field
    .number({
      label: "Notice of delay after",
      help: "A message that waits so long makes one notice to its sender, and more time passes before we give up. 0: none, unless the sender asked for it (then after 4 hours).",
      min: 0,
      unit: "minutes",
      section: "Queue",
    })
    .default(0),
  paused: field
    .toggle({ label: "Paused", help: "Mail waits in the queue.", section: "Queue" })
    .default(false),
  maximumConnections: field
    .number({
      label: "Connections to one next hop",
      help: "From each worker.",
      min: 1,
      max: 500,
      section: "Queue",
    })
    .default(20),
  messagesPerConnection: field
    .number({
      label: "Messages on one connection",
      help: "Then it is closed.",
      min: 1,
      section: "Queue",
    })
    .default(500),
  messagesPerMinute: field
    .number({
      label: "Messages per minute to one next hop",
      help: "0: no limit.",
      min: 0,
      section: "Queue",
    })
    .default(0),
  connectSeconds: field
    .number({
      label: "Time to connect",
      help: "Then the next address is tried.",
      min: 1,
      max: 600,
      unit: "seconds",
      section: "Timeouts",
    })
    .default(30),
  commandSeconds: field
    .number({
      label: "Time for a reply",
      help: "For the greeting, and to EHLO, STARTTLS, AUTH, MAIL and RCPT. RFC 5321 asks for 300.",
      min: 1,
      max: 3600,
      unit: "seconds",
      section: "Timeouts",
    })
    .default(300),
  dataSeconds: field
    .number({
      label: "Time for the reply to DATA",
      help: "RFC 5321 asks for 120.",
      min: 1,
      max: 3600,
      unit: "seconds",
      section: "Timeouts",
    })
    .default(120),
  transferSeconds: field
    .number({
      label: "Time for a part of the message",
      help: "How long the server may take no more of it. RFC 5321 asks for 180.",
      min: 1,
      max: 3600,
      unit: "seconds",
      section: "Timeouts",
    })
    .default(180),
  finalSeconds: field
    .number({
      label: "Time for the final reply",
      help: "After the message. RFC 5321 asks for 600; less makes duplicates.",
      min: 1,
      max: 3600,
      unit: "seconds",
      section: "Timeouts",
    })
    .default(600),
});
export type Transport = z.output<typeof Transport>;
