/** Mail to the bare `<Postmaster>` that nobody would get, though RFC 5321 §4.5.1 wants it taken everywhere. Pure. */
import type { Settings } from "@sluice/settings";
import { firstDomain, matchDomain } from "../../config/domain-match.ts";
import type { SettingsProblem } from "./problem.ts";

export const postmasterProblems = (settings: Settings): SettingsProblem[] => {
  const { postmaster } = settings.gateway;
  const listeners = Object.keys(settings.listeners).filter((id) => settings.listeners[id]?.enabled);
  const hasDomains = Object.values(settings.domains).some(({ enabled }) => enabled);
  if (!hasDomains) return []; // nothing is taken yet, and that is told elsewhere
  const cure = "Name an address of one of your domains as postmaster in the gateway's settings.";
  const problem = (message: string): SettingsProblem => ({
    kind: "gateway",
    id: "gateway",
    severity: "warning",
    rule: "postmaster",
    message,
    cure,
    field: ["postmaster"],
  });
  if (postmaster === "") {
    // where a domain stands by its name its postmaster gets it, which the setting's help tells
    const refusing = listeners.filter((id) => firstDomain(settings, id) === null);
    return refusing.length === 0
      ? []
      : [
          problem(
            `Mail to the bare address <Postmaster> is refused at ${listed(refusing)}, where no domain stands by its name; RFC 5321 §4.5.1 wants it taken.`,
          ),
        ];
  }
  const domain = postmaster.slice(postmaster.lastIndexOf("@") + 1);
  const strange = listeners.filter((id) => matchDomain(settings, id, domain) === null);
  return strange.length === 0
    ? []
    : [
        problem(
          `The postmaster is ${postmaster}, but ${domain} is none of the domains of ${listed(strange)}: the first domain's transport, or the one for outbound mail, must take it.`,
        ),
      ];
};

const listed = (listeners: readonly string[]): string =>
  `${listeners.length === 1 ? "listener" : "listeners"} ${listeners.map((id) => `“${id}”`).join(", ")}`;
