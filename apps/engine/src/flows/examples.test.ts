/** The examples on the reference pages run, in the kind of flow they are written for. */
import { blocks } from "@sluice/blocks/definitions";
import { executors } from "@sluice/blocks/executors";
import { functionExamples, hostFunctions } from "@sluice/flow-schema";
import { Settings } from "@sluice/settings";
import { afterAll, expect, test } from "vitest";
import { makeSigningKey } from "../store/signing-keys.ts";
import { createFlowServices } from "./create-services.ts";
import { createScriptRunner } from "./run-script-once.ts";

const services = createFlowServices({
  pool: null,
  accept: () => Promise.reject(new Error("nothing is sent from here")),
  alarm: () => {},
});
const run = createScriptRunner({ services, blocks, executors, hostName: "gateway.test" });
afterAll(() => services.close());

// nobody answers here: what an example looks up is "could not ask"
const { privateKey, algorithm, publicKey } = await makeSigningKey("rsa-sha256");
const settings = Settings.parse({
  gateway: { resolvers: ["127.0.0.1:1"] },
  certificates: { main: { certificate: "" } },
  signers: {
    "example.org": {
      domain: "example.org",
      keys: { rsa: { algorithm, publicKey, use: "active" } },
      srsKey: { secret: "stored" },
    },
  },
});
const secrets = new Map([
  ["certificate/main/privateKey", privateKey],
  ["signer/example.org/keys/rsa/privateKey", privateKey],
  ["signer/example.org/srsKey", "not so secret"],
]);
const files = new Map([
  ["words.txt", Buffer.from("bob secret\nalice hidden")],
  ["networks.txt", Buffer.from("192.0.2.0/24\n2001:db8::/32")],
]);

const examples = [
  ...Object.entries(functionExamples).flatMap(([name, all]) =>
    all.map((example) => [`${name} (${example.kind})`, example] as const),
  ),
  ...hostFunctions.flatMap(({ name, example }) =>
    example === undefined ? [] : [[name, { kind: "content" as const, ...example }] as const],
  ),
];

test.each(examples)("%s", async (_name, { kind, script, log }) => {
  const answer = await run({
    kind,
    script,
    variables: {},
    message: null,
    snapshot: {
      revision: 1,
      settings,
      flows: new Map(),
      file: (name) => files.get(name) ?? null,
      secret: (kind, id, field) => secrets.get(`${kind}/${id}/${field}`) ?? null,
    },
  });
  expect(answer.diagnostics).toEqual([]);
  if (log !== undefined) expect(answer.log).toEqual(log);
});
