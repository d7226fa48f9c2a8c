import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { connect, createServer } from "node:tls";
import { Certificate } from "@sluice/settings";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadSnapshotParts } from "../../src/store/load-snapshot.ts";
import { readSecretKey } from "../../src/store/secret-store.ts";
import { requirePeer, testWithPeer } from "../support/peers.ts";
import {
  type Browser,
  firstAdministrator,
  type RunningApi,
  refusal,
  startApi,
} from "./api-support.ts";

let gateway: RunningApi;
let anna: Browser;
beforeAll(async () => {
  gateway = await startApi();
  anna = await firstAdministrator(gateway);
});
afterAll(() => gateway.close());

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
