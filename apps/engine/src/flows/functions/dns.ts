/** dns, dnsbl, spf and their kin: what scripts ask of DNS (`hsl.md` §7.8). */
import {
  type FunctionBody,
  HslArray,
  parseAddress,
  type RunContext,
  reversedAddress,
  type Value,
} from "@sluice/hsl";
import {
  isGiven,
  numberAt,
  optionFlag,
  optionNumber,
  optionsAt,
  optionText,
  optionTexts,
  textAt,
  textsOf,
} from "../arguments.ts";
import { flowHost } from "../flow-host.ts";
import type { MaybeLater } from "../flow-input.ts";
import {
  type Dns,
  type DnsOptions,
  type DnsRecord,
  type DnsResult,
  type RecordType,
  recordTypes,
} from "../host/dns.ts";
import type { Dnsbl } from "../host/dnsbl.ts";
import { type Spf, spfScore } from "../host/spf.ts";
import { listValue, recordValue, textValue } from "../values.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

/** The resolvers of the gateway, for as long as the run may wait. */
export const gatewayOptions = (run: RunContext): DnsOptions => {
  const host = flowHost(run);
  return { servers: host.snapshot.settings.gateway.resolvers, cancel: host };
};

/** Arguments `[resolvers[, timeout]]`, from `index` on. */
const optionsFrom = (args: readonly Value[], index: number, run: RunContext): DnsOptions => {
  const options = gatewayOptions(run);
  const given = args[index];
  return {
    ...options,
    ...(given instanceof HslArray && given.size > 0 ? { servers: textsOf(given) } : {}),
    ...(isGiven(args, index + 1) ? { timeoutSeconds: numberAt(args, index + 1) } : {}),
  };
};

const named = (options: HslArray, run: RunContext): DnsOptions =>
  options.size === 0
    ? gatewayOptions(run)
    : {
        ...gatewayOptions(run),
        ...(options.has("resolvers") ? { servers: optionTexts(options, "resolvers") } : {}),
        ...(options.has("timeout") ? { timeoutSeconds: optionNumber(options, "timeout") } : {}),
      };

const recordValueOf = (record: DnsRecord): Value => {
  switch (record.type) {
    case "A":
    case "AAAA":
      return record.address;
    case "TXT":
      return record.text;
    case "PTR":
    case "NS":
    case "CNAME":
      return textValue(record.name);
    case "MX":
      return textValue(record.exchange);
    case "SRV":
      return recordValue({
        target: textValue(record.target),
        port: record.port,
        priority: record.priority,
        weight: record.weight,
      });
    case "TLSA":
      return recordValue({
        usage: record.usage,
        selector: record.selector,
        matchingtype: record.matchingType,
        data: record.certificate.toString("hex"),
      });
    default:
      record satisfies never;
      return null;
  }
};

const recordsOf = (result: DnsResult): readonly DnsRecord[] => {
  if (result.kind !== "answers") return [];
  return result.records[0]?.type === "MX"
    ? result.records.toSorted((a, b) => preference(a) - preference(b))
    : result.records;
};
const preference = (record: DnsRecord): number => (record.type === "MX" ? record.preference : 0);

const answers = (results: readonly DnsResult[]): HslArray =>
  HslArray.fromList(results.flatMap((result) => recordsOf(result).map(recordValueOf)));

/** An empty list looks the same whether nothing is there or nobody could say: the log tells which. */
const noteFailure = (run: RunContext, about: string, reason: string): void => {
  const words = failures[reason] ?? `the name server answered ${reason}`;
  flowHost(run).note("warn", `dns: nothing is known about ${about}: ${words}`);
};

const failures: Readonly<Record<string, string>> = {
  TIMEOUT: "no name server answers",
  NOSERVER: "there is no name server to ask",
  CANCELLED: "the time of the script was over",
  BADNAME: "DNS can hold no such name",
  BADTYPE: "there is no such type of record here",
  BADRESP: "the name server's answer could not be read",
  BADADDRESS: "this is no address",
  CNAME: "its chain of aliases does not end",
  LISTSALL: "the list lists every address",
};

