import { encodeText, encodeUrl } from "@sluice/hsl";

/** A password as scripts may write it: plain, for a URL, in base64. */
export const secretForms = (password: string): readonly string[] => {
  if (password.length < 4) return [password]; // the other forms of so few bytes stand in any text
  const base64 = Buffer.from(password, "utf8").toString("base64").replace(/=+$/, "");
  const quoted = JSON.stringify(password).slice(1, -1); // as a trace writes texts
  return [...new Set([password, quoted, encodeUrl(encodeText(password)), base64])];
};

/** The text without any form of the secret. */
export const withoutSecret = (text: string, secret: string): string =>
  secretForms(secret)
    .filter((form) => form !== "")
    .reduce((left, form) => left.replaceAll(form, "***"), text);
