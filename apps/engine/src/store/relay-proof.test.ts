import { blocks } from "@sluice/blocks/definitions";
import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { findRelays } from "./relay-proof.ts";

type Nodes = Record<
  string,
  { block: string; config?: object; outcomes?: Record<string, string>; disabled?: boolean }
>;

const flow = (kind: string, entry: string, nodes: Nodes) => ({
  kind,
  title: "Flow",
  entry,
  nodes: Object.fromEntries(
    Object.entries(nodes).map(([id, node]) => [
      id,
      { version: 1, config: {}, outcomes: {}, ...node },
    ]),
  ),
});

const anywhere = { destination: "lookup-mx" };

/** A gateway that takes mail for every domain, through this recipient flow. */
const gateway = (recipientFlow: object | null, more: object = {}): Settings =>
  Settings.parse({
    listeners: { inbound: {} },
    transports: { out: anywhere },
    domains: { any: { transport: "out", ...(recipientFlow && { recipientFlow: "rcpt" }) } },
    ...(recipientFlow && { flows: { rcpt: recipientFlow } }),
    ...more,
  });

const found = (settings: Settings): string[] =>
  findRelays(settings, blocks).map(({ severity, kind, id }) => `${severity} ${kind} ${id}`);

test("every domain, no recipient flow, any destination: an open relay, and the proof is a dialogue", () => {
  const [problem] = findRelays(gateway(null), blocks);
  expect(problem).toMatchObject({
    severity: "error",
    rule: "open-relay",
    kind: "domain",
    id: "any",
  });
  expect(problem?.message).toContain(
    "A client at 203.0.113.66 that has not signed in says, on listener “inbound”, MAIL FROM:<stranger@sender.example> RCPT TO:<victim@elsewhere.example>",
  );
});

test("a sign-in that is asked for closes it", () => {
  const settings = gateway(
    flow("recipient", "user", {
      user: { block: "authenticated", outcomes: { yes: "ok", no: "no" } },
      ok: { block: "accept" },
      no: { block: "reject" },
    }),
  );
  expect(found(settings)).toEqual([]);
});

test("passing SPF is nothing: strangers own domains", () => {
  const settings = gateway(
    flow("recipient", "spf", {
      spf: { block: "spf", outcomes: { pass: "ok", none: "no" } },
      ok: { block: "accept" },
      no: { block: "reject" },
    }),
  );
  expect(found(settings)).toEqual(["error domain any"]);
  expect(findRelays(settings, blocks)[0]?.message).toContain("it passes spf (pass) → ok");
});

test("a look-up of the recipient closes it, of the sender it does not", () => {
  const lookup = (subject: string) =>
    gateway(
      flow("recipient", "list", {
        list: {
          block: "file-lookup",
          config: { file: "f", subject },
          outcomes: { found: "ok", missing: "no" },
        },
        ok: { block: "accept" },
        no: { block: "reject" },
      }),
    );
  expect(found(lookup("recipient"))).toEqual([]);
  expect(found(lookup("sender"))).toEqual(["warning domain any"]);
});

test("a look-up that is switched off lets everybody pass", () => {
  const settings = (disabled: boolean) =>
    gateway(
      flow("recipient", "ldap", {
        ldap: {
          block: "ldap-recipient",
          config: { directory: "main" },
          outcomes: { found: "ok", missing: "no" },
          disabled,
        },
        ok: { block: "accept" },
        no: { block: "reject" },
      }),
    );
  expect(found(settings(false))).toEqual([]);
  expect(found(settings(true))).toEqual(["error domain any"]);
});

test("when the look-up cannot be done and the flow accepts then, strangers relay", () => {
  const settings = gateway(
    flow("recipient", "ldap", {
      ldap: { block: "ldap-recipient", outcomes: { found: "ok", missing: "no", error: "ok" } },
      ok: { block: "accept" },
      no: { block: "reject" },
    }),
  );
  expect(found(settings)).toEqual(["error domain any"]);
});

test("a script is doubtful, and said to be", () => {
  const settings = gateway(
    flow("recipient", "code", { code: { block: "script", config: { source: "Accept();" } } }),
  );
  expect(found(settings)).toEqual(["warning domain any"]);
});

test("a fixed mail server behind “any” is no relay; one that we sign in to is", () => {
  const to = (transport: object) => found(gateway(null, { transports: { out: transport } }));
  expect(to({ destination: "192.0.2.10:25" })).toEqual([]);
  expect(to({ destination: "lookup-mx:example.org" })).toEqual([]);
  expect(to({ destination: "null" })).toEqual([]);
  expect(to({ destination: "smtp.example.com:587", user: "us" })).toEqual(["error domain any"]);
});

test("named domains, disabled ones, and listeners that are off relay nothing", () => {
  expect(
    found(Settings.parse({ listeners: { inbound: {} }, domains: { "example.org": {} } })),
  ).toEqual([]);
  expect(found(gateway(null, { domains: { any: { enabled: false } } }))).toEqual([]);
  expect(found(gateway(null, { listeners: { inbound: { enabled: false } } }))).toEqual([]);
});

test("“any” as an alias counts too", () => {
  const domains = { "example.org": { aliases: ["any"] } };
  expect(found(gateway(null, { domains }))).toEqual(["error domain example.org"]);
});

test("a sign-in that accepts everybody makes strangers into users", () => {
  const signIn = (nodes: Nodes) =>
    found(
      Settings.parse({
        listeners: { submission: { authenticationFlow: "login", outboundTransport: "out" } },
        transports: { out: anywhere },
        flows: { login: flow("authentication", "first", nodes) },
      }),
    );
  expect(signIn({ first: { block: "accept" } })).toEqual(["error listener submission"]);
  const login = { block: "file-login", config: { file: "users" } };
  expect(
    signIn({ first: { ...login, outcomes: { accepted: "ok" } }, ok: { block: "accept" } }),
  ).toEqual([]);
  expect(
    signIn({ first: { ...login, outcomes: { error: "ok" } }, ok: { block: "accept" } }),
  ).toEqual(["error listener submission"]);
});
