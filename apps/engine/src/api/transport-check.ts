/** Does a transport connect? Looks its hosts up, connects, says EHLO, starts TLS and signs in as delivery would; sends no mail. */
import { hostname } from "node:os";
import type { Settings, Transport } from "@sluice/settings";
import { resolveNextHop } from "../delivery/next-hop.ts";
import { ConnectError, openConnection, type TlsMode } from "../delivery/smtp-client.ts";
import type { Dns } from "../flows/host/dns.ts";
import type { CheckReport, CheckStep } from "./parts.ts";

const maximumSeconds = 15;
const maximumHosts = 5;

const policies: Readonly<Partial<Record<Transport["tls"]["mode"], string>>> = {
  dane: "DANE is judged for each delivery; this connection shows only whether TLS works.",
  "mta-sts": "MTA-STS is judged for each delivery; this connection shows only whether TLS works.",
};

const tlsMode = (mode: Transport["tls"]["mode"]): TlsMode =>
  mode === "dane" || mode === "mta-sts" ? "require" : mode;

export const checkTransport = async (
  question: {
    transport: Transport;
    password: string | null;
    /** Whose mail exchangers are asked for; null for a transport that names its hosts. */
    recipientDomain: string | null;
  },
  surroundings: { dns: Dns; settings: Settings },
): Promise<CheckReport> => {
  const { transport, password, recipientDomain } = question;
  const { dns, settings } = surroundings;
  const steps: CheckStep[] = [];
  const own = settings.gateway.hostName === "" ? hostname() : settings.gateway.hostName;
  const began = performance.now();
  const hop = await resolveNextHop(transport, `postmaster@${recipientDomain ?? ""}`, {
    dns,
    resolvers: settings.gateway.resolvers,
    seed: "check",
    ownNames: [own],
  });
  const milliseconds = Math.round(performance.now() - began);
  if (hop.kind === "discard") {
    return {
      ok: true,
      steps: [{ step: "destination", ok: true, text: "Mail is discarded here.", milliseconds }],
    };
  }
  if (hop.kind === "failed") {
    return { ok: false, steps: [{ step: "destination", ok: false, text: hop.text, milliseconds }] };
  }
  const names = hop.hosts.map(({ name, address, port }) => `${name} [${address}]:${port}`);
  steps.push({ step: "destination", ok: true, text: names.join(", "), milliseconds });

  const pinned = transport.tls.certificate;
  for (const host of hop.hosts.slice(0, maximumHosts)) {
    const start = performance.now();
    const step = `${host.name} [${host.address}]:${host.port}`;
    const spent = (): number => Math.round(performance.now() - start);
    try {
      const client = await openConnection(host, {
        helo: transport.helo === "" ? own : transport.helo,
        protocol: transport.protocol,
        tlsMode: tlsMode(transport.tls.mode),
        pinnedCertificate:
          pinned === undefined ? null : (settings.certificates[pinned]?.certificate ?? null),
        sasl:
          transport.user === "" || password === null ? null : { user: transport.user, password },
        authWithoutTls: transport.authWithoutTls,
        sourceAddress: transport.sourceAddress === "" ? null : transport.sourceAddress,
        connectSeconds: Math.min(maximumSeconds, transport.connectSeconds),
        commandSeconds: Math.min(maximumSeconds, transport.commandSeconds),
        finalSeconds: Math.min(maximumSeconds, transport.finalSeconds),
      });
      const words = [
        "Connected",
        client.tls === null ? "without TLS" : `with ${client.tls.protocol}, ${client.tls.cipher}`,
        ...(transport.user !== "" && password !== null ? [`signed in as ${transport.user}`] : []),
      ];
      client.close();
      const policy = policies[transport.tls.mode];
      const text = `${words.join(", ")}.${policy === undefined ? "" : ` ${policy}`}`;
      steps.push({ step, ok: true, text, milliseconds: spent() });
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      const code = error.code === 0 ? "" : `${error.code} `;
      steps.push({ step, ok: false, text: `${code}${error.message}`, milliseconds: spent() });
    }
  }
  // one host that answers is enough to deliver
  return { ok: steps.slice(1).some(({ ok }) => ok), steps };
};
