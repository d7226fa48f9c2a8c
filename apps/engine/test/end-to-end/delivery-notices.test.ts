/** Notices to senders: when, to whom, what they say, read by Python's email and flufl.bounce. */
import { Settings } from "@sluice/settings";
import { afterEach, describe, expect, test } from "vitest";
import { isWanted } from "../../src/delivery/delivery-status-notification.ts";
import { createNotices } from "../../src/delivery/notices.ts";
import { settledOf } from "../../src/delivery/settled-of.ts";
import type { Acceptance } from "../../src/queue/queue-entry.ts";
import { type AwkwardOptions, startAwkward } from "../support/awkward-server.ts";
import { createTestDelivery, type Mail } from "../support/delivery.ts";
import { scriptFlow } from "../support/flows.ts";
import { testWithPeer } from "../support/peers.ts";
import { readNotice } from "../support/read-notice.ts";

const withPython = testWithPeer("python3");
const servers: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const original = Buffer.from(
  "Message-ID: <1@example.com>\r\nSubject: Ask\r\n\r\nSecret words.\r\n.dot\r\n",
);
const received = new Date("2030-01-01T00:00:00Z");

/** One attempt, and the notices it makes. */
const attempt = async (
  options: AwkwardOptions | null,
  mail: Mail = {},
  more: { transport?: object; now?: Date; script?: string } = {},
) => {
  let port = 9;
  if (options !== null) {
    const server = await startAwkward(options);
    servers.push(server);
    port = server.port;
  }
  const delivery = createTestDelivery({
    transports: {
      next: { destination: `127.0.0.1:${port}`, ...more.transport },
      home: { destination: "192.0.2.10:25" },
      world: { destination: "lookup-mx" },
    },
    settings: {
      listeners: { inbound: {} },
      domains: {
        "example.com": { transport: "home" },
        "example.org": more.script === undefined ? {} : { deliveryFlow: "f" },
      },
      flows: { f: scriptFlow("delivery", more.script ?? "return;") },
    },
    now: () => more.now ?? received,
  });
  const accepted: Acceptance[] = [];
  const notices = createNotices({
    snapshot: () => delivery.snapshot,
    hostName: "gateway.test",
    clock: () => more.now ?? received,
    acceptMessage: async (acceptance) => void accepted.push(acceptance),
    readBody: async function* () {
      yield original;
    },
  });
  const { copies, client } = await delivery.deliver({ body: original, ...mail });
  client?.close();
  await notices({ entries: copies.map(({ entry }) => entry), body: null, reserved: 0 }, copies);
  return {
    copies,
    accepted,
    entries: accepted.flatMap(({ bodies }) => bodies.flatMap(({ entries }) => entries)),
    notices: accepted.flatMap(({ bodies }) =>
      bodies.map(({ content }) => readNotice(content.memory ?? Buffer.alloc(0))),
    ),
  };
};

const refusing = (reply: string, to = ""): AwkwardOptions => ({
  answer: (line) => (line.startsWith("RCPT") && line.includes(to) ? reply : undefined),
});

