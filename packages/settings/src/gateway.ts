import { contentRule, field } from "@sluice/flow-schema";
import { z } from "zod";

/** Where a service answers: a host with or without a port, or the path of a socket. */
const place =
  /^(?:\/[!-~]{1,106}|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*|[A-Za-z0-9._-]{1,255}(?::\d{1,5})?)$/;
const placeHelp = "A host or host:port such as 127.0.0.1:783, or the path of a socket.";

const mailbox = /^(?:[^\s@]+@[^\s@]+)?$/;
const hostName =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)?$/;

/** What exists once. Its id is always "gateway". */
export const Gateway = z.strictObject({
  hostName: field
    .text({
      label: "Host name",
      help: "What Sluice calls itself in greetings, EHLO, Received fields and notices. It should resolve to this machine's address and back. Empty: the machine's own name.",
      placeholder: "mx.example.org",
      max: 255,
      pattern: hostName,
      patternHelp: "A host name: letters, digits and dashes, parts joined by dots.",
      section: "Name",
    })
    .default(""),
  postmaster: field
    .text({
      label: "Postmaster",
      help: "Gets the mail to the bare address <Postmaster>, which every gateway must take (RFC 5321). No recipient flow is asked about it. Empty: postmaster of the first domain gets it.",
      placeholder: "postmaster@example.org",
      max: 320,
      pattern: mailbox,
      patternHelp: "An address such as postmaster@example.org.",
      section: "Name",
    })
    .default(""),
  historyDays: field
    .number({
      label: "Keep history for",
      help: "Older messages, their events and their traces are deleted.",
      min: 1,
      max: 3650,
      unit: "days",
      whole: true,
      section: "How long things are kept",
    })
    .default(30),
  logDays: field
    .number({
      label: "Keep the log for",
      help: "Older lines are deleted.",
      min: 1,
      max: 3650,
      unit: "days",
      whole: true,
      section: "How long things are kept",
    })
    .default(14),
  minimumFreeMegabytes: field
    .number({
      label: "Refuse mail below",
      help: "With less free space where the data is kept, new mail is answered 452 until a quarter more is free. 0: never.",
      min: 0,
      max: 10_000_000,
      unit: "MB",
      whole: true,
      section: "How much may wait",
    })
    .default(200),
  incomingLimit: field
    .number({
      label: "Waiting for the content flow",
      help: "With as many entries in the incoming queue, listeners without direct processing answer 452 until a fifth is worked off.",
      min: 1,
      max: 100_000_000,
      unit: "entries",
      whole: true,
      section: "How much may wait",
    })
    .default(50_000),
  journal: field
    .choice(["own-database", "always", "never"], {
      label: "Journal for mail that is delivered at once",
      help: "Such mail is written to a journal in the data folder before it is accepted, and to the database only if it is not delivered within a second. That is much quicker; yet until then no other node can take it over.",
      choices: {
        "own-database": "With Sluice's own database",
        always: "Always",
        never: "Never: everything goes to the database first",
      },
      section: "How much may wait",
    })
    .default("own-database"),
  resolvers: field
    .list(z.string(), {
      label: "DNS servers",
      help: "Asked by SPF, DNSBL, MX and every other look-up, in this order; an address, or address:port. Empty: the machine's own. DNSBLs seldom answer public resolvers, so use one of your own.",
      placeholder: "127.0.0.1",
      section: "The world outside",
    })
    .default([]),
  httpAllowPrivate: field
    .list(z.string(), {
      label: "Private networks that HTTP look-ups may reach",
      help: "By default http() and the HTTP block reach public addresses only, so that a message cannot make Sluice ask your own machines. Name the networks of the services it shall ask.",
      placeholder: "192.168.10.0/24",
      section: "The world outside",
    })
    .default([]),
  scriptConnections: field
    .list(
      z
        .string()
        .regex(
          /^(?:\/[!-~]{1,106}|[0-9A-Fa-f.:]+(?:\/\d{1,3})?|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/,
          "A network such as 192.168.10.0/24, a host name, or the path of a socket.",
        ),
      {
        label: "What scripts may connect to",
        help: "Socket() in a script, and dovecot_lookup_auth() with a path, reach nothing but the networks, hosts and sockets listed here.",
        placeholder: "/run/dovecot/auth-client",
        section: "The world outside",
      },
    )
    .default([]),
  reputation: field
    .text({
      label: "Reputation source",
      help: "Whom scripts ask with globalview(): a DNS zone, or a URL in which $1 is the client's address and whose answer is accept, tempfail or permfail. Empty: every address is accepted. The Reputation block names a source of its own.",
      placeholder: "https://reputation.example.net/v1/$1",
      max: 2000,
      pattern: /^(?:|(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{1,63}|https?:\/\/[^\s$/?#]+[/?#]\S*)$/,
      patternHelp: "A DNS zone, or https:// with a host and a path.",
      section: "The world outside",
    })
    .default(""),
  blacklist: field
    .reference("file", {
      label: "Refused senders",
      help: "A file that Blacklist() and ScanBWList() ask: in each line a sender, or a recipient and a sender. Both are an address, a domain or *; // begins a remark.",
      section: "Lists",
    })
    .optional(),
  whitelist: field
    .reference("file", {
      label: "Welcome senders",
      help: "A file of the same form that ScanBWList() asks first: who is in it is not refused.",
      section: "Lists",
    })
    .optional(),
  contentRules: field
    .list(
      z
        .string()
        .max(2000)
        .regex(
          /^[A-Za-z0-9_.-]{1,60}: *(?:filename|type|content) +\S/,
          "A name, then filename, type or content, then a pattern: program: filename /[.]exe$/i",
        )
        .refine((line) => contentRule(line) !== null, "The pattern is none that can be used."),
      {
        label: "Rules for content",
        help: "What ScanDLP() looks for when a script gives no rules of its own. A name may stand in several lines; one that is found is enough.",
        placeholder: "program: filename /[.]exe$/i",
        section: "Lists",
      },
    )
    .default([]),
  spamd: field
    .list(z.string().regex(place, placeHelp), {
      label: "SpamAssassin servers",
      help: "Asked by ScanSA(): where spamd listens (host:port, port 783 without one, or the path of its socket), in this order until one answers. When none is set or none answers, the flow fails and the client is asked to try again later.",
      placeholder: "127.0.0.1:783",
      section: "Scanners",
    })
    .default([]),
  spamdMaximumKilobytes: field
    .number({
      label: "Largest message for SpamAssassin",
      help: "Larger ones are seldom spam and take long: they are not shown to SpamAssassin and get NOT_SCANNED_TOO_BIG with a score of 0. 0: every message is shown.",
      min: 0,
      max: 1_000_000,
      unit: "kB",
      whole: true,
      section: "Scanners",
    })
    .default(2000),
  clamd: field
    .list(z.string().regex(place, placeHelp), {
      label: "ClamAV servers",
      help: "Asked by ScanCLAM(): where clamd listens (host:port, port 3310 without one, or the path of its socket), in this order until one answers. When none is set or none answers, the flow fails and the client is asked to try again later. StreamMaxLength in clamd.conf must be as large as the largest message.",
      placeholder: "/run/clamav/clamd.ctl",
      section: "Scanners",
    })
    .default([]),
  scanSeconds: field
    .number({
      label: "Time for a scan",
      help: "What a scanner may take for one message. Then the next server is asked; in the end the scan has failed.",
      min: 1,
      max: 150,
      unit: "seconds",
      section: "Scanners",
    })
    .default(50),
  tlsReports: field
    .toggle({
      label: "Send reports on TLS",
      help: "Tells domains that ask for it in DNS (TLSRPT, RFC 8460), once a day, how many connections to their servers had TLS and why others failed: by mail or to an https: address, as they say. Nothing about messages or people. Off: it is only counted, and shown under Mail › TLS to others.",
      section: "Reports on TLS",
    })
    .default(false),
  tlsReportSender: field
    .text({
      label: "Sender of the reports",
      help: "They come from here, and name it as contact. Its domain should have a signing key with a published record: receivers throw unsigned reports away.",
      placeholder: "tls-reports@example.org",
      max: 320,
      pattern: mailbox,
      patternHelp: "An address such as tls-reports@example.org.",
      section: "Reports on TLS",
    })
    .default(""),
  tlsReportTransport: field
    .reference("transport", {
      label: "Transport of the reports",
      help: "A report must arrive although TLS does not work, so take one that looks up MX with TLS “Optional”. Without: the way out for other mail.",
      section: "Reports on TLS",
    })
    .optional(),
});
export type Gateway = z.output<typeof Gateway>;
