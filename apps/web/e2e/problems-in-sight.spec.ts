/** What is wrong outside shows in the browser: directories that refuse, ports that are taken, certificates that end. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { makeCertificate } from "../../engine/test/support/certificate.ts";
import { createGateway, freePort, type Gateway } from "../../engine/test/support/gateway.ts";
import { type Slapd, slapdAdmin, slapdBase, startSlapd } from "../../engine/test/support/slapd.ts";
import { makeAdministrator, printedCode } from "./fixtures/administrator.ts";

let gateway: Gateway;
let plain: Slapd;
let secured: Slapd;
let taken: Server;
let page: Page;
let base = "";

/** `days` may lie in the past. */
const certificateFor = (days: number): string => {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-certificate-"));
  const dateOf = (date: Date): string =>
    `${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  const file = (name: string): string => path.join(folder, name);
  execFileSync(
    "openssl",
    [
      ...["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-keyout", file("key.pem"), "-out", file("request.pem"), "-subj", "/CN=mx.example"],
    ],
    { stdio: "ignore" },
  );
  execFileSync(
    "bash",
    [
      "-c",
      `touch index && echo 01 > serial && printf '[ca]\\ndefault_ca=own\\n[own]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\npolicy=any\\n[any]\\ncommonName=supplied\\n' > ca.conf && openssl ca -batch -config ca.conf -selfsign -keyfile key.pem -in request.pem -out cert.pem -notext -startdate "$1" -enddate "$2"`,
      "bash",
      dateOf(new Date(Date.now() - 40 * 86_400_000)),
      dateOf(new Date(Date.now() + days * 86_400_000 + 3_600_000)),
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const text = readFileSync(file("cert.pem"), "utf8");
  rmSync(folder, { recursive: true });
  return text;
};

const certificateFile = (days: number): string =>
  `certificate: |\n${certificateFor(days).replace(/^/gm, "  ").trimEnd()}\n`;

test.beforeAll(async ({ browser }) => {
  const certificate = makeCertificate(["ldap.example"]);
  plain = await startSlapd({
    ldif: `dn: uid=alice,${slapdBase}\nobjectClass: inetOrgPerson\ncn: Alice\nsn: A\nuid: alice\nmail: alice@example.test\n`,
  });
  secured = await startSlapd({
    ldif: "",
    tls: { certificate: certificate.certificate, key: certificate.privateKey },
  });
  taken = createServer();
  const takenPort = await new Promise<number>((resolve) =>
    taken.listen(0, "127.0.0.1", () => {
      const address = taken.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    }),
  );
  gateway = await createGateway({ workers: 2 });
  await gateway.start();
  const code = await printedCode(gateway);
  await gateway.apply({
    "listeners/good.yaml": `address: 127.0.0.1\nport: ${await freePort()}\n`,
    "listeners/taken.yaml": `address: 127.0.0.1\nport: ${takenPort}\n`,
    "listeners/asleep.yaml": `address: 127.0.0.1\nport: ${await freePort()}\nenabled: false\n`,
    "certificates/soon.yaml": certificateFile(10),
    "certificates/over.yaml": certificateFile(-2),
  });
  base = `http://127.0.0.1:${gateway.httpPort}`;
  page = await browser.newPage();
  await makeAdministrator(page, base, code);
});
test.afterAll(async () => {
  await gateway.stop();
  await Promise.all([plain.stop(), secured.stop()]);
  taken.close();
});

test("the test of an LDAP profile says what went wrong and what to do", async () => {
  await page.goto(`${base}/resources/directories/~new`);
  const choose = async (name: string): Promise<void> => {
    await page.getByLabel("TLS", { exact: true }).first().click();
    await page.getByRole("option", { name, exact: true }).click();
  };
  const server = page.getByLabel("Servers").first();
  const answer = page.getByRole("table", { name: "Steps of the test" });
  const tried = async (words: RegExp): Promise<void> => {
    await page.getByRole("button", { name: "Test now" }).click();
    await expect(answer).toContainText(words);
  };
  await server.fill(`127.0.0.1:${plain.port}`);
  await tried(/offers no StartTLS: set up TLS there, or choose LDAPS/);
  await choose("None");
  await page.getByLabel("Bind DN").fill(slapdAdmin.dn);
  await page.getByLabel("Base DN").fill(slapdBase);
  await page.getByText("Stored here", { exact: true }).click();
  const password = page.getByLabel("Bind password, new value");
  await password.fill("not it");
  await tried(/The bind DN or the bind password is wrong/);
  await password.fill(slapdAdmin.password);
  await page.getByLabel("Value to look up").fill("alice@example.test");
  await tried(/1 found: uid=alice/);
  await server.fill(`127.0.0.1:${await freePort()}`);
  await tried(/ECONNREFUSED.*check host and port/);
  await server.fill(`localhost:${secured.port}`);
  await choose("StartTLS");
  await tried(/self-signed certificate\. The authority that signed/);
});

test("the list of listeners shows which are open, which are not and why", async () => {
  await page.goto(`${base}/routing/listeners`);
  const row = (id: string) => page.getByRole("row").filter({ hasText: id });
  await expect(row("good")).toContainText("Open, 0 clients");
  await expect(row("asleep")).toContainText("disabled");
  await expect(row("taken")).toContainText("Does not listen");
  await expect(row("taken").locator("[title]").filter({ hasText: "listen" })).toHaveAttribute(
    "title",
    /in use|EADDRINUSE/i,
  );
});

test("a certificate that ends soon, and one that is over, show on the overview and in the problems", async () => {
  await page.goto(base);
  await expect(page.getByText("Certificate soon expires in 10 days.")).toBeVisible();
  await expect(page.getByText("Certificate over has expired.")).toBeVisible();
  await page.getByRole("button", { name: /problems?$/ }).click();
  const problems = page.getByRole("region", { name: "Problems" });
  await expect(problems).toContainText("The certificate expires in 10 days");
  await expect(problems).toContainText("The certificate has expired");
  await page.goto(`${base}/resources/certificates`);
  await expect(page.getByRole("row").filter({ hasText: "soon" })).toContainText("10 days left");
  await expect(page.getByRole("row").filter({ hasText: "over" })).toContainText("Expired");
});
