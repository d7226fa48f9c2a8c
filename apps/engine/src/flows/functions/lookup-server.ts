/**
 * The server an SMTP look-up or a direct delivery speaks to: a transport of the
 * revision, or an array of options. Its hosts and what TLS they must offer are what
 * delivery would find, DANE and MTA-STS included.
 */

import { HslArray, type RunContext, ScriptError, type Value } from "@sluice/hsl";
import { Transport } from "@sluice/settings";
import { createCandidates, type HostQuestion } from "../../delivery/candidates.ts";
import type { ConnectFailure, TlsResult } from "../../delivery/connector.ts";
import type { MtaSts } from "../../delivery/mta-sts.ts";
import { recipientDomain } from "../../delivery/next-hop.ts";
import { createOwnAddresses, ownNamesOf } from "../../delivery/own-addresses.ts";
import { planAttempt } from "../../delivery/plan-attempt.ts";
import { optionFlag, optionNumber, optionText, textsOf } from "../arguments.ts";
import { type FlowHost, flowHost } from "../flow-host.ts";
import type { Dns } from "../host/dns.ts";
import type { LookupServer } from "../host/smtp-lookup.ts";
import { objectId } from "../values.ts";

/** Where hosts are found, and what they must offer. */
export type HostFinder = {
  readonly dns: Dns;
  readonly mtaSts: MtaSts;
  readonly onTls: ((result: TlsResult) => void) | undefined;
};

/** There is nobody to ask: for now (451), or because the recipient's domain takes no mail (550). */
export type NoServer = { readonly hosts: null; readonly code: 451 | 550; readonly text: string };

const maximumHosts = 10;
const ownAddresses = createOwnAddresses();

const notNow = (text: string): NoServer => ({ hosts: null, code: 451, text });

export const lookupServer = async (
  given: Value | undefined,
  recipient: string,
  run: RunContext,
  finder: HostFinder,
): Promise<LookupServer | NoServer> => {
  const host = flowHost(run);
  if (!(given instanceof HslArray)) {
    const id = objectId("mailtransport", textsOf(given ?? "")[0] ?? "");
    return transportServer(id, { recipient, requireTls: false }, host, finder);
  }
  const name = optionText(given, "host") ?? "";
  const port = Math.trunc(optionNumber(given, "port") ?? 25);
  if (!/^[A-Za-z0-9._:-]{1,255}$/.test(name) || !(port > 0 && port < 65_536)) {
    throw new ScriptError("wrong-argument", "the server's host or port is none");
  }
  const mode = Transport.shape.tls
    .unwrap()
    .shape.mode.safeParse(optionText(given, "tls") ?? "optional");
  if (!mode.success) {
    throw new ScriptError("wrong-argument", `there is no TLS mode ${optionText(given, "tls")}`);
  }
  const user = optionText(given, "sasl_username") ?? "";
  const question: HostQuestion = {
    destination: { kind: "hosts", hosts: [{ host: name, port }], query: [] },
    recipient,
    messageId: recipient,
    tlsMode: mode.data,
    pinned: null,
    requireTls: false,
    allowPrivate: true,
    resolvers: host.snapshot.settings.gateway.resolvers,
    sourceAddress: optionText(given, "sourceip") ?? null,
  };
  return resolved(question, host, finder, {
    helo: heloOf(optionText(given, "helo") ?? host.hostName),
    lmtp: false,
    sourceAddress: question.sourceAddress,
    clientCertificate: null,
    connectSeconds: 10,
    commandSeconds: 30,
    user,
    password: optionText(given, "sasl_password") ?? "",
    authWithoutTls: mode.data === "none" || optionFlag(given, "auth_without_tls", false),
    authNeedsVerified: false, // the script says which server
    key: `${name} ${port} ${mode.data}`,
  });
};

