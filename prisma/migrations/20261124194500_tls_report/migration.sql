-- Reports on TLS that were sent, or are to be (RFC 8460): one for each day (UTC) and domain.
CREATE TABLE tls_report (
  day date NOT NULL,
  domain text NOT NULL,
  state text NOT NULL, -- due sent none failed
  tried_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  detail text NOT NULL DEFAULT '', -- where it went, or why not
  PRIMARY KEY (day, domain)
);