describe("of failure", () => {
  withPython("says who, why, and from where, and gives the header back", async () => {
    const made = await attempt(refusing("550 5.1.1 no such user", "bob@"), {
      recipients: ["bob@example.org", "eve@example.org"],
      envelope: { envid: "ID+2B1", orcpt: "rfc822;Bob+2Bx@example.org" },
    });
    expect(made.notices).toHaveLength(1);
    const [notice] = made.notices;
    expect(notice).toMatchObject({
      type: "multipart/report",
      reportType: "delivery-status",
      defects: [],
      types: ["text/plain", "message/delivery-status", "text/rfc822-headers"],
      permanent: ["Bob+x@example.org"], // as the sender knows the recipient
      temporary: [],
    });
    expect(notice?.status).toEqual([
      {
        "original-envelope-id": "ID+1",
        "reporting-mta": "dns; gateway.test",
        "arrival-date": "Tue, 1 Jan 2030 00:00:00 +0000",
      },
      {
        "original-recipient": "rfc822;Bob+x@example.org",
        "final-recipient": "rfc822; bob@example.org",
        action: "failed",
        status: "5.1.1",
        "remote-mta": "dns; 127.0.0.1",
        "diagnostic-code": "smtp; 550 5.1.1 no such user",
      },
    ]);
    expect(notice?.header).toMatchObject({
      to: "ann@example.com",
      "auto-submitted": "auto-replied",
      "in-reply-to": "<1@example.com>",
    });
    expect(notice?.text).toContain("127.0.0.1 said: 550 5.1.1 no such user");
    expect(notice?.original).toContain("Subject: Ask");
    expect(notice?.original).not.toContain("Secret");
    expect(made.entries).toMatchObject([
      {
        sender: "",
        recipient: "ann@example.com",
        domain: "example.com",
        transport: "home",
        envelope: { notify: ["NEVER"], eightBit: false },
      },
    ]);
  });

  withPython("does not put our own words into the next hop's mouth", async () => {
    const silent = await attempt(null, {}, { transport: { maximumAttempts: 1 } });
    const small = await attempt({ extensions: ["SIZE 10"] });
    for (const [made, why] of [
      [silent, "no connection (ECONNREFUSED)"],
      [small, "the next hop takes 10."],
    ] as const) {
      const [notice] = made.notices;
      expect(notice?.text).toContain(why);
      expect(notice?.text).not.toContain("said:");
      const status = notice?.status[1];
      expect(status?.["diagnostic-code"]).toMatch(/^x-sluice; /);
      expect(status).not.toHaveProperty("remote-mta");
    }
  });

  withPython("says how often it was tried when that was the end", async () => {
    const busy = refusing("450 4.2.1 mailbox busy");
    const transport = { maximumAttempts: 3 };
    const last = await attempt(busy, { attempts: 2 }, { transport });
    expect(last.notices[0]?.text).toContain(
      "It was tried 3 times since Tue, 1 Jan 2030 00:00:00 +0000, and will not be tried again.",
    );
    const refused = await attempt(refusing("550 5.1.1 no"), { attempts: 2 }, { transport });
    expect(refused.notices[0]?.text).not.toContain("was tried");
  });

  withPython("goes where, and comes from whom, the delivery flow says", async () => {
    const said =
      'SetDSN(["recipient" => "help@example.net", "transportid" => "mailtransport:world", "from" => "noreply@example.org", "from_name" => "Käthe, \\"mail\\"", "metadata" => ["about" => "bounce"]]);';
    for (const script of [
      `if ($attempted) { ${said} }`,
      `if (not $attempted) { ${said} Bounce(); }`,
    ]) {
      const { notices, entries } = await attempt(
        refusing("550 5.1.1 no such user"),
        { domain: "example.org" },
        { script },
      );
      expect(notices[0]?.header).toMatchObject({ to: "help@example.net" });
      expect(notices[0]?.header["from"]).toContain("noreply@example.org");
      expect(notices[0]?.status[1]).toMatchObject({ "final-recipient": "rfc822; bob@example.org" });
      expect(entries).toMatchObject([
        {
          sender: "",
          recipient: "help@example.net",
          transport: "world",
          envelope: { metadata: { about: "bounce" } },
        },
      ]);
    }
    const never = await attempt(
      refusing("550 no"),
      { domain: "example.org", sender: "" },
      { script: said },
    );
    expect(never.notices).toEqual([]); // a notice about a notice goes to nobody
  });

  withPython("gives everything back when the sender asked for it", async () => {
    const { notices } = await attempt(refusing("550 no"), { envelope: { ret: "FULL" } });
    expect(notices[0]?.types[2]).toBe("message/rfc822");
    expect(notices[0]?.original).toContain("Secret words.\n.dot\n");
  });

  withPython("after the last attempt names the last answer", async () => {
    const late = new Date(received.getTime() + 2881 * 60_000);
    const { notices } = await attempt(refusing("450 4.2.2 full"), {}, { now: late });
    expect(notices[0]?.status[1]).toMatchObject({ action: "failed", status: "4.2.2" });
  });

  withPython("when nobody ever answered", async () => {
    const late = new Date(received.getTime() + 2881 * 60_000);
    const { notices } = await attempt({ final: () => null }, {}, { now: late });
    expect(notices[0]?.status[1]).toMatchObject({ action: "failed", status: "4.4.2" });
  });

  withPython("a sender elsewhere is told by the way out of the listener", async () => {
    const { entries } = await attempt(refusing("550 no"), { sender: "ann@far.example" });
    expect(entries).toMatchObject([{ recipient: "ann@far.example", transport: "world" }]);
  });

  withPython("what a server says cannot break the notice", async () => {
    const { notices } = await attempt(refusing("550 \x1b[0m\xff\xfe--boundary\t<b>"));
    expect(notices[0]).toMatchObject({ defects: [], permanent: ["bob@example.org"] });
    expect(notices[0]?.status[1]?.["diagnostic-code"]).toMatch(/^smtp; 550 [\x20-\x7e]+$/);
  });

  withPython("for mail with other letters is one with other letters", async () => {
    const { notices, entries } = await attempt(refusing("550 5.1.1 kein Nutzer"), {
      sender: "änn@example.com",
      recipients: ["bøb@example.org"],
      envelope: { smtpUtf8: true },
    });
    expect(notices[0]).toMatchObject({
      types: ["text/plain", "message/global-delivery-status", "message/global-headers"],
    });
    expect(entries[0]).toMatchObject({
      recipient: "änn@example.com",
      envelope: { smtpUtf8: true, eightBit: true },
    });
  });
});

