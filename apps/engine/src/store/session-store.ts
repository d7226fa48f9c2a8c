/** Signed-in browsers. The token is known to the browser alone; we keep its hash. */
import { createHash, randomBytes } from "node:crypto";
import { GatewayError } from "../errors.ts";
import type { Store } from "./prisma.ts";
import { type Role, roles } from "./user-store.ts";

export const idleMinutes = 30;
export const absoluteHours = 12;

export type SignedIn = {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  /** Hex of the token's hash: names the session, opens nothing. */
  readonly sessionId: string;
  /** When the password was last given. */
  readonly provenAt: Date;
};

export type SessionRow = {
  readonly id: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly address: string;
  readonly userAgent: string;
  readonly current: boolean;
};

export type SessionStore = ReturnType<typeof createSessionStore>;

const hashOf = (token: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash("sha256").update(token).digest());

export const createSessionStore = (store: Store, clock: () => Date) => {
  const limits = (): { seenAfter: Date; madeAfter: Date } => ({
    seenAfter: new Date(clock().getTime() - idleMinutes * 60_000),
    madeAfter: new Date(clock().getTime() - absoluteHours * 3_600_000),
  });

  return {
    /** A fresh session; gives the token for the cookie. */
    begin: async (
      userId: string,
      from: { address: string; userAgent: string },
    ): Promise<string> => {
      const token = randomBytes(32).toString("base64url");
      const now = clock();
      await store.session.create({
        data: {
          tokenHash: hashOf(token),
          userId,
          createdAt: now,
          lastSeenAt: now,
          provenAt: now,
          address: from.address,
          userAgent: from.userAgent.slice(0, 300),
        },
      });
      const { seenAfter, madeAfter } = limits();
      await store.session.deleteMany({
        where: { OR: [{ lastSeenAt: { lt: seenAfter } }, { createdAt: { lt: madeAfter } }] },
      });
      return token;
    },

    /** Whose session this is, if it is still one. */
    find: async (token: string): Promise<SignedIn | null> => {
      const tokenHash = hashOf(token);
      const { seenAfter, madeAfter } = limits();
      const session = await store.session.findFirst({
        where: { tokenHash, lastSeenAt: { gte: seenAfter }, createdAt: { gte: madeAfter } },
        include: { user: true },
      });
      if (session === null || session.user.disabledAt !== null) return null;
      const role = roles.find((known) => known === session.user.role);
      if (role === undefined) return null;
      const now = clock();
      if (now.getTime() - session.lastSeenAt.getTime() > 60_000) {
        await store.session.updateMany({ where: { tokenHash }, data: { lastSeenAt: now } });
      }
      return {
        userId: session.userId,
        name: session.user.name,
        role,
        sessionId: Buffer.from(tokenHash).toString("hex"),
        provenAt: session.provenAt,
      };
    },

    list: async (userId: string, currentId: string): Promise<SessionRow[]> => {
      const { seenAfter, madeAfter } = limits();
      const rows = await store.session.findMany({
        where: { userId, lastSeenAt: { gte: seenAfter }, createdAt: { gte: madeAfter } },
        orderBy: { lastSeenAt: "desc" },
      });
      return rows.map((row) => {
        const id = Buffer.from(row.tokenHash).toString("hex");
        return {
          id,
          createdAt: row.createdAt.toISOString(),
          lastSeenAt: row.lastSeenAt.toISOString(),
          address: row.address,
          userAgent: row.userAgent,
          current: id === currentId,
        };
      });
    },

    /** The password was given again. */
    proven: async (sessionId: string): Promise<void> => {
      const tokenHash = new Uint8Array(Buffer.from(sessionId, "hex"));
      await store.session.updateMany({ where: { tokenHash }, data: { provenAt: clock() } });
    },

    /** Ends one session of this user. */
    end: async (userId: string, sessionId: string): Promise<void> => {
      const tokenHash = new Uint8Array(Buffer.from(sessionId, "hex"));
      const { count } = await store.session.deleteMany({ where: { tokenHash, userId } });
      if (count === 0) throw new GatewayError("NOT_FOUND", "There is no such session.");
    },
  };
};
