/** What one attempt does, from the transport's settings and what the delivery flow changed for it. */
import type { Transport } from "@sluice/settings";
import type { Snapshot } from "../config/snapshot.ts";
import type { AttemptChanges } from "../flows/verdict.ts";
import type { Question } from "./connector.ts";
import { type Destination, destinationOf } from "./destination.ts";
import type { ClientCertificate } from "./tls-policy.ts";

export type AttemptPlan =
  | { readonly kind: "discard" }
  | { readonly kind: "unreadable"; readonly text: string }
  | { readonly kind: "connect"; readonly question: Question };

const modes: readonly string[] = [
  "none",
  "optional",
  "optional-verify",
  "require",
  "require-verify",
  "dane",
  "mta-sts",
] satisfies readonly Transport["tls"]["mode"][];

const isMode = (text: string): text is Transport["tls"]["mode"] => modes.includes(text);

export const planAttempt = (
  snapshot: Pick<Snapshot, "settings" | "secret">,
  copy: { readonly recipient: string; readonly messageId: string; readonly requireTls: boolean },
  route: { readonly id: string; readonly transport: Transport },
  changes: AttemptChanges,
  hostName: string,
): AttemptPlan => {
  const { id, transport } = route;
  const { settings, secret } = snapshot;
  const destination = chosenDestination(transport, changes);
  if (typeof destination === "string") return { kind: "unreadable", text: destination };
  if (destination.kind === "discard") return destination;
  const password = secret("transport", id, "password");
  if (transport.user !== "" && password === null && changes.sasl === undefined)
    return {
      kind: "unreadable",
      text: `There is no password for the user ${transport.user}: enter it, or start Sluice with its environment variable.`,
    };
  const mode = changes.tlsMode ?? transport.tls.mode;
  const pinned = transport.tls.certificate;
  const certificate = pinned === undefined ? undefined : settings.certificates[pinned]?.certificate;
  if (pinned !== undefined && certificate === undefined)
    return { kind: "unreadable", text: `The certificate ${pinned} does not exist any more.` };
  const clientCertificate = ownCertificate(snapshot, transport.tls.clientCertificate);
  if (clientCertificate === undefined)
    return {
      kind: "unreadable",
      text: `The client certificate ${transport.tls.clientCertificate} has no private key: enter it, or start Sluice with its environment variable.`,
    };
  return {
    kind: "connect",
    question: {
      destination,
      recipient: copy.recipient,
      messageId: copy.messageId,
      tlsMode: isMode(mode) ? mode : "require-verify",
      pinned: certificate ?? null,
      requireTls: copy.requireTls,
      allowPrivate: transport.allowPrivateAddresses,
      resolvers: settings.gateway.resolvers,
      client: {
        helo: changes.helo ?? (transport.helo || settings.gateway.hostName || hostName),
        protocol: changes.protocol ?? transport.protocol,
        clientCertificate,
        sasl:
          changes.sasl ??
          (transport.user === "" || password === null ? null : { user: transport.user, password }),
        authWithoutTls: transport.authWithoutTls,
        sourceAddress: changes.sourceAddress ?? (transport.sourceAddress || null),
        connectSeconds: transport.connectSeconds,
        commandSeconds: transport.commandSeconds,
        dataSeconds: transport.dataSeconds,
        transferSeconds: transport.transferSeconds,
        finalSeconds: transport.finalSeconds,
      },
    },
  };
};

const chosenDestination = (transport: Transport, changes: AttemptChanges): Destination | string => {
  if (changes.destination !== undefined) {
    return { kind: "hosts", hosts: [changes.destination], query: [] };
  }
  const read = destinationOf(transport);
  return read.ok ? read.destination : read.message;
};

/** undefined: one is named, and it is not whole. */
const ownCertificate = (
  { settings, secret }: Pick<Snapshot, "settings" | "secret">,
  id: string | undefined,
): ClientCertificate | null | undefined => {
  if (id === undefined) return null;
  const certificate = settings.certificates[id]?.certificate;
  const privateKey = secret("certificate", id, "privateKey");
  return certificate === undefined || privateKey === null ? undefined : { certificate, privateKey };
};
