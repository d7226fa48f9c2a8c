-- Mail on its way: bodies, entries, held mail. States and moves: docs/internals/queue.md.

-- Who works on entries. A worker that does not renew its lease is gone: its entries are free again.
CREATE SEQUENCE lease_epoch;
CREATE TABLE worker_lease (
  epoch bigint PRIMARY KEY,
  owner text NOT NULL, -- node and worker
  until timestamptz NOT NULL
);
CREATE INDEX worker_lease_owner ON worker_lease (owner);

-- Each worker takes queue ids in blocks of a thousand, so that it knows them before it inserts.
CREATE SEQUENCE queue_id_block;

CREATE TABLE mail_body (
  body_id uuid NOT NULL,
  part integer NOT NULL, -- 0, 1, …: a large body is several rows, written while it arrives
  bytes bytea NOT NULL,
  PRIMARY KEY (body_id, part)
);
ALTER TABLE mail_body ALTER COLUMN bytes SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);

CREATE TABLE queue_entry (
  queue_id bigint PRIMARY KEY,
  message_id uuid NOT NULL,
  body_id uuid NOT NULL,
  -- incoming: waits for its content flow; outgoing: waits for delivery; hold: waits for an administrator
  queue text NOT NULL CHECK (queue IN ('incoming', 'outgoing', 'hold')),
  sender text NOT NULL, -- '' is the null reverse-path
  recipient text NOT NULL,
  size bigint NOT NULL,
  received_at timestamptz NOT NULL,
  listener text,
  domain text, -- id of the domain object that took the recipient
  transport text, -- null: not decided
  next_hop text NOT NULL DEFAULT '', -- what concurrency, pause and grouping are counted by
  revision integer NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  last_reply text,
  last_attempt_at timestamptz,
  lease_epoch bigint, -- the worker that has it; null: nobody
  -- what the session knew, and what the flow asked for: DSN parameters, SMTPUTF8, sign-in, HELO, client, metadata …
  envelope jsonb NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX queue_entry_due ON queue_entry (queue, next_hop, (attempts > 0), next_attempt_at)
  WHERE lease_epoch IS NULL;
CREATE INDEX queue_entry_leased ON queue_entry (lease_epoch) WHERE lease_epoch IS NOT NULL;
CREATE INDEX queue_entry_message ON queue_entry (message_id);
CREATE INDEX queue_entry_body ON queue_entry (body_id);

-- What an administrator has stopped: everything, a transport, or one next hop.
CREATE TABLE delivery_pause (
  kind text NOT NULL CHECK (kind IN ('all', 'transport', 'destination')),
  target text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  by text NOT NULL,
  PRIMARY KEY (kind, target)
);

CREATE TABLE quarantined_message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id uuid NOT NULL,
  body_id uuid NOT NULL,
  quarantine text NOT NULL,
  sender text NOT NULL,
  recipient text NOT NULL,
  subject text NOT NULL,
  size bigint NOT NULL,
  reason text NOT NULL,
  flow text NOT NULL,
  node text,
  revision integer NOT NULL,
  received_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  released_at timestamptz,
  released_by text,
  envelope jsonb NOT NULL
);
CREATE INDEX quarantined_message_time ON quarantined_message (quarantine, received_at DESC, id DESC);
CREATE INDEX quarantined_message_message ON quarantined_message (message_id);
CREATE INDEX quarantined_message_body ON quarantined_message (body_id);
CREATE INDEX quarantined_message_expiry ON quarantined_message (expires_at);

-- What happened: one row for each transaction (or for a session that never began one).

CREATE TABLE mail_history (
  message_id uuid PRIMARY KEY, -- time-ordered
  at timestamptz NOT NULL,
  outcome text NOT NULL, -- queued delivered deferred rejected quarantined deleted bounced blocked failed mixed
  stage text NOT NULL, -- connect auth mail rcpt data queue delivery
  listener text NOT NULL,
  client_address inet,
  helo text NOT NULL DEFAULT '',
  sign_in text, -- authenticated user
  sender text,
  recipients text[] NOT NULL DEFAULT '{}',
  subject text NOT NULL DEFAULT '',
  size bigint NOT NULL DEFAULT 0,
  revision integer NOT NULL,
  flow text, -- the flow and node that decided
  node text,
  reply text NOT NULL DEFAULT '', -- what the client was told
  -- recipient → its own outcome, once recipients of one message end differently; '' is all others
  outcomes jsonb NOT NULL DEFAULT '{}',
  -- what an exact search finds: from:ADDRESS from:@DOMAIN to:… ip:… in small letters
  terms text[] NOT NULL DEFAULT '{}'
) WITH (fillfactor = 60); -- an outcome follows soon, in the same page: no index is touched
CREATE INDEX mail_history_at ON mail_history (at DESC, message_id DESC);
CREATE INDEX mail_history_terms ON mail_history USING gin (terms) WITH (gin_pending_list_limit = 1024);

