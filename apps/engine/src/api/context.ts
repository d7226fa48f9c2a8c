/** What a procedure knows: who calls, from where, and the gateway's parts. */
import type { Actor } from "../store/prisma.ts";
import type { SignedIn } from "../store/session-store.ts";
import type { Role } from "../store/user-store.ts";
import type { ApiParts } from "./parts.ts";

export type Caller =
  | ({ readonly kind: "session" } & SignedIn)
  /** Somebody on this machine who can read the token file. */
  | { readonly kind: "command-line"; readonly name: string; readonly role: Role };

export type Context = {
  readonly parts: ApiParts;
  readonly caller: Caller | null;
  readonly address: string;
  readonly userAgent: string;
  /** Sets the cookie of a new session; null takes it away. */
  readonly setSession: (token: string | null) => void;
};

export const actorOf = ({ caller, address }: Context): Actor => ({
  name: caller?.name ?? "nobody",
  address,
});
