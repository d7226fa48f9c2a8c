/**
 * Places in a listener's limits that clients have left and that this worker still
 * holds in the ledger. Those that nobody needed through a whole turn are given back.
 */
export type EmptyPlaces = {
  /** False: there is none for this client. */
  readonly take: (client: string) => boolean;
  readonly put: (client: string) => void;
  /** What stood empty since the last turn began; a new turn begins. */
  readonly takeUnused: () => readonly (readonly [client: string, count: number])[];
  readonly takeAll: () => readonly (readonly [client: string, count: number])[];
};

export const createEmptyPlaces = (): EmptyPlaces => {
  const places = new Map<string, { count: number; unused: number }>();
  return {
    take: (client) => {
      const mine = places.get(client);
      if (mine === undefined || mine.count === 0) return false;
      mine.count -= 1;
      mine.unused = Math.min(mine.unused, mine.count);
      return true;
    },
    put: (client) => {
      const mine = places.get(client);
      if (mine === undefined) places.set(client, { count: 1, unused: 0 });
      else mine.count += 1;
    },
    takeUnused: () => {
      const unused: [string, number][] = [];
      for (const [client, mine] of places) {
        if (mine.unused > 0) unused.push([client, mine.unused]);
        mine.count -= mine.unused;
        mine.unused = mine.count;
        if (mine.count === 0) places.delete(client);
      }
      return unused;
    },
    takeAll: () => {
      const all = [...places].flatMap(([client, { count }]): [string, number][] =>
        count > 0 ? [[client, count]] : [],
      );
      places.clear();
      return all;
    },
  };
};
