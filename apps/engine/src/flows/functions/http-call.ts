/** The three shapes of `http()` (`hsl.md` §7.8), read into one request. */
import { isIP } from "node:net";
import { decodeBytes, encodeUrl, HslArray, ScriptError, toText, type Value } from "@sluice/hsl";
import { numberAt, optionFlag, optionNumber, optionsAt, optionText } from "../arguments.ts";
import { type HttpRequest, httpLimits } from "../host/http.ts";

export type HttpCall = Omit<HttpRequest, "allowPrivate" | "resolvers" | "signal"> & {
  readonly isExtended: boolean;
  readonly withHeaders: boolean;
  /** Made behind the script's back; those with one key one after the other. */
  readonly background: { readonly key: string } | null;
};

/**
 * 1. `http(url, timeout, v1, v2, …)`   the seed: a number, then scalars
 * 2. `http(url[, timeout[, get[, post]]])`   a number, then an array
 * 3. `http(url[, options[, get[, post]]])`
 */
export const readHttpCall = (args: readonly Value[]): HttpCall => {
  const second = args[1];
  const isScalarShape =
    (typeof second === "number" || typeof second === "string") && !(args[2] instanceof HslArray);
  const options = optionsAt(args, 1);
  const get: readonly Value[] = isScalarShape
    ? args.slice(2)
    : args[2] instanceof HslArray
      ? args[2].toList()
      : args[2] === undefined || args[2] === null
        ? []
        : [args[2]];
  const post = isScalarShape ? null : (args[3] ?? null);
  const timeout =
    second instanceof HslArray || second === undefined || second === null
      ? optionNumber(options, "timeout")
      : numberAt(args, 1);
  const headers = headersOf(options.get("headers"));
  if (options.has("proxy")) {
    // a proxy would look up names and choose addresses in our place
    throw new ScriptError("wrong-argument", "http: goes straight to the server, never by a proxy");
  }
  const sourceAddress = optionText(options, "sourceip");
  if (sourceAddress !== undefined && isIP(sourceAddress) === 0) {
    throw new ScriptError("wrong-argument", "http: `sourceip` is no address");
  }
  const body = bodyOf(post);
  if (
    post instanceof HslArray &&
    !headers.some(([name]) => name.toLowerCase() === "content-type")
  ) {
    headers.push(["content-type", "application/x-www-form-urlencoded"]);
  }
  return {
    url: decodeBytes(fillUrl(toText(args[0] ?? ""), get.map(toText))),
    method: (optionText(options, "method") ?? (body === null ? "GET" : "POST")).toUpperCase(),
    headers,
    body,
    timeoutSeconds: clamp(timeout ?? httpLimits.seconds, 0.1, 60),
    connectSeconds: clamp(optionNumber(options, "connect_timeout") ?? 10, 0.1, 30),
    verifyPeer:
      optionFlag(options, "tls_verify_peer", true) && optionFlag(options, "ssl_verify_peer", true),
    verifyHost:
      optionFlag(options, "tls_verify_host", true) && optionFlag(options, "ssl_verify_host", true),
    sourceAddress,
    background: optionFlag(options, "background", false)
      ? { key: optionText(options, "background_hash") ?? "" }
      : null,
    redirects: clamp(optionNumber(options, "redirects") ?? 0, 0, httpLimits.redirects),
    maximumBytes: clamp(
      optionNumber(options, "max_file_size") ?? httpLimits.bytes,
      1,
      8 * httpLimits.bytes,
    ),
    isExtended: optionFlag(options, "extended_result", false),
    withHeaders: optionFlag(options, "response_headers", false),
  };
};

/** `$1`, `$2`, … in one pass: what was put in is not looked at again. The longest number wins. */
export const fillUrl = (url: string, values: readonly string[]): string =>
  url.replace(/\$(\d{1,3})/g, (whole, digits: string) => {
    for (let length = digits.length; length > 0; length--) {
      const value = values[Number(digits.slice(0, length)) - 1];
      if (value !== undefined) return encodeUrl(value) + digits.slice(length);
    }
    return whole;
  });

const bodyOf = (post: Value): Buffer | null => {
  if (post === null) return null;
  if (!(post instanceof HslArray)) return Buffer.from(toText(post), "latin1");
  const fields = [...post].map(
    ([key, value]) => `${encodeUrl(String(key))}=${encodeUrl(toText(value))}`,
  );
  return Buffer.from(fields.join("&"), "latin1");
};

/** `["Name: value", …]` or `["Name" => "value"]`. */
const headersOf = (value: Value): [string, string][] => {
  if (!(value instanceof HslArray)) return [];
  return [...value].map(([key, inner]) => {
    const text = decodeBytes(toText(inner));
    const colon = text.indexOf(":");
    const [name, content] =
      typeof key === "string"
        ? [key, text]
        : [text.slice(0, Math.max(0, colon)).trim(), text.slice(colon + 1).trim()];
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\r\n\0]/.test(content)) {
      throw new ScriptError("wrong-argument", `http: ${JSON.stringify(name)} is no header field`);
    }
    if (/^(?:host|content-length|transfer-encoding|connection)$/i.test(name)) {
      throw new ScriptError("wrong-argument", `http: the header ${name} is not a script's to set`);
    }
    return [name, content];
  });
};

const clamp = (value: number, least: number, most: number): number =>
  Number.isFinite(value) ? Math.min(Math.max(value, least), most) : least;
