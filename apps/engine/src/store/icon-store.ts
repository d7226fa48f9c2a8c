/**
 * Images for blocks. The server fetches an address once, under the rules for
 * outgoing requests, looks at the bytes (not at what the other side calls
 * them), and serves its own copy from then on.
 */
import { createHash } from "node:crypto";
import { GatewayError } from "../errors.ts";
import { mediaTypeOf } from "./icon-type.ts";
import type { Store } from "./prisma.ts";

export const maximumIconBytes = 32 * 1024;

/** A guarded GET: public addresses only, bounded, timed. Throws when it may not or cannot. */
export type FetchBytes = (url: string, limits: { maximumBytes: number }) => Promise<Uint8Array>;

export type IconStore = ReturnType<typeof createIconStore>;

export const createIconStore = (store: Store, fetchBytes: FetchBytes) => ({
  /** The digest under which the image is served. */
  fetch: async (url: string): Promise<{ sha256: string }> => {
    const known = await store.icon.findUnique({
      where: { sourceUrl: url },
      select: { sha256: true },
    });
    if (known !== null) return known;
    let bytes: Uint8Array;
    try {
      bytes = await fetchBytes(url, { maximumBytes: maximumIconBytes });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : "no answer";
      throw new GatewayError("INVALID", `The image could not be fetched: ${reason}`, {
        cause,
        detail: { field: "url" },
      });
    }
    const checked = bytes.length > maximumIconBytes ? null : mediaTypeOf(bytes);
    if (checked === null) {
      throw new GatewayError(
        "INVALID",
        "This is no PNG, JPEG, GIF, WebP or ICO image, and no SVG without scripts and links, of at most 32 kB.",
        { detail: { field: "url" } },
      );
    }
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const data = { mediaType: checked, bytes: new Uint8Array(bytes), sourceUrl: url };
    await store.icon.upsert({
      where: { sha256 },
      create: { sha256, ...data },
      update: { sourceUrl: url, fetchedAt: new Date() },
    });
    return { sha256 };
  },

  /** Digests of images that were fetched before. */
  known: async (urls: readonly string[]): Promise<{ url: string; sha256: string }[]> => {
    const rows = await store.icon.findMany({
      where: { sourceUrl: { in: [...urls] } },
      select: { sourceUrl: true, sha256: true },
    });
    return rows.map(({ sourceUrl, sha256 }) => ({ url: sourceUrl, sha256 }));
  },

  read: async (sha256: string): Promise<{ mediaType: string; bytes: Buffer } | null> => {
    const found = await store.icon.findUnique({ where: { sha256 } });
    return found === null ? null : { mediaType: found.mediaType, bytes: Buffer.from(found.bytes) };
  },
});
