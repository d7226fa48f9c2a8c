/** How this node reaches PostgreSQL, and the pools made from it. */
import pg from "pg";

/** Plain data, so that the supervisor can hand it to its children. */
export type DatabaseAddress =
  | { readonly kind: "url"; readonly url: string }
  | {
      readonly kind: "socket";
      readonly folder: string;
      readonly port: number;
      readonly database: string;
      readonly user: string;
    };

export const connectionOptions = (address: DatabaseAddress): pg.ClientConfig =>
  address.kind === "url"
    ? { connectionString: address.url }
    : { host: address.folder, port: address.port, database: address.database, user: address.user };

/** A pool whose broken idle connections are replaced, not thrown at the process. */
export const createPool = (
  address: DatabaseAddress,
  options: {
    max: number;
    name: string;
    /** A commit does not wait for the disk: for what may be done again after a crash. */
    asynchronousCommit?: boolean;
    /**
     * Every statement finds few rows by an index. A plan made while a table was still
     * small, and kept with its prepared statement, would read all of it for ever; a plan
     * made anew for each call costs as much as the call.
     */
    byIndex?: boolean;
  },
): pg.Pool => {
  const switches = [
    ...(options.asynchronousCommit === true ? ["synchronous_commit=off"] : []),
    ...(options.byIndex === true
      ? [
          "enable_seqscan=off",
          "enable_hashjoin=off",
          "enable_mergejoin=off",
          "plan_cache_mode=force_generic_plan",
        ]
      : []),
  ];
  const pool = new pg.Pool({
    ...connectionOptions(address),
    max: options.max,
    application_name: `sluice ${options.name}`,
    ...(switches.length > 0 && { options: switches.map((one) => `-c ${one}`).join(" ") }),
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
  });
  pool.on("error", () => {}); // the pool has dropped the connection; the next query opens another
  return pool;
};
