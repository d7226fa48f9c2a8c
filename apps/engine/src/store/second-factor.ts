/**
 * The second factor of a user: a secret shared with an authenticator, kept encrypted
 * like every other. It counts from the first code that proves the authenticator has it.
 */
import { GatewayError } from "../errors.ts";
import { appendAudit } from "./audit.ts";
import { type Actor, inTransaction, type Store } from "./prisma.ts";
import { decryptSecret, encryptSecret } from "./secret-store.ts";
import { makeTotpSecret, matchTotp } from "./totp.ts";

export type SecondFactorStore = ReturnType<typeof createSecondFactorStore>;

const secretName = (userId: string) => ({ kind: "user", objectId: userId, field: "totp" });

export const createSecondFactorStore = (store: Store, key: Buffer, clock: () => Date) => {
  /** Takes a code once: two requests with the same one race for its step in the database. */
  const take = async (userId: string, code: string): Promise<boolean> => {
    const user = await store.user.findUnique({ where: { id: userId } });
    if (user === null || user.totpSecret === null) return false;
    const secret = decryptSecret(key, secretName(userId), user.totpSecret);
    const step = matchTotp(Buffer.from(secret, "base64"), code, clock(), user.totpStep);
    if (step === null) return false;
    const { count } = await store.user.updateMany({
      where: { id: userId, totpStep: { lt: step } },
      data: { totpStep: step },
    });
    return count === 1;
  };

  return {
    isOn: async (userId: string): Promise<boolean> =>
      (await store.user.findUnique({ where: { id: userId } }))?.totpSince != null,

    take,

    /** A new secret that counts when it is confirmed; refused while one is in force. */
    prepare: async (userId: string): Promise<Buffer> => {
      const secret = makeTotpSecret();
      const stored = encryptSecret(key, secretName(userId), secret.toString("base64"));
      const { count } = await store.user.updateMany({
        where: { id: userId, totpSince: null },
        data: { totpSecret: new Uint8Array(stored), totpStep: 0 },
      });
      if (count === 0) throw new GatewayError("CONFLICT", "There is a second factor already.");
      return secret;
    },

    /** From now on a code is asked for. Every session of the user ends. */
    confirm: async (actor: Actor, userId: string, code: string): Promise<void> => {
      if (!(await take(userId, code))) {
        throw new GatewayError("INVALID", "This is not the code of the authenticator now.", {
          detail: { field: "code" },
        });
      }
      await inTransaction(store, async (transaction) => {
        const user = await transaction.user.update({
          where: { id: userId },
          data: { totpSince: clock() },
        });
        await transaction.session.deleteMany({ where: { userId } });
        await appendAudit(transaction, actor, {
          action: "user.second-factor.on",
          object: `user/${user.name}`,
        });
      });
    },

    /** Takes it away; every session of the user ends. */
    remove: (actor: Actor, name: string): Promise<void> =>
      inTransaction(store, async (transaction) => {
        const user = await transaction.user.findUnique({ where: { name } });
        if (user === null) throw new GatewayError("NOT_FOUND", `There is no user ${name}.`);
        await transaction.user.update({
          where: { id: user.id },
          data: { totpSecret: null, totpSince: null, totpStep: 0 },
        });
        await transaction.session.deleteMany({ where: { userId: user.id } });
        await appendAudit(transaction, actor, {
          action: "user.second-factor.off",
          object: `user/${name}`,
        });
      }),
  };
};
