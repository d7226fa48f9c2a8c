/** What functions on messages share: the message of the run, its parts, and edits that may be refused. */
import {
  compilePattern,
  HslRegex,
  patternFromText,
  type RunContext,
  ScriptError,
  type Value,
} from "@sluice/hsl";
import { HeaderError } from "@sluice/mail-syntax";
import type { Message } from "../../scanner/message.ts";
import { MimeLimitError, type MimePart } from "../../scanner/mime.ts";
import { contentState } from "../flow-host.ts";

export const messageOf = (run: RunContext): Message => contentState(run).message;

/** A value or name that cannot stand in a header is the script's error. */
export const edit = <T>(change: () => T): T => {
  try {
    return change();
  } catch (error) {
    if (error instanceof HeaderError) throw new ScriptError("wrong-argument", error.message);
    throw error;
  }
};

export const partsOf = (run: RunContext): readonly MimePart[] => {
  try {
    const parts = messageOf(run).parts();
    if (parts === null) throw new ScriptError("host-error", "the message was not read");
    return parts;
  } catch (error) {
    // never "no attachments": what could not be taken apart is not clean
    if (error instanceof MimeLimitError) throw new ScriptError("unscannable", error.message);
    throw error;
  }
};

export const patternOf = (value: Value | undefined): HslRegex => {
  if (value instanceof HslRegex) return value;
  const text = typeof value === "string" ? value : "";
  return /^\/.*\/[a-z]*$/s.test(text) ? patternFromText(text) : compilePattern(text, "i");
};
