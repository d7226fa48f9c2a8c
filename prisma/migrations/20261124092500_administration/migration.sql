-- The audit trail is only ever added to, whoever asks.

CREATE FUNCTION audit_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only';
END
$$;
CREATE TRIGGER audit_entry_is_final BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_entry_is_final();
CREATE TRIGGER audit_entry_is_never_emptied BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_final();

-- What each worker says of itself every few seconds; a row that is old is of a worker that is gone.

CREATE TABLE worker_status (
  worker text PRIMARY KEY, -- node and name: "mx1 worker-1"
  pid integer NOT NULL,
  started_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  revision integer,
  -- [{"listener": "inbound", "state": "listening" | "failed", "address": "any", "port": 25, "error": null, "connections": 3}]
  listeners jsonb NOT NULL DEFAULT '[]'
);
