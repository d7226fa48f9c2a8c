import { expect, test } from "vitest";
import { browserFence } from "../vite.config.ts";

const resolve = (source: string): unknown => {
  const { resolveId } = browserFence();
  if (typeof resolveId !== "function") throw new Error("The fence does not look at imports.");
  return Reflect.apply(resolveId, undefined, [source, "/src/main.tsx", {}]);
};

test.each(["node:net", "../greylist/executor.ts", "./executor"])(
  "%s does not reach the browser",
  (source) => {
    expect(() => resolve(source)).toThrow(/server code/);
  },
);

test.each(["react", "./block.ts", "../executors-list.ts"])("%s passes", (source) => {
  expect(resolve(source)).toBeNull();
});
