/**
 * The way to a next hop: its hosts in order, their addresses, what TLS each of them
 * must offer, and a connection to the first that will have us.
 *
 * Promises: no host is used that the TLS policy of the transport does not allow; what
 * could not be looked up is a transient failure, never "there is none"; a dead host
 * hides no living one.
 */
import type { Transport } from "@sluice/settings";
import type { Dns } from "../flows/host/dns.ts";
import type { TlsSession } from "../history/tls-results.ts";
import { ConnectError, SignInError, type TlsFailure } from "./connect-error.ts";
import { danePolicy } from "./dane.ts";
import type { Destination } from "./destination.ts";
import type { MtaSts, MtaStsPolicy } from "./mta-sts.ts";
import { createMxLookup, type LookupFailure, type MailHost } from "./mx-lookup.ts";
import { recipientDomain } from "./next-hop.ts";
import { openConnection } from "./smtp-client.ts";
import type { ClientOptions, ResolvedHost, SmtpClient } from "./smtp-message.ts";
import { type TlsPolicy, tlsPolicyOf } from "./tls-policy.ts";

export type Question = {
  readonly destination: Exclude<Destination, { kind: "discard" }>;
  readonly recipient: string;
  /** Hosts of one preference are shuffled by it, the same way each time. */
  readonly messageId: string;
  readonly tlsMode: Transport["tls"]["mode"];
  /** PEM of the certificate that the administrator chose; null: none. */
  readonly pinned: string | null;
  /** A sender asked for REQUIRETLS: any policy is raised to a verified one. */
  readonly requireTls: boolean;
  readonly allowPrivate: boolean;
  /** DNS servers where the destination names none. */
  readonly resolvers: readonly string[];
  readonly client: Omit<ClientOptions, "tls" | "onStep">;
  readonly onStep?: ((step: string, ok: boolean, text: string) => void) | undefined;
};

export type ConnectFailure = {
  readonly kind: "failed";
  readonly code: number;
  readonly status: string | null;
  readonly text: string;
  /** Nobody took the connection: others for this hop would fare no better now. */
  readonly isDown: boolean;
  readonly host: ResolvedHost | null;
};

export type Connected = { readonly kind: "connected"; readonly client: SmtpClient };

/** Connections to one host after the other, for as long as the caller wants another. */
export type Attempts = {
  /** null: every host was reached before. */
  readonly next: () => Promise<Connected | ConnectFailure | null>;
};

/** One connection's TLS as its policy's owner may want to hear of it (RFC 8460). */
export type TlsResult = TlsSession & { readonly failure: TlsFailure | null };

export type Connector = { readonly open: (question: Question) => Attempts };

const maximumTried = 20;
const maximumMilliseconds = 5 * 60_000;

type Candidate = {
  readonly kind: "candidate";
  readonly host: ResolvedHost;
  readonly policy: TlsPolicy;
  readonly policyType: TlsResult["policyType"];
};
type Refused = {
  readonly kind: "refused";
  readonly failure: ConnectFailure;
  readonly isLast: boolean;
};

export const createConnector = (parts: {
  readonly dns: Dns;
  readonly mtaSts: MtaSts;
  readonly ownNames: () => readonly string[];
  readonly ownAddresses: () => readonly string[];
  readonly onTls?: ((result: TlsResult) => void) | undefined;
}): Connector => {
  const mxLookup = createMxLookup(parts);

  const candidates = async function* (question: Question): AsyncGenerator<Candidate | Refused> {
    const { destination, onStep, client } = question;
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
        if (!isFamilyOf(client.sourceAddress, address)) continue;
        yield { ...decided, host: { name: host.host, address, port: host.port } };
      }
    }
  };

  const decide = async (
    question: Question,
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

  return {
    open: (question) => {
      const list = candidates(question);
      const started = performance.now();
      const failures: ConnectFailure[] = [];
      let tried = 0;
      const { onStep } = question;
      const domain =
        question.destination.kind === "lookup-mx"
          ? (question.destination.name ?? recipientDomain(question.recipient))
          : "";
      const next = async (): Promise<Connected | ConnectFailure | null> => {
        for (;;) {
          const { value, done } = await list.next();
          if (done === true) return worstOf(failures, tried);
          if (value.kind === "refused") {
            failures.push(value.failure);
            if (value.isLast) return value.failure;
            continue;
          }
          tried += 1;
          if (tried > maximumTried || performance.now() - started > maximumMilliseconds) {
            return worstOf(failures, tried);
          }
          const { host, policy, policyType } = value;
          const where = `${host.name} [${host.address}]:${host.port}`;
          const tell = (failure: TlsFailure | null): void => {
            if (domain !== "" && question.tlsMode !== "none")
              parts.onTls?.({ domain, policyType, host: host.name, failure });
          };
          try {
            const client = await openConnection(host, {
              ...question.client,
              tls: policy,
              onStep: onStep && ((step, text) => onStep(`${where} ${step}`, true, text)),
            });
            tell(client.tls === null ? "starttls-not-supported" : null);
            return { kind: "connected", client };
          } catch (error) {
            if (!(error instanceof ConnectError)) throw error;
            if (error.tls !== null) tell(error.tls);
            onStep?.(where, false, `${error.code === 0 ? "" : `${error.code} `}${error.message}`);
            const failure: ConnectFailure = {
              kind: "failed",
              code: error.code,
              status: error.status,
              text: `${where}: ${error.message}`,
              isDown: !(error instanceof SignInError) && error.code < 500,
              host,
            };
            if (error instanceof SignInError) return failure;
            failures.push(failure);
          }
        }
      };
      return { next };
    },
  };
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

/** One host may be better tomorrow: then the mail waits, whatever the others said. */
const worstOf = (failures: readonly ConnectFailure[], tried: number): ConnectFailure | null => {
  const transient = failures.findLast(({ code }) => code < 500);
  const last = transient ?? failures.at(-1);
  if (last !== undefined) return last;
  return tried > 0
    ? null
    : {
        kind: "failed",
        code: 0,
        status: "4.4.1",
        text: "There is no address to connect to from our source address.",
        isDown: true,
        host: null,
      };
};

const isFamilyOf = (source: string | null, address: string): boolean =>
  source === null || source.includes(":") === address.includes(":");
