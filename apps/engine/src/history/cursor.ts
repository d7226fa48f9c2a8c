/** Where a list goes on: the place of its last row, so that rows that come or go meanwhile shift nothing. */
import { GatewayError } from "../errors.ts";

export type Cursor = { readonly at: Date; readonly id: string };

export const writeCursor = ({ at, id }: Cursor): string =>
  Buffer.from(JSON.stringify([at.toISOString(), id])).toString("base64url");

/** `id` must look like the list's own ids. */
export const readCursor = (text: string, id: RegExp): Cursor => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (Array.isArray(parsed)) {
      const [at, last]: readonly unknown[] = parsed;
      const time = new Date(typeof at === "string" ? at : "");
      if (typeof last === "string" && id.test(last) && !Number.isNaN(time.getTime())) {
        return { at: time, id: last };
      }
    }
  } catch {
    // told below
  }
  throw new GatewayError("INVALID", "This is no place in the list.", {
    detail: { field: "cursor" },
  });
};

export const uuidPattern = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
export const numberPattern = /^\d{1,19}$/;
