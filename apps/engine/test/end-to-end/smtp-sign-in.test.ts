/**
 * Sign-in through the whole dialogue: real flows of blocks, a real directory, a real
 * mail server that knows the passwords, a file and a web service; what becomes of the
 * name afterwards, and where the password must not turn up.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Settings } from "@sluice/settings";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { z } from "zod";
import { createSignInGuard } from "../../src/session/sign-in-guard.ts";
import { createTestFlows, scriptFlow, type TestFlows } from "../support/flows.ts";
import { type ListenerUnderTest, startListener } from "../support/listener.ts";
import { testWithPeer } from "../support/peers.ts";
import {
  activeDirectorySchema,
  type Slapd,
  slapdAdmin,
  slapdBase,
  startSlapd,
} from "../support/slapd.ts";
import { greeted } from "../support/smtp-client.ts";
import { startUpnDirectory } from "../support/upn-directory.ts";

/** Stands in no name, no protocol and no other text, so that it can be searched for. */
const password = "gr8-s3cret-Zebra";

const backend = new SMTPServer({
  disabledCommands: ["STARTTLS"],
  disableReverseLookup: true,
  allowInsecureAuth: true,
  onAuth: (auth, _session, callback) =>
    auth.username === "anna" && auth.password === password
      ? callback(null, { user: "anna" })
      : callback(Object.assign(new Error("no"), { responseCode: 535 })),
});
const web = createServer((request, response) => {
  let form = "";
  request.on("data", (chunk: Buffer) => {
    form += chunk.toString();
  });
  request.on("end", () =>
    response.end(form === `name=anna&word=${encodeURIComponent(password)}` ? "OK" : "NO"),
  );
});

const portOf = (server: { address: () => AddressInfo | string | null }): number =>
  (server.address() as AddressInfo).port; // listening on TCP

beforeAll(async () => {
  backend.on("error", () => {}); // a client that is gone
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", () => resolve()));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", () => resolve()));
});
afterAll(async () => {
  await new Promise<void>((resolve) => backend.close(() => resolve()));
  web.closeAllConnections();
  web.close();
});

let listener: ListenerUnderTest | null = null;
afterEach(async () => {
  await listener?.close();
  listener = null;
});

/** A flow that accepts by one block. */
const by = (block: string, config: Record<string, unknown>, yes = "accepted", no = "refused") => ({
  kind: "authentication" as const,
  title: "Login",
  entry: "ask",
  nodes: {
    ask: { block, version: 1, config, outcomes: { [yes]: "ok", [no]: "no", error: "later" } },
    ok: { block: "accept", version: 1, config: {} },
    no: { block: "reject", version: 1, config: { text: "Wrong" } },
    later: { block: "defer", version: 1, config: {} },
  },
});

type Flow = NonNullable<z.input<typeof Settings>["flows"]>[string];

const start = async (
  login: Flow,
  more: z.input<typeof Settings> = {},
  refusalMilliseconds = 0,
): Promise<{ flows: TestFlows; under: ListenerUnderTest }> => {
  const settings = (port: number): z.input<typeof Settings> => ({
    gateway: { httpAllowPrivate: ["127.0.0.1"] },
    listeners: {
      inbound: {
        address: "127.0.0.1",
        port,
        authenticationFlow: "login",
        authenticationNeedsTls: false,
        outboundTransport: "out",
      },
    },
    domains: { "ours.test": { recipientFlow: "known", contentFlow: "mark", transport: "out" } },
    flows: {
      login,
      known: scriptFlow(
        "recipient",
        'if ($saslauthed and $saslusername == "anna") Accept(); Reject("Only anna, not [$saslusername]");',
      ),
      mark: scriptFlow(
        "content",
        'SetHeader("X-User", $saslauthed ? $saslusername : "nobody"); Deliver();',
      ),
    },
    ...more,
    transports: {
      out: { destination: "127.0.0.1:1" },
      users: { destination: `127.0.0.1:${portOf(backend.server)}`, authWithoutTls: true },
      ...more.transports,
    },
  });
  const files = { accounts: `anna ${password}\nbert other\n` };
  const secrets = { "directory/main/bindPassword": slapdAdmin.password };
  const flows = createTestFlows({ settings: settings(1), files, secrets });
  listener = await startListener({
    settings,
    files,
    secrets,
    flows: [...flows.snapshot.flows.values()],
    runner: flows.sessions,
    signIns: createSignInGuard({ delayMilliseconds: 0, refusalMilliseconds }),
  });
  return { flows, under: listener };
};

const mechanisms = {
  PLAIN: (name: string, word: string) => [`AUTH PLAIN ${btoa(`\0${name}\0${word}`)}`],
  "PLAIN after a challenge": (name: string, word: string) => [
    "AUTH PLAIN",
    btoa(`\0${name}\0${word}`),
  ],
  LOGIN: (name: string, word: string) => ["AUTH LOGIN", btoa(name), btoa(word)],
} as const;

