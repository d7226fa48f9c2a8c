import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Storable } from "../storable.ts";
import { createJournalFiles, type JournalFiles } from "./journal-files.ts";
import { isAlive, ownIdentity } from "./process-identity.ts";

let folder: string;
let files: JournalFiles;
const reports: string[] = [];

beforeEach(async () => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "journal-")), "journal");
  files = await createJournalFiles({
    ...{ folder: folder, identity: "7-7", largestFile: 1000, restMilliseconds: 5 },
    report: (text) => void reports.push(text),
  });
});
afterEach(async () => {
  await files.close();
  rmSync(path.dirname(folder), { recursive: true });
  expect(reports).toEqual([]);
});

const group = (bytes: number, messages = 1) => ({
  messages: Array.from({ length: messages }, (_, index) => ({
    ...{
      messageId: `m${index}`,
      entries: [],
      held: [],
      size: bytes,
      record: { at: new Date(0), events: [] },
    },
    bodies: [{ bodyId: "b", bytes: Buffer.alloc(bytes), source: null }],
  })) as unknown as Storable[],
  ended: [],
});

const names = (): string[] => readdirSync(path.join(folder, "7-7"));

test("only we can read it", async () => {
  await files.write(group(10));
  expect(statSync(path.join(folder, "7-7")).mode & 0o777).toBe(0o700);
  expect(statSync(path.join(folder, "7-7", "00000001.journal")).mode & 0o777).toBe(0o600);
});

test("a file goes when nothing in it is needed, and not before", async () => {
  const leaveFirst = await files.write(group(2000, 2));
  const leaveSecond = await files.write(group(2000));
  expect(names()).toEqual(["00000001.journal", "00000002.journal"]);
  leaveFirst();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(names()).toEqual(["00000001.journal", "00000002.journal"]);
  leaveFirst();
  await vi.waitFor(() => expect(names()).toEqual(["00000002.journal"]));
  leaveSecond(); // at rest nothing is there
  await vi.waitFor(() => expect(names()).toEqual([]));
});

test("closed, its folder is gone; with something needed in it, it stays", async () => {
  const leave = await files.write(group(10));
  await files.close();
  expect(names()).toEqual(["00000001.journal"]);
  const others = await createJournalFiles({ folder, identity: "8-8", report: () => {} });
  (await others.write(group(10)))();
  await others.close();
  expect(readdirSync(folder)).toEqual(["7-7"]);
  leave();
});

test("a process is known by more than its number", () => {
  expect(isAlive(ownIdentity())).toBe(true);
  expect(isAlive(`${process.pid}-1`)).toBe(false);
  expect(isAlive("999999999-1")).toBe(false);
});
