/** Domains in the form DNS and comparisons use: lower case, A-labels (RFC 5890, RFC 3492). */
import { isAscii } from "./octets.ts";

const base = 36;
const tMin = 1;
const tMax = 26;
const maxInteger = 0x7fffffff;

/** Lower-cased A-labels; `null` when a label cannot be one. Needs no network and no URL class. */
export const domainToAscii = (domain: string): string | null => {
  if (isAscii(domain)) return domain.toLowerCase();
  const labels: string[] = [];
  // UTS 46 maps the ideographic full stops to a dot.
  for (const label of domain
    .normalize("NFKC")
    .toLowerCase()
    .split(/[.\u3002\uff0e\uff61]/)) {
    const ascii = isAscii(label) ? label : `xn--${encodePunycode(label.normalize("NFC"))}`;
    if (ascii.length > 63) return null;
    labels.push(ascii);
  }
  return labels.join(".");
};

/** U-labels for the eye; labels that do not decode stay as they are. */
export const domainToUnicode = (domain: string): string =>
  domain
    .split(".")
    .map((label) =>
      label.toLowerCase().startsWith("xn--")
        ? (decodePunycode(label.slice(4).toLowerCase()) ?? label)
        : label,
    )
    .join(".");

const encodePunycode = (label: string): string => {
  const input = Array.from(label, (char) => char.codePointAt(0) ?? 0);
  const basic = input.filter((code) => code < 0x80);
  let output = String.fromCharCode(...basic);
  if (basic.length > 0) output += "-";
  let handled = basic.length;
  let n = 0x80;
  let delta = 0;
  let bias = 72;
  while (handled < input.length) {
    const next = Math.min(...input.filter((code) => code >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const code of input) {
      if (code < n) delta += 1;
      if (code !== n) continue;
      output += encodeDelta(delta, bias);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    n += 1;
  }
  return output;
};

const encodeDelta = (delta: number, bias: number): string => {
  let output = "";
  let q = delta;
  for (let k = base; ; k += base) {
    const t = threshold(k, bias);
    if (q < t) return output + digit(q);
    output += digit(t + ((q - t) % (base - t)));
    q = Math.floor((q - t) / (base - t));
  }
};

const decodePunycode = (text: string): string | null => {
  const split = text.lastIndexOf("-");
  const output = Array.from(split > 0 ? text.slice(0, split) : "", (char) => char.charCodeAt(0));
  let n = 0x80;
  let i = 0;
  let bias = 72;
  for (let at = split > 0 ? split + 1 : 0; at < text.length; ) {
    const before = i;
    let weight = 1;
    for (let k = base; ; k += base) {
      const value = digitValue(text.charCodeAt(at));
      at += 1;
      if (value < 0) return null;
      i += value * weight;
      if (i > maxInteger) return null;
      const t = threshold(k, bias);
      if (value < t) break;
      weight *= base - t;
    }
    bias = adapt(i - before, output.length + 1, before === 0);
    n += Math.floor(i / (output.length + 1));
    if (n > 0x10ffff) return null;
    i %= output.length + 1;
    output.splice(i, 0, n);
    i += 1;
  }
  return String.fromCodePoint(...output);
};

const threshold = (k: number, bias: number): number => Math.min(Math.max(k - bias, tMin), tMax);

const digit = (value: number): string => "abcdefghijklmnopqrstuvwxyz0123456789".charAt(value);

const digitValue = (code: number): number => {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61;
  return code >= 0x30 && code <= 0x39 ? code - 0x30 + 26 : -1;
};

/** RFC 3492 §6.1. */
const adapt = (delta: number, points: number, first: boolean): number => {
  let d = Math.floor(delta / (first ? 700 : 2));
  d += Math.floor(d / points);
  let k = 0;
  for (; d > ((base - tMin) * tMax) / 2; k += base) d = Math.floor(d / (base - tMin));
  return k + Math.floor(((base - tMin + 1) * d) / (d + 38));
};
