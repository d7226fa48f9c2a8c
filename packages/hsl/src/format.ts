/**
 * `"%s is %.2f" % [$name, $price]`: a directive is `%`, then optionally `[n]` (which
 * value, from 1), `'c` (padding), `<`, `>`, `=` or `^` (alignment), a width, `.` and
 * a precision, and last its type: s text, f number, d and i whole number, x hexadecimal,
 * c byte, b binary. What is no directive stays as it is.
 */
import type { HslArray } from "./values/array.ts";
import { numberToText, toNumber, toText } from "./values/convert.ts";
import { ScriptError } from "./values/errors.ts";
import type { Value } from "./values/value.ts";

const directive =
  /%(?:(%)|(?:\[([0-9]{1,4})\])?(?:'(.))?([<>=^])?([0-9]{1,15})?(?:\.([0-9]{1,15}))?([sfdixcb]))/gs;

/** Fills the values into the directives of a text. */
export const formatText = (text: string, values: HslArray, maxBytes: number): string => {
  const list = values.toList();
  let next = 0;
  let size = 0;
  return text.replace(directive, (_whole, percent, index, pad, align, width, precision, type) => {
    if (percent !== undefined) return "%";
    const at = index === undefined ? next++ : Number(index) - 1;
    const value = list[at];
    if (value === undefined) {
      throw new ScriptError(
        "wrong-argument",
        `the format asks for value ${at + 1}, there are ${list.length}`,
      );
    }
    const body = convert(value, String(type), precision === undefined ? null : Number(precision));
    size += Math.max(body.length, Number(width ?? 0));
    if (size > maxBytes) throw new ScriptError("budget-string", "the formatted text is too long");
    return alignText(body, Number(width ?? 0), pad ?? " ", align ?? (type === "s" ? "<" : ">"));
  });
};

const convert = (value: Value, type: string, precision: number | null): string => {
  if (type === "s") return precision === null ? toText(value) : toText(value).slice(0, precision);
  const number = toNumber(value);
  switch (type) {
    case "f":
      return Math.abs(number) < 1e21
        ? number.toFixed(Math.min(precision ?? 6, 100))
        : numberToText(number);
    case "d":
    case "i":
      return numberToText(Math.trunc(number));
    case "x":
      return Math.trunc(number).toString(16);
    case "b":
      return Math.trunc(number).toString(2);
    default:
      return String.fromCharCode(Math.trunc(number) & 255);
  }
};

/** `=` puts the padding between the sign and the digits. */
const alignText = (body: string, width: number, pad: string, alignment: string): string => {
  const missing = width - body.length;
  if (missing <= 0) return body;
  switch (alignment) {
    case "<":
      return body + pad.repeat(missing);
    case "^":
      return pad.repeat(missing >> 1) + body + pad.repeat(missing - (missing >> 1));
    case "=": {
      const sign = /^[+-]/.test(body) ? body.charAt(0) : "";
      return sign + pad.repeat(missing) + body.slice(sign.length);
    }
    default:
      return pad.repeat(missing) + body;
  }
};
