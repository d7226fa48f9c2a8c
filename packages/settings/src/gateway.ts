import { field } from "@sluice/flow-schema";
import { z } from "zod";

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
      help: "Gets the mail to the bare address <Postmaster>, which every gateway must take (RFC 5321). Empty: it goes to “Postmaster” by way of the first domain.",
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
});
export type Gateway = z.output<typeof Gateway>;
