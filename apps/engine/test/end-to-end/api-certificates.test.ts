import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, createServer } from "node:tls";
import { Certificate } from "@sluice/settings";
import { expect, test } from "vitest";
import { loadSnapshotParts } from "../../src/store/load-snapshot.ts";
import { readSecretKey } from "../../src/store/secret-store.ts";
import { makeCertificate, makeChain } from "../support/certificate.ts";
import { requirePeer, testWithPeer } from "../support/peers.ts";
import { apiOfFile, password, refusal } from "./api-support.ts";

const { gateway, anna } = await apiOfFile();

const pemOf = async (id: string): Promise<Certificate> =>
  Certificate.parse((await anna.api.settings.get.query({ kind: "certificate", id })).body);

test("a certificate signed by itself is made, published, and serves TLS", async () => {
  const names = ["mx.example.org", "bücher.example", "192.0.2.1"];
  await anna.api.certificates.makeSelfSigned.mutate({ id: "main", names });
  const view = await anna.api.certificates.describe.query({ id: "main" });
  expect(view.key).toBe("fits");
  expect(view.chain).toEqual([
    expect.objectContaining({
      subject: "CN=mx.example.org",
      names: ["mx.example.org", "xn--bcher-kva.example", "192.0.2.1"],
      selfSigned: true,
    }),
  ]);
  await anna.api.settings.publish.mutate({ message: "A certificate" });
  const parts = await loadSnapshotParts(gateway.store, {
    key: readSecretKey(path.join(gateway.dataFolder, "secret.key")),
    environmentVariable: () => undefined,
  });
  const key = parts.secrets.get("certificate/main/privateKey") ?? "";
  expect(createPrivateKey(key).asymmetricKeyType).toBe("ec");
  const { certificate } = await pemOf("main");
  const server = createServer({ cert: certificate, key }, (socket) => socket.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({
    port,
    host: "127.0.0.1",
    ca: certificate,
    servername: "mx.example.org",
  });
  await once(socket, "secureConnect");
  expect(socket.authorized).toBe(true);
  socket.destroy();
  server.close();
});

testWithPeer("openssl")("a request is understood by an authority", async () => {
  const { request } = await anna.api.certificates.makeRequest.mutate({
    id: "asked",
    names: ["mail.example.org", "mx.example.org"],
  });
  const text = execFileSync(requirePeer("openssl"), ["req", "-noout", "-text", "-verify"], {
    input: request ?? "",
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
  expect(text).toMatch(/CN ?= ?mail\.example\.org/);
  expect(text).toContain("DNS:mail.example.org, DNS:mx.example.org");
  expect(await anna.api.certificates.describe.query({ id: "asked" })).toMatchObject({
    chain: null,
  });
  expect(await anna.api.settings.problems.query()).toEqual([
    expect.objectContaining({ kind: "certificate", id: "asked", severity: "advice" }),
  ]);
});

test("a name that is none, and an id that is taken, make nothing", async () => {
  const make = (id: string, name: string) =>
    anna.api.certificates.makeSelfSigned.mutate({ id, names: [name] });
  expect((await refusal(make("x", "no host"))).detail["field"]).toBe("names");
  const before = new X509Certificate((await pemOf("main")).certificate).fingerprint256;
  expect((await refusal(make("main", "mx.example.org"))).code).toBe("CONFLICT");
  expect(new X509Certificate((await pemOf("main")).certificate).fingerprint256).toBe(before);
  expect((await anna.api.certificates.describe.query({ id: "main" })).key).toBe("fits");
});

test("text that is no certificate is a problem, and so is one that has expired", async () => {
  const body = { certificate: "hello" };
  await anna.api.settings.save.mutate({ kind: "certificate", id: "wrong", body, version: null });
  const { certificate } = await pemOf("main");
  const messages = async () =>
    (await anna.api.settings.problems.query()).map(({ id, severity }) => `${id} ${severity}`);
  expect(await messages()).toContain("wrong error");
  expect(new Date(new X509Certificate(certificate).validTo) > new Date()).toBe(true);
});

testWithPeer("openssl")(
  "a new certificate with a new key counts when it is published, and not half of it before",
  async () => {
    const first = makeCertificate(["mx.example.org"]);
    const second = makeCertificate(["mx.example.org"], "rsa");
    const id = "renewed";
    const store = (made: typeof first, version: number | null) =>
      anna.api.certificates.store.mutate({ id, ...made, version });
    const { version } = await store(first, null);
    await publish();
    await store(second, version);
    const live = async () => {
      const parts = await loadSnapshotParts(gateway.store, {
        key: readSecretKey(path.join(gateway.dataFolder, "secret.key")),
        environmentVariable: () => undefined,
      });
      const { certificate = "" } = parts.settings.certificates[id] ?? {};
      const key = parts.secrets.get(`certificate/${id}/privateKey`) ?? "";
      const fits = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
      return { fits, kind: createPrivateKey(key).asymmetricKeyType };
    };
    expect(await live()).toEqual({ fits: true, kind: "ec" });
    expect((await anna.api.certificates.describe.query({ id })).key).toBe("fits");
    await publish();
    expect(await live()).toEqual({ fits: true, kind: "rsa" });
    const [revision] = (await anna.api.settings.revisions.query({})).rows;
    await anna.api.settings.rollback.mutate({ number: (revision?.number ?? 0) - 1 });
    expect(await live()).toEqual({ fits: true, kind: "ec" });
  },
);

// other tests leave problems behind that are none of this one's
const publish = async (): Promise<void> => {
  for (const id of ["wrong"]) {
    const found = (await anna.api.settings.list.query({ kind: "certificate" })).find(
      (row) => row.id === id && row.state === "new",
    );
    if (found !== undefined) await anna.api.settings.discard.mutate({ kind: "certificate", id });
  }
  await anna.api.settings.publish.mutate({ message: "A certificate", acceptWarnings: true });
};

testWithPeer("openssl")(
  "the answer to a request is imported; one for another key is not",
  async () => {
    const { request, version } = await anna.api.certificates.makeRequest.mutate({
      id: "answered",
      names: ["mx.example.org"],
    });
    const wrong = makeCertificate(["mx.example.org"]).certificate;
    const input = { id: "answered", version };
    expect(
      await refusal(anna.api.certificates.store.mutate({ ...input, certificate: wrong })),
    ).toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("not the answer to this request"),
      detail: { field: "certificate" },
    });
    const answer = signedByAuthority(request ?? "");
    await anna.api.certificates.store.mutate({ ...input, certificate: answer });
    expect(await anna.api.certificates.describe.query({ id: "answered" })).toMatchObject({
      key: "fits",
      request: null,
      chain: [{ subject: "CN=mx.example.org" }, { subject: "CN=Test authority" }],
    });
  },
);

/** The authority sends its own certificate first: the order is put right. */
const signedByAuthority = (request: string): string => {
  const { authority } = makeChain(["x.example"]);
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-answer-"));
  const file = (name: string): string => path.join(folder, name);
  writeFileSync(file("request.pem"), request);
  writeFileSync(file("ca.pem"), authority.certificate);
  writeFileSync(file("ca.key"), authority.privateKey);
  const answer = execFileSync(
    requirePeer("openssl"),
    ["x509", "-req", "-in", file("request.pem"), "-CA", file("ca.pem"), "-CAkey", file("ca.key")],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  rmSync(folder, { recursive: true });
  return authority.certificate + answer;
};

testWithPeer("openssl")(
  "a certificate that expires within three weeks is a warning before it is too late",
  async () => {
    const made = makeCertificate(["soon.example"]); // for 30 days
    await anna.api.certificates.store.mutate({ id: "soon", ...made, version: null });
    const messages = async () =>
      (await anna.api.settings.problems.query())
        .filter(({ id }) => id === "soon")
        .map(({ severity, message }) => `${severity}: ${message}`);
    expect(await messages()).toEqual([]);
    gateway.advance(15 * 86_400_000);
    await anna.api.signIn.signIn.mutate({ name: "anna", password });
    expect(await messages()).toEqual([
      expect.stringMatching(/^warning: The certificate expires in 14 days/),
    ]);
  },
);
