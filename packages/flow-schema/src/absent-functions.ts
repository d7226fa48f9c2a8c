/** Functions that scripts from elsewhere call and Sluice does not have: why, and what to use. */
const commercial = "It asks a commercial engine that is no part of Sluice.";

const absent: Readonly<Record<string, string>> = {
  ScanRPD: `${commercial} Use ScanSA(), or the Reputation block for the client's address.`,
  ScanRPDAV: `${commercial} Use ScanCLAM().`,
  ScanKAV: `${commercial} Use ScanCLAM().`,
  WrapMessageAddHeader: "Its arguments were never documented. Use WrapMessage() and AddHeader().",
  LDAP: "Ask a directory of the settings with ldap_search() and ldap_bind().",
  minger_lookup:
    "Its protocol never became a standard. Ask the server with smtp_lookup_rcpt(), or its directory with ldap_search().",
  Authenticate:
    "Administrators sign in as users of Sluice, not by a flow. A flow of the kind Authentication ends with Accept().",
  Reply:
    "Clients sign in by PLAIN or LOGIN, which need no other challenge. End the flow with Accept(), Reject() or Defer().",
};

const families: readonly (readonly [RegExp, string])[] = [
  [/^memory_/, "There are memory_store(), memory_fetch(), memory_delete() and memory_inc()."],
  [
    /^queue_/,
    "GetMailQueueMetric() tells how much mail waits; pauses and limits belong to transports.",
  ],
  [/^metrics_/, "Count with stat(); /metrics gives the sums."],
];

/** What to say of a function that no flow has; undefined: nothing is known of the name. */
export const absentFunction = (name: string): string | undefined =>
  Object.hasOwn(absent, name)
    ? absent[name]
    : families.find(([pattern]) => pattern.test(name))?.[1];
