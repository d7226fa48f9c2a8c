import { CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { classSignature } from "../class-signature.ts";
import { coreLibrary } from "../library/index.ts";
import type { Environment } from "../signature.ts";
import {
  compilerCheck,
  editorDiagnostic,
  highlightSpans,
  hoverTarget,
  hslCompletionSource,
  hslEditor,
  matchBracket,
  scriptTokens,
} from "./index.ts";

const environment: Environment = {
  functions: new Map([
    ...coreLibrary.signatures,
    [
      "Accept",
      {
        name: "Accept",
        role: "action",
        summary: "Lets the recipient in.",
        parameters: [],
        returns: { kinds: ["none"], help: "" },
      },
    ],
    [
      "Whole",
      {
        name: "Whole",
        role: "function",
        summary: "The message.",
        parameters: [],
        returns: { kinds: ["object"], help: "Its outermost part." },
        gives: "Part",
      },
    ],
  ]),
  classes: new Map([
    [
      "Part",
      classSignature("Part", [
        ["getParts()", "array", "The parts inside it.", "Part"],
        ["getHeader(name, decode?)", "string", "A header field of it."],
      ]),
    ],
  ]),
  variables: new Map([
    ["sender", { name: "sender", kinds: ["string"], help: "Address of the sender." }],
  ]),
};

const stateOf = (text: string): EditorState =>
  EditorState.create({ doc: text, extensions: hslEditor({ environment }) });

const spansOf = (text: string): string[] =>
  highlightSpans(scriptTokens(stateOf(text)), environment).map(
    ({ from, to, is }) => `${is} ${text.slice(from, to)}`,
  );

/** The text with `|` where the cursor is. */
const complete = (marked: string, explicit = false): CompletionResult | null => {
  const position = marked.indexOf("|");
  const state = stateOf(marked.replace("|", ""));
  const result = hslCompletionSource(environment)(new CompletionContext(state, position, explicit));
  if (result instanceof Promise) throw new Error("completion must not wait");
  return result;
};

const labels = (marked: string, explicit = false): string[] =>
  (complete(marked, explicit)?.options ?? []).map(({ label }) => label);

describe("highlighting", () => {
  it("tells words apart", () => {
    expect(spansOf("if ($sender == $x) Accept(); // so")).toEqual([
      "keyword if",
      "bracket (",
      "context-variable $sender",
      "operator ==",
      "variable $x",
      "bracket )",
      "action Accept",
      "bracket (",
      "bracket )",
      "operator ;",
      "comment // so",
    ]);
    expect(spansOf("function f() { return strlen(none) + 0x1f; } f(); g();")).toEqual(
      expect.arrayContaining([
        "own-function f",
        "function strlen",
        "literal none",
        "number 0x1f",
        "name g",
      ]),
    );
  });

  it("sees variables and escapes inside strings", () => {
    expect(spansOf(`"a $x \${y} $1\\n$sender\\d"`)).toEqual([
      'string "a ',
      "interpolation $x",
      "string  ",
      `interpolation \${y}`,
      "string  $1",
      "escape \\n",
      "context-variable $sender",
      'string \\d"',
    ]);
    expect(spansOf("''$x \\n''")).toEqual(["string ''$x \\n''"]);
    expect(spansOf("#/a$/i")).toEqual(["regex #/a$/i"]);
  });

  it("survives a text that is not finished", () => {
    expect(spansOf('echo "abc $x')).toEqual(["keyword echo", 'string "abc ', "interpolation $x"]);
    expect(spansOf("/* abc")).toEqual(["comment /* abc"]);
    expect(spansOf("")).toEqual([]);
  });

  it("follows a change", () => {
    const state = stateOf("echo 1;");
    const changed = state.update({ changes: { from: 5, to: 6, insert: '"x"' } }).state;
    expect(scriptTokens(changed).tokens.map(({ kind }) => kind)).toEqual([
      "keyword",
      "string",
      "operator",
    ]);
  });
});

describe("completion", () => {
  it("offers functions, actions and words", () => {
    expect(labels("str|")).toEqual(
      expect.arrayContaining(["strlen", "strpos", "Accept", "foreach"]),
    );
    expect(labels("|")).toEqual([]);
    expect(labels("|", true)).toContain("echo");
  });
  it("offers the script's own names once and first", () => {
    const own = labels("function strlen($a) {} function mine() {} m|");
    expect(own.filter((label) => label === "strlen")).toHaveLength(1);
    expect(own.slice(0, 2)).toEqual(["strlen", "mine"]);
  });
  it("offers variables behind a dollar sign, in strings too", () => {
    expect(labels("$info = 1; echo $i|;")).toEqual(["info", "sender"]);
    expect(labels('$info = 1; echo "a $|";')).toEqual(["info", "sender"]);
    expect(labels(`$info = 1; echo "a \${in|";`)).toEqual(["info", "sender"]);
    expect(complete(`echo "a \${in|";`)?.from).toBe(10);
  });
  it("keeps out of texts, comments, raw strings, numbers and new names", () => {
    for (const marked of [
      'echo "str|";',
      "// str|",
      "/* $a| */",
      "echo ''$a|'';",
      "echo 12|;",
      "function str|",
      'echo "$a->str|";',
      "// $a->|",
      "Thing::str|",
      "echo #/str|/;",
    ]) {
      expect(labels(marked)).toEqual([]);
    }
  });
  it("shows the signature", () => {
    const option = complete("str_rep|")?.options.find(({ label }) => label === "str_repeat");
    expect(option?.detail).toBe("(string, count) → string");
  });
});

const mail = `class Mail {
  // Where it came from.
  $from = "";
  private $seen;
  readonly $at;
  static $count = 0;
  constructor($part) { $this->part = $part; $this->seen = Map(); }
  /* The first one of a type. */
  function first($type, $fallback = none) { return $this->part->getParts()[0]; }
  private function hidden() {}
  static function of(...$parts) { return Mail($parts[0]); }
}
`;
const ofPart = ["getParts", "getHeader"];
const ofSet = ["has", "delete", "clear", "size", "values", "add"];
const ofMail = ["from", "at", "first", "part"];

describe("completion of members", () => {
  it.each([
    ["a call", "Whole()->|", ofPart],
    ["a half-written name", "Whole()->getH|;", ofPart],
    ["a variable", "$set = Set(); $set->|", ofSet],
    ["the last value of a variable", "$x = Whole(); $x = Set(); $x->|; $x = Whole();", ofSet],
    ["an assignment inside a condition", "if ($x = Set()) { $x->| }", ofSet],
    ["a condition that is not finished", "$x = Set(); if ($x->|", ofSet],
    ["an argument", "$x = Set(); echo strlen($x->|);", ofSet],
    ["an element", "Whole()->getParts()[0]->|", ofPart],
    ["a loop's value", "foreach (Whole()->getParts() as $one) { $one->| }", ofPart],
    ["a loop without braces", "foreach (Whole()->getParts() as $one) $one->|", ofPart],
    ["a chain", "$x = Set(); $x->add(1)->add((2))->|", ofSet],
    ["a choice", "$x = $sender == 1 ? Set() : Set(); $x->|", ofSet],
    ["a function's value", "function f() { return Set(); } f()->|", ofSet],
    [
      "a variable of that function only",
      "$x = Set(); function f() { $x = Whole(); $x->| }",
      ofPart,
    ],
    [
      "what was caught",
      "try { f(); } catch ($e) { $e->| }",
      ["message", "toString", "file", "line", "column"],
    ],
    ["an own object", `${mail}$m = Mail(1); $m->|`, ofMail],
    ["an own method's value", `${mail}Mail::of(Whole())->|`, ofMail],
    ["what an own object holds", `${mail}$m = Mail(1); $m->first("a")->|`, null],
    ["static members", `${mail}Mail::|`, ["$count", "of"]],
    ["static variables", `${mail}Mail::$|`, ["$count", "of"]],
    ["a class nobody knows", "Thing::|", []],
    ["a list", "Whole()->getParts()->|", []],
    ["a text", '"a"->|', []],
    ["a circle", "$a = $b; $b = $a; $a = $b; $a->|", null],
  ] as const)("of %s", (_what, marked, expected) => {
    const all = labels(marked);
    if (expected === null) expect(all).toEqual(expect.arrayContaining([...ofPart, ...ofSet]));
    else expect(all).toEqual(expected);
  });

  it("shows what is private inside of the class only", () => {
    const inside = labels(mail.replace("function hidden() {}", "function hidden() { $this->| }"));
    expect(inside).toEqual(["from", "seen", "at", "first", "hidden", "part"]);
    expect(labels(mail.replace("function hidden() {}", "function hidden() { static::| }"))).toEqual(
      ["$count", "of"],
    );
    expect(
      labels(mail.replace("function hidden() {}", "function hidden() { $this->seen->| }")),
    ).toContain("entries");
  });

  it("offers the members of all classes, and no functions, when nobody can tell", () => {
    const all = labels(`${mail}function f($x) { $x->|; }`);
    expect(all).toEqual(expect.arrayContaining([...ofMail, ...ofPart, ...ofSet]));
    expect(all).not.toContain("strlen");
    expect(all).not.toContain("hidden");
  });

  it("shows how a member is asked, and whose it is when that could be several", () => {
    const option = (marked: string) =>
      complete(marked)?.options.find(({ label }) => label === "getHeader");
    expect(option("Whole()->|")).toMatchObject({ detail: "(name[, decode]) → string" });
    expect(option("Whole()->|")?.section).toBeUndefined();
    expect(option("$x->|")?.section).toBe("Part");
  });

  it("replaces what is typed, with the dollar sign of a static variable", () => {
    expect(complete("Whole()->getH|;")?.from).toBe(9);
    expect(complete(`${mail}Mail::$co|`)?.from).toBe(mail.length + 6);
  });
});

describe("hover", () => {
  const helpAt = (marked: string) =>
    hoverTarget(stateOf(marked.replace("|", "")), environment, marked.indexOf("|"))?.help;
  it("explains members", () => {
    expect(helpAt("Whole()->get|Header(1);")).toMatchObject({
      heading: "Part->getHeader(name[, decode]) → string",
      summary: "A header field of it.",
    });
    expect(helpAt(`${mail}$m = Mail(1); $m->fi|rst();`)).toMatchObject({
      heading: "Mail->first($type, [$fallback])",
      summary: "The first one of a type.",
    });
    expect(helpAt(`${mail}$m = Mail(1); echo $m->fr|om;`)?.summary).toBe("Where it came from.");
    expect(helpAt(`${mail}Mail::$cou|nt = 1;`)?.heading).toBe("Mail::$count");
    expect(helpAt("Set()->str|len();"), "a function of that name is another").toBeUndefined();
    expect(helpAt("function f($x) { $x->getHea|der(1); }")?.heading).toContain("Part->getHeader");
  });

  it("explains functions and variables", () => {
    const state = stateOf('echo strpos("a $sender", $x);');
    expect(hoverTarget(state, environment, 6)).toMatchObject({
      from: 5,
      to: 11,
      help: { heading: "strpos(string, search[, offset]) → number" },
    });
    expect(hoverTarget(state, environment, 16)?.help.summary).toBe("Address of the sender.");
    expect(hoverTarget(state, environment, 0)).toBeUndefined();
    expect(hoverTarget(state, environment, 26)).toBeUndefined();
  });
});

describe("brackets", () => {
  const match = (text: string, position: number) =>
    matchBracket(scriptTokens(stateOf(text)), position);
  it("finds the partner and passes over strings and comments", () => {
    const text = 'f(")", [1] /* ) */)';
    expect(match(text, 1)).toEqual({ at: 1, partner: 18 });
    expect(match(text, 19)).toEqual({ at: 18, partner: 1 });
    expect(match(text, 7)).toEqual({ at: 7, partner: 9 });
    expect(match("((a)", 0)).toEqual({ at: 0 });
    expect(match(text, 4)).toBeUndefined();
  });
});

describe("diagnostics", () => {
  it("carry message and cure, inside the text", () => {
    const text = "if ($a && $b) {";
    const found = compilerCheck(environment)(text).map((one) => editorDiagnostic(one, text.length));
    const doubled = found.find(({ source }) => source === "foreign-operator");
    expect(doubled).toMatchObject({ from: 7, to: 9, severity: "error" });
    expect(doubled?.message).toContain("\nWrite and.");
    for (const { from, to } of found) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(text.length);
      expect(to).toBeGreaterThan(from);
    }
  });
});
