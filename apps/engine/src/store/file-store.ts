/** Content of the file store, kept once by its digest. Which file has which content is in the settings. */
import { createHash } from "node:crypto";
import { GatewayError } from "../errors.ts";
import type { Store, Transaction } from "./prisma.ts";

export const maximumFileBytes = 16 * 1024 * 1024;

export const putFile = async (
  transaction: Transaction | Store,
  bytes: Uint8Array,
): Promise<string> => {
  if (bytes.length > maximumFileBytes) {
    throw new GatewayError("INVALID", "A file has at most 16 MiB.", {
      detail: { field: "content" },
    });
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await transaction.fileContent.upsert({
    where: { sha256 },
    create: { sha256, bytes: new Uint8Array(bytes) },
    update: {},
  });
  return sha256;
};

export const readFile = async (
  store: Transaction | Store,
  sha256: string,
): Promise<Buffer | null> => {
  const found = await store.fileContent.findUnique({ where: { sha256 } });
  return found === null ? null : Buffer.from(found.bytes);
};
