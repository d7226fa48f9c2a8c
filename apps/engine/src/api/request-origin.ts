/**
 * Requests that another site makes a browser send. A mutation passes only as
 * POST with JSON from our own page; what has neither of a browser's two headers
 * must carry the token of the command line, which no page knows.
 */
import type { IncomingHttpHeaders } from "node:http";

export type OriginVerdict =
  | { readonly kind: "ours" }
  | { readonly kind: "refused"; readonly status: number; readonly text: string };

const refused = (status: number, text: string): OriginVerdict => ({
  kind: "refused",
  status,
  text,
});

const hostOf = (origin: string): string | null => {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
};

export const judgeOrigin = (request: {
  method: string;
  headers: IncomingHttpHeaders;
  /** The host and port the browser asked for. */
  host: string;
  /** The request proves that it comes from the command line. */
  commandLine: boolean;
}): OriginVerdict => {
  const { method, headers, host, commandLine } = request;
  const site = headers["sec-fetch-site"];
  if (method === "GET") {
    // answers cannot be read by other sites; this keeps them from asking at all
    return site === undefined || site === "same-origin" || site === "none"
      ? { kind: "ours" }
      : refused(403, "Requests of other sites are not answered.");
  }
  if (method !== "POST") return refused(405, "Only GET and POST are answered.");
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") return refused(415, "Changes are sent as application/json.");
  if (commandLine) return { kind: "ours" };
  if (site !== undefined) {
    return site === "same-origin"
      ? { kind: "ours" }
      : refused(403, "Changes are accepted from our own page only.");
  }
  const { origin } = headers;
  return origin !== undefined && hostOf(origin) === host
    ? { kind: "ours" }
    : refused(403, "Changes are accepted from our own page only.");
};
