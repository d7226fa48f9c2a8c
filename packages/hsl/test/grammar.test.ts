/** `grammar.ebnf` says what the parser does: the same words and levels, and its sentences parse. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "../src/index.ts";
import { binaryPrecedence, keywords, operators } from "../src/token.ts";

type Rule =
  | { kind: "word"; text: string }
  | { kind: "name"; text: string }
  | { kind: "sequence" | "choice"; parts: Rule[] }
  | { kind: "optional" | "repeated"; part: Rule };

const text = readFileSync(new URL("../grammar.ebnf", import.meta.url), "utf8");
const words = text.replace(/\(\*[\s\S]*?\*\)/g, "").match(/"[^"]*"|[A-Za-z]+|[=|;(){}[\]]/g) ?? [];

const grammar = new Map<string, Rule>();
let at = 0;
const take = (expected?: string): string => {
  const word = words[at++] ?? "";
  if (expected !== undefined && word !== expected) throw new Error(`${expected}, not ${word}`);
  return word;
};

const readChoice = (): Rule => {
  const parts = [readSequence()];
  while (words[at] === "|") {
    take("|");
    parts.push(readSequence());
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: "choice", parts };
};

const readSequence = (): Rule => {
  const parts: Rule[] = [];
  while (!["|", ";", ")", "]", "}"].includes(words[at] ?? ";")) parts.push(readTerm());
  return { kind: "sequence", parts };
};

const readTerm = (): Rule => {
  const word = take();
  const closer = { "(": ")", "[": "]", "{": "}" }[word];
  if (closer === undefined) {
    return word.startsWith('"')
      ? { kind: "word", text: word.slice(1, -1) }
      : { kind: "name", text: word };
  }
  const part = readChoice();
  take(closer);
  if (word === "(") return part;
  return { kind: word === "[" ? "optional" : "repeated", part };
};

while (at < words.length) {
  const name = take();
  take("=");
  grammar.set(name, readChoice());
  take(";");
}

const tokens: Readonly<Record<string, readonly string[]>> = {
  NAME: ["f", "g_1", "Accept"],
  VARIABLE: ["$a", "$b_2"],
  NUMBER: ["1", "2.5", "0xff", "1_000"],
  STRING: ['"text"', "''raw''", "'W'raw'W'"],
  REGEX: ["#/a+/i"],
};

/** A sentence of the grammar for each list of choices; when they run out, the shortest way to an end. */
class Sentence {
  private readonly choices: readonly number[];
  private next = 0;
  readonly words: string[] = [];

  constructor(choices: readonly number[]) {
    this.choices = choices;
  }

  private choose<T>(among: readonly T[]): T | undefined {
    return among[(this.choices[this.next++] ?? 0) % among.length];
  }

  add(rule: Rule): void {
    const isEnding = this.next >= this.choices.length;
    switch (rule.kind) {
      case "word":
        this.words.push(rule.text);
        return;
      case "name": {
        const inner = grammar.get(rule.text);
        if (inner !== undefined) this.add(inner);
        else this.words.push(this.choose(tokens[rule.text] ?? []) ?? "");
        return;
      }
      case "sequence":
        for (const part of rule.parts) this.add(part);
        return;
      case "choice": {
        const shortest = rule.parts.filter((part) => height(part) === least(rule));
        const part = isEnding ? shortest[0] : this.choose(rule.parts);
        if (part !== undefined) this.add(part);
        return;
      }
      case "optional":
        if (!isEnding && this.choose([true, false]) === true) this.add(rule.part);
        return;
      case "repeated":
        while (this.next < this.choices.length && this.choose([true, false]) === true) {
          this.add(rule.part);
        }
    }
  }
}

const heights = new Map<string, number>();
/** How many rules the shortest sentence passes. */
const height = (rule: Rule): number => {
  switch (rule.kind) {
    case "name":
      return tokens[rule.text] === undefined
        ? (heights.get(rule.text) ?? Number.POSITIVE_INFINITY)
        : 0;
    case "sequence":
      return Math.max(0, ...rule.parts.map(height));
    case "choice":
      return least(rule);
    default:
      return 0;
  }
};
const least = (rule: { parts: Rule[] }): number => Math.min(...rule.parts.map(height));
for (let i = 0; i < grammar.size; i++) {
  for (const [name, rule] of grammar) heights.set(name, height(rule) + 1);
}

test("its words are the lexer's", () => {
  const used = new Set([...text.matchAll(/"([^"]+)"/g)].map(([, word = ""]) => word));
  const reserved = [...keywords].filter((word) => word !== "yield");
  expect([...used].filter((word) => /^[a-z]/.test(word)).toSorted()).toEqual(reserved.toSorted());
  expect([...used].filter((word) => !/^[a-z]/.test(word)).toSorted()).toEqual(operators.toSorted());
});

test("its levels are the parser's", () => {
  const levels = [
    "Or",
    "And",
    "BitOr",
    "BitXor",
    "BitAnd",
    "Equality",
    "Order",
    "Shift",
    "Join",
    "Sum",
    "Product",
  ];
  const tables = levels.map((level) => {
    const rule = new RegExp(`^${level} = .*`, "m").exec(text)?.[0] ?? "";
    return [...rule.matchAll(/"([^"]+)"/g)].map(([, word = ""]) => binaryPrecedence.get(word));
  });
  tables.forEach((table, index) => {
    expect(new Set(table), levels[index]).toEqual(
      new Set([tables[0]?.[0] === undefined ? 0 : tables[0][0] + index]),
    );
  });
});

test("every rule is used", () => {
  const used = new Set(words.filter((word) => grammar.has(word)));
  expect([...grammar.keys()].filter((name) => !used.has(name))).toEqual([]);
});

test("its sentences parse", () => {
  const statement = grammar.get("Statement") ?? expect.fail();
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 300, size: "max" }),
      (choices) => {
        const sentence = new Sentence(choices);
        sentence.add(statement);
        const script = sentence.words.join(" ");
        const errors = parse(script).diagnostics.filter(
          ({ severity, code }) => severity === "error" && code !== "duplicate-name",
        );
        const said = errors.map(({ line, column, message }) => `${line}:${column} ${message}`);
        expect(said, script).toEqual([]);
      },
    ),
    { numRuns: 3000 },
  );
});
