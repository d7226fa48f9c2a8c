/** Queue ids for entries that no worker makes: a block of a thousand at a time, like the workers'. */
import type pg from "pg";

export type QueueIds = { readonly next: () => string };

export const createQueueIds = async (pool: pg.Pool): Promise<QueueIds> => {
  const take = async (): Promise<{ next: bigint; end: bigint }> => {
    const { rows } = await pool.query<{ block: string }>(
      "SELECT nextval('queue_id_block') AS block",
    );
    const first = BigInt(rows[0]?.block ?? "0") * 1000n;
    return { next: first, end: first + 1000n };
  };
  const blocks = [await take(), await take()];
  return {
    next: () => {
      const [block] = blocks;
      if (block === undefined) throw new Error("no queue ids left");
      const id = block.next;
      block.next += 1n;
      if (block.next === block.end) {
        blocks.shift();
        void take().then(
          (more) => blocks.push(more),
          () => {},
        ); // running out is the error above
      }
      return String(id);
    },
  };
};
