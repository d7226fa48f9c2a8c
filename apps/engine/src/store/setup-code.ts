/** The one-time link for the first administrator: there is no default password. */
import { createHash, randomBytes } from "node:crypto";
import { GatewayError } from "../errors.ts";
import type { Store, Transaction } from "./prisma.ts";

const hashOf = (code: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash("sha256").update(code).digest());

/** A new code in place of every unused one; null when somebody may sign in already. */
export const makeSetupCode = async (store: Store): Promise<string | null> => {
  if ((await store.user.count()) > 0) return null;
  const code = randomBytes(16).toString("base64url");
  await store.$transaction([
    store.setupCode.deleteMany({ where: { usedAt: null } }),
    store.setupCode.create({ data: { codeHash: hashOf(code) } }),
  ]);
  return code;
};

/** Uses the code up, inside the transaction that makes the first administrator. */
export const takeSetupCode = async (transaction: Transaction, code: string): Promise<void> => {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(7305, 3)`;
  const { count } = await transaction.setupCode.updateMany({
    where: { codeHash: hashOf(code), usedAt: null },
    data: { usedAt: new Date() },
  });
  if (count === 0 || (await transaction.user.count()) > 0) {
    throw new GatewayError(
      "SIGN_IN_REFUSED",
      "This set-up link was used, or replaced by a newer one: look for the newest in the log of the start.",
    );
  }
};
