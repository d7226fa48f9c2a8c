/** From the gateway's data to values of scripts: text becomes byte strings, records become arrays. */
import { encodeText, HslArray, type Value } from "@sluice/hsl";

export const textValue = (text: string | null | undefined): string =>
  text === null || text === undefined ? "" : encodeText(text);

export const listValue = (texts: readonly string[]): HslArray =>
  HslArray.fromList(texts.map(encodeText));

export const recordValue = (entries: Readonly<Record<string, Value>>): HslArray =>
  HslArray.fromEntries(Object.entries(entries));

export const textRecordValue = (entries: Readonly<Record<string, string>>): HslArray =>
  HslArray.fromEntries(
    Object.entries(entries).map(([key, text]) => [encodeText(key), encodeText(text)]),
  );

/** JSON as a value of a script: objects become arrays, null becomes none. */
export const jsonValue = (json: unknown): Value => {
  if (typeof json === "string") return encodeText(json);
  if (typeof json === "number" || typeof json === "boolean") return json;
  if (typeof json !== "object" || json === null) return null;
  return Array.isArray(json)
    ? HslArray.fromList(json.map(jsonValue))
    : recordValue(
        Object.fromEntries(
          Object.entries(json).map(([key, inner]) => [encodeText(key), jsonValue(inner)]),
        ),
      );
};

/** After the last `@`; "" for the null reverse-path. */
export const domainPart = (address: string): string => {
  const at = address.lastIndexOf("@");
  return at < 0 ? "" : address.slice(at + 1);
};

export const localPart = (address: string): string => {
  const at = address.lastIndexOf("@");
  return at < 0 ? address : address.slice(0, at);
};

/** `mailtransport:ID` → ID; anything else as it is. */
export const objectId = (kind: string, name: string): string =>
  name.startsWith(`${kind}:`) ? name.slice(kind.length + 1) : name;

export const transportName = (id: string | null): string =>
  id === null ? "" : `mailtransport:${id}`;
