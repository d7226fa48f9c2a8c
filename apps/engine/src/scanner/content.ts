/**
 * The bytes of a message between the final dot and the database: small ones in
 * memory, large ones in a temporary file. Whoever made it releases it.
 */
import type { HeaderSection } from "@sluice/mail-syntax";

export type Content = {
  readonly size: number;
  /** The header section with its empty line, as it came in. */
  readonly header: Buffer;
  /** The same, read. */
  readonly section: HeaderSection;
  /** Everything, when it is held in memory. */
  readonly memory: Buffer | null;
  /** The bytes from `start` on, in order. */
  readonly read: (start?: number) => AsyncIterable<Buffer>;
  readonly release: () => Promise<void>;
};

const emptyLine = Buffer.from("\r\n");

/**
 * The header section as it leaves, behind our trace field. Content that begins with no
 * field is body from its first byte: an empty line keeps it from becoming part of the
 * trace field, or fields that no flow has seen.
 */
export const leavingHeader = (content: Content, changed: Buffer | null): Buffer =>
  changed ?? (content.header.length === 0 && content.size > 0 ? emptyLine : content.header);
