/**
 * ScanDLP (`hsl.md` §8.4): rules over the files of a message and what is packed in them.
 * A file that could not be looked into is an error in the answer, never "clean".
 */

import { contentRule } from "@sluice/flow-schema";
import {
  type FunctionBody,
  HslArray,
  type HslRegex,
  type RunContext,
  ScriptError,
  type Value,
} from "@sluice/hsl";
import { decodedPart } from "../../scanner/mime.ts";
import { optionFlag, optionNumber, optionsAt } from "../arguments.ts";
import { flowHost } from "../flow-host.ts";
import { listValue } from "../values.ts";
import { filesIn, isArchive } from "./archive.ts";
import { guessType } from "./media-type.ts";
import { messageOf, partsOf, patternOf } from "./message-parts.ts";

const conditions = ["filename", "type", "content"] as const;
type Rule = {
  readonly name: string;
  readonly patterns: Readonly<Record<(typeof conditions)[number], readonly HslRegex[]>>;
};

type File = { readonly name: string; readonly types: readonly string[]; readonly bytes: Buffer };

/** All that is unpacked for one scan, and one piece that a pattern looks at. */
const mostBytes = 64 * 1024 * 1024;
const pieceBytes = 256 * 1024;
const overlapBytes = 4096;
const closedArchives: ReadonlySet<string> = new Set([
  "application/x-7z-compressed",
  "application/vnd.rar",
  "application/x-bzip2",
  "application/x-xz",
  "application/zstd",
  "application/x-tar",
  "application/vnd.ms-cab-compressed",
]);

const rulesOf = (value: HslArray): Rule[] =>
  [...value].map(([name, rule]) => {
    if (!(rule instanceof HslArray)) throw wrong(`the rule ${name} is no array`);
    for (const [key] of rule) {
      if (!conditions.some((one) => one === key)) {
        throw wrong(`the rule ${name} has ${key}; there are ${conditions.join(", ")}`);
      }
    }
    const patterns = (key: string): HslRegex[] => {
      const given = rule.get(key);
      const list: readonly Value[] = given instanceof HslArray ? given.toList() : [given];
      return list.flatMap((one) => (one === null ? [] : [patternOf(one)]));
    };
    return {
      name: String(name),
      patterns: {
        filename: patterns("filename"),
        type: patterns("type"),
        content: patterns("content"),
      },
    };
  });

const conditionsOf = (): Record<(typeof conditions)[number], HslRegex[]> => ({
  filename: [],
  type: [],
  content: [],
});

const compiled = new WeakMap<readonly string[], readonly Rule[]>();

/** The rules of the settings, each name once. */
const configuredRules = (lines: readonly string[]): readonly Rule[] => {
  const known = compiled.get(lines);
  if (known !== undefined) return known;
  const rules = new Map<string, ReturnType<typeof conditionsOf>>();
  for (const { name, condition, pattern } of lines.flatMap((line) => contentRule(line) ?? [])) {
    const patterns = rules.get(name) ?? conditionsOf();
    patterns[condition].push(pattern);
    rules.set(name, patterns);
  }
  const made = [...rules].map(([name, patterns]) => ({ name, patterns }));
  compiled.set(lines, made);
  return made;
};

/** Without rules, or with names of them: those of the settings. */
const wantedRules = (given: Value | undefined, lines: readonly string[]): readonly Rule[] => {
  if (given === undefined || given === null) return configuredRules(lines);
  const own = given instanceof HslArray ? given : new HslArray();
  if (!own.toList().every((one) => typeof one === "string")) return rulesOf(own);
  const configured = configuredRules(lines);
  return own.toList().map((name) => {
    const rule = configured.find((one) => one.name === name);
    if (rule === undefined) throw wrong(`the settings have no rule ${String(name)}`);
    return rule;
  });
};

const wrong = (text: string): ScriptError => new ScriptError("wrong-argument", `ScanDLP: ${text}`);

const matches = (rule: Rule, file: File, run: RunContext): boolean => {
  const { filename, type, content } = rule.patterns;
  const has = (patterns: readonly HslRegex[], text: string): boolean =>
    patterns.some((pattern) => pattern.test(text, run.checkTime));
  if (has(filename, file.name) || file.types.some((one) => has(type, one))) return true;
  if (content.length === 0) return false;
  for (let at = 0; at < file.bytes.length; at += pieceBytes) {
    const piece = file.bytes.toString("latin1", at, at + pieceBytes + overlapBytes);
    run.charge(piece.length >> 6, 0);
    if (has(content, piece)) return true;
  }
  return false;
};

const scanDlp: FunctionBody = async (args, run) => {
  const options = optionsAt(args, 1);
  const isFirstEnough = optionFlag(options, "stop_on_match", false);
  const depthLimit = optionNumber(options, "recursion_limit") ?? 9;
  const host = flowHost(run);
  const rules = wantedRules(args[0], host.snapshot.settings.gateway.contentRules);
  const end = host.monotonic() + (optionNumber(options, "timeout") ?? 60);
  const found = new Set<string>();
  let hasMatch = false;
  let left = mostBytes;

  const scan = async (file: File, depth: number): Promise<void> => {
    for (const rule of rules) {
      if (matches(rule, file, run)) {
        found.add(rule.name);
        hasMatch = true;
      }
    }
    if (file.types.some((one) => closedArchives.has(one))) found.add("ERR_UNKNOWN_ERROR");
    const archive = file.types.find(isArchive);
    if (archive === undefined) return;
    if (depth >= depthLimit) {
      found.add("ERR_RECURSION_LIMIT");
      return;
    }
    let inner: ReturnType<typeof filesIn>;
    try {
      inner = filesIn(file.bytes, archive, file.name);
    } catch {
      found.add("ERR_UNKNOWN_ERROR");
      return;
    }
    for (const one of inner) {
      if (isFirstEnough && hasMatch) return;
      if (host.monotonic() > end) {
        found.add("ERR_UNKNOWN_ERROR");
        return;
      }
      let bytes: Buffer = Buffer.alloc(0);
      if (one.isEncrypted) found.add("ERR_PASSWORD_PROTECTED");
      else {
        try {
          if (left <= 0) throw new Error("enough was unpacked");
          bytes = await one.read(left);
          left -= bytes.length;
        } catch {
          found.add("ERR_UNKNOWN_ERROR");
        }
      }
      // its name tells something even where its bytes do not
      await scan({ name: one.name, types: [guessType(bytes)], bytes }, depth + 1);
    }
  };

  const message = messageOf(run);
  const whole = message.bytes() ?? Buffer.alloc(0);
  for (const part of partsOf(run)) {
    if (part.isMultipart || message.edits.isRemoved(part)) continue;
    if (isFirstEnough && hasMatch) break;
    const bytes = decodedPart(whole, part);
    // what it says it is, and what it looks like
    await scan({ name: part.fileName, types: [guessType(bytes), part.type], bytes }, 0);
  }
  return listValue([...found]);
};

export const dlpFunctions: Readonly<Record<string, FunctionBody>> = { ScanDLP: scanDlp };
