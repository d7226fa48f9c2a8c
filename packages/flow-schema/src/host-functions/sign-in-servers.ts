/** Servers that know names and passwords and speak neither LDAP nor SMTP (`hsl.md` §7.8). */
import { type HostFunction, lookup, optional, parameter } from "../signature-table.ts";

const username = parameter("username", "string", "Name to sign in with.");
const password = parameter("password", "string", "Password; an empty one is wrong without asking.");
const answer = ["number", "1 right, 0 wrong, −1 not answered."] as const;
const classic = { since: "classic" } as const;
const common =
  "`timeout` (5 seconds), `clientip` (address of the user's machine; the client's without it)";

export const signInServerFunctions: readonly HostFunction[] = [
  lookup(
    "radius_authen",
    "Asks a RADIUS server whether a name and a password are right.",
    [
      parameter(
        "options",
        "array",
        `\`host\`, \`secret\`, \`port\` (1812), \`retry\` (how often it is asked, 3), ${common}, \`vendor_id\` (of the vendor strings, 33234), \`message_authenticator\` (false takes answers without one, which can be forged).`,
      ),
      username,
      password,
      optional(
        "vendorstrings",
        "array",
        "Vendor-specific attributes to send: number of the attribute => text.",
      ),
    ],
    answer,
    ["sign-in-servers"],
    { ...classic, aliases: ["rad_authen"], source: "RFC 2865, RFC 3579 §3.2" },
  ),
  lookup(
    "tacplus_authen",
    "Asks a TACACS+ server whether a name and a password are right.",
    [
      parameter(
        "options",
        "array",
        `\`host\`, \`secret\`, \`port\` (49), ${common}, \`type\` (\`pap\`, or \`ascii\` for servers that ask for the password).`,
      ),
      username,
      password,
    ],
    answer,
    ["sign-in-servers"],
    { ...classic, source: "RFC 8907 §5" },
  ),
  lookup(
    "tacplus_author",
    "Asks a TACACS+ server what a user may do.",
    [
      parameter("options", "array", `\`host\`, \`secret\`, \`port\` (49), ${common}.`),
      username,
      parameter(
        "avpair",
        "array",
        'What is asked for: `["service" => "mail"]`, or `["service=mail", "cmd*"]`.',
      ),
    ],
    [["array", "number"], "What is granted, name => value; 0 when nothing is, −1 not answered."],
    ["sign-in-servers"],
    { ...classic, source: "RFC 8907 §6" },
  ),
  lookup(
    "dovecot_lookup_auth",
    "Asks Dovecot whether a name and a password are right.",
    [
      parameter(
        "options",
        "array",
        `\`host\` and \`port\` (12345) of an inet_listener for auth clients, or \`path\` of a socket that Settings › Gateway › The world outside lists; \`service\` (\`smtp\`), ${common}.`,
      ),
      username,
      password,
    ],
    answer,
    ["sign-in-servers"],
    classic,
  ),
];
