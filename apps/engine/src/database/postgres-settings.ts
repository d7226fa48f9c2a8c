/** Settings of our own PostgreSQL. What guards mail (fsync and its kin) stays at the server's safe defaults. */
export const postgresSettings: Readonly<Record<string, string>> = {
  max_connections: "100",
  shared_buffers: "128MB",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  wal_buffers: "16MB",
  // rows of the queue live for milliseconds: clean up often, in small steps
  autovacuum_naptime: "15s",
  autovacuum_vacuum_cost_delay: "2ms",
  jit: "off", // our statements are short
  log_min_messages: "warning",
  log_min_error_statement: "panic", // a statement may carry what a log must not
  log_line_prefix: "",
};