const signIn = async (
  port: number,
  name: string,
  word: string,
  mechanism: keyof typeof mechanisms = "PLAIN",
): Promise<{ reply: string; client: Awaited<ReturnType<typeof greeted>> }> => {
  const client = await greeted(port);
  const replies = await client.sayAll(...mechanisms[mechanism](name, word));
  return { reply: replies.at(-1) ?? "", client };
};

const replyTo = async (port: number, name: string, word: string): Promise<string> => {
  const { reply, client } = await signIn(port, name, word);
  client.end();
  return reply;
};

const accounts = { accounts: { name: "accounts", sha256: "2".repeat(64) } };

const ways: Readonly<Record<string, readonly [Flow, z.input<typeof Settings>]>> = {
  "a file": [by("file-login", { file: "accounts" }), { files: accounts }],
  "another mail server": [by("smtp-bind", { transport: "users" }), {}],
};

test.each(Object.entries(ways))(
  "%s tells a right password from a wrong one, by PLAIN and by LOGIN",
  async (_words, [login, more]) => {
    const { under } = await start(login, more);
    for (const mechanism of Object.keys(mechanisms) as (keyof typeof mechanisms)[]) {
      const right = await signIn(under.port, "anna", password, mechanism);
      expect(right.reply).toMatch(/^235 2\.7\.0/);
      right.client.end();
      const wrong = await signIn(under.port, "anna", "wrong", mechanism);
      expect(wrong.reply).toBe("535 5.7.8 Wrong");
      wrong.client.end();
    }
    expect(await replyTo(under.port, "nobody", password)).toBe("535 5.7.8 Wrong"); // as for a wrong password
    expect(await replyTo(under.port, "anna", "")).toMatch(/^5/);
  },
);

test("a web service answers for a form it is sent", async () => {
  const url = `http://127.0.0.1:${portOf(web)}/login`;
  const config = {
    url,
    form: [
      { name: "name", value: "$saslusername" },
      { name: "word", value: "$saslpassword" },
    ],
    answers: [{ id: "yes", text: "OK", words: "Right" }],
  };
  const { under } = await start(by("http-lookup", config, "yes", "other"));
  expect(await replyTo(under.port, "anna", password)).toMatch(/^235/);
  expect(await replyTo(under.port, "anna", "wrong")).toBe("535 5.7.8 Wrong");
});

testWithPeer("slapd")(
  "a directory takes the user name as DN, and finds it by name or address",
  async () => {
    const slapd: Slapd = await startSlapd({
      schema: activeDirectorySchema,
      ldif: `dn: cn=Anna,${slapdBase}\nobjectClass: inetOrgPerson\nobjectClass: adUser\ncn: Anna\nsn: A\nuid: anna\nmail: anna@ours.test\nsAMAccountName: anna\nproxyAddresses: SMTP:anna@ours.test\nuserPassword: ${password}\n`,
    });
    const directory = (more: object) => ({
      directories: {
        main: {
          servers: [`127.0.0.1:${slapd.port}`],
          tls: "none" as const,
          bindDn: slapdAdmin.dn,
          bindPassword: { secret: "stored" as const },
          base: slapdBase,
          ...more,
        },
      },
    });
    try {
      const login = by("ldap-bind", { directory: "main" });
      const direct = await start(login, directory({}));
      expect(await replyTo(direct.under.port, `cn=Anna,${slapdBase}`, password)).toMatch(/^235/);
      expect(await replyTo(direct.under.port, `cn=Anna,${slapdBase}`, "wrong")).toBe(
        "535 5.7.8 Wrong",
      );
      await direct.under.close();
      const userQuery = "(|(uid=%s)(mail=%s)(proxyAddresses=smtp:%s))";
      const found = await start(login, directory({ userQuery }));
      expect(await replyTo(found.under.port, "anna", password)).toMatch(/^235/);
      expect(await replyTo(found.under.port, "anna@ours.test", password)).toMatch(/^235/);
      for (const name of ["*", "anna*", "anna)(uid=*", "nobody"]) {
        expect([name, await replyTo(found.under.port, name, password)]).toEqual([
          name,
          "535 5.7.8 Wrong",
        ]);
      }
      expect(await replyTo(found.under.port, "anna", "wrong")).toBe("535 5.7.8 Wrong");
    } finally {
      await slapd.stop();
    }
    expect(await replyTo(listener?.port ?? 0, "anna", password)).toMatch(/^454 4\.7\.0/); // nobody could say
  },
);

