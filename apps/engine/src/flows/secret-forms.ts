import { encodeText, encodeUrl } from "@sluice/hsl";

/** A password as scripts may write it: plain, for a URL, in base64, alone or within a longer text. */
export const secretForms = (password: string): readonly string[] => {
  if (password.length < 4) return [password]; // the other forms of so few bytes stand in any text
  const bytes = Buffer.from(password, "utf8");
  const base64 = [bytes.toString("base64").replace(/=+$/, ""), ...[0, 1, 2].map(within(bytes))];
  const quoted = JSON.stringify(password).slice(1, -1); // as a trace writes texts
  const safe = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([password, quoted, encodeUrl(encodeText(password)), ...base64, ...safe])];
};

/**
 * What a text's base64 shows of the secret in it, when so many bytes modulo 3 stand before it
 * (RFC 4648 §4: four characters for three bytes); the characters it shares with others are left out.
 */
const within =
  (secret: Buffer) =>
  (before: number): string => {
    const whole = Buffer.concat([Buffer.alloc(before), secret]);
    const first = Math.ceil((before * 8) / 6);
    return whole.toString("base64").slice(first, Math.floor((whole.length * 8) / 6));
  };

/** The text without any form of the secret. */
export const withoutSecret = (text: string, secret: string): string =>
  secretForms(secret)
    .filter((form) => form !== "")
    .reduce((left, form) => left.replaceAll(form, "***"), text);
