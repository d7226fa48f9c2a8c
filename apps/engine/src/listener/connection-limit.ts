/** How many connections a listener holds at once, in all and from one client's network. Each worker counts its own. */
import { networkOf } from "../session/sign-in-guard.ts";

export type Admission = "admitted" | "too-many" | "too-fast";

export type ConnectionLimit = {
  readonly admit: (
    address: string,
    limits: { total: number; perClient: number; perMinute: number },
    now: number,
  ) => Admission;
  readonly release: (address: string) => void;
  readonly count: () => number;
};

const clientOf = (address: string): string =>
  address.includes(":") ? `${networkOf(address)}::/64` : address;

export const createConnectionLimit = (): ConnectionLimit => {
  const open = new Map<string, number>();
  const begun = new Map<string, number[]>();
  let total = 0;
  return {
    count: () => total,
    admit: (address, limits, now) => {
      const client = clientOf(address);
      const mine = open.get(client) ?? 0;
      if (total >= limits.total || mine >= limits.perClient) return "too-many";
      if (limits.perMinute > 0) {
        const recent = (begun.get(client) ?? []).filter((at) => now - at < 60_000);
        if (recent.length >= limits.perMinute) {
          begun.set(client, recent);
          return "too-fast";
        }
        begun.set(client, [...recent, now]);
        if (begun.size > 100_000) begun.clear(); // a flood from everywhere: begin again rather than grow
      }
      open.set(client, mine + 1);
      total += 1;
      return "admitted";
    },
    release: (address) => {
      const client = clientOf(address);
      const mine = (open.get(client) ?? 1) - 1;
      if (mine <= 0) open.delete(client);
      else open.set(client, mine);
      total = Math.max(0, total - 1);
    },
  };
};
