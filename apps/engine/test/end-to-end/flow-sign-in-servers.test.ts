/** radius_authen, tacplus_authen, tacplus_author and dovecot_lookup_auth against servers that run. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { findPeer, testWithPeer } from "../support/peers.ts";
import { startFakeServer } from "../support/scanners.ts";
import {
  type SignInServer,
  startDovecot,
  startFreeradius,
  startTacacs,
} from "../support/sign-in-servers.ts";

const password = "a pass phrase, longer than 16 bytes: ß";

/** What the call gives for a name and a password, and everything that could tell the password. */
const ask = async (call: string, user = "bob", given = password, allowed: string[] = []) => {
  const flows = createTestFlows({
    settings: {
      gateway: { scriptConnections: allowed },
      flows: { f: scriptFlow("authentication", `echo json_encode(${call});`) },
    },
  });
  const { trace } = await flows.signIn("f", user, given);
  const told = JSON.stringify([flows.log, trace]);
  expect(trace?.error ?? null).toBeNull();
  expect(told).not.toContain(given);
  expect(told).not.toContain("shared secret");
  return { answer: flows.echoed().join(), warnings: flows.log.join("\n") };
};

const withRadius = testWithPeer("freeradius");
describe("RADIUS", () => {
  let signing: SignInServer | null = null;
  let plain: SignInServer | null = null;
  beforeAll(async () => {
    [signing, plain] = await Promise.all(
      [true, false].map((isSigned) =>
        findPeer("freeradius") === null
          ? null
          : startFreeradius("bob", password, '"shared secret"', isSigned),
      ),
    ).then(([a = null, b = null]) => [a, b]);
  }, 60_000);
  afterAll(() => Promise.all([signing?.stop(), plain?.stop()]));

  const call = (server: SignInServer | null, more = "", secret = "shared secret"): string =>
    `radius_authen(["host" => "127.0.0.1", "port" => ${server?.port ?? 1}, "secret" => "${secret}", "timeout" => 2, "retry" => 1${more}], $saslusername, $saslpassword, [1 => "mail"])`;

  withRadius("tells right from wrong", async () => {
    expect((await ask(call(signing))).answer).toBe("1");
    expect((await ask(call(signing), "bob", "another one")).answer).toBe("0");
    expect((await ask(call(signing), "eve", password)).answer).toBe("0");
  });

  withRadius("is not believed without a Message-Authenticator, unless it is said so", async () => {
    const { answer, warnings } = await ask(call(plain));
    expect([answer, warnings]).toEqual(["-1", expect.stringContaining("Message-Authenticator")]);
    expect((await ask(call(plain, ', "message_authenticator" => false'))).answer).toBe("1");
  });

  withRadius("with another secret nobody can say", async () => {
    expect((await ask(call(signing, ', "timeout" => 0.3', "not it"))).answer).toBe("-1");
  });

  test("where nobody listens nobody can say; an empty password is wrong at once", async () => {
    expect((await ask(call(null))).answer).toBe("-1");
    expect((await ask(call(null).replace("$saslpassword", '""'))).answer).toBe("0");
  });
});

describe("Dovecot", () => {
  const withDovecot = testWithPeer("dovecot");
  let dovecot: SignInServer | null = null;
  beforeAll(async () => {
    dovecot = findPeer("dovecot") === null ? null : await startDovecot("bob", password);
  }, 60_000);
  afterAll(() => dovecot?.stop());
  const call = (options: string): string =>
    `dovecot_lookup_auth([${options}], $saslusername, $saslpassword)`;

  withDovecot("tells right from wrong, over a port", async () => {
    const at = `"host" => "127.0.0.1", "port" => ${dovecot?.port}`;
    expect((await ask(call(at))).answer).toBe("1");
    expect((await ask(call(at), "bob", "another one")).answer).toBe("0");
    expect((await ask(call(at), "eve")).answer).toBe("0");
  });

  withDovecot("is asked over a socket only where the settings list it", async () => {
    const socket = `${dovecot?.folder}/auth-client`;
    const at = call(`"path" => "${socket}"`);
    expect((await ask(at, "bob", password, [socket])).answer).toBe("1");
    const { answer, warnings } = await ask(at);
    expect([answer, warnings]).toEqual(["-1", expect.stringContaining("is not listed")]);
  });

  test.each([
    ["FAIL\t1\tuser=bob\ttemp\n", "-1"],
    ["FAIL\t1\tuser=bob\tcode=temp_fail\n", "-1"],
    ["FAIL\t1\tuser=bob\n", "0"],
    ["FAIL\t7\tuser=bob\nOK\t1\tuser=bob\n", "1"],
    ["CONT\t1\t\n", "-1"],
    ["OK\t1", "-1"],
  ])("an answer %j means %s", async (answer, meant) => {
    const server = await startFakeServer((socket, received) => {
      if (received().includes("AUTH\t1")) socket.end(answer);
      else socket.write("VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nDONE\n");
    });
    const at = call(`"host" => "127.0.0.1", "port" => ${server.port}`);
    const found = await ask(at);
    server.stop();
    expect(found.answer).toBe(meant);
  });
});

