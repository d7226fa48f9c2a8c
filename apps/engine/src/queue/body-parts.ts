/** A large body on its way into the database: in parts, so that it is never in memory as a whole. */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Content } from "../scanner/content.ts";
import { insertBodyPart, partBytes } from "./queue-store.ts";

export type LargeBody = {
  /** Before the header. */
  readonly prefix?: Buffer | undefined;
  /** Instead of that of `content`. */
  readonly header: Buffer;
  readonly content: Content;
};

/** Inside a transaction: what is written of a body that ends too early is gone with it. */
export const insertLargeBody = async (
  client: pg.ClientBase,
  bodyId: string,
  { prefix = Buffer.alloc(0), header, content }: LargeBody,
): Promise<void> => {
  let pieces: Buffer[] = [prefix, header];
  let held = prefix.length + header.length;
  let stored = 0;
  for await (const chunk of content.read(content.header.length)) {
    pieces.push(chunk);
    held += chunk.length;
    if (held < partBytes) continue;
    stored = await insertBodyPart(client, bodyId, stored, Buffer.concat(pieces));
    pieces = [];
    held = 0;
  }
  if (held > 0 || stored === 0) await insertBodyPart(client, bodyId, stored, Buffer.concat(pieces));
};

/** Stores it under an id of its own. */
export const insertNewBody = async (
  client: pg.ClientBase,
  body: LargeBody,
): Promise<{ bodyId: string; size: number }> => {
  const bodyId = randomUUID();
  await insertLargeBody(client, bodyId, body);
  const { prefix, header, content } = body;
  const size = (prefix?.length ?? 0) + header.length + content.size - content.header.length;
  return { bodyId, size };
};
