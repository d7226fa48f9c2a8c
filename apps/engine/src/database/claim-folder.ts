/** One gateway, or one backup or restore without it, for one data folder. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const pidFile = (dataFolder: string): string => path.join(dataFolder, "supervisor.pid");

/** The process that works with the folder; a file left by a killed one names nobody. */
export const folderOwner = (dataFolder: string): number | null => {
  try {
    const pid = Number(readFileSync(pidFile(dataFolder), "utf8"));
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return pid !== process.pid && command.includes("main.ts") ? pid : null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ESRCH") return null; // no file, or nobody there
    throw error;
  }
};

/** Throws when somebody has it; gives what leaves it again. */
export const claimFolder = (dataFolder: string): (() => void) => {
  const pid = folderOwner(dataFolder);
  if (pid !== null) {
    throw new Error(
      `Sluice runs already in ${dataFolder} (process ${pid}). Stop it first, or choose another SLUICE_DATA_DIR.`,
    );
  }
  writeFileSync(pidFile(dataFolder), String(process.pid));
  return () => rmSync(pidFile(dataFolder), { force: true });
};
