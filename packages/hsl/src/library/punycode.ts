/** RFC 3492: letters of any script in the letters of a host name. */

const base = 36;
const tMin = 1;
const tMax = 26;
const highest = 0x10ffff;

/** §6.1 */
const adapt = (delta: number, points: number, first: boolean): number => {
  let rest = first ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((base - tMin) * tMax) >> 1; k += base) rest = Math.floor(rest / (base - tMin));
  return k + Math.floor(((base - tMin + 1) * rest) / (rest + 38));
};

const threshold = (k: number, bias: number): number => Math.max(tMin, Math.min(tMax, k - bias));

const digit = (value: number): string => String.fromCharCode(value < 26 ? value + 97 : value + 22);

/** §6.3, without the `xn--`. */
export const encodePunycode = (label: string): string => {
  const points = [...label].map((char) => char.codePointAt(0) ?? 0);
  const basic = points.filter((point) => point < 128);
  let out = String.fromCharCode(...basic);
  let handled = basic.length;
  if (handled > 0) out += "-";
  let n = 128;
  let delta = 0;
  let bias = 72;
  while (handled < points.length) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta++;
      if (point !== n) continue;
      let q = delta;
      for (let k = base; ; k += base) {
        const t = threshold(k, bias);
        if (q < t) break;
        out += digit(t + ((q - t) % (base - t)));
        q = Math.floor((q - t) / (base - t));
      }
      out += digit(q);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return out;
};

const digitValue = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 22;
  if (code >= 65 && code <= 90) return code - 65;
  return code >= 97 && code <= 122 ? code - 97 : base;
};

/** §6.2, without the `xn--`; `undefined` when it is no Punycode. */
export const decodePunycode = (text: string): string | undefined => {
  const dash = text.lastIndexOf("-");
  const points = [...text.slice(0, Math.max(dash, 0))].map((char) => char.charCodeAt(0));
  if (points.some((point) => point > 127)) return undefined;
  let n = 128;
  let i = 0;
  let bias = 72;
  for (let at = dash + 1; at < text.length; ) {
    const before = i;
    let weight = 1;
    for (let k = base; ; k += base) {
      const value = at < text.length ? digitValue(text.charCodeAt(at++)) : base;
      if (value >= base) return undefined;
      i += value * weight;
      if (i > 0x7fffffff) return undefined;
      const t = threshold(k, bias);
      if (value < t) break;
      weight *= base - t;
    }
    bias = adapt(i - before, points.length + 1, before === 0);
    n += Math.floor(i / (points.length + 1));
    i %= points.length + 1;
    if (n > highest || (n >= 0xd800 && n <= 0xdfff)) return undefined;
    points.splice(i++, 0, n);
  }
  return String.fromCodePoint(...points);
};
