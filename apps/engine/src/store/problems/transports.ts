/** Transports whose destination cannot be understood, that cannot sign in, or that fall back in a circle. Pure. */
import type { Settings, Transport } from "@sluice/settings";
import type { SettingsProblem, Surroundings } from "./problem.ts";

export const transportProblems = (
  settings: Settings,
  { checkDestination }: Surroundings,
): SettingsProblem[] =>
  Object.entries(settings.transports).flatMap(([id, transport]) => {
    const problems: SettingsProblem[] = [];
    const wrong = checkDestination?.(transport.destination) ?? null;
    if (wrong !== null) {
      problems.push({
        kind: "transport",
        id,
        severity: "error",
        rule: "destination",
        message: wrong,
        cure: "Write host:port, lookup-mx, or null.",
        field: ["destination"],
      });
    }
    problems.push(...signInProblems(id, transport));
    const seen = new Set([id]);
    let next = transport.fallback;
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      next = settings.transports[next]?.fallback;
    }
    if (next !== undefined) {
      problems.push({
        kind: "transport",
        id,
        severity: "error",
        rule: "fallback-loop",
        message: "The fallbacks lead in a circle.",
        cure: "Take one of the fallbacks away.",
        field: ["fallback"],
      });
    }
    return problems;
  });

/** These look at no certificate, unless REQUIRETLS asks for it. */
const unverified: ReadonlySet<Transport["tls"]["mode"]> = new Set(["none", "optional"]);

const signInProblems = (
  id: string,
  { user, password, authWithoutTls, tls }: Transport,
): SettingsProblem[] => {
  if (user === "") return [];
  const problem = { kind: "transport", id, severity: "error" } as const;
  const problems: SettingsProblem[] = [];
  if (password === undefined) {
    problems.push({
      ...problem,
      rule: "sign-in-password",
      message: "There is a user name to sign in with, and no password.",
      cure: "Enter the password, or take the user name away.",
      field: ["password"],
    });
  }
  const isUnverified =
    unverified.has(tls.mode) || (tls.mode === "require" && tls.certificate === undefined);
  if (isUnverified && !authWithoutTls) {
    problems.push({
      ...problem,
      rule: "sign-in-unverified",
      message: "With this TLS mode no certificate is verified, so the password is never sent.",
      cure: "Choose “Required and verified”, with the server's certificate if it is not of a public authority; or switch on “Sign in without verified TLS”.",
      field: ["tls", "mode"],
    });
  }
  return problems;
};
