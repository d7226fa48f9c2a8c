/** One-time addresses for files that a browser fetches by itself: the permission was checked when the address was made. */
import { randomBytes } from "node:crypto";

export type Download = {
  readonly fileName: string;
  readonly mediaType: string;
  readonly open: () => Promise<AsyncIterable<Uint8Array> | null>;
};

export type Downloads = {
  /** The path to fetch within a minute, once. */
  readonly offer: (download: Download) => string;
  readonly take: (token: string) => Download | null;
};

const lifetimeMilliseconds = 60_000;
const maximumOffers = 1000;

export const createDownloads = (clock: () => Date): Downloads => {
  const offers = new Map<string, { download: Download; until: number }>();
  return {
    offer: (download) => {
      const now = clock().getTime();
      for (const [token, { until }] of offers) {
        if (until < now || offers.size >= maximumOffers) offers.delete(token);
      }
      const token = randomBytes(16).toString("base64url");
      offers.set(token, { download, until: now + lifetimeMilliseconds });
      return `/download/${token}`;
    },
    take: (token) => {
      const offer = offers.get(token);
      offers.delete(token);
      return offer === undefined || offer.until < clock().getTime() ? null : offer.download;
    },
  };
};

/** A name that is only a name: no path, no control characters, nothing a header would stumble over. */
export const safeFileName = (text: string, extension: string): string => {
  const cleaned = text
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 80);
  return `${cleaned === "" ? "download" : cleaned}.${extension}`;
};
