/** Who may sign in. Passwords are kept as argon2id hashes and compared in the same time whether the user exists or not. */
import { hash, verify } from "@node-rs/argon2";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "./audit.ts";
import { isCommonPassword } from "./common-passwords.ts";
import { type Actor, inTransaction, type Store, type Transaction } from "./prisma.ts";

export const roles = ["administrator", "operator", "auditor"] as const;
export type Role = (typeof roles)[number];

export type UserRow = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly disabled: boolean;
  /** A code of an authenticator is asked for at sign-in. */
  readonly secondFactor: boolean;
};

export type UserStore = ReturnType<typeof createUserStore>;

// argon2id by the library's default; RFC 9106's low-memory choice
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const parseRole = (text: string): Role => {
  const role = roles.find((known) => known === text);
  if (role === undefined) throw new Error(`user_account holds the unknown role ${text}`);
  return role;
};

export const checkPassword = (password: string, name: string): void => {
  const refuse = (message: string): never => {
    throw new GatewayError("INVALID", message, { detail: { field: "password" } });
  };
  if ([...password].length < 12) refuse("A password has at least 12 characters.");
  if (password.length > 1024) refuse("A password has at most 1,024 characters.");
  if (isCommonPassword(password, name)) refuse("This password is among the first ones guessed.");
};

const checkName = (name: string): void => {
  if (!/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/.test(name)) {
    throw new GatewayError(
      "INVALID",
      "A name has letters, digits and . _ @ + -, at most 64 of them.",
      { detail: { field: "name" } },
    );
  }
};

export const createUserStore = (store: Store) => {
  const nobody = hash("no password has this hash", cost);

  const find = async (transaction: Transaction, name: string) => {
    const user = await transaction.user.findUnique({ where: { name } });
    if (user === null) throw new GatewayError("NOT_FOUND", `There is no user ${name}.`);
    return user;
  };

  /** The last administrator who can sign in cannot be taken away. */
  const keepAnAdministrator = async (transaction: Transaction): Promise<void> => {
    const left = await transaction.user.count({
      where: { role: "administrator", disabledAt: null },
    });
    if (left === 0) {
      throw new GatewayError("NOT_ALLOWED", "One administrator who can sign in must remain.");
    }
  };

  return {
    /** The user whose password this is; null otherwise, after the same time. */
    verify: async (name: string, password: string): Promise<UserRow | null> => {
      const user = await store.user.findUnique({ where: { name } });
      const matches = await verify(user?.passwordHash ?? (await nobody), password);
      if (user === null || !matches || user.disabledAt !== null) return null;
      return view(user);
    },

    exists: async (): Promise<boolean> => (await store.user.count()) > 0,

    list: async (): Promise<UserRow[]> =>
      (await store.user.findMany({ orderBy: { name: "asc" } })).map(view),

    add: async (
      actor: Actor,
      { name, role, password }: { name: string; role: Role; password: string },
      within?: (transaction: Transaction) => Promise<void>,
    ): Promise<UserRow> => {
      checkName(name);
      checkPassword(password, name);
      const passwordHash = await hash(password, cost);
      return inTransaction(store, async (transaction) => {
        await within?.(transaction);
        if ((await transaction.user.findUnique({ where: { name } })) !== null) {
          throw new GatewayError("CONFLICT", `There is a user ${name} already.`, {
            detail: { field: "name" },
          });
        }
        const user = await transaction.user.create({ data: { name, role, passwordHash } });
        await appendAudit(transaction, actor, {
          action: "user.add",
          object: `user/${name}`,
          after: { role },
        });
        return view(user);
      });
    },

    /** A new role ends the user's sessions: the old ones were made with the old rights. */
    setRole: (actor: Actor, name: string, role: Role): Promise<void> =>
      inTransaction(store, async (transaction) => {
        const user = await find(transaction, name);
        await transaction.user.update({ where: { id: user.id }, data: { role } });
        await keepAnAdministrator(transaction);
        await transaction.session.deleteMany({ where: { userId: user.id } });
        await appendAudit(transaction, actor, {
          action: "user.role",
          object: `user/${name}`,
          before: { role: user.role },
          after: { role },
        });
      }),

    setDisabled: (actor: Actor, name: string, disabled: boolean): Promise<void> =>
      inTransaction(store, async (transaction) => {
        const user = await find(transaction, name);
        await transaction.user.update({
          where: { id: user.id },
          data: { disabledAt: disabled ? new Date() : null },
        });
        await keepAnAdministrator(transaction);
        await transaction.session.deleteMany({ where: { userId: user.id } });
        await appendAudit(transaction, actor, {
          action: disabled ? "user.disable" : "user.enable",
          object: `user/${name}`,
        });
      }),

    /** Ends every session of the user. */
    setPassword: async (actor: Actor, name: string, password: string): Promise<void> => {
      checkPassword(password, name);
      const passwordHash = await hash(password, cost);
      await inTransaction(store, async (transaction) => {
        const user = await find(transaction, name);
        await transaction.user.update({ where: { id: user.id }, data: { passwordHash } });
        await transaction.session.deleteMany({ where: { userId: user.id } });
        await appendAudit(transaction, actor, { action: "user.password", object: `user/${name}` });
      });
    },
  };
};

const view = (user: {
  id: string;
  name: string;
  role: string;
  createdAt: Date;
  disabledAt: Date | null;
  totpSince: Date | null;
}): UserRow => ({
  id: user.id,
  name: user.name,
  role: parseRole(user.role),
  createdAt: user.createdAt.toISOString(),
  disabled: user.disabledAt !== null,
  secondFactor: user.totpSince !== null,
});
