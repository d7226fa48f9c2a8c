/** The text of a reply as a script gives it: one text, or its lines. */
import type { Value } from "@sluice/hsl";
import { textsOf } from "./arguments.ts";

export const replyLines = (value: Value): string[] => linesOf(textsOf(value));

/** Lines of a reply: no control characters, and no more of them than a client bears (RFC 5321 §4.5.3.1.5). */
export const linesOf = (texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => text.split(/\r\n|\r|\n/))
    .map((line) =>
      line
        .replace(/\p{Cc}/gu, "?")
        .slice(0, 480)
        .trimEnd(),
    )
    .filter((line) => line !== "")
    .slice(0, 50);
