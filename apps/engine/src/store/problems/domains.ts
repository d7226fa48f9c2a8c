/** What is wrong with the names of domains: no names, and names that two domains claim. Pure. */
import type { Settings } from "@sluice/settings";
import { canonicalDomain } from "../../config/domain-match.ts";
import type { Path } from "../references.ts";
import type { SettingsProblem } from "./problem.ts";

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** In A-labels; “any” is none. */
const isDomainName = (name: string): boolean =>
  name.length <= 253 && name.split(".").every((part) => label.test(part));

export const domainProblems = ({ domains }: Settings): SettingsProblem[] => {
  const problems: SettingsProblem[] = [];
  const taken = new Map<string, string>();
  for (const [id, domain] of Object.entries(domains)) {
    if (!domain.enabled) continue;
    const names: { readonly name: string; readonly field: Path }[] = [
      { name: domain.name ?? id, field: ["name"] },
      ...domain.aliases.map((name, index) => ({ name, field: ["aliases", index] })),
    ];
    for (const { name, field } of names) {
      const canonical = canonicalDomain(name);
      if (!isDomainName(canonical)) {
        problems.push({
          kind: "domain",
          id,
          severity: "error",
          rule: "domain-name",
          message: `“${name}” is no domain name; no mail can come for it.`,
          cure: "Write what stands after the @ of an address, such as example.org.",
          field,
        });
        continue;
      }
      const key = `${canonical} ${domain.listener ?? "any"}`;
      const other = taken.get(key);
      if (other !== undefined) {
        problems.push({
          kind: "domain",
          id,
          severity: "error",
          rule: "domain-twice",
          message:
            other === id
              ? `${name} stands here twice.`
              : `“${other}” takes mail for ${name} on the same listener.`,
          cure: "Remove one, or give them different listeners.",
          field,
        });
      }
      taken.set(key, id);
    }
  }
  return problems;
};
