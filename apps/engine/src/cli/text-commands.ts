/** Settings as text: out, compared, in. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { fromFiles, toFiles } from "@sluice/settings/text-form";
import type { RouterOutputs } from "../api/router.ts";
import { ask, problemLine } from "./connect.ts";
import { readDirectory, writeDirectory } from "./directory.ts";
import { type Command, CommandError, oneWord } from "./invocation.ts";
import { printable } from "./table.ts";

type Change = RouterOutputs["textForm"]["planFiles"]["changes"][number];

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export const exportSettings: Command = async (invocation) => {
  const folder = path.resolve(oneWord(invocation, "directory"));
  const { files } = await ask((api) => api.textForm.exportFiles.query());
  const read = fromFiles(
    new Map(files.map(({ path: name, base64 }) => [name, Buffer.from(base64, "base64")])),
    digest,
  );
  if (read.kind === "wrong") {
    throw new Error(`The exported text cannot be read back: ${JSON.stringify(read.errors[0])}`);
  }
  const fresh = !existsSync(folder) || readdirSync(folder).length === 0;
  if (!fresh && !existsSync(path.join(folder, "gateway.yaml"))) {
    throw new CommandError(
      1,
      `${folder} holds other files and no gateway.yaml. Give an empty directory, or one that was exported before.`,
    );
  }
  mkdirSync(folder, { recursive: true });
  const present = readDirectory(folder);
  const existing = new Map([...present].map(([name, bytes]) => [name, bytes.toString("utf8")]));
  const { settings, contents } = read;
  const written = writeDirectory(folder, toFiles(settings, { contents, existing }), present);
  return {
    text: `${folder}: ${written.written} files written, ${written.removed} removed.\n`,
    value: { folder, ...written },
  };
};

const upload = (folder: string): { path: string; base64: string }[] =>
  [...readDirectory(folder)].map(([name, bytes]) => ({
    path: name,
    base64: bytes.toString("base64"),
  }));

const short = (value: unknown): string => {
  if (value === undefined) return "unset";
  const text = printable(JSON.stringify(value));
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
};

const signs = { added: "+", removed: "-", changed: "~", moved: "↔" } as const;

export const changeLines = (changes: readonly Change[]): string[] =>
  changes.flatMap(({ kind, id, change, fields }) => [
    `${signs[change]} ${kind} ${id}${change === "moved" ? " (positions only)" : ""}`,
    ...fields.map(
      ({ path: steps, before, after }) =>
        `    ${steps.join(".")}: ${short(before)} → ${short(after)}`,
    ),
  ]);

export const plan: Command = async (invocation) => {
  const files = upload(path.resolve(oneWord(invocation, "directory")));
  const value = await ask((api) => api.textForm.planFiles.mutate({ files }));
  const { changes, problems } = value;
  const lines = [
    ...(changes.length === 0 ? ["Nothing would change."] : changeLines(changes)),
    ...problems.map(problemLine),
  ];
  const refused = problems.some(({ severity }) => severity === "error");
  return { text: `${lines.join("\n")}\n`, value, exitCode: refused ? 1 : 0 };
};

export const apply: Command = async (invocation) => {
  const files = upload(path.resolve(oneWord(invocation, "directory")));
  const { message, discardDraft } = invocation;
  const value = await ask((api) =>
    api.textForm.applyFiles.mutate({
      files,
      discardDraft,
      ...(message === null ? {} : { message }),
    }),
  );
  const { revision, changes } = value;
  const text =
    revision === null
      ? "Nothing changed.\n"
      : `${changeLines(changes).join("\n")}\nPublished as revision ${revision}.\n`;
  return { text, value };
};
