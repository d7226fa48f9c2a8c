/** Look-ups in DNS, over HTTP, in directories and at other mail servers (`hsl.md` §7.8). */
import {
  type HostFunction,
  lookup,
  modifier,
  optional,
  parameter,
  rest,
} from "../signature-table.ts";

const resolvers = optional(
  "resolvers",
  "array",
  "Addresses of resolvers; the gateway's without it.",
);
const timeout = optional("timeout", "number", "Seconds to wait, 5 without it.");
const answers = ["array", "The answers; empty when there are none or the query failed."] as const;

const query = (name: string, what: string): HostFunction =>
  lookup(
    name,
    `Asks DNS for ${what}.`,
    [parameter("host", "string", "Name to ask for."), resolvers, timeout],
    answers,
    ["dns"],
    { since: "classic" },
  );

const dnsFunctions: readonly HostFunction[] = [
  query("dns", "the IPv4 and IPv6 addresses of a host"),
  query("dns4", "the IPv4 addresses of a host"),
  query("dns6", "the IPv6 addresses of a host"),
  query("dnsmx", "the mail exchangers of a domain, best first"),
  query("dnstxt", "the TXT records of a name"),
  query("dnsns", "the name servers of a domain"),
  lookup(
    "dnsptr",
    "Asks DNS for the names of an address.",
    [parameter("ip", "string", "IPv4 or IPv6 address."), resolvers, timeout],
    answers,
    ["dns"],
    { since: "classic" },
  ),
  lookup(
    "confirmed_name",
    "Asks DNS for the name of an address, and counts only one that leads back to it.",
    [parameter("ip", "string", "IPv4 or IPv6 address.")],
    [
      ["string", "number"],
      'The name; `""` when there is none that leads back, −1 when DNS gave no answer.',
    ],
    ["dns"],
    { since: "sluice", source: "RFC 8601 §3" },
  ),
  lookup(
    "dns_query",
    "Asks DNS for records of one type.",
    [
      parameter("host", "string", "Name to ask for."),
      optional(
        "options",
        "array",
        "`type` (`a`, the default, `aaaa`, `mx`, `txt`, `ptr`, `ns`, `cname`, `srv`, `tlsa`), `timeout` (seconds), `resolvers`, `extended_result`.",
      ),
    ],
    [
      "array",
      "The answers. With `extended_result`: `result` or `error` (`NXDOMAIN`, `NODATA`, `SERVFAIL`, `TIMEOUT`), and `dnssec`.",
    ],
    ["dns"],
    { since: "modern" },
  ),
  lookup(
    "dnsbl",
    "Asks a DNS list about an address.",
    [
      parameter("ip", "string", "IPv4 or IPv6 address."),
      parameter("zone", "string", "Zone of the list."),
      optional(
        "options",
        "array",
        "A list of resolvers, or `resolvers`, `timeout` (seconds), `extended_result`.",
      ),
      timeout,
    ],
    [
      "array",
      "Addresses the list answers with; empty: not listed, or no answer. With `extended_result`: `answers`, and `error` when the list gave no answer.",
    ],
    ["dns"],
    { since: "classic", source: "RFC 5782 §2" },
  ),
];

