/** Objects that every flow can make (`hsl.md` §7.9). */
import { type HostFunction, optional, parameter, reading } from "../signature-table.ts";

const modern = { since: "modern" } as const;

export const objectFunctions: readonly HostFunction[] = [
  reading(
    "File",
    "Opens a stored file to read it piece by piece.",
    [parameter("name", "string", "`file:ID` or `file://name`.")],
    ["object", "The file."],
    ["file-store"],
    { ...modern, gives: "File", errors: "An error when there is no such file." },
  ),
  reading(
    "MailMessage",
    "Takes a text for a message, such as one that is attached, and gives it as an object; nothing of it is delivered.",
    [parameter("text", "string", "The message with its header.")],
    ["object", "The message."],
    [],
    {
      ...modern,
      gives: "MIME",
      errors: "An error when it is nested too deeply or has too many parts.",
    },
  ),
  reading(
    "Iconv",
    "Translates texts from one character set to another.",
    [
      parameter("to", "string", "Character set of the result, such as `utf-8`."),
      parameter("from", "string", "Character set of what is given, such as `iso-8859-1`."),
    ],
    ["object", "A translator."],
    [],
    { ...modern, gives: "Iconv", errors: "An error when there is no such character set." },
  ),
  reading(
    "X509",
    "Reads a certificate.",
    [parameter("certificate", "string", "`pki:ID`, or the certificate as PEM.")],
    ["object", "The certificate."],
    [],
    { ...modern, gives: "X509", errors: "An error when it is no certificate." },
  ),
  reading(
    "Socket",
    "Makes a connection of the script's own, to networks, hosts and sockets that Settings › Gateway › The world outside lists. It is closed when the run ends; a dry run connects to nothing.",
    [
      parameter("family", "string", "`AF_INET`, `AF_INET6` or `AF_UNIX`."),
      parameter("type", "string", "`SOCK_STREAM` or `SOCK_DGRAM`."),
    ],
    ["object", "The socket. What it cannot do gives none."],
    ["session"],
    {
      ...modern,
      gives: "Socket",
      mayWait: true,
      errors: "An error when the address is not listed.",
    },
  ),
  reading(
    "TLSSocket",
    "Speaks TLS over a connected Socket. The certificate is verified unless an option says otherwise.",
    [
      parameter("socket", "object", "A connected stream Socket."),
      optional(
        "options",
        "array",
        "`tls_sni` (name to ask for, and to verify), `tls_verify_name` (names of which one must fit), `tls_verify_ca` (true without it), `tls_ca` (`pki:ID` or PEM of the one authority that counts).",
      ),
    ],
    ["object", "The socket. What it cannot do gives none."],
    ["session"],
    { ...modern, gives: "TLSSocket", mayWait: true },
  ),
];
