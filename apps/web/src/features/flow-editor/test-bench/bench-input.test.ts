import { expect, test } from "vitest";
import { emptyInput, factsOf, toBase64 } from "./bench-input.ts";

test("what was left empty is left to history", () => {
  const facts = { ...emptyInput.facts, senderip: " 192.0.2.9 " };
  expect(factsOf({ ...emptyInput, facts })).toEqual({ senderip: "192.0.2.9" });
});

test("a delivery flow is asked what it does after a failed attempt", () => {
  expect(factsOf({ ...emptyInput, attempt: "refused" })).toMatchObject({
    attempted: true,
    errorcode: 550,
  });
});

test("pasted text goes out with the line ends of mail", () => {
  expect(atob(toBase64("Subject: Grüße\n\nx\r\n"))).toBe("Subject: GrÃ¼Ã\u009fe\r\n\r\nx\r\n");
});
