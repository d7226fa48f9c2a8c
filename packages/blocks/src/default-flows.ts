/**
 * The flows a new gateway begins with, live from the first start. Steps whose
 * service is missing are there but switched off, and a note says how to switch
 * them on. Nothing is relayed by them: a recipient needs a domain first.
 */
import type { Flow, FlowNode, Layout } from "@sluice/flow-schema";

const node = (block: string, more: Partial<FlowNode> = {}): FlowNode => ({
  block,
  version: 1,
  config: {},
  outcomes: {},
  ...more,
});

const defaultConnection: Flow = {
  kind: "ip-policy",
  title: "Default connection",
  description: "Who may connect. Runs before the greeting.",
  entry: "friends",
  nodes: {
    friends: node("ip-list", {
      title: "Always allowed",
      config: { networks: ["127.0.0.0/8", "::1"] },
      outcomes: { listed: "welcome", unlisted: "rate" },
      note: "Addresses and networks that skip the checks below. Add your own servers here.",
    }),
    rate: node("rate-limit", {
      title: "Connection rate",
      config: { name: "connections", subject: "client", count: 120, seconds: 60 },
      outcomes: { within: "blocklist", exceeded: "too-fast", error: "blocklist" },
      note: "A client that connects more than 120 times a minute is asked to come back later.",
    }),
    blocklist: node("dnsbl", {
      title: "Blocklists",
      disabled: true,
      config: { zones: [{ zone: "zen.spamhaus.org", answers: ["127.0.0.2-127.0.0.11"] }] },
      outcomes: { clear: "welcome", listed: "listed", error: "welcome" },
      note: "Off at first: public lists need a resolver of your own and have terms of use. Set your resolver in the settings, then enable this block.",
    }),
    "too-fast": node("block", {
      title: "Too fast",
      config: { reply: "later", text: "You connect too often, try again later", seconds: 60 },
    }),
    listed: node("block", {
      title: "Listed",
      config: { reply: "never", text: "$senderip is on a blocklist", seconds: 300 },
    }),
    welcome: node("allow", { title: "Go on" }),
  },
};

const defaultLogin: Flow = {
  kind: "authentication",
  title: "Default login",
  description: "Who may sign in. Without accounts nobody can.",
  entry: "tries",
  nodes: {
    tries: node("rate-limit", {
      title: "Tries",
      config: { name: "sign-in", subject: "client", count: 30, seconds: 300 },
      outcomes: { within: "accounts", exceeded: "too-many", error: "too-many" },
      note: "Thirty tries in five minutes from one address. Wrong passwords are slowed down besides.",
    }),
    accounts: node("file-login", {
      title: "Accounts file",
      disabled: true,
      config: { file: "accounts" },
      outcomes: { accepted: "ok", refused: "directory", error: "too-many" },
      note: "Off at first: upload a file with a line “name password” for each user, choose it here and enable the block.",
    }),
    directory: node("ldap-bind", {
      title: "Directory",
      disabled: true,
      config: { directory: "main", user: "$saslusername" },
      outcomes: { accepted: "ok", refused: "no", error: "too-many" },
      note: "Off at first: make an LDAP profile, choose it here and enable the block.",
    }),
    ok: node("accept", { title: "Signed in" }),
    no: node("reject", {
      title: "Refused",
      config: { text: "Authentication credentials invalid" },
    }),
    "too-many": node("defer", { title: "Later", config: { text: "Try again later" } }),
  },
};

const spfAndRecipient: Flow = {
  kind: "recipient",
  title: "SPF and Recipient",
  description: "Runs for each recipient of a domain of yours.",
  entry: "signed-in",
  nodes: {
    "signed-in": node("authenticated", {
      title: "Signed in?",
      outcomes: { yes: "ok", no: "spf" },
      note: "Users who signed in skip the checks. Recipients in foreign domains never come this far without sign-in.",
    }),
    spf: node("spf", {
      title: "SPF",
      outcomes: { pass: "user", softfail: "user", none: "user", fail: "forged", error: "later" },
      note: "A sender's domain may say which clients send for it. A clear “no” is refused; when DNS cannot be asked, the sender tries again.",
    }),
    user: node("ldap-recipient", {
      title: "Known user?",
      disabled: true,
      config: { directory: "main" },
      outcomes: { found: "ok", missing: "unknown", error: "later" },
      note: "Off at first: every user of the domain is accepted. Make an LDAP profile and enable this, or put a File look-up or a call-ahead in its place.",
    }),
    forged: node("reject", {
      title: "Forged",
      config: { text: "SPF: $senderip is not allowed to send for $senderdomain" },
    }),
    unknown: node("reject", { title: "No such user", config: { text: "No such user" } }),
    later: node("defer", {
      title: "Later",
      config: { text: "Could not check now, try again later" },
    }),
    ok: node("accept", { title: "Accept" }),
  },
};

const defaultContent: Flow = {
  kind: "content",
  title: "Default content",
  description: "What becomes of a message. Runs after its last line.",
  entry: "programs",
  nodes: {
    programs: node("attachment-name", {
      title: "Programs?",
      config: {
        endings: "bat cmd com cpl exe hta js jse lnk msi pif scr".split(" "),
      },
      outcomes: { none: "mark", found: "hold", error: "hold" },
      note: "Attached programs are kept in the quarantine, where you can release them. A message that cannot be taken apart is kept too.",
    }),
    hold: node("quarantine", {
      title: "Hold",
      config: { quarantine: "default" },
      note: "The sender is told that the message was accepted. Choose “Refused” to tell the sender; the message is kept all the same.",
    }),
    mark: node("header", {
      title: "Mark as seen",
      config: { action: "set", name: "X-Sluice", value: "checked from $senderip" },
      outcomes: { next: "deliver" },
      note: "Put your checks between here and Deliver: a script, a list, a quarantine.",
    }),
    deliver: node("deliver", { title: "Deliver" }),
  },
};

const defaultDelivery: Flow = {
  kind: "delivery",
  title: "Default delivery",
  description: "Around each attempt to deliver a message.",
  entry: "try",
  nodes: {
    try: node("attempt", {
      title: "Try",
      outcomes: { refused: "give-up", deferred: "again" },
      note: "What stands before this block runs before the attempt, what hangs on it runs after.",
    }),
    again: node("retry", { title: "Try again", config: {} }),
    "give-up": node("bounce", { title: "Give up with a notice" }),
  },
};

/** By flow id. */
export const defaultFlows: Readonly<Record<string, Flow>> = {
  "default-connection": defaultConnection,
  "default-login": defaultLogin,
  "spf-and-recipient": spfAndRecipient,
  "default-content": defaultContent,
  "default-delivery": defaultDelivery,
};

/** Rows of the vertical spine, from top to bottom; what stands beside is another outcome. */
const rows: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "default-connection": [["friends"], ["rate", "too-fast"], ["blocklist", "listed"], ["welcome"]],
  "default-login": [["tries"], ["accounts", "too-many"], ["directory", "ok"], ["no"]],
  "spf-and-recipient": [["signed-in"], ["spf", "forged"], ["user", "later"], ["ok", "unknown"]],
  "default-content": [["programs", "hold"], ["mark"], ["deliver"]],
  "default-delivery": [["try"], ["again", "give-up"]],
};

export const defaultLayouts: Readonly<Record<string, Layout>> = Object.fromEntries(
  Object.entries(rows).map(([id, lines]) => [
    id,
    Object.fromEntries(
      lines.flatMap((line, row) =>
        line.map((name, column) => [name, { x: column * 416, y: row * 176 }]),
      ),
    ),
  ]),
);
