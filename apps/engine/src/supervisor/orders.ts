/** What supervisor and children say to each other. Plain data over IPC. */
import type { Environment } from "../config/environment.ts";
import type { DatabaseAddress } from "../database/connection.ts";
import type { SystemUser } from "../database/system-user.ts";
import type { Ask, LedgerAnswer } from "../listener/ledger.ts";

export type Role = "control" | "worker";

export type StartOrder = {
  readonly kind: "start";
  readonly role: Role;
  /** "control" or "worker-1" …; with the node's name it owns leases. */
  readonly name: string;
  readonly environment: Environment;
  readonly database: DatabaseAddress;
  readonly user: SystemUser | null;
  /** Names this machine among others that share a database. */
  readonly node: string;
  /** Base64; what TLS session tickets are sealed with until the next one comes. */
  readonly ticketKey: string;
  /** Variables that settings may refer to (`secret: env NAME`). */
  readonly variables: Readonly<Record<string, string>>;
};

export type Order =
  | StartOrder
  | { readonly kind: "stop" }
  | { readonly kind: "ticket-key"; readonly key: string }
  | { readonly kind: "answers"; readonly answers: readonly LedgerAnswer[] };

export type Report =
  | { readonly kind: "alive" } // every few seconds
  | { readonly kind: "waiting" } // loaded, wants its order
  | { readonly kind: "ready"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string }
  | { readonly kind: "asks"; readonly asks: readonly Ask[] };
