import { visibleText } from "./visible-text.ts";

/** A sender in a line of text: the null sender of notices is "<>", and none is said so. */
export const senderWords = (sender: string | null): string =>
  sender === null ? "none" : sender === "" ? "<>" : visibleText(sender);
