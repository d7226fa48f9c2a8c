/** Who wants reports on TLS: the TXT record of `_smtp._tls.DOMAIN` (RFC 8460 §3). */
import { parseMailbox } from "@sluice/mail-syntax";

export type ReportTarget =
  | { readonly kind: "mail"; readonly address: string }
  | { readonly kind: "https"; readonly url: string };

/** More than these are not served: a record must not make us write to the world. */
const mostTargets = 5;

/** From all TXT records of the name; none: the domain wants no reports, or says so wrongly. */
export const reportTargets = (texts: readonly string[]): readonly ReportTarget[] => {
  const records = texts.filter((text) => /^v=TLSRPTv1\s*;/.test(text));
  const [record] = records;
  if (record === undefined || records.length > 1) return []; // §3: several are as good as none
  const rua = record
    .split(";")
    .map((field) => /^\s*rua\s*=(.*)$/s.exec(field)?.[1]?.trim())
    .find((value) => value !== undefined);
  return (rua ?? "")
    .split(",")
    .flatMap((uri) => targetOf(uri.trim()) ?? [])
    .slice(0, mostTargets);
};

const targetOf = (uri: string): ReportTarget | null => {
  const mail = /^mailto:([^?]+)/i.exec(uri)?.[1];
  if (mail !== undefined) {
    const address = decoded(mail);
    return address === null || parseMailbox(address) === null ? null : { kind: "mail", address };
  }
  const url = URL.parse(uri);
  return url?.protocol === "https:" ? { kind: "https", url: url.href } : null;
};

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};
