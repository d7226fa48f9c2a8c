import { expect, test } from "vitest";
import { withCure } from "./directory-cure.ts";

test.each([
  ["The directory said:  Code: 0x31 (49)", "none", "The directory refused (49). The bind DN or"],
  ["The directory said: unsupported extended operation Code: 0x2 (2)", "starttls", "no StartTLS"],
  ["The directory said: size limit Code: 0x4 (4)", "none", "The directory said: size limit (4)."],
  ["connect ECONNREFUSED 127.0.0.1:1", "none", "Nobody listens there"],
  ["connect ETIMEDOUT 192.0.2.1:389", "none", "No answer came in time"],
  ["getaddrinfo ENOTFOUND ldap.test", "none", "cannot be looked up"],
  ["BindRequest: Operation timed out", "none", "No answer came in time"],
  ["socket disconnected before secure TLS connection", "ldaps", "This port speaks no LDAPS"],
  [
    "self-signed certificate; if the root CA is installed locally, try x",
    "ldaps",
    "not known here",
  ],
  ["certificate has expired", "starttls", "renew it there"],
  [
    "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames",
    "starttls",
    "by the name that stands in it",
  ],
] as const)("%s, with %s", (text, tls, cure) => {
  expect(withCure(text, { tls })).toContain(cure);
});
