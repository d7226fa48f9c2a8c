-- Senders that are too long to be rewritten in place: a bounce to the token is for the address.
CREATE TABLE srs_address (
  token text PRIMARY KEY,
  address text NOT NULL,
  until timestamptz NOT NULL
);
CREATE INDEX srs_address_until ON srs_address (until);
