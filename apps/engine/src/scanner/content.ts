/**
 * The bytes of a message between the final dot and the database: small ones in
 * memory, large ones in a temporary file. Whoever made it releases it.
 */
export type Content = {
  readonly size: number;
  /** The header section with its empty line, as it came in. */
  readonly header: Buffer;
  /** Everything, when it is held in memory. */
  readonly memory: Buffer | null;
  /** The bytes from `start` on, in order. */
  readonly read: (start?: number) => AsyncIterable<Buffer>;
  readonly release: () => Promise<void>;
};