export const dnsFunctions = ({ dns, dnsbl, spf }: { dns: Dns; dnsbl: Dnsbl; spf: Spf }): Bodies => {
  const query =
    (...types: RecordType[]): FunctionBody =>
    async (args, run) => {
      const options = optionsFrom(args, 1, run);
      const name = textAt(args, 0);
      const results = await Promise.all(types.map((type) => dns.query(name, type, options)));
      const failed = results.find(({ kind }) => kind === "error");
      if (failed?.kind === "error")
        noteFailure(run, `${name} (${types.join(", ")})`, failed.reason);
      return answers(results);
    };

  return {
    dns: query("A", "AAAA"),
    dns4: query("A"),
    dns6: query("AAAA"),
    dnsmx: query("MX"),
    dnstxt: query("TXT"),
    dnsns: query("NS"),
    dnsptr: async (args, run) => {
      const address = parseAddress(textAt(args, 0));
      if (address === undefined) return new HslArray();
      const zone = address.family === 4 ? "in-addr.arpa" : "ip6.arpa";
      const options = optionsFrom(args, 1, run);
      const result = await dns.query(`${reversedAddress(address)}.${zone}`, "PTR", options);
      if (result.kind === "error") noteFailure(run, `${textAt(args, 0)} (PTR)`, result.reason);
      return answers([result]);
    },
    confirmed_name: async (args, run) => {
      const name = await confirmedName(textAt(args, 0), dns, gatewayOptions(run));
      return name === null ? -1 : textValue(name);
    },
    dns_query: async (args, run) => {
      const options = optionsAt(args, 1);
      const wanted = (optionText(options, "type") ?? "a").toUpperCase();
      const type = recordTypes.find((one) => one === wanted);
      const result: DnsResult =
        type === undefined
          ? { kind: "error", reason: "BADTYPE" }
          : await dns.query(textAt(args, 0), type, named(options, run));
      if (!optionFlag(options, "extended_result", false)) {
        if (result.kind === "error") {
          noteFailure(run, `${textAt(args, 0)} (${wanted})`, result.reason);
        }
        return answers([result]);
      }
      if (result.kind !== "answers") return recordValue({ error: result.reason });
      return recordValue({ result: answers([result]), dnssec: result.authentic });
    },
    dnsbl: async (args, run) => {
      const given = optionsAt(args, 2);
      const isList = given.isList;
      const options = isList ? optionsFrom(args, 2, run) : named(given, run);
      const found = await dnsbl.ask(textAt(args, 0), textAt(args, 1), options);
      const list = listValue(found.answers);
      if (isList || !optionFlag(given, "extended_result", false)) {
        if (found.error !== null) {
          noteFailure(run, `${textAt(args, 0)} in ${textAt(args, 1)}`, found.error);
        }
        return list;
      }
      return recordValue(
        found.error === null ? { answers: list } : { answers: list, error: found.error },
      );
    },
    spf: (args, run) => {
      const sender = textAt(args, 2);
      return withAnswer(
        spf.check(
          {
            address: textAt(args, 0),
            helo: textAt(args, 1),
            sender: sender === "" || sender.includes("@") ? sender : `postmaster@${sender}`,
            receiver: receiverOf(run),
          },
          gatewayOptions(run),
        ),
        ({ result }) => {
          if (result === "temperror") {
            flowHost(run).note("warn", `spf: DNS could not be asked about ${textAt(args, 2)}`);
          }
          return spfScore(result);
        },
      );
    },
    spf_query: (args, run) =>
      withAnswer(
        spf.check(
          {
            address: textAt(args, 0),
            helo: textAt(args, 1),
            sender: textAt(args, 2),
            receiver: receiverOf(run),
          },
          named(optionsAt(args, 3), run),
        ),
        ({ result, domain, explanation }) =>
          recordValue({ result, domain: textValue(domain), explanation: textValue(explanation) }),
      ),
  };
};

/** At once when the answer is there. */
const withAnswer = <Answer>(
  answer: MaybeLater<Answer>,
  give: (answer: Answer) => Value,
): Value | Promise<Value> => (answer instanceof Promise ? answer.then(give) : give(answer));

const receiverOf = (run: RunContext): string => flowHost(run).hostName;

/** More names than these of one address are not looked at (RFC 8601 §3 asks for a limit). */
const maximumNames = 5;

/** The first name that leads back; "" when none does, null when DNS cannot say. */
const confirmedName = async (
  text: string,
  dns: Dns,
  options: DnsOptions,
): Promise<string | null> => {
  const address = parseAddress(text);
  if (address === undefined) return "";
  const { family, value } = address;
  const zone = family === 4 ? "in-addr.arpa" : "ip6.arpa";
  const found = await dns.query(`${reversedAddress(address)}.${zone}`, "PTR", options);
  if (found.kind === "error") return null;
  const names = found.kind === "none" ? [] : found.records.flatMap(nameOf).slice(0, maximumNames);
  let isSure = true;
  for (const name of names) {
    const back = await dns.query(name, family === 4 ? "A" : "AAAA", options);
    if (back.kind === "error") isSure = false;
    if (back.kind !== "answers") continue;
    const leadsBack = back.records.some(
      (record) => "address" in record && parseAddress(record.address)?.value === value,
    );
    if (leadsBack) return name;
  }
  return isSure ? "" : null;
};

const nameOf = (record: DnsRecord): readonly string[] =>
  record.type === "PTR" ? [record.name] : [];