describe("of several recipients", () => {
  const answers: AwkwardOptions = {
    extensions: [],
    answer: (line) =>
      !line.startsWith("RCPT")
        ? undefined
        : line.includes("gone")
          ? "550 5.1.1 no such user"
          : line.includes("full")
            ? "552 5.2.2 mailbox full"
            : line.includes("busy")
              ? "450 4.2.1 busy"
              : undefined,
  };
  const recipients = ["gone", "full", "busy", "fine"].map((name) => `${name}@example.org`);

  withPython(
    "each outcome is told in one notice, and each recipient in its own group",
    async () => {
      const { notices } = await attempt(
        answers,
        { recipients, envelope: { notify: ["SUCCESS", "FAILURE", "DELAY"], envid: "Q1" } },
        { transport: { delayNoticeMinutes: 60 }, now: new Date(received.getTime() + 3_600_000) },
      );
      const told = notices.map(({ status: [message, ...each] }) => ({
        envelope: message?.["original-envelope-id"],
        each: each.map((one) => [one["final-recipient"], one["action"], one["status"]]),
      }));
      expect(told).toEqual([
        {
          envelope: "Q1",
          each: [
            ["rfc822; gone@example.org", "failed", "5.1.1"],
            ["rfc822; full@example.org", "failed", "5.2.2"],
          ],
        },
        { envelope: "Q1", each: [["rfc822; busy@example.org", "delayed", "4.2.1"]] },
        { envelope: "Q1", each: [["rfc822; fine@example.org", "relayed", "2.0.0"]] },
      ]);
      expect(notices.map(({ defects }) => defects)).toEqual([[], [], []]);
      expect(notices.map(({ permanent }) => permanent)).toEqual([
        ["full@example.org", "gone@example.org"],
        [],
        [],
      ]);
      expect(notices.map(({ temporary }) => temporary)).toEqual([[], ["busy@example.org"], []]);
    },
  );

  withPython(
    "an address beyond ASCII stands in ASCII where the mail was none of SMTPUTF8",
    async () => {
      const { notices } = await attempt(refusing("550 5.1.1 no"), {
        recipients: ["b\u00f8b@example.org"],
        envelope: { smtpUtf8: false, orcpt: "utf-8;b\\x{F8}b@example.org" },
      });
      expect(notices[0]?.status[1]).toMatchObject({
        "original-recipient": "utf-8;b\\x{F8}b@example.org",
        "final-recipient": "utf-8; b\\x{F8}b@example.org",
      });
      expect(notices[0]?.types[1]).toBe("message/delivery-status");
      expect(notices[0]?.defects).toEqual([]);
    },
  );

  withPython("what a hop cannot take is told with its own status", async () => {
    const eight = await attempt(
      { extensions: [] },
      {
        body: Buffer.from("Subject: x\r\n\r\nGr\u00fc\u00dfe\r\n"),
        envelope: { eightBit: true },
      },
    );
    expect(eight.notices[0]?.status[1]).toMatchObject({ action: "failed", status: "5.6.3" });
    const utf8 = await attempt(
      { extensions: ["8BITMIME"] },
      {
        recipients: ["b\u00f8b@example.org"],
        envelope: { smtpUtf8: true },
      },
    );
    const text = utf8.accepted[0]?.bodies[0]?.content.memory?.toString("utf8") ?? "";
    expect(text).toContain("Final-Recipient: utf-8; b\u00f8b@example.org\r\n");
    expect(text).toContain("Status: 5.6.7\r\n");
    expect(utf8.notices[0]?.types[1]).toBe("message/global-delivery-status");
  });
});

