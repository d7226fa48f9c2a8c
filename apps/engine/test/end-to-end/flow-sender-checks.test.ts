/** SPF, DKIM and DMARC of a message against a real name server; key and signature are made here. */
import { generateKeyPairSync } from "node:crypto";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { type Knot, startKnot } from "../support/knot.ts";

let knot: Knot;
let signed: string;
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keyText = publicKey.export({ type: "spki", format: "der" }).toString("base64");
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const plain =
  "From: Ann <ann@strict.test>\r\nTo: bob@example.org\r\nSubject: Hello\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nbody\r\n";

beforeAll(async () => {
  knot = await startKnot({
    "strict.test": `
@ TXT "v=spf1 ip4:192.0.2.0/28 -all"
_dmarc TXT "v=DMARC1; p=reject"
_adsp._domainkey TXT "dkim=discardable"
k1._domainkey TXT "v=DKIM1; p=${keyText.slice(0, 200)}" "${keyText.slice(200)}"
`,
    "all.test": '@ MX 10 mail.all.test.\n_adsp._domainkey TXT "dkim = all; t=x"',
    "odd.test": '@ TXT "x"\n_adsp._domainkey TXT "all"',
    "open.test": '@ TXT "x"\n_adsp._domainkey TXT "dkim=unknown"',
    test: '@ TXT "the domain above, which asks for nothing"',
    "lax.test": '@ TXT "v=spf1 ip4:198.51.100.0/24 ~all"',
  });
  const { signatures } = await dkimSign(plain, {
    signingDomain: "strict.test",
    selector: "k1",
    privateKey: pem,
    signatureData: [{ signingDomain: "strict.test", selector: "k1", privateKey: pem }],
  });
  signed = `${signatures}${plain}`;
});
afterAll(() => knot.stop());

const run = async (
  source: string,
  message: string,
  more: { sender?: string; clientAddress?: string; resolvers?: string[] } = {},
): Promise<string[]> => {
  const { resolvers = [knot.address], ...input } = more;
  const flows = createTestFlows({
    settings: { gateway: { resolvers }, flows: { f: scriptFlow("content", source) } },
  });
  const { trace } = await flows.content("f", message, { sender: "ann@strict.test", ...input });
  expect(trace?.error).toBe(null);
  await flows.services.close();
  return flows.echoed();
};

const all = "echo ScanSPF(); echo DKIMSDID(); echo ScanDMARC();";

test("a signed message from the sender's own server passes everything", async () => {
  expect(await run(all, signed)).toEqual([
    "0",
    '["strict.test"=>"pass"]',
    '["strict.test"=>"none"]',
  ]);
});

test("what a domain says of mail that it did not sign", async () => {
  const adsp = async (message: string, more: { resolvers?: string[] } = {}): Promise<string> =>
    (await run("echo DKIMADSP();", message, more)).join();
  const from = (domain: string): string => plain.replace("strict.test", domain);
  expect(await adsp(signed)).toBe("pass");
  expect(await adsp(plain)).toBe("discard");
  expect(await adsp(signed.replace("body", "Body"))).toBe("discard");
  expect(await adsp(from("all.test"))).toBe("fail");
  expect(await adsp(from("open.test"))).toBe("unknown");
  expect(await adsp(from("odd.test"))).toBe("none");
  expect(await adsp(from("lax.test"))).toBe("none");
  expect(await adsp(from("nobody.test"))).toBe("nxdomain");
  expect(await adsp(plain.replace(/^From.*\r\n/, ""))).toBe("permerror");
  expect(await adsp(plain, { resolvers: ["127.0.0.1:1"] })).toBe("temperror");
});

test("the signature alone speaks for the author when the server does not", async () => {
  expect(await run(all, signed, { clientAddress: "203.0.113.9" })).toEqual([
    "100",
    '["strict.test"=>"pass"]',
    '["strict.test"=>"none"]',
  ]);
});

test("a changed message from a strange server is what the author's domain wants rejected", async () => {
  expect(await run(all, signed.replace("body", "Body"), { clientAddress: "203.0.113.9" })).toEqual([
    "100",
    '["strict.test"=>"fail"]',
    '["strict.test"=>"reject"]',
  ]);
});

test("domains that did not sign are skipped; a domain without a policy says so", async () => {
  expect(
    await run(
      'echo DKIMSDID(["lax.test", "strict.test"]); echo ScanDMARC(); echo ScanSPF();',
      plain.replace("ann@strict.test", "ann@lax.test"),
      { sender: "ann@lax.test" },
    ),
  ).toEqual(['["lax.test"=>"skip","strict.test"=>"skip"]', '["lax.test"=>"policy_absent"]', "20"]);
});

test("without an answer from DNS nothing passes and nothing is called absent", async () => {
  expect(await run(all, signed, { resolvers: ["127.0.0.1:1"] })).toEqual([
    "50",
    '["strict.test"=>"temperror"]',
    '["strict.test"=>"temperror"]',
  ]);
});

test("two authors of two domains have no policy", async () => {
  const [answer] = await run(
    "echo ScanDMARC();",
    plain.replace("<ann@strict.test>", "<ann@strict.test>, <eve@lax.test>"),
  );
  expect(answer).toBe("multiple-author-domains");
});
