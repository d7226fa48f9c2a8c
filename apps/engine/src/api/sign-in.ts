/** Who is there: set-up, sign-in, one's own sessions and password. */
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "../store/audit.ts";
import { inTransaction } from "../store/prisma.ts";
import type { SessionRow } from "../store/session-store.ts";
import { takeSetupCode } from "../store/setup-code.ts";
import type { Role } from "../store/user-store.ts";
import { actorOf, type Context } from "./context.ts";
import { type Permission, rolePermissions } from "./permission.ts";
import { procedure, router } from "./trpc.ts";

export type SignedInUser = {
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
};

export type SignInStatus = {
  /** Nobody can sign in yet: the set-up link makes the first administrator. */
  readonly setupNeeded: boolean;
  readonly user: SignedInUser | null;
  /** Shown to those who are signed in. */
  readonly version: string | null;
};

const Name = z.string().min(1).max(64);
const Password = z.string().min(1).max(1024);

const userOf = ({ name, role }: { name: string; role: Role }): SignedInUser => ({
  name,
  role,
  permissions: rolePermissions[role],
});

const sessionOf = (ctx: Context): { userId: string; name: string; sessionId: string } => {
  if (ctx.caller?.kind !== "session") {
    throw new GatewayError("NOT_ALLOWED", "This is for somebody who has signed in with a browser.");
  }
  return ctx.caller;
};

export const signIn = router({
  status: procedure("public").query(async ({ ctx }): Promise<SignInStatus> => {
    const { caller, parts } = ctx;
    return {
      setupNeeded: !(await parts.users.exists()),
      user: caller === null ? null : userOf(caller),
      version: caller === null ? null : parts.version,
    };
  }),

  setUp: procedure("public")
    .input(z.strictObject({ code: z.string().min(1).max(200), name: Name, password: Password }))
    .mutation(async ({ ctx, input }): Promise<SignedInUser> => {
      const { parts } = ctx;
      parts.throttle.begin(ctx.address, "set-up");
      const { name, password } = input;
      const user = await parts.users.add(
        { name, address: ctx.address },
        { name, role: "administrator", password },
        (transaction) => takeSetupCode(transaction, input.code),
      );
      parts.throttle.succeeded(ctx.address, "set-up");
      ctx.setSession(await parts.sessions.begin(user.id, ctx));
      return userOf(user);
    }),

  signIn: procedure("public")
    .input(z.strictObject({ name: Name, password: Password }))
    .mutation(async ({ ctx, input }): Promise<SignedInUser> => {
      const { parts, address } = ctx;
      parts.throttle.begin(address, input.name);
      const user = await parts.users.verify(input.name, input.password);
      await inTransaction(parts.store, (transaction) =>
        appendAudit(
          transaction,
          { name: input.name, address },
          { action: user === null ? "sign-in.refused" : "sign-in", object: `user/${input.name}` },
        ),
      );
      if (user === null) throw new GatewayError("SIGN_IN_REFUSED", "Name or password is wrong.");
      parts.throttle.succeeded(address, input.name);
      ctx.setSession(await parts.sessions.begin(user.id, ctx));
      return userOf(user);
    }),

  signOut: procedure("signed-in").mutation(async ({ ctx }): Promise<void> => {
    const { userId, sessionId } = sessionOf(ctx);
    await ctx.parts.sessions.end(userId, sessionId);
    ctx.setSession(null);
  }),

  /** Ends every session of the user and begins a new one here. */
  changePassword: procedure("signed-in")
    .input(z.strictObject({ current: Password, password: Password }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      const { parts, address } = ctx;
      const { name, userId } = sessionOf(ctx);
      parts.throttle.begin(address, name);
      if ((await parts.users.verify(name, input.current)) === null) {
        throw new GatewayError("SIGN_IN_REFUSED", "The present password is wrong.", {
          detail: { field: "current" },
        });
      }
      parts.throttle.succeeded(address, name);
      await parts.users.setPassword(actorOf(ctx), name, input.password);
      ctx.setSession(await parts.sessions.begin(userId, ctx));
    }),

  sessions: procedure("signed-in").query(({ ctx }): Promise<SessionRow[]> => {
    const { userId, sessionId } = sessionOf(ctx);
    return ctx.parts.sessions.list(userId, sessionId);
  }),

  endSession: procedure("signed-in")
    .input(z.strictObject({ id: z.string().regex(/^[0-9a-f]{64}$/) }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      const { userId, sessionId } = sessionOf(ctx);
      await ctx.parts.sessions.end(userId, input.id);
      if (input.id === sessionId) ctx.setSession(null);
    }),
});
