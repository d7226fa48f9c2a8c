import type { RunContext } from "../host.ts";
import { HslArray } from "../values/array.ts";
import type { Value } from "../values/value.ts";
import {
  arrayAt,
  gives,
  numberAt,
  optional,
  parameter,
  reserveItems,
  wrongArgument,
} from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

const count = (run: RunContext, from: number, items: number, step: number): HslArray => {
  reserveItems(run, items);
  run.charge(items, 0);
  const list: Value[] = [];
  for (let i = 0; i < items; i++) list.push(from + i * step);
  return HslArray.fromList(list);
};

/** Tiny errors of fractions (0.1 × 3) must not cost the last item. */
const whole = (steps: number): number => {
  const near = Math.round(steps);
  return Math.abs(steps - near) < 1e-9 ? near : steps;
};

export const arrayRangeFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "range",
      role: "function",
      summary: "Counts from one number to another, both included.",
      parameters: [
        parameter("start", "number", "The first number."),
        parameter("stop", "number", "The last number; a smaller one counts down."),
        optional("step", "number", "How far apart the numbers are; 1 when left out."),
      ],
      returns: gives("array", "The numbers."),
      errors: "The step must not be 0.",
      since: "classic",
      example: {
        script: "echo range(1, 4); echo range(5, 1, 2);",
        log: ["[0=>1,1=>2,2=>3,3=>4]", "[0=>5,1=>3,2=>1]"],
      },
    },
    (args, run) => {
      const start = numberAt(args, 0);
      const stop = numberAt(args, 1);
      const step = Math.abs(numberAt(args, 2, 1));
      if (!(step > 0)) throw wrongArgument("range", 2, "(step) must not be 0");
      const items = Math.floor(whole(Math.abs(stop - start) / step)) + 1;
      return count(run, start, items, stop < start ? -step : step);
    },
  ),
  defineFunction(
    {
      name: "array_range",
      role: "function",
      summary: "Counts from one number up to, but not including, another.",
      parameters: [
        parameter("start", "number", "The first number."),
        parameter("stop", "number", "Where to stop; not in the result."),
        optional("step", "number", "How far apart; negative counts down. 1 when left out."),
      ],
      returns: gives("array", "The numbers; none when the step leads away from the stop."),
      errors: "The step must not be 0.",
      since: "modern",
      example: {
        script: "echo array_range(0, 3); echo array_range(3, 0, -1);",
        log: ["[0=>0,1=>1,2=>2]", "[0=>3,1=>2,2=>1]"],
      },
    },
    (args, run) => {
      const start = numberAt(args, 0);
      const step = numberAt(args, 2, 1);
      if (step === 0) throw wrongArgument("array_range", 2, "(step) must not be 0");
      const items = Math.ceil(whole((numberAt(args, 1) - start) / step));
      return count(run, start, Math.max(items, 0), step);
    },
  ),
  defineFunction(
    {
      name: "array_shuffle",
      role: "function",
      summary: "Puts the values of an array in a random order.",
      parameters: [parameter("array", "array", "The array.")],
      returns: gives("array", "The values, numbered anew."),
      since: "modern",
      example: { script: "echo count(array_shuffle([1, 2, 3]));", log: ["3"] },
    },
    (args, run) => {
      const list = arrayAt(args, 0).toList();
      run.charge(list.length, 0);
      for (let i = list.length - 1; i > 0; i--) {
        const j = Math.floor(run.host.random() * (i + 1));
        const value = list[i] ?? null;
        list[i] = list[j] ?? null;
        list[j] = value;
      }
      return HslArray.fromList(list);
    },
  ),
  defineFunction(
    {
      name: "array_random",
      role: "function",
      summary: "Picks one value of an array.",
      parameters: [parameter("array", "array", "The array.")],
      returns: gives("any", "A value, none for an empty array."),
      since: "modern",
      example: { script: 'echo array_random(["only"]);', log: ["only"] },
    },
    (args, run) => {
      const list = arrayAt(args, 0).toList();
      return list[Math.floor(run.host.random() * list.length)] ?? null;
    },
  ),
];