describe("of delay", () => {
  const busy = refusing("450 4.2.1 busy");
  const later = (minutes: number): Date => new Date(received.getTime() + minutes * 60_000);

  withPython("comes once, when the transport says so, and names the end", async () => {
    const transport = { delayNoticeMinutes: 60 };
    expect((await attempt(busy, {}, { transport, now: later(59) })).notices).toEqual([]);
    const { notices, copies } = await attempt(busy, {}, { transport, now: later(60) });
    expect(notices[0]?.status[1]).toMatchObject({
      action: "delayed",
      status: "4.2.1",
      "will-retry-until": "Thu, 3 Jan 2030 00:00:00 +0000",
    });
    expect(notices[0]?.temporary).toEqual(["bob@example.org"]);
    expect(copies[0]?.isLate).toBe(true);
    const again = { envelope: { delayNoticed: true } };
    expect((await attempt(busy, again, { transport, now: later(120) })).notices).toEqual([]);
  });

  withPython("comes after four hours to those who asked, and to nobody else", async () => {
    const asked = { envelope: { notify: ["DELAY"] } } as const;
    expect((await attempt(busy, asked, { now: later(239) })).notices).toEqual([]);
    expect((await attempt(busy, asked, { now: later(240) })).notices).toHaveLength(1);
    expect((await attempt(busy, {}, { now: later(2000) })).notices).toEqual([]);
    const not = { envelope: { notify: ["FAILURE"] } } as const;
    const transport = { delayNoticeMinutes: 60 };
    expect((await attempt(busy, not, { transport, now: later(300) })).notices).toEqual([]);
  });
});

describe("of success", () => {
  const envelope = { notify: ["SUCCESS"] } as const;

  withPython("is left to a next hop that knows how", async () => {
    expect((await attempt({ extensions: ["DSN"] }, { envelope })).notices).toEqual([]);
  });

  withPython("says that the mail was passed on to one that does not", async () => {
    const { notices } = await attempt({ extensions: [] }, { envelope });
    expect(notices[0]?.status[1]).toMatchObject({ action: "relayed", status: "2.0.0" });
    expect(notices[0]?.permanent).toEqual([]);
    expect((await attempt({ extensions: [] })).notices).toEqual([]);
  });

  withPython("says that the mail is in its store when it is (LMTP)", async () => {
    const { notices } = await attempt({}, { envelope }, { transport: { protocol: "lmtp" } });
    expect(notices[0]?.status[1]).toMatchObject({ action: "delivered" });
  });
});

describe("never", () => {
  test("to the null sender, so never about a notice", async () => {
    expect((await attempt(refusing("550 no"), { sender: "" })).accepted).toEqual([]);
  });

  test("to who said NEVER, or asked for other news", async () => {
    for (const notify of [["NEVER"], ["SUCCESS"], ["DELAY"]] as const)
      expect((await attempt(refusing("550 no"), { envelope: { notify } })).accepted).toEqual([]);
  });

  test("where the transport discards what it gives up", async () => {
    const transport = { onGivingUp: "discard" };
    const { accepted, copies } = await attempt(refusing("550 no"), {}, { transport });
    expect(accepted).toEqual([]);
    expect(copies[0]?.decision).toMatchObject({ kind: "gone", notify: false });
    expect(copies.map((copy) => settledOf(Settings.parse({}), copy, new Date()))).toMatchObject([
      { outcome: "deleted", event: { kind: "deleted", detail: { gaveUp: "refused", code: 550 } } },
    ]);
  });
});

test.each([
  [null, "failed", true],
  [null, "delayed", true],
  [null, "relayed", false],
  [["NEVER"], "failed", false],
  [["FAILURE"], "failed", true],
  [["FAILURE"], "delayed", false],
  [["DELAY"], "delayed", true],
  [["SUCCESS"], "relayed", true],
  [["SUCCESS", "FAILURE"], "failed", true],
] as const)("NOTIFY %s and %s: %s", (notify, action, wanted) => {
  expect(isWanted(notify, action)).toBe(wanted);
});
