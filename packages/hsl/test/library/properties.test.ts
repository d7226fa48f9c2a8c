/** Functions against their inverse or against a model that is too simple to be wrong. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunContext, Value } from "../../src/index.ts";
import { HslArray } from "../../src/index.ts";
import { coreLibrary } from "../../src/library/index.ts";
import { strictEquals } from "../../src/values/compare.ts";

const run: RunContext = {
  host: {
    functions: new Map(),
    variable: () => undefined,
    echo: () => undefined,
    now: () => 0,
    monotonic: () => 0,
    random: () => 0.5,
  },
  call: () => null,
  charge: () => undefined,
  site: { line: 1, column: 1 },
};

const call = (name: string, ...args: Value[]): Value => {
  const body = coreLibrary.bodies.get(name);
  const result = body?.(args, run);
  if (result === undefined || result instanceof Promise) throw new Error(`${name} has no result`);
  return result as Value; // core functions never end a run
};

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => String.fromCharCode(...array));

/** UTF-8 as a byte string. */
const text = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((chars) => Buffer.from(chars, "utf8").toString("latin1"));

const holds = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void => {
  fc.assert(fc.property(arbitrary, property), { numRuns: 300 });
};

describe("what is written can be read", () => {
  it.each(["base64", "base64url", "base32", "hex", "url", "xtext"])("%s", (name) => {
    holds(bytes, (value) => {
      expect(call(`${name}_decode`, call(`${name}_encode`, value))).toBe(value);
    });
  });

  it("base64 as everybody writes it", () => {
    holds(bytes, (value) => {
      const expected = Buffer.from(value, "latin1").toString("base64");
      expect(call("base64_encode", value)).toBe(expected);
    });
  });

  it("header words, in pieces of 75 bytes at most", () => {
    holds(text, (value) => {
      const encoded = String(call("mimeword_encode", value));
      expect(call("mimeword_decode", encoded)).toBe(value);
      expect(encoded).toMatch(/^[\x20-\x7e]*$/);
      if (encoded !== value)
        for (const word of encoded.split(" ")) expect(word.length).toBeLessThan(76);
    });
  });

  const { tree } = fc.letrec<{ tree: Value }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constant<Value>(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
      text,
      fc.array(tie("tree"), { maxLength: 4 }).map((list) => HslArray.fromList(list)),
      fc
        .array(fc.tuple(text, tie("tree")), { minLength: 1, maxLength: 4 })
        .map((entries) => HslArray.fromEntries(entries)),
    ),
  }));

  it("JSON", () => {
    holds(tree, (value) => {
      for (const style of [[], [["ensure_ascii", false]], [["pretty_print", true]]] as const) {
        const options = HslArray.fromEntries(style);
        const json = call("json_encode", value, options);
        expect(strictEquals(call("json_decode", json), value)).toBe(true);
      }
    });
  });

  it("JSON that others can read", () => {
    holds(fc.jsonValue(), (value) => {
      const json = Buffer.from(JSON.stringify(value), "utf8").toString("latin1");
      const written = String(call("json_encode", call("json_decode", json)));
      const read: unknown = JSON.parse(written);
      expect(read).toEqual(withoutEmptyObjects(value));
    });
  });

  it("CSV", () => {
    const rows = fc.array(fc.array(bytes, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
    holds(rows, (lists) => {
      const value = HslArray.fromList(lists.map((row) => HslArray.fromList([...row])));
      const options = HslArray.fromEntries([["header", false]]);
      const decoded = call("csv_decode", call("csv_encode", value, options), options);
      const kept = lists.map((row) => HslArray.fromList([...row]));
      expect(strictEquals(decoded, HslArray.fromList(kept))).toBe(true);
    });
  });

  it("numbers as bytes", () => {
    holds(fc.tuple(fc.constantFrom(..."lqgGeE"), fc.integer()), ([letter, value]) => {
      const exact = "gG".includes(letter) ? Math.fround(value) : value;
      const result = call("unpack", letter, call("pack", letter, exact));
      expect(result instanceof HslArray && result.get(0)).toBe(exact);
    });
  });

  it("dates", () => {
    holds(fc.integer({ min: 0, max: 4_000_000_000 }), (value) => {
      const options = HslArray.fromEntries([["local", false]]);
      for (const format of ["%Y-%m-%d %H:%M:%S", "%a, %e %b %Y %I:%M:%S %p", "%Y %j %T", "%s"]) {
        const written = call("strftime", format, value, options);
        expect(call("strptime", written, format, options)).toBe(value);
      }
    });
  });
});

/** An empty object is an empty array here; keys like "0", "1" in order make a list. */
const withoutEmptyObjects = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutEmptyObjects);
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, one]) => [key, withoutEmptyObjects(one)] as const,
  );
  const isList = entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, one]) => one) : Object.fromEntries(entries);
};

describe("against a model", () => {
  const position = fc.integer({ min: -12, max: 12 });

  it("str_slice", () => {
    holds(fc.tuple(bytes, position, fc.option(position)), ([value, start, length]) => {
      const from = start < 0 ? Math.max(value.length + start, 0) : start;
      const chars = [...value].filter((_, index) => {
        if (index < from) return false;
        if (length === null) return true;
        return length < 0 ? index < value.length + length : index < from + length;
      });
      expect(call("str_slice", value, start, length)).toBe(chars.join(""));
    });
  });

  it("explode and implode", () => {
    holds(fc.tuple(bytes, fc.constantFrom(",", "ab", "\0")), ([value, delimiter]) => {
      const pieces = call("explode", delimiter, value);
      expect(pieces instanceof HslArray && pieces.toList()).toEqual(value.split(delimiter));
      expect(call("implode", delimiter, pieces)).toBe(value);
    });
  });

  it("str_replace and str_find", () => {
    const small = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
    holds(fc.tuple(small, small, small), ([search, by, value]) => {
      const expected = search === "" ? value : value.split(search).join(by);
      expect(call("str_replace", search, by, value)).toBe(expected);
      expect(call("str_find", value, search)).toBe(value.indexOf(search));
      expect(call("str_rfind", value, search)).toBe(value.lastIndexOf(search));
    });
  });

  it("round", () => {
    holds(
      fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 4 })),
      ([n, d]) => {
        const value = n / 10 ** d;
        expect(call("round", value, d)).toBe(value === 0 ? 0 : value);
      },
    );
  });

  it("pcre_quote matches the text itself and nothing else", () => {
    holds(fc.tuple(bytes, bytes), ([value, other]) => {
      const pattern = `/^${String(call("pcre_quote", value))}$/`;
      const matches = (subject: string): boolean => {
        const found = call("pcre_match", pattern, subject);
        return found instanceof HslArray && found.size > 0;
      };
      expect(matches(value)).toBe(true);
      expect(matches(other)).toBe(other === value);
    });
  });

  it("idna", () => {
    const label = fc.string({
      unit: fc.constantFrom(..."abzßäöéжя例"),
      minLength: 1,
      maxLength: 12,
    });
    holds(label, (name) => {
      const domain = Buffer.from(`${name}.example`, "utf8").toString("latin1");
      const encoded = call("idna_encode", domain);
      expect(encoded).toMatch(/^[a-z0-9.-]+$/);
      expect(call("idna_decode", encoded)).toBe(domain);
    });
  });
});
