/** Stops whoever writes a certain row, in the middle of their work, until the test lets them go on. */

type Query = (text: string) => Promise<unknown>;

export type Standstill = {
  /** Text of a query with a row when somebody stands there. */
  readonly isReached: string;
  readonly goOn: () => Promise<void>;
};

/** `condition` is about `NEW`; the database is the test's own. */
export const standstill = async (
  query: Query,
  table: string,
  condition: string,
): Promise<Standstill> => {
  await query("CREATE TABLE standstill AS SELECT true AS here");
  await query(`CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      WHILE EXISTS (SELECT FROM standstill) LOOP PERFORM pg_sleep(0.01); END LOOP;
      RETURN NEW;
    END $$`);
  await query(`CREATE TRIGGER stand_still BEFORE INSERT OR UPDATE ON ${table}
    FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION stand_still()`);
  return {
    isReached:
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
    goOn: async () => {
      await query("DELETE FROM standstill");
    },
  };
};
