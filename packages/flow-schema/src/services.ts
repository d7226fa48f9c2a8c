/** Abilities the engine lends to function bodies; each has one file in the engine's `flows/host`. */
export const serviceNames = [
  "clock",
  "dns",
  "ldap",
  "http",
  "smtp-lookup",
  "file-store",
  "counters",
  "reputation",
  "scanners",
  "memory",
  "sign-in-servers",
  "mail",
  "message",
  "session",
  "log",
] as const;
export type ServiceName = (typeof serviceNames)[number];
