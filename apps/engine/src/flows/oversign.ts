/**
 * A signer whose signatures name each field that readers see once more often than it
 * is there (RFC 6376 §8.15): one that somebody adds later makes the signature bad.
 */
import { DkimSigner, type ParsedHeaders } from "mailauth/lib/dkim/dkim-signer.js";

const oversigned = [
  ...["From", "Sender", "Reply-To", "Subject", "Date", "Message-ID", "To", "Cc", "In-Reply-To"],
  ...["References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"],
];

export class Oversigner extends DkimSigner {
  override messageHeaders(headers: ParsedHeaders): Promise<void> {
    const namesOf = new Map(oversigned.map((name) => [name.toLowerCase(), name]));
    // in h= a name that finds no more field stands for none: it may follow any other
    let from: ParsedHeaders["parsed"][number] | undefined;
    for (const field of headers.parsed) {
      const name = namesOf.get(field.key ?? "");
      if (name === undefined) continue;
      if (name === "From") from = field;
      namesOf.delete(name.toLowerCase());
      field.casedKey = `${field.casedKey ?? name}: ${name}`;
    }
    if (from !== undefined) {
      const absent = [...namesOf.values()];
      from.casedKey = [from.casedKey, ...absent].join(": ");
    }
    return super.messageHeaders(headers);
  }
}