const mailFunctions: readonly HostFunction[] = [
  lookup(
    "spf",
    "Checks SPF, with a number for its answer.",
    [
      parameter("ip", "string", "Address of the client."),
      parameter("helo", "string", "Its HELO name."),
      parameter("senderdomain", "string", "Domain of the envelope sender."),
    ],
    ["number", "0 pass, 20 softfail, 50 none, neutral or an error, 100 fail."],
    ["dns"],
    { since: "classic", source: "RFC 7208" },
  ),
  lookup(
    "spf_query",
    "Checks SPF.",
    [
      parameter("ip", "string", "Address of the client."),
      parameter("helo", "string", "Its HELO name; checked when the sender is empty."),
      parameter("sender", "string", "Envelope sender."),
      optional("options", "array", "`timeout` (seconds)."),
    ],
    [
      "array",
      "`result` (`pass`, `fail`, `softfail`, `neutral`, `none`, `temperror`, `permerror`), `domain`, `explanation`.",
    ],
    ["dns"],
    { since: "modern", source: "RFC 7208 §2.6" },
  ),
  lookup(
    "globalview",
    "Asks the reputation source about an address.",
    [parameter("ip", "string", "Address of the client.")],
    [
      "string",
      "`accept`, `tempfail` or `permfail`; `accept` when no source is set up, `tempfail` when it gave no answer.",
    ],
    ["reputation"],
    { since: "classic" },
  ),
  lookup(
    "reputation",
    "Asks a reputation source about an address.",
    [
      parameter("ip", "string", "Address of the client."),
      parameter(
        "source",
        "string",
        "A DNS zone, or a URL in which `$1` is the address; it answers `accept`, `tempfail` or `permfail`.",
      ),
      optional(
        "options",
        "array",
        "`permfail` and `tempfail`: the answers of a DNS zone that mean so, as addresses, networks or ranges (all of 127.0.0.0/8 is `permfail` without them); `timeout` (seconds).",
      ),
    ],
    [
      ["string", "number"],
      "`accept`, `tempfail` or `permfail`; −1 when the source gave no answer.",
    ],
    ["reputation"],
    { since: "sluice" },
  ),
  lookup(
    "address_memory",
    "What became of an address's mail here, by the gateway's own history.",
    [
      parameter("ip", "string", "Address of the client."),
      optional("days", "number", "How far back, 7 without it."),
    ],
    [
      ["array", "number"],
      "`accepted` (messages taken), `rejected` (connections, recipients and messages refused), `spam` (messages held, deleted or refused by their content), `share` (of spam among the messages, 0 to 1); −1 when it cannot be read.",
    ],
    ["reputation"],
    { since: "sluice" },
  ),
  lookup(
    "smtp_lookup_rcpt",
    "Asks another mail server whether it takes a recipient, without sending mail.",
    [
      parameter(
        "server",
        ["string", "array"],
        "`mailtransport:ID`, or an array with `host`, `port` (25), `helo`, `sourceip`, `sasl_username`, `sasl_password`, `tls`.",
      ),
      parameter("sender", "string", 'Envelope sender to ask with; `""` is the null sender.'),
      parameter("recipient", "string", "Address to ask about."),
      optional("options", "array", "`extended_result`."),
    ],
    [
      ["number", "array"],
      "1 taken, 0 refused (also when the recipient's domain does not exist), −1 not answered (a 4yz reply, DNS or the network). With `extended_result`: `result`, `error_code`, `error_message`.",
    ],
    ["smtp-lookup"],
    { since: "classic" },
  ),
  lookup(
    "smtp_lookup_auth",
    "Asks another mail server whether a name and a password are right.",
    [
      parameter(
        "server",
        ["string", "array"],
        "`mailtransport:ID`, or an array as for `smtp_lookup_rcpt`.",
      ),
      parameter("username", "string", "Name to sign in with."),
      parameter("password", "string", "Password; an empty one is refused without asking."),
    ],
    ["number", "1 right, 0 wrong, −1 not answered."],
    ["smtp-lookup"],
    { since: "classic" },
  ),
  modifier(
    "mail",
    "Sends a mail of our own. It is queued, and passes no flow on its way.",
    [
      parameter("sender", "string", 'Envelope sender; `""` is the null sender.'),
      parameter("recipient", "string", "Envelope recipient."),
      parameter("subject", "string", "Subject."),
      parameter("body", "string", "Text of the mail."),
      optional(
        "options",
        "array",
        "`sender_name`, `recipient_name`, `transportid`, `headers`, `metadata`.",
      ),
    ],
    ["string", "Id of the new message."],
    ["mail"],
    { since: "classic", mayWait: true },
  ),
];

const directoryFunctions: readonly HostFunction[] = [
  lookup(
    "ldap_search",
    "Searches a directory.",
    [
      parameter("profile", "string", "`ldap:ID` of the directory."),
      parameter(
        "lookup",
        "string",
        "Value for each `%s` of the directory's query; a value, never filter text.",
      ),
      optional(
        "override",
        "array",
        "`base`, `query`, `attributes`, `username`, `password`, `host` (or `ldap://host`), `tls` (`starttls`, `ldaps`, `none`). With a host the directory need not exist.",
      ),
    ],
    [
      ["array", "number"],
      "The entries, each attribute => values; empty when none fits; −1 when the directory did not answer.",
    ],
    ["ldap"],
    { since: "classic", source: "RFC 4511 §4.5" },
  ),
  lookup(
    "ldap_bind",
    "Signs in to a directory to check a password.",
    [
      parameter("profile", "string", "`ldap:ID` of the directory."),
      parameter(
        "username",
        "string",
        "DN, `user@domain`, or a name for the directory's user query.",
      ),
      parameter("password", "string", "Password; an empty one is wrong without asking."),
      optional(
        "override",
        "array",
        "`host`, `tls`, `base`, `username`, `password`, as `ldap_search`.",
      ),
    ],
    ["number", "1 right, 0 wrong, −1 not answered."],
    ["ldap"],
    { since: "classic", source: "RFC 4513 §5.1.2" },
  ),
];

const webFunctions: readonly HostFunction[] = [
  lookup(
    "http",
    "Fetches a URL.",
    [
      parameter("url", "string", "Address; `$1`, `$2`, … become the values, percent-encoded."),
      optional(
        "options",
        ["number", "array"],
        "Seconds to wait (then the values follow), or options: `timeout`, `connect_timeout`, `method`, `headers`, `response_headers`, `tls_verify_peer`, `tls_verify_host`, `sourceip`, `redirects`, `max_file_size`, `extended_result`, `background` (true: the script goes on at once and gets no answer), `background_hash` (those of one word one after the other).",
      ),
      optional(
        "get",
        ["string", "number", "boolean", "array"],
        "First value, or an array of all values.",
      ),
      optional(
        "post",
        ["string", "number", "boolean", "array"],
        "Second value, or the body: a string, or an array of form fields.",
      ),
      rest("values", ["string", "number", "boolean"], "Further values."),
    ],
    [
      ["string", "array"],
      'Body of a 2xx answer, else `""`. With `extended_result`: `status` (0 without an answer), `body`, `error`.',
    ],
    ["http"],
    { since: "classic" },
  ),
];

export const networkFunctions: readonly HostFunction[] = [
  ...dnsFunctions,
  ...mailFunctions,
  ...directoryFunctions,
  ...webFunctions,
];
