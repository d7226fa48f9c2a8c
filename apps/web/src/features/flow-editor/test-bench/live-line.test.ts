import { expect, test } from "vitest";
import { endingWords } from "./live-line.tsx";

const step = {
  ...{ node: "n", title: "Hold", outcome: null, lookups: [], log: [] },
  ...{ startMicroseconds: 0, microseconds: 1 },
};

test("an ending is told with its block and in the action's own words", () => {
  const words = (ending: string): string => endingWords({ steps: [step], ending });
  expect(words('Reject("No such user")')).toBe("Ends at “Hold” with Reject: No such user");
  expect(words('Quarantine("mailquarantine:default", none, none, ["reject"=>0])')).toBe(
    "Ends at “Hold” with Quarantine",
  );
  expect(endingWords({ steps: [], ending: "end of flow" })).toBe("Ends with end of flow");
});