describe("TACACS+", () => {
  const reply = (status: number, message = ""): Buffer =>
    Buffer.concat([Buffer.from([status, 0, 0, message.length, 0, 0]), Buffer.from(message)]);
  const call = (port: number, type = "pap", secret = "shared secret"): string =>
    `tacplus_authen(["host" => "127.0.0.1", "port" => ${port}, "secret" => "${secret}", "type" => "${type}"], $saslusername, $saslpassword)`;

  /** The fields behind the fixed ones of an authentication START. */
  const startOf = (body: Buffer) => {
    const [user = 0, port = 0, client = 0, data = 0] = body.subarray(4, 8);
    const at = (from: number, length: number): string =>
      body.toString("utf8", 8 + from, 8 + from + length);
    return {
      ...{ action: body[0], type: body[2], user: at(0, user) },
      client: at(user + port, client),
      data: at(user + port + client, data),
    };
  };

  test("PAP takes one step", async () => {
    const seen: unknown[] = [];
    const server = await startTacacs("shared secret", (body) => {
      const start = startOf(body);
      seen.push(start);
      return reply(start.user === "bob" && start.data === password ? 1 : 2);
    });
    const right = await ask(call(server.port));
    const wrong = await ask(call(server.port), "bob", "another one");
    const other = await ask(call(server.port, "pap", "not it"));
    server.stop();
    expect([right.answer, wrong.answer, other.answer]).toEqual(["1", "0", "-1"]);
    expect(seen[0]).toEqual({
      ...{ action: 1, type: 2, user: "bob", client: "192.0.2.7", data: password },
    });
  });

  test("ASCII answers the questions it is asked", async () => {
    let step = 0;
    const server = await startTacacs("shared secret", (body) => {
      step += 1;
      if (step === 1) return reply(4, "Name: ");
      const answer = body.toString("utf8", 5, 5 + body.readUInt16BE(0));
      if (step === 2) return reply(answer === "bob" ? 5 : 2, "Password: ");
      return reply(answer === password ? 1 : 2);
    });
    const found = await ask(call(server.port, "ascii"));
    server.stop();
    expect(found.answer).toBe("1");
  });

  test.each([
    ["an error", reply(7, "database is away")],
    ["a status nobody knows", reply(99)],
    ["lengths that do not fit", Buffer.from([1, 0, 0, 9, 0, 0])],
    ["nothing but a hang-up", null],
  ])("%s is no answer", async (_what, answer) => {
    const server = await startTacacs("shared secret", (_body, _type, socket) => {
      if (answer === null) socket.destroy();
      return answer;
    });
    const found = await ask(call(server.port));
    server.stop();
    expect(found.answer).toBe("-1");
  });

  test("rights are added to what was asked, replace it, or are refused", async () => {
    const rights = (status: number, pairs: readonly string[]): Buffer =>
      Buffer.concat([
        Buffer.from([status, pairs.length, 0, 0, 0, 0, ...pairs.map(({ length }) => length)]),
        Buffer.from(pairs.join("")),
      ]);
    const author = async (answer: Buffer): Promise<string> => {
      const server = await startTacacs("shared secret", (_body, type) =>
        type === 2 ? answer : null,
      );
      const options = `["host" => "127.0.0.1", "port" => ${server.port}, "secret" => "shared secret"]`;
      const found = await ask(
        `tacplus_author(${options}, $saslusername, ["service" => "mail", "cmd*"])`,
      );
      server.stop();
      return found.answer;
    };
    expect(await author(rights(1, ["priv-lvl=15"]))).toBe(
      '{"service":"mail","cmd":"","priv-lvl":"15"}',
    );
    expect(await author(rights(2, ["priv-lvl=1"]))).toBe('{"priv-lvl":"1"}');
    expect(await author(rights(16, []))).toBe("0");
    expect(await author(rights(17, []))).toBe("-1");
    expect(await author(Buffer.from([1, 9, 0, 0, 0, 0]))).toBe("-1");
  });
});
