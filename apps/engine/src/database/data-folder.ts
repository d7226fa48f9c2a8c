/** Where everything that must survive lives, made ready for the user we work as. */
import { createHash } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { canReach, type SystemUser } from "./system-user.ts";

export type DataFolder = {
  readonly path: string;
  /** Set when the folder asked for cannot be used; says why. */
  readonly movedFrom: string | null;
};

/** Where root's gateway keeps its data when its own user could not enter the folder. */
const movedFolder = (wanted: string): string => {
  const digest = createHash("sha256").update(realpathSync(wanted)).digest("hex").slice(0, 12);
  return path.join("/var/lib/sluice", digest);
};

/** The places where the data of this folder may be. */
export const foldersOf = (wanted: string): readonly string[] => {
  try {
    return [wanted, movedFolder(wanted)];
  } catch {
    return [wanted];
  }
};

const make = (folder: string, user: SystemUser | null): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (user !== null) chownSync(folder, user.uid, user.gid);
};

/**
 * As root in a private folder (a checkout below /root, say) our own user could
 * not enter `./data`; then /var/lib/sluice takes its place. A folder that was
 * named by hand is never moved: that is an error.
 */
export const prepareDataFolder = (
  wanted: string,
  options: { user: SystemUser | null; named: boolean },
): DataFolder => {
  const { user } = options;
  let folder = wanted;
  mkdirSync(folder, { recursive: true });
  if (user !== null && !canReach(user, realpathSync(folder))) {
    if (options.named) {
      throw new Error(
        `The user "${user.name}" cannot enter ${wanted}: a folder above it is private. Choose another SLUICE_DATA_DIR, or let others pass (chmod o+x).`,
      );
    }
    folder = movedFolder(wanted);
    mkdirSync("/var/lib/sluice", { recursive: true, mode: 0o755 });
  }
  make(folder, user);
  for (const inner of ["run", "spool"]) make(path.join(folder, inner), user);
  return { path: folder, movedFrom: folder === wanted ? null : wanted };
};