testWithPeer("slapd")(
  "a directory that knows user principal names is asked with the name as it was typed",
  async () => {
    const slapd: Slapd = await startSlapd({
      ldif: `dn: cn=Anna,${slapdBase}\nobjectClass: inetOrgPerson\ncn: Anna\nsn: A\nuserPassword: ${password}\n`,
    });
    const front = await startUpnDirectory(slapd.port, {
      "anna@corp.example": `cn=Anna,${slapdBase}`,
    });
    try {
      const { under } = await start(by("ldap-bind", { directory: "main" }), {
        directories: { main: { servers: [`127.0.0.1:${front.port}`], tls: "none" } },
      });
      expect(await replyTo(under.port, "anna@corp.example", password)).toMatch(/^235/);
      expect(await replyTo(under.port, "Anna@corp.example", password)).toMatch(/^235/);
      for (const [name, word] of [
        ["anna@corp.example", "wrong"],
        ["bert@corp.example", password], // slapd itself: this is no DN
        ["anna", password],
      ] as const)
        expect([name, await replyTo(under.port, name, word)]).toEqual([name, "535 5.7.8 Wrong"]);
    } finally {
      await listener?.close();
      listener = null;
      await front.close();
      await slapd.stop();
    }
  },
);

test("who has signed in is known to the recipient flow and the content flow, in history and in the Received field", async () => {
  const { under } = await start(by("file-login", { file: "accounts" }), { files: accounts });
  const { client } = await signIn(under.port, "anna", password, "LOGIN");
  await client.say("MAIL FROM:<anna@ours.test>");
  expect(await client.say("RCPT TO:<bob@ours.test>")).toMatch(/^250/);
  await client.say("DATA");
  expect(await client.say("Subject: x\r\n\r\nhello\r\n.")).toMatch(/^250/);
  client.end();
  const [message] = under.messages;
  expect(message?.bodies[0]).toContain("X-User: anna\r\n");
  expect(message?.bodies[0]).toMatch(/^Received: [\s\S]* with ESMTPA\r\n/);
  expect(message?.acceptance.history).toMatchObject({ signIn: "anna" });
  expect(message?.acceptance.bodies[0]?.entries[0]?.envelope).toMatchObject({
    signIn: "anna",
    mayBounce: true,
  });

  const stranger = await greeted(under.port);
  await stranger.say("MAIL FROM:<anna@ours.test>");
  expect(await stranger.say("RCPT TO:<bob@ours.test>")).toMatch(
    /^550 5\.7\.1 Only anna, not \[\] \(/,
  );
  expect(await stranger.say("RCPT TO:<bob@else.test>")).toMatch(/^550 5\.7\.1 Relaying denied/);
  stranger.end();
  const bert = await signIn(under.port, "bert", "other");
  await bert.client.say("MAIL FROM:<bert@ours.test>");
  expect(await bert.client.say("RCPT TO:<bob@ours.test>")).toMatch(
    /^550 5\.7\.1 Only anna, not \[bert\]/,
  );
  bert.client.end();
});

test("the password is in no log, no trace, no record and no reply, even when the flow writes it down", async () => {
  const leak = scriptFlow(
    "authentication",
    'echo "try $saslusername / $saslpassword"; echo base64_encode($saslpassword); if ($saslpassword == "x") Accept(); Reject("No: $saslpassword");',
  );
  const { under, flows } = await start(leak);
  for (const mechanism of Object.keys(mechanisms) as (keyof typeof mechanisms)[]) {
    const { reply, client } = await signIn(under.port, "anna", password, mechanism);
    expect(reply).not.toContain(password);
    await client.say("QUIT");
    await client.closed();
  }
  const everything = JSON.stringify([under.records, under.log, flows.log, flows.traces]);
  for (const form of [password, btoa(password).replace(/=+$/, ""), btoa(`\0anna\0${password}`)]) {
    expect(everything).not.toContain(form);
  }
  expect(under.records.length).toBeGreaterThan(0);
  expect(everything).toContain("try anna / ***");
});

test("a refusal waits its time, whether the user exists or not; a right password does not", async () => {
  const login = by("file-login", { file: "accounts" });
  const { under } = await start(login, { files: accounts }, 3_600_000);
  const told: string[] = [];
  const guess = async (name: string, word: string) => {
    const { reply, client } = await signIn(under.port, name, word);
    if (reply !== "") told.push(`${name} ${reply.slice(0, 3)}`);
    client.end();
  };
  const guesses = [guess("anna", "wrong"), guess("nobody", "wrong")];
  for (let index = 0; index < 5; index++) await guess("anna", password);
  expect(told).toEqual(Array(5).fill("anna 235"));
  await under.close(0); // whoever still waits is let go
  await Promise.all(guesses);
  expect(told.filter((one) => one.endsWith("535"))).toEqual([]);
});
