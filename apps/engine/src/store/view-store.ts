/** Filters of lists under a name, for each user. */
import { byNaturalOrder } from "../config/natural-order.ts";
import { GatewayError } from "../errors.ts";
import { inTransaction, type Store } from "./prisma.ts";

export const viewPages = ["history", "queues"] as const;
export type ViewPage = (typeof viewPages)[number];

export type SavedView = {
  readonly name: string;
  /** Path and query, such as `/mail/history?q=outcome%3Arejected`. */
  readonly place: string;
};

export type ViewStore = ReturnType<typeof createViewStore>;

/** More than these are no help in finding one again. */
export const mostViews = 50;

export const createViewStore = (store: Store) => ({
  list: async (userId: string, page: ViewPage): Promise<SavedView[]> => {
    const rows = await store.savedView.findMany({
      where: { userId, page },
      select: { name: true, place: true },
    });
    return rows.toSorted((a, b) => byNaturalOrder(a.name, b.name));
  },

  /** One of that name is replaced. */
  save: (userId: string, page: ViewPage, { name, place }: SavedView): Promise<void> =>
    inTransaction(store, async (transaction) => {
      await transaction.savedView.upsert({
        where: { userId_page_name: { userId, page, name } },
        create: { userId, page, name, place },
        update: { place },
      });
      if ((await transaction.savedView.count({ where: { userId, page } })) > mostViews) {
        throw new GatewayError(
          "INVALID",
          `There are ${mostViews} views of this page already; delete one first.`,
        );
      }
    }),

  remove: async (userId: string, page: ViewPage, name: string): Promise<void> => {
    await store.savedView.deleteMany({ where: { userId, page, name } });
  },
});
