import { expect, it } from "vitest";
import { formatDate } from "./date.ts";

it("writes each second as RFC 5322 §3.3 has it, also one after another", () => {
  const text = (time: string) => formatDate(new Date(time));
  expect(text("2026-02-01T03:04:05.000Z")).toBe("Sun, 1 Feb 2026 03:04:05 +0000");
  expect(text("2026-02-01T03:04:05.999Z")).toBe("Sun, 1 Feb 2026 03:04:05 +0000");
  expect(text("2026-02-01T03:04:06.000Z")).toBe("Sun, 1 Feb 2026 03:04:06 +0000");
  expect(text("2026-02-01T03:04:05.500Z")).toBe("Sun, 1 Feb 2026 03:04:05 +0000");
});
