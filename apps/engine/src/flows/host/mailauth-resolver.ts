/** Our resolver in the shape that mailauth asks for. */
import type { authenticate } from "mailauth";
import type { Dns, DnsOptions, RecordType } from "./dns.ts";

type Resolver = NonNullable<NonNullable<Parameters<typeof authenticate>[1]>["resolver"]>;

/** `unanswered` hears each name that DNS gave no answer for: neither records nor that there are none. */
export const mailauthResolver = (
  dns: Dns,
  options: DnsOptions,
  unanswered: (name: string) => void = () => {},
): Resolver =>
  ((name: string, type: string) =>
    resolve(dns, name, type, options, unanswered)) as unknown as Resolver; // Node's shape, for the types that mail authentication needs

/** As `dns.promises.resolve` answers. */
const resolve = async (
  dns: Dns,
  name: string,
  type: string,
  options: DnsOptions,
  unanswered: (name: string) => void,
): Promise<unknown[]> => {
  const found = await dns.query(name, type as RecordType, options);
  if (found.kind === "none") {
    throw failure(found.reason === "NXDOMAIN" ? "ENOTFOUND" : "ENODATA", name);
  }
  if (found.kind === "error") unanswered(name);
  if (found.kind === "error") throw failure(errorCodes[found.reason] ?? "ESERVFAIL", name);
  return found.records.map((record) => {
    switch (record.type) {
      case "A":
      case "AAAA":
        return record.address;
      case "TXT":
        return [record.text];
      case "MX":
        return { exchange: record.exchange, priority: record.preference };
      case "PTR":
      case "NS":
      case "CNAME":
        return record.name;
      default:
        return null;
    }
  });
};

const errorCodes: Readonly<Record<string, string>> = {
  TIMEOUT: "ETIMEOUT",
  REFUSED: "EREFUSED",
  BADNAME: "EBADNAME",
};

const failure = (code: string, name: string): Error =>
  Object.assign(new Error(`${code} ${name}`), { code });
