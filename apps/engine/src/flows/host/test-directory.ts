/** Tries a directory as it would be used, step by step, for the page that sets it up. */
import type { Directory } from "@sluice/settings";
import { withCure } from "./directory-cure.ts";
import { createLdap, type LdapProfile } from "./ldap.ts";
import { filterProblem } from "./ldap-filter.ts";

export type CheckStep = {
  readonly step: string;
  readonly ok: boolean;
  readonly text: string;
  readonly milliseconds: number;
};

export type CheckReport = { readonly ok: boolean; readonly steps: readonly CheckStep[] };

/** `lookup`: a value to search for; null only connects and signs in. */
export const testDirectory = async (
  { bindPassword, ...directory }: Omit<Directory, "bindPassword"> & { bindPassword: string | null },
  lookup: string | null,
): Promise<CheckReport> => {
  const profile: LdapProfile = { ...directory, password: bindPassword };
  const steps: CheckStep[] = [];
  const step = async (
    name: string,
    work: () => Promise<{ ok: boolean; text: string }>,
  ): Promise<boolean> => {
    const startedAt = performance.now();
    const result = await work();
    steps.push({ step: name, ...result, milliseconds: Math.round(performance.now() - startedAt) });
    return result.ok;
  };
  const problem = filterProblem(profile.query);
  await step("Query", async () => ({ ok: problem === null, text: problem ?? profile.query }));
  for (const server of profile.servers) {
    const ldap = createLdap();
    const one = { ...profile, servers: [server] };
    // a search for the base alone: connects, encrypts and signs in
    const base = { ...one, scope: "base" as const, query: "(objectClass=*)", attributes: ["1.1"] };
    const isUp = await step(`Sign in at ${server}`, async () => {
      const found = await ldap.search(base, "*");
      return found.kind === "error"
        ? { ok: false, text: withCure(found.text, profile) }
        : { ok: true, text: profile.bindDn === "" ? "Anonymous" : `As ${profile.bindDn}` };
    });
    if (isUp && lookup !== null && problem === null) {
      await step(`Search at ${server}`, async () => {
        const found = await ldap.search(one, lookup);
        if (found.kind === "error") return { ok: false, text: withCure(found.text, profile) };
        const names = found.entries.slice(0, 3).map(({ dn }) => dn);
        return {
          ok: true,
          text:
            found.entries.length === 0
              ? "Nothing found"
              : `${found.entries.length} found: ${names.join("; ")}`,
        };
      });
    }
    await ldap.close();
  }
  return { ok: steps.every(({ ok }) => ok), steps };
};
