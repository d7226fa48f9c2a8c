/** What an image is by its own bytes; null: nothing we would serve. */

const begins = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.subarray(start, end)).toString("latin1");

export const mediaTypeOf = (bytes: Uint8Array): string | null => {
  if (begins(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  if (begins(bytes, 0xff, 0xd8, 0xff)) return "image/jpeg";
  if (ascii(bytes, 0, 6) === "GIF87a" || ascii(bytes, 0, 6) === "GIF89a") return "image/gif";
  if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP") return "image/webp";
  if (begins(bytes, 0, 0, 1, 0) && (bytes[4] ?? 0) > 0) return "image/x-icon";
  return isHarmlessSvg(bytes) ? "image/svg+xml" : null;
};

const allowedElements = new Set(
  "svg g path circle ellipse rect line polyline polygon text tspan title desc defs clippath mask lineargradient radialgradient stop symbol pattern metadata".split(
    " ",
  ),
);

const attributeSource = String.raw`\s+[A-Za-z][A-Za-z0-9:-]*\s*=\s*(?:"[^"<>]*"|'[^'<>]*')`;
const wholeTag = new RegExp(`^<(?:/([A-Za-z]+)\\s*|([A-Za-z]+)((?:${attributeSource})*)\\s*/?)>$`);
const attributeNames = /\s+([A-Za-z][A-Za-z0-9:-]*)\s*=\s*(?:"[^"]*"|'[^']*')/g;

const forbiddenNames = new Set(["href", "src", "style", "class", "from", "to", "values", "begin"]);

const isHarmlessName = (name: string): boolean => {
  const small = name.toLowerCase();
  if (small.includes(":")) return /^(?:xmlns:[a-z]+|xml:space)$/.test(small);
  return !small.startsWith("on") && !forbiddenNames.has(small);
};

const isHarmlessTag = (tag: string): boolean => {
  const match = wholeTag.exec(tag);
  const name = (match?.[1] ?? match?.[2])?.toLowerCase();
  if (match === null || name === undefined || !allowedElements.has(name)) return false;
  return [...(match[3] ?? "").matchAll(attributeNames)].every(([, attribute = ""]) =>
    isHarmlessName(attribute),
  );
};

/**
 * Not repaired but refused: an SVG passes when it has only shapes, no scripts,
 * no references, no styles, no entities and no other languages inside.
 */
const isHarmlessSvg = (bytes: Uint8Array): boolean => {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return false;
  }
  const bare = text
    .replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .trim();
  if (!/^<svg[\s>]/.test(bare) || !/<\/svg>$|^<svg[^>]*\/>$/.test(bare)) return false;
  if (/<!|<\?|&(?!amp;|lt;|gt;|quot;|apos;)/.test(bare) || /[^\P{Cc}\t\n\r]/u.test(bare))
    return false;
  if (
    /url\s*\(\s*(?!#|"#|'#|&quot;#)/i.test(bare) ||
    /javascript:|data:|expression\s*\(/i.test(bare)
  ) {
    return false;
  }
  const tags = bare.match(/<[^>]*>/g) ?? [];
  const outside = bare.replace(/<[^>]*>/g, "");
  if (outside.includes("<") || outside.includes(">")) return false;
  return tags.every(isHarmlessTag);
};
