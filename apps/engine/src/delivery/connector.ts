/**
 * The way to a next hop: a connection to the first of its hosts (candidates.ts) that
 * will have us.
 *
 * Promises: no host is used that the TLS policy of the transport does not allow; a dead
 * host hides no living one.
 */
import type { Transport } from "@sluice/settings";
import type { TlsSession } from "../history/tls-results.ts";
import { type CandidateParts, createCandidates } from "./candidates.ts";
import { ConnectError, SignInError, type TlsFailure } from "./connect-error.ts";
import type { Destination } from "./destination.ts";
import { recipientDomain } from "./next-hop.ts";
import { openConnection } from "./smtp-client.ts";
import type { ClientOptions, ResolvedHost, SmtpClient } from "./smtp-message.ts";

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

export const createConnector = (parts: CandidateParts): Connector => {
  const candidates = createCandidates(parts);

  return {
    open: (question) => {
      const list = candidates({ ...question, sourceAddress: question.client.sourceAddress });
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
              parts.onTls?.({
                ...{ domain, policyType, host: host.name, failure },
                sendingIp: question.client.sourceAddress,
                receivingIp: host.address,
              });
          };
          try {
            const client = await openConnection(host, {
              ...question.client,
              tls: policy,
              onStep: onStep && ((step, text) => onStep(`${where} ${step}`, true, text)),
            });
            tell(client.tlsProblem);
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
