/** The server an SMTP look-up asks: a transport of the revision, or an array of options. */

import { HslArray, type RunContext, ScriptError, type Value } from "@sluice/hsl";
import type { Transport } from "@sluice/settings";
import { optionFlag, optionNumber, optionText, textsOf } from "../arguments.ts";
import { type FlowHost, flowHost } from "../flow-host.ts";
import type { Dns } from "../host/dns.ts";
import type { LookupServer } from "../host/smtp-lookup.ts";
import { objectId } from "../values.ts";
import { lookupHosts } from "./lookup-hosts.ts";

/** A string says why nobody can be asked. */
export const lookupServer = async (
  given: Value | undefined,
  recipient: string,
  run: RunContext,
  dns: Dns,
): Promise<LookupServer | string> => {
  const host = flowHost(run);
  if (!(given instanceof HslArray)) {
    const id = objectId("mailtransport", textsOf(given ?? "")[0] ?? "");
    return transportServer(id, recipient, host, dns);
  }
  const name = optionText(given, "host") ?? "";
  const port = Math.trunc(optionNumber(given, "port") ?? 25);
  if (!/^[A-Za-z0-9._:-]{1,255}$/.test(name) || !(port > 0 && port < 65_536)) {
    throw new ScriptError("wrong-argument", "the server's host or port is none");
  }
  const mode = optionText(given, "tls") ?? "optional";
  const options = {
    helo: heloOf(optionText(given, "helo") ?? host.hostName),
    lmtp: false,
    sourceAddress: optionText(given, "sourceip") ?? null,
    tls: tlsOf(mode),
    certificate: null,
    connectSeconds: 10,
    commandSeconds: 30,
    user: optionText(given, "sasl_username") ?? "",
    password: optionText(given, "sasl_password") ?? "",
    authWithoutTls: mode === "none" || optionFlag(given, "auth_without_tls", false),
    key: `${name} ${port} ${mode}`,
  };
  const destination = name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`;
  return resolved({ destination, allowPrivateAddresses: true }, recipient, host, dns, options);
};

/** How a transport of the revision is spoken to. A string says why it cannot be. */
export const transportServer = async (
  id: string,
  recipient: string,
  host: FlowHost,
  dns: Dns,
): Promise<LookupServer | string> => {
  const { settings } = host.snapshot;
  const transport = Object.hasOwn(settings.transports, id) ? settings.transports[id] : undefined;
  if (transport === undefined) return `There is no mailtransport:${id}.`;
  if (recipient === "" && /^\s*lookup-mx/i.test(transport.destination)) {
    return "A transport that looks up MX cannot check passwords.";
  }
  const certificate =
    transport.tls.certificate === undefined
      ? null
      : (settings.certificates[transport.tls.certificate]?.certificate ?? null);
  return resolved(transport, recipient, host, dns, {
    helo: transport.helo === "" ? host.hostName : transport.helo,
    lmtp: transport.protocol === "lmtp",
    sourceAddress: transport.sourceAddress === "" ? null : transport.sourceAddress,
    tls: tlsOf(transport.tls.mode),
    certificate,
    connectSeconds: Math.min(transport.connectSeconds, 10),
    commandSeconds: Math.min(transport.commandSeconds, 30),
    user: transport.user,
    password: host.snapshot.secret("transport", id, "password") ?? "",
    authWithoutTls: transport.authWithoutTls,
    key: `${id} ${JSON.stringify(transport)}`,
  });
};

const resolved = async (
  { destination, allowPrivateAddresses }: Pick<Transport, "destination" | "allowPrivateAddresses">,
  recipient: string,
  host: FlowHost,
  dns: Dns,
  options: Omit<LookupServer, "hosts">,
): Promise<LookupServer | string> => {
  const hosts = await lookupHosts(destination, recipient, dns, {
    resolvers: host.snapshot.settings.gateway.resolvers,
    allowPrivate: allowPrivateAddresses,
  });
  return typeof hosts === "string" ? hosts : { ...options, hosts };
};

/** DANE and MTA-STS verify in their own way; for a question, verified TLS stands for them. */
const tlsOf = (mode: string): LookupServer["tls"] => {
  switch (mode) {
    case "none":
    case "optional":
    case "optional-verify":
    case "require":
    case "require-verify":
      return mode;
    case "dane":
    case "mta-sts":
      return "require-verify";
    default:
      throw new ScriptError("wrong-argument", `there is no TLS mode ${mode}`);
  }
};

const heloOf = (name: string): string => {
  if (/^[A-Za-z0-9._:[\]-]{1,255}$/.test(name)) return name;
  throw new ScriptError("wrong-argument", "the HELO name is none");
};
