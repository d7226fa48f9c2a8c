import { defaultFlows } from "@sluice/blocks/default-flows";
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

const lenient = flow("recipient", "ok", { ok: { block: "accept" } });

test("every domain, every recipient, any destination: an open relay, and the proof is a dialogue", () => {
  const [problem] = findRelays(gateway(lenient), blocks);
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

test("without a recipient flow “any” takes nobody, and that is said", () => {
  const [problem] = findRelays(gateway(null), blocks);
  expect(problem).toMatchObject({ severity: "error", rule: "any-without-flow", id: "any" });
  expect(problem?.message).toContain("it takes no mail from strangers");
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

test("a fixed mail server behind “any” is a relay if that one is; one that we sign in to is", () => {
  const to = (transports: object) =>
    findRelays(gateway(lenient, { transports }), blocks).map(
      ({ severity, rule }) => `${severity} ${rule}`,
    );
  const inside = { destination: "192.0.2.10:25" };
  expect(to({ out: inside })).toEqual(["warning any-lenient"]);
  expect(to({ out: { destination: "lookup-mx:example.org" } })).toEqual(["warning any-lenient"]);
  expect(to({ out: { destination: "smtp.example.com:587", user: "us" } })).toEqual([
    "error open-relay",
  ]);
  expect(to({ out: { ...inside, fallback: "second" }, second: anywhere })).toEqual([
    "error open-relay",
  ]);
});

test("the default recipient flow relays for every sender whose SPF passes, and the warning says so", () => {
  const settings = gateway(null, {
    transports: { out: { destination: "192.0.2.10:25" } },
    domains: { any: { transport: "out", recipientFlow: "spf-and-recipient" } },
    flows: defaultFlows,
  });
  const [problem] = findRelays(settings, blocks);
  expect(problem).toMatchObject({ severity: "warning", rule: "any-lenient" });
  expect(problem?.message).toContain("spf (pass)");
  expect(problem?.cure).toContain("Passing SPF is not enough");
});

test("a content flow that sends “any” by another transport is looked at too", () => {
  const settings = gateway(null, {
    transports: { out: { destination: "192.0.2.10:25" }, world: anywhere },
    domains: { any: { transport: "out", recipientFlow: "rcpt", contentFlow: "route" } },
    flows: {
      rcpt: lenient,
      route: flow("content", "by", {
        by: { block: "set-transport", config: { transport: "world" } },
      }),
    },
  });
  expect(found(settings)).toEqual(["error domain any"]);
});

test("a call-ahead at the recipient's own exchanger is no look-up: it takes its recipient", () => {
  const asking = (config: object, transports: object) =>
    found(
      gateway(
        flow("recipient", "ask", {
          ask: { block: "smtp-callahead", config, outcomes: { accepted: "ok" } },
          ok: { block: "accept" },
        }),
        { transports: { out: anywhere, ...transports } },
      ),
    );
  const inside = { inside: { destination: "192.0.2.10:25" } };
  expect(asking({ transport: "inside" }, inside)).toEqual([]);
  expect(asking({ transport: "out" }, {})).toEqual(["error domain any"]);
  expect(asking({}, {})).toEqual(["error domain any"]); // the domain's own transport
});

test("a list of friends that names half the internet is no list", () => {
  const listed = (...networks: string[]) =>
    found(
      gateway(
        flow("recipient", "friends", {
          friends: { block: "ip-list", config: { networks }, outcomes: { listed: "ok" } },
          ok: { block: "accept" },
        }),
      ),
    );
  expect(listed("192.0.2.0/24", "10.0.0.0/8", "2001:db8::/32", "fc00::/7")).toEqual([]);
  for (const wide of ["0.0.0.0/0", "0.0.0.0/1", "1.0.0.0-223.255.255.255", "::/0", "2000::/3"]) {
    expect(listed("192.0.2.0/24", wide)).toEqual(["error domain any"]);
  }
});

test("who may say that somebody has signed in, or where he comes from, is no stranger’s to choose", () => {
  const peers = (listener: object, recipientFlow: object | null = null) =>
    found(
      Settings.parse({
        listeners: { inbound: listener },
        transports: { out: anywhere },
        ...(recipientFlow && {
          domains: { any: { transport: "out", recipientFlow: "rcpt" } },
          flows: { rcpt: recipientFlow },
        }),
      }),
    );
  const leaves = { outboundTransport: "out" };
  expect(peers({ ...leaves, xclientPeers: ["192.0.2.1"], proxyPeers: ["10.0.0.0/8"] })).toEqual([]);
  expect(peers({ ...leaves, xclientPeers: ["0.0.0.0/0"] })).toEqual(["error listener inbound"]);
  expect(peers({ xclientPeers: ["::/0"] })).toEqual(["warning listener inbound"]);
  expect(peers({ ...leaves, proxyPeers: ["0.0.0.0/0"] })).toEqual(["warning listener inbound"]);
  const friends = flow("recipient", "friends", {
    friends: { block: "ip-list", config: { networks: ["192.0.2.1"] }, outcomes: { listed: "ok" } },
    ok: { block: "accept" },
  });
  expect(peers({}, friends)).toEqual([]);
  expect(peers({ proxyPeers: ["0.0.0.0/0"] }, friends)).toEqual([
    "error domain any",
    "warning listener inbound",
  ]);
  const users = flow("recipient", "user", {
    user: { block: "authenticated", outcomes: { yes: "ok" } },
    ok: { block: "accept" },
  });
  expect(peers({ xclientPeers: ["0.0.0.0/0"] }, users)).toContain("error domain any");
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