/** How a transport of the revision is spoken to. */
export const transportServer = async (
  id: string,
  mail: { readonly recipient: string; readonly requireTls: boolean },
  host: FlowHost,
  finder: HostFinder,
): Promise<LookupServer | NoServer> => {
  const { settings } = host.snapshot;
  const transport = Object.hasOwn(settings.transports, id) ? settings.transports[id] : undefined;
  if (transport === undefined) return notNow(`There is no mailtransport:${id}.`);
  const { recipient } = mail;
  const copy = { ...mail, messageId: recipient };
  const plan = planAttempt(host.snapshot, copy, { id, transport }, {}, host.hostName);
  if (plan.kind === "discard") {
    return notNow("This transport discards mail; there is nobody to ask.");
  }
  if (plan.kind === "unreadable") return notNow(plan.text);
  const { client, ...question } = plan.question;
  const { destination } = question;
  if (recipient === "" && destination.kind === "lookup-mx" && destination.name === null) {
    return notNow("A transport that looks up MX cannot check passwords.");
  }
  return resolved({ ...question, sourceAddress: client.sourceAddress }, host, finder, {
    helo: client.helo,
    lmtp: client.protocol === "lmtp",
    sourceAddress: client.sourceAddress,
    clientCertificate: client.clientCertificate,
    connectSeconds: Math.min(client.connectSeconds, 10),
    commandSeconds: Math.min(client.commandSeconds, 30),
    user: transport.user,
    password: client.sasl?.password ?? "",
    authWithoutTls: client.authWithoutTls,
    authNeedsVerified: true,
    key: `${id} ${JSON.stringify(transport)}`,
  });
};

const resolved = async (
  question: HostQuestion,
  host: FlowHost,
  { dns, mtaSts, onTls }: HostFinder,
  options: Omit<LookupServer, "hosts">,
): Promise<LookupServer | NoServer> => {
  let isUnread = false;
  const { destination, tlsMode, recipient } = question;
  const isTheirs = destination.kind === "lookup-mx" && destination.name === null;
  const domain =
    destination.kind === "lookup-mx" ? (destination.name ?? recipientDomain(recipient)) : "";
  const candidates = createCandidates({
    dns,
    mtaSts: {
      find: (domain, options) =>
        mtaSts.find(domain, options).catch((error: unknown) => {
          isUnread = true; // nobody knows what is enforced
          throw error;
        }),
    },
    ownNames: () => ownNamesOf(host.snapshot, host.hostName),
    ownAddresses,
    onTls,
  });
  const hosts: LookupServer["hosts"][number][] = [];
  const failures: ConnectFailure[] = [];
  try {
    for await (const candidate of candidates(question)) {
      if (candidate.kind === "refused") {
        failures.push(candidate.failure);
        continue;
      }
      const { policy, policyType } = candidate;
      hosts.push({
        ...candidate.host,
        tls: policy,
        onTls: (failure) => {
          if (domain !== "" && tlsMode !== "none")
            onTls?.({
              ...{ domain, policyType, host: candidate.host.name, failure },
              sendingIp: options.sourceAddress,
              receivingIp: candidate.host.address,
            });
        },
      });
      if (hosts.length >= maximumHosts) break;
    }
  } catch (error) {
    if (!isUnread) throw error;
    return notNow("The MTA-STS policy of the domain could not be read.");
  }
  if (hosts.length > 0) return { ...options, hosts };
  // RFC 5321 §5.1: a name that does not exist is an answer; what could not be asked, and our own settings, are none
  const worst = failures.find(({ code }) => code < 500) ?? failures.at(-1);
  if (worst === undefined) return notNow("There is no server to ask.");
  const { code, status, text } = worst;
  return isTheirs && code >= 500 && status?.startsWith("5.1.") === true
    ? { hosts: null, code: 550, text: `${status} ${text}` }
    : notNow(text);
};

const heloOf = (name: string): string => {
  if (/^[A-Za-z0-9._:[\]-]{1,255}$/.test(name)) return name;
  throw new ScriptError("wrong-argument", "the HELO name is none");
};
