/**
 * The hosts of a next hop in order, their addresses, and what TLS each of them must
 * offer: for delivery, and for flows that ask another mail server.
 *
 * Promises: no host comes that the TLS policy of the transport does not allow; what
 * could not be looked up is a transient failure, never "there is none".
 */
import type { Dns } from "../flows/host/dns.ts";
import type { TlsFailure } from "./connect-error.ts";
import type { ConnectFailure, Question, TlsResult } from "./connector.ts";
import { danePolicy } from "./dane.ts";
import type { MtaSts, MtaStsPolicy } from "./mta-sts.ts";
import { createMxLookup, type LookupFailure, type MailHost } from "./mx-lookup.ts";
import { recipientDomain } from "./next-hop.ts";
import type { ResolvedHost } from "./smtp-message.ts";
import { type TlsPolicy, tlsPolicyOf } from "./tls-policy.ts";

export type CandidateParts = {
  readonly dns: Dns;
  readonly mtaSts: MtaSts;
  readonly ownNames: () => readonly string[];
  readonly ownAddresses: () => readonly string[];
  readonly onTls?: ((result: TlsResult) => void) | undefined;
};

export type HostQuestion = Omit<Question, "client"> & Pick<Question["client"], "sourceAddress">;

export type Candidate = {
  readonly kind: "candidate";
  readonly host: ResolvedHost;
  readonly policy: TlsPolicy;
  readonly policyType: TlsResult["policyType"];
};
export type Refused = {
  readonly kind: "refused";
  readonly failure: ConnectFailure;
  readonly isLast: boolean;
};

export type Candidates = (question: HostQuestion) => AsyncGenerator<Candidate | Refused>;

export const createCandidates = (parts: CandidateParts): Candidates => {
  const mxLookup = createMxLookup(parts);

  const candidates = async function* (question: HostQuestion): AsyncGenerator<Candidate | Refused> {
    const { destination, onStep, sourceAddress } = question;
    const servers = destination.query.length > 0 ? destination.query : question.resolvers;
    const domain =
      destination.kind === "lookup-mx"
        ? (destination.name ?? recipientDomain(question.recipient))
        : "";
    const asked = destination.query.length > 0 ? destination : { ...destination, query: servers };
    const found = await mxLookup.findHosts({ ...question, destination: asked });
    if (found.kind === "failed") {
      onStep?.("destination", false, found.text);
      yield { kind: "refused", failure: failureOf(found), isLast: true };
      return;
    }
    onStep?.(
      "destination",
      true,
      found.hosts.map(({ host, port }) => `${host}:${port}`).join(", "),
    );
    const sts =
      question.tlsMode === "mta-sts" && domain !== ""
        ? await parts.mtaSts.find(domain, { servers })
        : null;
    if (sts !== null) onStep?.("MTA-STS", true, `mode ${sts.mode}`);
    if (sts?.problem !== undefined)
      parts.onTls?.({ domain, policyType: "sts", host: "", failure: sts.problem });
    for (const host of found.hosts) {
      const onlyDns = host.isForeign || destination.query.length > 0 || question.tlsMode === "dane";
      const addresses = await mxLookup.findAddresses(host, {
        query: servers,
        allowPrivate: question.allowPrivate,
        onlyDns,
      });
      if (addresses.kind === "failed") {
        onStep?.(host.host, false, addresses.text);
        yield { kind: "refused", failure: failureOf(addresses), isLast: false };
        continue;
      }
      const decided = await decide(question, host, addresses.authentic, sts, domain, servers);
      if (decided.kind === "failed") {
        onStep?.(host.host, false, decided.text);
        if (decided.tls !== null && domain !== "") {
          const policyType = question.tlsMode === "dane" ? "tlsa" : "sts";
          parts.onTls?.({ domain, policyType, host: host.host, failure: decided.tls });
        }
        yield {
          kind: "refused",
          isLast: false,
          failure: {
            kind: "failed",
            code: 0,
            status: "4.7.5",
            text: decided.text,
            isDown: true,
            host: null,
          },
        };
        continue;
      }
      for (const address of addresses.addresses) {
        if (!isFamilyOf(sourceAddress, address)) continue;
        yield { ...decided, host: { name: host.host, address, port: host.port } };
      }
    }
  };

  const decide = async (
    question: HostQuestion,
    host: MailHost,
    hasAuthenticAddresses: boolean,
    sts: MtaStsPolicy | null,
    domain: string,
    servers: readonly string[],
  ): Promise<
    | Omit<Candidate, "host">
    | { readonly kind: "failed"; readonly text: string; readonly tls: TlsFailure | null }
  > => {
    const { tlsMode, pinned, requireTls } = question;
    const raise = (policy: TlsPolicy): TlsPolicy =>
      requireTls && policy.verify === null
        ? tlsPolicyOf("require-verify", host.host, pinned)
        : policy;
    const candidate = { kind: "candidate", policyType: "no-policy-found" } as const;
    switch (tlsMode) {
      case "dane": {
        const dane = await danePolicy(
          parts.dns,
          {
            name: host.host,
            port: host.port,
            isAuthentic: host.authentic && hasAuthenticAddresses,
            domain,
          },
          servers,
        );
        if (dane.kind === "failed") return { ...dane, tls: "dnssec-invalid" };
        const policyType = dane.policy.use === "must" ? "tlsa" : "no-policy-found";
        return { ...candidate, policyType, policy: raise(dane.policy) };
      }
      case "mta-sts": {
        const policy = sts === null ? optional : sts.policyFor(host.host);
        if (policy === null) {
          return {
            kind: "failed",
            text: `${host.host} is no host of the MTA-STS policy of ${domain}`,
            tls: "validation-failure",
          };
        }
        const policyType = sts === null || sts.mode === "none" ? "no-policy-found" : "sts";
        return { ...candidate, policyType, policy: raise(policy) };
      }
      default:
        return { ...candidate, policy: raise(tlsPolicyOf(tlsMode, host.host, pinned)) };
    }
  };

  return candidates;
};

const optional: TlsPolicy = { use: "try", verify: null };

const failureOf = (found: LookupFailure): ConnectFailure => ({
  kind: "failed",
  code: found.isPermanent ? 550 : 0,
  status: found.enhancedStatus,
  text: found.text,
  isDown: !found.isPermanent,
  host: null,
});

const isFamilyOf = (source: string | null, address: string): boolean =>
  source === null || source.includes(":") === address.includes(":");
