/** Who may sign in. */
import { z } from "zod";
import { roles, type UserRow } from "../store/user-store.ts";
import { actorOf } from "./context.ts";
import { procedure, router } from "./trpc.ts";

const Name = z.string().min(1).max(64);
const Password = z.string().min(1).max(1024);

export const users = router({
  list: procedure("manage").query(({ ctx }): Promise<UserRow[]> => ctx.parts.users.list()),

  add: procedure("manage")
    .input(z.strictObject({ name: Name, role: z.enum(roles), password: Password }))
    .mutation(({ ctx, input }): Promise<UserRow> => ctx.parts.users.add(actorOf(ctx), input)),

  setRole: procedure("manage")
    .input(z.strictObject({ name: Name, role: z.enum(roles) }))
    .mutation(
      ({ ctx, input }): Promise<void> =>
        ctx.parts.users.setRole(actorOf(ctx), input.name, input.role),
    ),

  /** Ends the user's sessions; `disabled: false` lets the user in again. */
  disable: procedure("manage")
    .input(z.strictObject({ name: Name, disabled: z.boolean().default(true) }))
    .mutation(
      ({ ctx, input }): Promise<void> =>
        ctx.parts.users.setDisabled(actorOf(ctx), input.name, input.disabled),
    ),

  /** For somebody who has lost the authenticator. */
  removeSecondFactor: procedure("manage")
    .input(z.strictObject({ name: Name }))
    .mutation(
      ({ ctx, input }): Promise<void> => ctx.parts.secondFactors.remove(actorOf(ctx), input.name),
    ),

  setPassword: procedure("manage")
    .input(z.strictObject({ name: Name, password: Password }))
    .mutation(
      ({ ctx, input }): Promise<void> =>
        ctx.parts.users.setPassword(actorOf(ctx), input.name, input.password),
    ),
});
