/** Listeners that share a port, lack a certificate, name peers that are none, or let passwords go in clear. Pure. */
import { parseNetwork } from "@sluice/hsl";
import type { Settings } from "@sluice/settings";
import type { SettingsProblem } from "./problem.ts";

const addressesOf = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .map((part) => (["", "any", "*", "::", "0.0.0.0"].includes(part) ? "any" : part));

export const listenerProblems = (settings: Settings): SettingsProblem[] => {
  const problems: SettingsProblem[] = [];
  const taken = new Map<string, string>();
  for (const [id, listener] of Object.entries(settings.listeners)) {
    if (!listener.enabled) continue;
    for (const address of addressesOf(listener.address)) {
      const key = `${address} ${listener.port}`;
      const other = taken.get(key);
      if (other !== undefined) {
        problems.push({
          kind: "listener",
          id,
          severity: "error",
          rule: "listener-port",
          message: `Listener “${other}” uses port ${listener.port} of ${address === "any" ? "any address" : address} already.`,
          cure: "Choose another port or address.",
          field: ["port"],
        });
      }
      taken.set(key, id);
    }
    if (listener.tls.mode !== "off" && listener.tls.certificates.length === 0) {
      problems.push({
        kind: "listener",
        id,
        severity: "error",
        rule: "listener-certificate",
        message: "TLS is on, but there is no certificate to show.",
        cure: "Choose a certificate, or switch TLS off.",
        field: ["tls", "certificates"],
      });
    }
    for (const [index, certificate] of listener.tls.certificates.entries()) {
      if (settings.certificates[certificate]?.privateKey === undefined) {
        if (settings.certificates[certificate] === undefined) continue; // told as a missing reference
        problems.push({
          kind: "listener",
          id,
          severity: "error",
          rule: "listener-certificate",
          message: `The certificate “${certificate}” has no private key.`,
          cure: "Choose a certificate of our own.",
          field: ["tls", "certificates", index],
        });
      }
    }
    for (const list of ["proxyPeers", "xclientPeers"] as const) {
      for (const [index, peer] of listener[list].entries()) {
        if (parseNetwork(peer) !== undefined) continue;
        problems.push({
          kind: "listener",
          id,
          severity: "error",
          rule: "listener-peer",
          message: `“${peer}” is no address, network or range.`,
          cure: "Write an address such as 192.0.2.1, or a network such as 192.0.2.0/24.",
          field: [list, index],
        });
      }
    }
    if (listener.authenticationFlow !== undefined && !listener.authenticationNeedsTls) {
      problems.push({
        kind: "listener",
        id,
        severity: "warning",
        rule: "sign-in-clear",
        message: "Users may send their password without TLS.",
        cure: "Let sign-in need TLS.",
        field: ["authenticationNeedsTls"],
      });
    }
    if (
      listener.authenticationFlow !== undefined &&
      listener.authenticationNeedsTls &&
      listener.tls.mode === "off"
    ) {
      problems.push({
        kind: "listener",
        id,
        severity: "advice",
        rule: "sign-in-impossible",
        message: "Sign-in needs TLS, but TLS is off: nobody can sign in here.",
        cure: "Switch TLS on.",
        field: ["tls", "mode"],
      });
    }
  }
  return problems;
};
