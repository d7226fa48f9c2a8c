/** Ciphers, signatures, password hashes and compression (`hsl.md` §7.6). */
import { type HostFunction, optional, parameter, reading } from "../signature-table.ts";

const message = parameter("message", "string", "The bytes.");
const privateKey = parameter("key", "string", "Private key in PEM, or `pki:ID`.");
const publicKey = parameter("key", "string", "Public key or certificate in PEM, or `pki:ID`.");
const signature = parameter("signature", "string", "The signature's bytes.");
const cipher = parameter("mode", "string", "`cbc`, `ctr`, `ecb` or `gcm`.");
const cipherKey = parameter("key", "string", "16, 24 or 32 bytes.");
const cipherOptions = optional(
  "options",
  "array",
  "`iv` (16 bytes; 12 for `gcm`; not for `ecb`), `padding` (true without it), `aad` (for `gcm`).",
);
const rsaOptions = optional(
  "options",
  "array",
  "`hash` (`sha256` without it, `sha1`, `sha384`, `sha512`), `padding` (`pkcs1` without it, `pss`).",
);
const modern = { since: "modern" } as const;

export const cryptographyFunctions: readonly HostFunction[] = [
  reading(
    "aes_encrypt",
    "Encrypts with AES.",
    [message, cipherKey, cipher, cipherOptions],
    ["string", "The encrypted bytes; with `gcm` the 16 bytes of the tag stand behind them."],
    [],
    {
      ...modern,
      source: "FIPS 197",
      example: {
        script:
          'echo hex_encode(aes_encrypt("attack at dawn", "0123456789abcdef", "cbc", ["iv" => "fedcba9876543210"]));',
        log: ["49a11c399d93aceebcdc13f6eb966197"],
      },
    },
  ),
  reading(
    "aes_decrypt",
    "Decrypts what AES has encrypted.",
    [message, cipherKey, cipher, cipherOptions],
    [["string", "none"], "The bytes; none when the key does not fit, or the bytes were changed."],
    [],
    {
      ...modern,
      source: "FIPS 197",
      example: {
        script:
          '$key = "0123456789abcdef"; $iv = "fedcba987654"; $secret = aes_encrypt("hello", $key, "gcm", ["iv" => $iv]); echo aes_decrypt($secret, $key, "gcm", ["iv" => $iv]);',
        log: ["hello"],
      },
    },
  ),
  reading(
    "rsa_sign",
    "Signs with an RSA key.",
    [message, privateKey, rsaOptions],
    ["string", "The signature's bytes."],
    [],
    { ...modern, source: "RFC 8017 §8" },
  ),
  reading(
    "rsa_verify",
    "Checks a signature made with an RSA key.",
    [message, signature, publicKey, rsaOptions],
    ["boolean", "Whether the signature is right."],
    [],
    { ...modern, source: "RFC 8017 §8" },
  ),
  reading(
    "rsa_encrypt",
    "Encrypts a few bytes for the owner of an RSA key (OAEP with SHA-256).",
    [message, publicKey],
    ["string", "The encrypted bytes."],
    [],
    { ...modern, source: "RFC 8017 §7.1" },
  ),
  reading(
    "rsa_decrypt",
    "Decrypts what was encrypted for an RSA key of ours (OAEP with SHA-256).",
    [message, privateKey],
    [["string", "none"], "The bytes; none when the key does not fit."],
    [],
    { ...modern, source: "RFC 8017 §7.1" },
  ),
  reading(
    "ed25519_sign",
    "Signs with an Ed25519 key.",
    [message, parameter("key", "string", "Private key: 32 bytes, PEM, or `pki:ID`.")],
    ["string", "The 64 bytes of the signature."],
    [],
    {
      ...modern,
      source: "RFC 8032",
      example: {
        script:
          '$key = hex_decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"); echo substr(hex_encode(ed25519_sign("", $key)), 0, 16);',
        log: ["e5564300c360ac72"],
      },
    },
  ),
  reading(
    "ed25519_verify",
    "Checks a signature made with an Ed25519 key.",
    [
      message,
      signature,
      parameter("key", "string", "Public key: 32 bytes, PEM, a certificate, or `pki:ID`."),
    ],
    ["boolean", "Whether the signature is right."],
    [],
    { ...modern, source: "RFC 8032" },
  ),
  reading(
    "crypt",
    "Hashes a password as `/etc/shadow` holds it: `$1$` (MD5), `$5$` (SHA-256) and `$6$` (SHA-512).",
    [
      parameter("password", "string", "The password."),
      parameter("salt", "string", "`$6$SALT`, or a whole hash, whose salt is then used again."),
    ],
    [["string", "none"], "The hash; none when the salt is of no known kind."],
    [],
    {
      ...modern,
      example: {
        script: 'echo crypt("Hello world!", "\\$5\\$saltstring");',
        log: ["$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"],
      },
    },
  ),
  reading(
    "zlib_compress",
    "Compresses bytes.",
    [message, optional("level", "number", "0 (not at all) to 9 (as small as possible).")],
    ["string", "The bytes in the zlib format."],
    [],
    {
      ...modern,
      source: "RFC 1950",
      example: { script: 'echo zlib_uncompress(zlib_compress("hello"));', log: ["hello"] },
    },
  ),
  reading(
    "zlib_uncompress",
    "Unpacks bytes in the zlib or the gzip format.",
    [parameter("data", "string", "The compressed bytes.")],
    [["string", "none"], "The bytes; none when the data is damaged, or too long for a string."],
    [],
    {
      ...modern,
      source: "RFC 1950, RFC 1952",
      example: { script: 'echo zlib_uncompress("damaged") === none;', log: ["1"] },
    },
  ),
  reading(
    "yaml_decode",
    "Reads YAML.",
    [parameter("yaml", "string", "The text of one document.")],
    ["any", "Its value: mappings and lists become arrays; none when the text is no YAML."],
    [],
    {
      ...modern,
      example: { script: 'echo yaml_decode("a: [1, two]");', log: ['["a"=>[0=>1,1=>"two"]]'] },
    },
  ),
];
