/** A body comes out of the database as it went in, wherever its pieces end. */
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertLargeBody } from "../../src/queue/body-parts.ts";
import { insertBodyPart, partBytes, pieceBytes, readBody } from "../../src/queue/queue-store.ts";
import { contentOfBytes } from "../../src/scanner/content-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const stored = async (bodyId: string): Promise<{ bytes: Buffer; largest: number }> => {
  const parts: Buffer[] = [];
  for await (const part of readBody(database.pool, bodyId)) parts.push(part);
  return { bytes: Buffer.concat(parts), largest: Math.max(0, ...parts.map((p) => p.length)) };
};
const around = (size: number): number[] => [size - 1, size, size + 1];
const sizes = [0, 1, ...around(pieceBytes), ...around(partBytes), ...around(3 * partBytes)];

test.each(sizes)("%i bytes at once", async (size) => {
  const bodyId = randomUUID();
  const bytes = randomBytes(size);
  await insertBodyPart(database.pool, bodyId, 0, bytes);
  expect((await stored(bodyId)).bytes).toEqual(bytes);
});

test.each(sizes)("%i bytes while they arrive", async (size) => {
  const bodyId = randomUUID();
  const header = Buffer.from("Subject: x\r\n\r\n");
  const rest = randomBytes(size);
  const content = contentOfBytes(Buffer.concat([header, rest]));
  const client = await database.pool.connect();
  await insertLargeBody(client, bodyId, { header, content });
  client.release();
  const { bytes, largest } = await stored(bodyId);
  expect(bytes).toEqual(Buffer.concat([header, rest]));
  expect(largest).toBeLessThanOrEqual(partBytes);
});

test("a body that does not exist has no parts", async () => {
  expect(await stored(randomUUID())).toEqual({ bytes: Buffer.alloc(0), largest: 0 });
});
