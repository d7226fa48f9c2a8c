/** What each role may do. Every procedure names one permission; a procedure that names none cannot be called. */
import type { Role } from "../store/user-store.ts";

export const permissions = [
  "public", // anybody who reaches the port
  "signed-in", // one's own account
  "view", // settings, history, queues, logs: metadata
  "read-content", // the content of messages; each reading is audited
  "operate", // what happens to mail: retry, hold, release, pause
  "edit", // the draft, and publishing it
  "manage", // users, secrets, audit checks
] as const;
export type Permission = (typeof permissions)[number];

const auditor: readonly Permission[] = ["public", "signed-in", "view"];
const operator: readonly Permission[] = [...auditor, "read-content", "operate"];

export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  auditor,
  operator,
  administrator: [...operator, "edit", "manage"],
};

export const allows = (role: Role | null, permission: Permission): boolean =>
  permission === "public" || (role !== null && rolePermissions[role].includes(permission));
