/** Arrays and slices against the simplest thing that could be right. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, HslArray, type Key, numberToText, type Value } from "../src/index.ts";
import { sliceOf } from "../src/slice.ts";
import { parseNumber } from "../src/values/convert.ts";
import { environment, fakeHost } from "./environment.ts";

const key: fc.Arbitrary<Key> = fc.oneof(
  fc.integer({ min: -2, max: 6 }),
  fc.constantFrom("a", "b", "1", "01", "constructor", "__proto__"),
);

type Action =
  | { kind: "set"; key: Key; value: number }
  | { kind: "push"; value: number }
  | { kind: "delete"; key: Key }
  | { kind: "clone" };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), key, value: fc.nat(99) }),
  fc.record({ kind: fc.constant("push" as const), value: fc.nat(99) }),
  fc.record({ kind: fc.constant("delete" as const), key }),
  fc.constant({ kind: "clone" as const }),
);

/** An array as a list of pairs. */
class Model {
  pairs: [Key, Value][] = [];

  set(given: Key, value: Value): void {
    const at = this.at(given);
    const pair = this.pairs[at];
    if (pair === undefined) this.pairs.push([Model.key(given), value]);
    else pair[1] = value;
  }

  push(value: Value): void {
    const integers = this.pairs.flatMap(([k]) => (typeof k === "number" ? [k] : []));
    this.set(integers.length === 0 ? 0 : Math.max(...integers) + 1, value);
  }

  delete(given: Key): boolean {
    const at = this.at(given);
    if (at >= 0) this.pairs.splice(at, 1);
    return at >= 0;
  }

  private at(given: Key): number {
    return this.pairs.findIndex(([k]) => k === Model.key(given));
  }

  static key(given: Key): Key {
    return /^(0|-?[1-9]\d*)$/.test(String(given)) ? Number(given) : given;
  }
}

describe("an array", () => {
  test("behaves like a list of pairs", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        let array = new HslArray();
        const model = new Model();
        for (const step of actions) {
          if (step.kind === "set") {
            array.set(step.key, step.value);
            model.set(step.key, step.value);
          } else if (step.kind === "push") {
            array.push(step.value);
            model.push(step.value);
          } else if (step.kind === "delete") {
            expect(array.delete(step.key)).toBe(model.delete(step.key));
          } else {
            array = array.clone();
          }
          expect([...array]).toEqual(model.pairs);
          expect(array.size).toBe(model.pairs.length);
        }
      }),
    );
  });

  test("a shared array is copied by whoever writes, arrays inside too", () => {
    const inner = HslArray.of(1);
    const outer = HslArray.of(inner);
    const copy = outer.share().writable();
    expect(copy).not.toBe(outer);
    expect(inner.writable()).not.toBe(inner);
    expect(HslArray.of(1).writable()).toBeInstanceOf(HslArray);
  });
});

test("slices agree with counting every position", () => {
  const bound = fc.option(fc.integer({ min: -9, max: 9 }));
  fc.assert(
    fc.property(
      fc.string({ maxLength: 7 }),
      bound,
      bound,
      fc.integer({ min: -3, max: 3 }),
      (text, first, last, step) => {
        fc.pre(step !== 0);
        const { length } = text;
        const from = (b: number): number => (b < 0 ? b + length : b);
        const positions: number[] = [];
        const ordered = [...text].map((_, i) => (step > 0 ? i : length - 1 - i));
        for (const i of ordered) {
          const isBefore = first !== null && (step > 0 ? i < from(first) : i > from(first));
          const isAfter = last !== null && (step > 0 ? i >= from(last) : i <= from(last));
          if (!isBefore && !isAfter) positions.push(i);
        }
        const expected = positions.filter((_, i) => i % Math.abs(step) === 0).map((i) => text[i]);
        const site = { line: 1, column: 1, offset: 0 };
        expect(sliceOf(text, { first, last, step }, site)).toBe(expected.join(""));
      },
    ),
    { numRuns: 500 },
  );
});

test("a number's text reads back as the number, without an exponent", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = numberToText(value);
      expect(text).toMatch(/^-?[0-9]+(\.[0-9]+)?$/);
      expect(parseNumber(text)).toBe(value === 0 ? 0 : value);
    }),
  );
});

test("copies of arrays in a script never see each other's writes", () => {
  const statement = fc.constantFrom(
    "$a[] = 1;",
    "$b = $a;",
    "$b[0] = 2;",
    "$a[0][1] = 3;",
    "$c = [$a, $b];",
    "$c[0][] = 4;",
    "$b = $c[1];",
    "$a = f($a);",
    "unset($b[0]);",
    "foreach ($a as $k => $v) $a[$k] = [$v];",
    "[$b, $a] = [$a, $b];",
  );
  const copy = (text: string): string => `${text} $log[] = string($a) . string($b) . string($c);`;
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 12 }), (statements) => {
      const head =
        "$a = [[0]]; $b = []; $c = []; $log = []; function f($x) { $x[] = 9; return $x; }";
      const plain = compile(`${head} ${statements.map(copy).join(" ")} return $log;`, environment);
      // the same program where every assigned value is rebuilt from scratch
      const rebuilt = compile(
        `${head} ${statements.map((s) => `$a = json_decode(json_encode([$a]))[0]; $b = json_decode(json_encode([$b]))[0]; ${copy(s)}`).join(" ")} return $log;`,
        environment,
      );
      const [one, other] = [plain, rebuilt].map(({ script }) => script?.run(fakeHost()));
      if (one instanceof Promise || other instanceof Promise) throw new Error("waited");
      expect(one?.kind).toBe(other?.kind);
      if (one?.kind !== "end" || other?.kind !== "end") return;
      expect([...(one.value as HslArray).values()].map(shape)).toEqual(
        [...(other.value as HslArray).values()].map(shape),
      );
    }),
    { numRuns: 200 },
  );
});

/** JSON turns an empty list and an emptied array into the same thing; the text does so already. */
const shape = (value: Value): string => String(value);

test("a long run of blanks in a text that is no number costs what its length costs", () => {
  const run = " ".repeat(1_000_000);
  expect(parseNumber(`a${run}b`)).toBeUndefined();
  expect(parseNumber(`${run}12${run}`)).toBe(12);
  expect(parseNumber(" \r\n")).toBeUndefined();
});
