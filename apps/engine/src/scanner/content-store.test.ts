import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contentOfBytes, createContentStore } from "./content-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "content-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const readAll = async (chunks: AsyncIterable<Buffer>): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(chunks));

const message = (bodyBytes: number): Buffer =>
  Buffer.concat([
    Buffer.from("Subject: x\r\nTo: a@b\r\n\r\n"),
    Buffer.alloc(bodyBytes, "abcdefg\r\n"),
  ]);

const pieces = function* (bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};

test.each([1, 7, 4096, 70_000])(
  "gives back what was written in pieces of %i, in memory or on disk",
  async (size) => {
    const store = createContentStore({ folder, memoryLimit: 20_000 });
    for (const length of [0, 1000, 300_000]) {
      const bytes = message(length);
      const content = await store.store(pieces(bytes, size));
      expect(content.size).toBe(bytes.length);
      expect(content.memory === null).toBe(length > 20_000);
      expect(content.header.toString()).toBe("Subject: x\r\nTo: a@b\r\n\r\n");
      expect((await readAll(content.read())).equals(bytes)).toBe(true);
      const start = content.header.length;
      expect((await readAll(content.read(start))).equals(bytes.subarray(start))).toBe(true);
      await content.release();
      await content.release();
    }
  },
);

test("leaves no file in the folder, even while a message is open", async () => {
  const store = createContentStore({ folder, memoryLimit: 10 });
  const content = await store.store([message(100_000)]);
  expect(content.memory).toBeNull();
  expect(readdirSync(folder)).toEqual([]);
  await content.release();
});

test("uses the disk when all messages together take too much memory", async () => {
  const store = createContentStore({ folder, memoryLimit: 100_000, totalMemory: 100_000 });
  const first = await store.store([message(90_000)]);
  const second = await store.store([message(90_000)]);
  expect([first.memory === null, second.memory === null]).toEqual([false, true]);
  await first.release();
  const third = await store.store([message(90_000)]);
  expect(third.memory).not.toBeNull();
  await Promise.all([second.release(), third.release()]);
});

test.each([
  ["no header", "\r\nbody\r\n", "\r\n"],
  ["header only", "Subject: x\r\n", "Subject: x\r\n"],
  ["a line that is no field ends the header", "Subject: x\r\nhello\r\n\r\nmore", "Subject: x\r\n"],
  ["nothing at all", "", ""],
])("finds the header section: %s", (_name, text, header) => {
  expect(contentOfBytes(Buffer.from(text)).header.toString()).toBe(header);
});
