/**
 * Does a transport connect? Looks its hosts up, connects, says EHLO, starts TLS and
 * signs in as delivery would, each step told; sends no mail.
 */
import { hostname } from "node:os";
import type { Settings, Transport } from "@sluice/settings";
import { createConnector } from "../delivery/connector.ts";
import { createMtaSts, fetchPolicyOverHttps } from "../delivery/mta-sts.ts";
import { planAttempt } from "../delivery/plan-attempt.ts";
import type { Dns } from "../flows/host/dns.ts";
import type { Http } from "../flows/host/http.ts";
import type { CheckReport, CheckStep } from "./parts.ts";

const maximumSeconds = 15;
const maximumHosts = 5;

export const checkTransport = async (
  question: {
    transport: Transport;
    password: string | null;
    /** Whose mail exchangers are asked for; null for a transport that names its hosts. */
    recipientDomain: string | null;
  },
  surroundings: {
    dns: Dns;
    http: Http;
    settings: Settings;
    /** Key of a certificate of ours, to be shown to servers that ask for one. */
    privateKey: (certificate: string) => Promise<string | null>;
  },
): Promise<CheckReport> => {
  const { transport, password, recipientDomain } = question;
  const { dns, http, settings } = surroundings;
  const own = settings.gateway.hostName === "" ? hostname() : settings.gateway.hostName;
  const steps: CheckStep[] = [];
  let began = performance.now();
  const onStep = (step: string, ok: boolean, text: string): void => {
    const now = performance.now();
    steps.push({ step, ok, text, milliseconds: Math.round(now - began) });
    began = now;
  };
  const shown = transport.tls.clientCertificate;
  const privateKey = shown === undefined ? null : await surroundings.privateKey(shown);
  const plan = planAttempt(
    { settings, secret: (kind) => (kind === "transport" ? password : privateKey) },
    { recipient: `postmaster@${recipientDomain ?? ""}`, messageId: "check", requireTls: false },
    { id: "check", transport: hurried(transport) },
    {},
    own,
  );
  switch (plan.kind) {
    case "discard":
      onStep("destination", true, "Mail is discarded here.");
      return { ok: true, steps };
    case "unreadable":
      onStep("destination", false, plan.text);
      return { ok: false, steps };
    case "connect":
      break;
    default:
      plan satisfies never;
  }
  const connections = createConnector({
    dns,
    mtaSts: createMtaSts({
      dns,
      fetchPolicy: fetchPolicyOverHttps(http),
      report: (text) => onStep("MTA-STS", false, text),
    }),
    ownNames: () => [own],
    ownAddresses: () => [],
  }).open({ ...plan.question, onStep });
  // one host that answers is enough to deliver; the others are shown as well
  let reached = 0;
  while (reached < maximumHosts) {
    const made = await connections.next();
    if (made === null || made.kind === "failed") break;
    made.client.close();
    reached += 1;
  }
  return { ok: reached > 0, steps };
};

/** Somebody waits for the answer. */
const hurried = (transport: Transport): Transport => ({
  ...transport,
  connectSeconds: Math.min(maximumSeconds, transport.connectSeconds),
  commandSeconds: Math.min(maximumSeconds, transport.commandSeconds),
});
