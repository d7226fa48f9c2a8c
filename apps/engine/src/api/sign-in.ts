/** Who is there: set-up, sign-in, one's own sessions and password. */
import { hostname } from "node:os";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "../store/audit.ts";
import { inTransaction } from "../store/prisma.ts";
import type { SessionRow } from "../store/session-store.ts";
import { takeSetupCode } from "../store/setup-code.ts";
import { toBase32, totpUri } from "../store/totp.ts";
import type { Role, UserRow } from "../store/user-store.ts";
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

/** What an authenticator needs, shown once. */
export type SecondFactorOffer = { readonly secret: string; readonly uri: string };

const Name = z.string().min(1).max(64);
const Password = z.string().min(1).max(1024);
/** Of an authenticator; only asked for from those who have a second factor. */
const Code = z.string().max(20).optional();

/** The password, and the code where there is a second factor; throws what is wrong. */
const prove = async (
  { parts, address }: Context,
  name: string,
  { password, code }: { password: string; code?: string | undefined },
): Promise<UserRow> => {
  parts.throttle.begin(address, name);
  const user = await parts.users.verify(name, password);
  const audit = (action: string): Promise<void> =>
    inTransaction(parts.store, (transaction) =>
      appendAudit(transaction, { name, address }, { action, object: `user/${name}` }),
    );
  if (user === null) {
    await audit("sign-in.refused");
    throw new GatewayError("SIGN_IN_REFUSED", "Name or password is wrong.");
  }
  if (user.secondFactor) {
    // the try counts until the code is there: knowing the password must not speed up guessing codes
    if (code === undefined || code.trim() === "") {
      throw new GatewayError("CODE_NEEDED", "Give the code of your authenticator.");
    }
    if (!(await parts.secondFactors.take(user.id, code))) {
      await audit("sign-in.refused");
      throw new GatewayError("SIGN_IN_REFUSED", "The code is wrong, or was used already.", {
        detail: { field: "code" },
      });
    }
  }
  parts.throttle.succeeded(address, name);
  return user;
};

const userOf = ({ name, role }: { name: string; role: Role }): SignedInUser => ({
  name,
  role,
  permissions: rolePermissions[role],
});

export const sessionOf = (ctx: Context): { userId: string; name: string; sessionId: string } => {
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
    .input(z.strictObject({ name: Name, password: Password, code: Code }))
    .mutation(async ({ ctx, input }): Promise<SignedInUser> => {
      const { parts, address } = ctx;
      const user = await prove(ctx, input.name, input);
      await inTransaction(parts.store, (transaction) =>
        appendAudit(
          transaction,
          { name: input.name, address },
          { action: "sign-in", object: `user/${input.name}` },
        ),
      );
      ctx.setSession(await parts.sessions.begin(user.id, ctx));
      return userOf(user);
    }),

  /** The password again: for a while secrets, keys and users may be changed. */
  prove: procedure("signed-in")
    .input(z.strictObject({ password: Password, code: Code }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      const { name, sessionId } = sessionOf(ctx);
      await prove(ctx, name, input);
      await ctx.parts.sessions.proven(sessionId);
    }),

  /** Whether a code is asked for when this user signs in. */
  secondFactor: procedure("signed-in").query(async ({ ctx }): Promise<{ readonly on: boolean }> => {
    const { userId } = sessionOf(ctx);
    return { on: await ctx.parts.secondFactors.isOn(userId) };
  }),

  /** A secret for an authenticator. It counts when a code of it is given. */
  prepareSecondFactor: procedure("signed-in")
    .input(z.strictObject({ password: Password }))
    .mutation(async ({ ctx, input }): Promise<SecondFactorOffer> => {
      const { name, userId } = sessionOf(ctx);
      const { parts } = ctx;
      await prove(ctx, name, input);
      const secret = await parts.secondFactors.prepare(userId);
      const host = (await parts.revisions.live())?.settings.gateway.hostName;
      const uri = totpUri(secret, name, host === undefined || host === "" ? hostname() : host);
      return { secret: toBase32(secret), uri };
    }),

  /** Ends every session of the user and begins a new one here. */
  confirmSecondFactor: procedure("signed-in")
    .input(z.strictObject({ code: z.string().min(1).max(20) }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      const { parts, address } = ctx;
      const { name, userId } = sessionOf(ctx);
      parts.throttle.begin(address, name);
      await parts.secondFactors.confirm(actorOf(ctx), userId, input.code);
      parts.throttle.succeeded(address, name);
      ctx.setSession(await parts.sessions.begin(userId, ctx));
    }),

  removeSecondFactor: procedure("signed-in")
    .input(z.strictObject({ password: Password, code: Code }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      const { parts } = ctx;
      const { name, userId } = sessionOf(ctx);
      await prove(ctx, name, input);
      await parts.secondFactors.remove(actorOf(ctx), name);
      ctx.setSession(await parts.sessions.begin(userId, ctx));
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
