/** What the pages and the editor say about objects is what the objects can. */
import { environmentFor, flowKindDefinitions, hostClasses } from "@sluice/flow-schema";
import { type ClassSignature, coreClasses } from "@sluice/hsl";
import { describe, expect, test } from "vitest";
import { fileClass } from "./functions/file-object.ts";
import { mimeClass } from "./functions/mime-objects.ts";
import { socketClass, tlsClass } from "./functions/sockets.ts";
import { certificateClass, iconvClass } from "./functions/text-objects.ts";

const made = [mimeClass, fileClass, iconvClass, certificateClass, socketClass, tlsClass];

const promised = ({ methods }: ClassSignature): string[] =>
  [...methods.values()]
    .map(({ name, parameters }) => {
      const least = parameters.filter(({ optional }) => optional !== true).length;
      return `${name} ${least} to ${parameters.length}`;
    })
    .toSorted();

describe("classes of the host", () => {
  test.each(made.map((one) => [one.className, one] as const))("%s", (name, { methods }) => {
    const kept = [...methods].map(([method, { least, most }]) => `${method} ${least} to ${most}`);
    const signature = hostClasses.get(name);
    expect(signature && promised(signature)).toEqual(kept.toSorted());
  });

  test("none is told that nobody makes", () => {
    expect([...hostClasses.keys()].toSorted()).toEqual(
      made.map(({ className }) => className).toSorted(),
    );
  });

  test("what a function or a method gives is a class that is told", () => {
    const environments = Object.values(flowKindDefinitions).map(({ kind }) => environmentFor(kind));
    const classes = [...hostClasses.values(), ...coreClasses.values()];
    const known = classes.map(({ name }) => name);
    const signatures = [
      ...environments.flatMap(({ functions }) => [...functions.values()]),
      ...classes.flatMap(({ methods }) => [...methods.values()]),
    ];
    const objects = signatures.filter(({ returns }) => returns.kinds[0] === "object");
    expect(objects.filter(({ gives }) => gives === undefined).map(({ name }) => name)).toEqual([]);
    for (const { name, gives } of signatures) {
      if (gives !== undefined) expect(known, name).toContain(gives);
    }
  });
});
