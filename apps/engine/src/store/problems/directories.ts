/** Directories whose filter cannot be read, or finds the same whoever is looked up. Pure. */
import type { Settings } from "@sluice/settings";
import type { SettingsProblem, Surroundings } from "./problem.ts";

const placeholder = "%s";

export const directoryProblems = (
  settings: Settings,
  { checkFilter }: Pick<Surroundings, "checkFilter">,
): SettingsProblem[] =>
  Object.entries(settings.directories).flatMap(([id, directory]) =>
    (["query", "userQuery"] as const).flatMap((field): SettingsProblem[] => {
      const filter = directory[field];
      if (filter === "" && field === "userQuery") return []; // nobody is searched for
      const place = { kind: "directory", id, field: [field] } as const;
      const wrong = checkFilter?.(filter) ?? null;
      if (wrong !== null) {
        return [
          {
            ...place,
            severity: "error",
            rule: "filter",
            message: `This is no LDAP filter: ${wrong.replace(/\.(?: Full string.*)?$/, "")}.`,
            cure: "Write one such as (mail=%s), each parenthesis closed.",
          },
        ];
      }
      if (filter.includes(placeholder)) return [];
      return [
        {
          ...place,
          severity: "error",
          rule: "filter-value",
          message: "The filter finds the same entries whatever is looked up.",
          cure: "Put %s where the value belongs, as in (mail=%s).",
        },
      ];
    }),
  );
