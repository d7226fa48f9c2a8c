/** Reads that may be slow: in a transaction that cannot write and ends by itself. */
import type pg from "pg";
import { GatewayError } from "../errors.ts";

export type Query = <Row extends pg.QueryResultRow>(
  text: string,
  values: readonly unknown[],
) => Promise<Row[]>;

export const readOnly = async <T>(
  pool: pg.Pool,
  milliseconds: number,
  work: (query: Query) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN READ ONLY");
    await client.query(`SET LOCAL statement_timeout = ${Math.trunc(milliseconds)}`);
    const result = await work(async (text, values) => {
      const { rows } = await client.query(text, [...values]);
      return rows;
    });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((cause: Error) => {
      broken = cause;
    });
    // 57014: the time is over
    if ((error as { code?: unknown }).code === "57014") {
      throw new GatewayError(
        "INVALID",
        "This search takes too long. Name a time (after:2h), an address or a message id.",
        { cause: error, detail: { field: "query" } },
      );
    }
    throw error;
  } finally {
    client.release(broken);
  }
};
