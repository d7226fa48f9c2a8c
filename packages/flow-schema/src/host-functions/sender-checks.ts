/** Who sent the message, checked on what came in (`hsl.md` §8.4). */
import { lookup, optional } from "../signature-table.ts";

export const senderCheckFunctions = [
  lookup(
    "ScanSPF",
    "Checks the client against the sender's SPF record.",
    [],
    ["number", "0 pass, 20 softfail, 100 fail; 50 when there is no answer or no record."],
    ["dns"],
    { since: "classic", source: "RFC 7208" },
  ),
  lookup(
    "DKIMSDID",
    "Checks the DKIM signatures of the message.",
    [optional("domains", "array", "Signing domains to look for; without it all that signed.")],
    [
      "array",
      "Domain => `pass`, `fail`, `temperror` (ask again later), `permerror`, or `skip` when it did not sign.",
    ],
    ["dns", "message"],
    { since: "classic", source: "RFC 6376" },
  ),
  lookup(
    "DKIMADSP",
    "Checks what the author's domain says of mail that it did not sign. Historic: ScanDMARC has taken its place.",
    [],
    [
      "string",
      "`pass` (the domain signed it), `none` (it says nothing), `unknown`, `fail` (it signs all its mail), `discard` (and what it did not sign is to be dropped), `nxdomain`, `temperror`, or `permerror` when the message has not one author.",
    ],
    ["dns", "message"],
    { since: "classic", source: "RFC 5617" },
  ),
  lookup(
    "ScanDMARC",
    "Checks what the author's domain asks for when neither SPF nor DKIM speaks for it.",
    [],
    [
      ["array", "string"],
      "Domain => `none` (it passes, or nothing is asked for), `quarantine`, `reject`, `policy_absent` or `temperror`; a text when the message has not one author.",
    ],
    ["dns", "message"],
    { since: "classic", source: "RFC 7489" },
  ),
] as const;