-- What happened to a message, and what flows did with it: one row for what was written together,
-- because rows are what costs. Not jsonb: it is written always and read seldom.
CREATE TABLE mail_chapter (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id uuid NOT NULL,
  at timestamptz NOT NULL,
  events json NOT NULL,
  flows text[] NOT NULL, -- whose traces are in it
  traces json NOT NULL
) WITH (toast_tuple_target = 8160); -- inline, uncompressed, while it fits the page
ALTER TABLE mail_chapter ALTER COLUMN events SET STORAGE EXTERNAL, ALTER COLUMN traces SET STORAGE EXTERNAL;
CREATE INDEX mail_chapter_message ON mail_chapter (message_id);
CREATE INDEX mail_chapter_at ON mail_chapter USING brin (at);

CREATE VIEW mail_event AS
  SELECT c.id, place, message_id, (event ->> 'at')::timestamptz AS at, event ->> 'kind' AS kind,
    (event ->> 'queueId')::bigint AS queue_id, event ->> 'recipient' AS recipient, event -> 'detail' AS detail
  FROM mail_chapter c, json_array_elements(events) WITH ORDINALITY AS row (event, place);
CREATE VIEW mail_trace AS
  SELECT c.id, place, message_id, c.at, trace ->> 'flow' AS flow, trace ->> 'recipient' AS recipient, trace
  FROM mail_chapter c, json_array_elements(traces) WITH ORDINALITY AS row (trace, place);

-- How often each wire of a flow was taken, summed up by each process every few seconds.
CREATE TABLE flow_activity (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  flow text NOT NULL,
  node text NOT NULL, -- '' counts runs of the whole flow
  outcome text, -- null: the run ended in the node
  count bigint NOT NULL,
  microseconds bigint NOT NULL
);
CREATE INDEX flow_activity_flow ON flow_activity (flow, at);
CREATE INDEX flow_activity_at ON flow_activity (at);

-- How TLS to other servers came out, for each day (UTC), policy, host and result (RFC 8460).
CREATE TABLE tls_result (
  day date NOT NULL,
  domain text NOT NULL, -- of the recipients: whose policy it was
  policy_type text NOT NULL, -- tlsa sts no-policy-found
  host text NOT NULL,
  result text NOT NULL, -- success, or the kind of failure
  count bigint NOT NULL,
  PRIMARY KEY (day, domain, policy_type, host, result)
);

-- MTA-STS policies in force (RFC 8461): what was enforced once is not forgotten by a restart.
CREATE TABLE mta_sts_policy (
  domain text PRIMARY KEY,
  policy_id text NOT NULL,
  policy bytea NOT NULL, -- as it was fetched
  fetched_at timestamptz NOT NULL,
  until timestamptz NOT NULL
);

CREATE TABLE log_line (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  level text NOT NULL,
  component text NOT NULL,
  message_id uuid,
  queue_id bigint,
  text text NOT NULL
);
CREATE INDEX log_line_message ON log_line (message_id, id) WHERE message_id IS NOT NULL;
CREATE INDEX log_line_at ON log_line (at DESC, id DESC);
CREATE INDEX log_line_queue ON log_line (queue_id) WHERE queue_id IS NOT NULL;

-- Hits of rate(): one row for a sliding window's counted slice.
CREATE UNLOGGED TABLE rate_hit (
  namespace text NOT NULL,
  entry text NOT NULL,
  slice bigint NOT NULL, -- number of the slice since 1970
  seconds integer NOT NULL, -- length of a slice
  hits bigint NOT NULL,
  until timestamptz NOT NULL, -- after it the row counts for nothing
  PRIMARY KEY (namespace, entry, seconds, slice)
);
CREATE INDEX rate_hit_until ON rate_hit (until);

-- Counts a hit unless the window is full. The lock is of this counter alone; a function, because
-- each of its statements sees what was committed before the lock was granted.
CREATE FUNCTION take_rate_hit(
  a_namespace text, an_entry text, a_length integer, oldest bigint, a_slice bigint,
  an_until double precision, a_limit double precision
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(a_namespace || chr(1) || an_entry, 7305));
  IF (SELECT coalesce(sum(hits), 0) FROM rate_hit
      WHERE namespace = a_namespace AND entry = an_entry AND seconds = a_length AND slice > oldest) >= a_limit
  THEN RETURN false;
  END IF;
  INSERT INTO rate_hit (namespace, entry, seconds, slice, hits, until)
  VALUES (a_namespace, an_entry, a_length, a_slice, 1, to_timestamp(an_until))
  ON CONFLICT ON CONSTRAINT rate_hit_pkey DO UPDATE SET hits = rate_hit.hits + 1;
  RETURN true;
END $$;

-- What scripts keep between runs.
CREATE UNLOGGED TABLE script_memory (
  key text PRIMARY KEY,
  value text NOT NULL,
  until timestamptz NOT NULL
);
CREATE INDEX script_memory_until ON script_memory (until);

-- Numbers that scripts count with stat(), five minutes to a row.
CREATE TABLE script_stat (
  name text NOT NULL,
  legend text NOT NULL,
  at timestamptz NOT NULL,
  value double precision NOT NULL,
  PRIMARY KEY (name, legend, at)
);
CREATE INDEX script_stat_at ON script_stat (at);

-- What we remember of client addresses, one row for a day.
CREATE TABLE address_memory (
  address inet NOT NULL,
  day date NOT NULL,
  accepted bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  spam bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (address, day)
);
CREATE INDEX address_memory_day ON address_memory (day);
