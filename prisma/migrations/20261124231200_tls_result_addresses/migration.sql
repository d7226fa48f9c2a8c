-- Of failures, for the reports of RFC 8460: ours, where it is set, and the host's; '' where there was no connection.
ALTER TABLE tls_result
  ADD COLUMN sending_ip text NOT NULL DEFAULT '',
  ADD COLUMN receiving_ip text NOT NULL DEFAULT '',
  DROP CONSTRAINT tls_result_pkey,
  ADD PRIMARY KEY (day, domain, policy_type, host, result, sending_ip, receiving_ip);
