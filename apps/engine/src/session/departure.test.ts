import { expect, test } from "vitest";
import { Departure } from "./departure.ts";

test("whoever waits hears that the client is gone, whether it asked before or after", () => {
  const departure = new Departure();
  const early = departure.signal;
  expect(departure.isOver).toBe(false);
  expect(early.aborted).toBe(false);
  departure.tell();
  expect(departure.isOver).toBe(true);
  expect(early.aborted).toBe(true);
  expect(departure.signal).toBe(early);

  const late = new Departure();
  late.tell();
  expect(late.signal.aborted).toBe(true);
  expect(late.signal.reason).toEqual(new Error("The client is gone."));
});
