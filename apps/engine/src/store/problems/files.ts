/** Files without content, and two of one name. Pure. */
import type { Settings } from "@sluice/settings";
import type { SettingsProblem, Surroundings } from "./problem.ts";

export const fileProblems = (settings: Settings, { files }: Surroundings): SettingsProblem[] => {
  const problems: SettingsProblem[] = [];
  const names = new Map<string, string>();
  for (const [id, file] of Object.entries(settings.files)) {
    if (!files.has(file.sha256)) {
      problems.push({
        kind: "file",
        id,
        severity: "error",
        rule: "file-content",
        message: "The content of this file is not stored here.",
        cure: "Upload it again.",
        field: ["sha256"],
      });
    }
    const other = names.get(file.name);
    if (other !== undefined) {
      problems.push({
        kind: "file",
        id,
        severity: "error",
        rule: "file-name",
        message: `“${other}” has the name ${file.name} too; file://${file.name} could be either.`,
        cure: "Give one of them another name.",
        field: ["name"],
      });
    }
    names.set(file.name, id);
  }
  return problems;
};
