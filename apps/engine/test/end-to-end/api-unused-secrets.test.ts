/** Secrets that nothing uses any more. */
import { expect, test } from "vitest";
import { keyFieldsFor } from "../../src/store/certificate-key.ts";
import { makeSelfSigned } from "../../src/store/certificate-making.ts";
import { apiOfFile, refusal } from "./api-support.ts";

const { gateway, anna } = await apiOfFile();

test("what neither the live settings nor the draft use is listed, and goes when it is told to", async () => {
  const age = () =>
    gateway.database.pool.query("UPDATE secret SET updated_at = now() - interval '2 days'");
  const names = async () =>
    (await anna.api.secrets.unused.query()).map(
      ({ kind, objectId, field, lastRevision }) => `${kind}/${objectId}/${field} ${lastRevision}`,
    );
  const directory = { kind: "directory", id: "old" } as const;
  const name = { kind: "directory", objectId: "old", field: "bindPassword" };
  const body = { servers: ["192.0.2.3:389"], bindPassword: { secret: "stored" } };
  await anna.api.settings.save.mutate({ ...directory, body, version: null });
  await anna.api.secrets.set.mutate({ ...directory, field: "bindPassword", value: "of old" });
  await age();
  expect(await names()).not.toContainEqual(expect.stringContaining("directory/old"));
  const { revision } = await anna.api.settings.publish.mutate({ message: "Old" });

  const { version } = await anna.api.settings.get.query(directory);
  await anna.api.settings.remove.mutate({ ...directory, version });
  expect((await refusal(anna.api.secrets.removeUnused.mutate(name))).code).toBe("CONFLICT"); // it is live
  await anna.api.settings.publish.mutate({ message: "Without it" });
  expect(await names()).toContain(`directory/old/bindPassword ${revision}`);

  await anna.api.secrets.removeUnused.mutate(name);
  expect(await names()).not.toContainEqual(expect.stringContaining("directory/old"));
  const back = await refusal(anna.api.settings.rollback.mutate({ number: revision }));
  expect(back.message).toContain("is not set");
});

test("the key of a certificate that was renewed is not used any more, the new one is", async () => {
  const fields: string[] = [];
  for (let time = 0; time < 2; time++) {
    const made = await makeSelfSigned(["mx.example.org"], new Date());
    await anna.api.certificates.put.mutate({
      id: "mx",
      certificate: made.certificate,
      privateKey: made.privateKey,
    });
    fields.push(`certificate/mx/${keyFieldsFor(made.certificate)[0]}`);
  }
  const names = async () =>
    (await anna.api.secrets.unused.query())
      .filter(({ kind }) => kind === "certificate")
      .map(({ kind, objectId, field }) => `${kind}/${objectId}/${field}`);
  expect(await names()).toEqual([]); // stored just now
  await gateway.database.pool.query("UPDATE secret SET updated_at = now() - interval '2 days'");
  expect(await names()).toEqual([fields[0]]);
});
