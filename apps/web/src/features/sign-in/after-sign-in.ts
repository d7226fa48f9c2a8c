/** Where a sign-in leads: only places of this app, never another host. */
export const safeNext = (next: string): string =>
  /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-in") && !next.startsWith("/setup")
    ? next
    : "/";
