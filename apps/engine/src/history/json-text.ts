/**
 * JSON that PostgreSQL takes: its text knows no NUL and no lone surrogate, and a
 * message may carry both. Such characters become U+FFFD. Give it times as text: V8
 * needs three times as long for a value with an object that has a `toJSON`.
 */
export const jsonText = (value: unknown): string => {
  const text = JSON.stringify(value);
  return /\\u(?:0000|d[89a-f])/.test(text) ? JSON.stringify(value, cleaned) : text;
};

const cleaned = (_key: string, value: unknown): unknown => {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), inner]));
};

/** Text without NUL and lone surrogates. */
export const cleanText = (text: string): string => text.toWellFormed().replaceAll("\0", "\ufffd");
