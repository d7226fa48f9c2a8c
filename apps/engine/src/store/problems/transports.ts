/** Transports whose destination cannot be understood, or that fall back in a circle. Pure. */
import type { Settings } from "@sluice/settings";
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
