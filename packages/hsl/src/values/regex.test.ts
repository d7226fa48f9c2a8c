import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBytes, encodeText } from "./bytes.ts";
import { ScriptError } from "./errors.ts";
import { compilePattern, patternFromText } from "./regex.ts";

const thrown = (work: () => unknown): ScriptError => {
  try {
    work();
  } catch (error) {
    if (error instanceof ScriptError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

const all = (pattern: string, flags: string, subject: string): string[] =>
  [...compilePattern(pattern, flags).matches(subject)].map((match) => match.groups[0] ?? "");

describe("what a pattern matches", () => {
  it.each([
    ["colou?r", "", "a color", "color"],
    ["a b # c", "x", "ab", "ab"],
    ["a\\ b[ ]c", "x", "a b c", "a b c"],
    ["a(?x: b  c )d e", "", "abcd e", "abcd e"],
    ["(?i)STRASSE", "", "Strasse", "Strasse"],
    ["a(?i:b)c", "", "aBc", "aBc"],
    ["^b$", "m", "a\nb\nc", "b"],
    ["a.b", "s", "a\nb", "a\nb"],
    ["<.+>", "U", "<a><b>", "<a>"],
    ["<.+?>", "", "<a><b>", "<a>"],
    ["\\x41\\101\\o{101}\\x{41}", "", "AAAA", "AAAA"],
    ["[[:alpha:]_-]+", "", "1ab_-2", "ab_-"],
    ["[]a]+", "", "x]a]", "]a]"],
    ["[^]a]+", "", "]xy]", "xy"],
    ["\\Qa.b\\E+", "", "a.bbb", "a.bbb"],
    ["a(?#comment)b", "", "ab", "ab"],
    ["\\h+\\v", "", "x \t\n", " \t\n"],
    ["\\s+", "", "a\x0bb", "\x0b"],
    ["[^\\s]+", "", " ab ", "ab"],
    ["a{,3}", "", "a{,3}", "a{,3}"],
    ["\\/\\-\\_", "", "/-_", "/-_"],
    ["\\j", "", "j", "j"],
    ["\\Aab\\z", "", "ab", "ab"],
    ["a\\Rb", "", "a\r\nb", "a\r\nb"],
    ["\\cA\\e\\a", "", "\x01\x1b\x07", "\x01\x1b\x07"],
  ])("/%s/%s in %j is %j", (pattern, flags, subject, expected) => {
    expect(all(pattern, flags, subject)[0]).toBe(expected);
  });

  it("gives groups by number and by name", () => {
    const match = compilePattern("(?<user>\\w+)@(?P<host>\\w+)(?'rest'\\.x)?").exec(
      "to bob@mx now",
    );
    expect(match?.groups).toEqual(["bob@mx", "bob", "mx", null]);
    expect([...(match?.names ?? [])]).toEqual([
      ["user", 1],
      ["host", 2],
      ["rest", 3],
    ]);
    expect([match?.start, match?.end]).toEqual([3, 9]);
  });

  it("finds every match, empty ones too", () => {
    expect(all("a*", "", "baac")).toEqual(["", "aa", "", ""]);
    expect(all("x*", "u", encodeText("é")).length).toBe(2);
  });
});

describe("the end before a last line feed", () => {
  it.each([
    ["^OK$", "OK\n", ["OK"]],
    ["^OK$", "OK\n\n", []],
    ["^OK\\Z", "OK\n", ["OK"]],
    ["^OK\\z", "OK\n", []],
    ["^$", "\n", [""]],
    ["$", "end\n", ["", ""]],
    ["a$", "a\na\n", ["a"]],
    ["a\\n?$", "a\n", ["a\n"]],
    ["\\s*$", "ab \n", [" \n", ""]],
    ["\\w+$|b", "b ab\n", ["b", "ab"]],
    ["[$]", "$\n", ["$"]],
    ["\\$", "a\n", []],
  ])("/%s/ in %j is %j", (pattern, subject, expected) => {
    expect(all(pattern, "", subject)).toEqual(expected);
    expect(compilePattern(pattern).test(subject)).toBe(expected.length > 0);
  });

  it("counts towards the limit", () => {
    expect(compilePattern("$").replace("end\n", "!", { limit: 1 })).toBe("end!\n");
    expect(compilePattern("$").replace("end\n", "!")).toBe("end!\n!");
    expect(compilePattern("$", "m").replace("a\nb\n", "!")).toBe("a!\nb!\n!");
  });
});

describe("bytes and UTF-8", () => {
  const text = encodeText("né ÉÈ");
  it("counts a dot as one byte without u, one character with it", () => {
    expect(all(".", "", text).length).toBe(8);
    expect(all(".", "u", text).map(decodeBytes)).toEqual(["n", "é", " ", "É", "È"]);
  });
  it("gives positions in bytes", () => {
    const match = compilePattern(encodeText("(È)"), "u").exec(text);
    expect([match?.start, match?.end]).toEqual([6, 8]);
  });
  it("folds case by Unicode with u only", () => {
    expect(compilePattern(encodeText("é"), "iu").test(encodeText("É"))).toBe(true);
    expect(compilePattern(encodeText("é"), "i").test(encodeText("É"))).toBe(false);
    expect(compilePattern("\xe3", "i").test("\xc3")).toBe(false);
    expect(compilePattern("[\xe0-\xef]", "i").test("\xc3")).toBe(false);
    expect(compilePattern("[^a\xe3]", "i").test("A")).toBe(false);
    expect(compilePattern("[^a\xe3]", "i").test("\xc3")).toBe(true);
    expect(compilePattern("[^\\w]", "iu").test("k")).toBe(false);
  });
  it("gives positions in bytes behind characters of any length, and begins where it is told", () => {
    const mixed = encodeText("a€😀b\u{10ffff}é");
    const pattern = compilePattern("[^ -~]", "u");
    expect([...pattern.matches(mixed)].map(({ start, end }) => [start, end])).toEqual([
      [1, 4],
      [4, 8],
      [9, 13],
      [13, 15],
    ]);
    expect(pattern.exec(mixed, 4)?.start).toBe(4);
    expect(pattern.exec(mixed, 5)?.start).toBe(9);
    expect(all(".", "u", "\xed\xa0\x80\xc0\xaf\xf4\x90\x80\x80").length).toBe(9);
  });
  it("asks while it searches long, with u as without", () => {
    const text = `${"é".repeat(100_000)}!`;
    const pattern = compilePattern("((\\w|.)(\\pL|.))+!", "u");
    let looks = 0;
    const stop = () => {
      looks += 1;
      if (looks === 3) throw new Error("enough");
    };
    expect(() => [...pattern.matches(encodeText(text), { onLook: stop })]).toThrow("enough");
  });
  it("takes a wrong byte as one character", () => {
    expect(all(".", "u", "a\xff\xc3\xa9\xc3")).toEqual(["a", "\xff", "\xc3\xa9", "\xc3"]);
  });
  it("knows properties with u", () => {
    expect(all("\\p{Greek}+", "u", encodeText("aβγ")).map(decodeBytes)).toEqual(["βγ"]);
    expect(all("[\\pL-]+", "u", encodeText("1é-2")).map(decodeBytes)).toEqual(["é-"]);
    expect(thrown(() => compilePattern("\\pL")).message).toContain('flag "u"');
  });
});

describe("what is refused", () => {
  it.each([
    ["a(?=b)", 2, "look-around"],
    ["(?!b)", 1, "look-around"],
    ["(?<=b)a", 1, "look-around"],
    ["x(?<!b)a", 2, "look-around"],
    ["(a)\\1", 4, "back-reference"],
    ["(?<n>a)\\k<n>", 8, "back-reference"],
    ["(a)\\g{1}", 4, "back-reference"],
    ["(?<n>a)(?P=n)", 8, "back-reference"],
    ["a++", 2, "possessive"],
    ["a{2}+", 2, "possessive"],
    ["(?>a)", 1, "atomic"],
    ["(?R)", 1, "recursion"],
    ["(?1)", 1, "recursion"],
    ["(?|a|b)", 1, "branch reset"],
    ["(a)?(?(1)b)", 5, "condition"],
    ["(*FAIL)", 1, "verb"],
    ["a\\Kb", 2, "\\K"],
    ["(a", 1, "never closed"],
    ["a)", 2, 'without "("'],
    ["[a", 1, "never closed"],
    ["*a", 1, "nothing to repeat"],
    ["a**", 3, "nothing to repeat"],
    ["a|*", 3, "nothing to repeat"],
    ["a{3,2}", 2, "wrong order"],
    ["[z-a]", 2, "wrong order"],
    ["a{2000}", 2, "1000 at most"],
    ["(((a{100}){100}){100})", 0, "too large"],
    ["(?<1a>x)", 1, "cannot name"],
    ["(?<a>x)(?<a>y)", 8, "two groups"],
    ["(?z)a", 1, "option"],
    ["[[:nope:]]", 2, "not known"],
    ["a\\", 2, "at the end"],
    ["\\x{100}", 1, 'flag "u"'],
  ])("%s at character %i: %s", (pattern, character, words) => {
    const error = thrown(() => compilePattern(pattern));
    expect(error.code).toBe("pattern");
    if (character > 0) expect(error.message).toContain(`character ${character}:`);
    expect(error.message).toContain(words);
  });

  it("refuses unknown flags, long patterns and long subjects", () => {
    expect(thrown(() => compilePattern("a", "g")).message).toContain('flag "g"');
    expect(thrown(() => compilePattern("\\j", "X")).message).toContain('flag "X"');
    expect(thrown(() => compilePattern("a".repeat(4097))).code).toBe("pattern");
    expect(thrown(() => compilePattern("a").test("b".repeat(1_048_577))).code).toBe(
      "subject-too-long",
    );
    const wide = compilePattern("[ab]{0,900}c[ab]{0,900}d");
    expect(thrown(() => wide.test("b".repeat(1_000_000))).code).toBe("subject-too-long");
  });
});

describe("evil patterns on 100 kB", () => {
  const evil = [
    "(a+)+$",
    "(a|a)*$",
    "(a|aa)+$",
    "(.*a){12}[^a]$",
    "([a-z]+)*[^a]$",
    "(a*)*b",
    "^(a?){20}a{20}$",
    "(\\w+\\s?)+[^b]$",
  ];
  it.each(evil)("%s ends", (pattern) => {
    const subject = `${"a".repeat(100_000)}b`;
    expect(typeof compilePattern(pattern).test(subject)).toBe("boolean");
    compilePattern(pattern).exec(subject);
  });
  it("tells its work, so that many long searches can be stopped", () => {
    const search = (): number => {
      let steps = 0;
      const onWork = (more: number): void => {
        steps += more;
        if (steps > 500) throw new ScriptError("budget-steps", "enough");
      };
      return [...compilePattern("a").matches("a".repeat(100_000), { onWork })].length;
    };
    expect(thrown(search).code).toBe("budget-steps");
  });
});

describe("replacing", () => {
  const replace = (pattern: string, by: string, subject: string, limit = 0): string =>
    compilePattern(pattern).replace(subject, by, { limit });
  it.each([
    ["b", "[$0]", "abcb", 0, "a[b]c[b]"],
    ["(a)(b)", "$2$1", "abab", 1, "baab"],
    ["(a)", "$10", "a", 0, "a0"],
    ["a", "$5", "a", 0, "$5"],
    ["(?<x>a)", `\${x}-\${1}`, "a", 0, "a-a"],
    ["x*", "-", "ab", 0, "-a-b-"],
  ])("%s by %s in %s", (pattern, by, subject, limit, expected) => {
    expect(replace(pattern, by, subject, limit)).toBe(expected);
  });
});

describe("patternFromText", () => {
  it.each([
    ["/ABC/i", "xabc", true],
    ["abc", "xABC", false],
    ["/a\\/b/", "a/b", true],
    ["/usr", "/usr", true],
    ["a/i", "a/i", true],
  ])("%s on %s is %s", (text, subject, expected) => {
    expect(patternFromText(text).test(subject)).toBe(expected);
  });
});

describe("against the engine of JavaScript", () => {
  const wide = fc.constantFrom(
    ...[
      "a",
      "B",
      "c",
      "\\xa0",
      ".",
      "[a-c]",
      "[^a]",
      "[^\\w]",
      "[B\\x80-\\xa0]",
      "\\w",
      "\\D",
      "[ \\n]",
    ],
    ...["\\x41", "[\\]a-]", "\\/", "-", "[a-cB-D_]"],
  );
  const atom = fc.oneof(wide, fc.constantFrom("\\b", "\\B", "^", "$", "(?:)"));
  // what is repeated takes at least one character: engines differ about loops over nothing
  const repeated = fc.oneof(
    wide,
    fc.tuple(wide, wide).map(([a, b]) => `(${a}|${b})`),
    fc.tuple(wide, wide).map(([a, b]) => `(?:${a}${b}?)`),
  );
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4 },
      atom,
      fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => a + b),
      fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(${a}|${b})`),
      fc
        .tuple(repeated, fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{0,}", "*?", "+?"))
        .map(([a, repeat]) => a + repeat),
    ),
  }));
  const subject = fc.string({ unit: fc.constantFrom(..."aAbBc- \n]/\x80\xa0"), maxLength: 12 });

  it("finds the same", () => {
    fc.assert(
      fc.property(
        pattern,
        fc.constantFrom("", "i", "m", "s", "im"),
        subject,
        (source, flags, text) => {
          // JavaScript's $ is never true before a last line feed: that is compared below
          fc.pre(flags.includes("m") || !source.includes("$") || !text.endsWith("\n"));
          const expected = [...text.matchAll(new RegExp(source, `${flags}g`))].map((found) => [
            found.index,
            found[0],
          ]);
          const regex = compilePattern(source, flags);
          const found = [...regex.matches(text)].map(({ start, groups }) => [start, groups[0]]);
          expect(found).toEqual(expected);
          expect(regex.test(text)).toBe(expected.length > 0);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("finds the same before a last line feed", () => {
    fc.assert(
      fc.property(pattern, fc.constantFrom("", "i", "s"), subject, (source, flags, text) => {
        fc.pre(!source.includes("$"));
        const expected = new RegExp(`(?:${source})(?=\\n?$)`, flags).exec(`${text}\n`);
        const regex = compilePattern(`(?:${source})$`, flags);
        expect(regex.exec(`${text}\n`)?.start).toBe(expected?.index);
        expect(regex.test(`${text}\n`)).toBe(expected !== null);
      }),
      { numRuns: 3000 },
    );
  });
});
