/** xtext of RFC 3461 §4: ENVID and ORCPT values. */

/** Byte string → xtext. */
export const encodeXtext = (bytes: string): string =>
  bytes.replace(
    /[^!-*,-<>-~]/g,
    (char) => `+${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );

/** xtext → byte string; `null` when the text is no xtext. */
export const decodeXtext = (text: string): string | null => {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(text)) return null;
  return text.replace(/\+([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
};
