/**
 * The user Sluice works as. Started as root it keeps only the supervisor there
 * (to bind ports below 1024) and runs everything else, PostgreSQL included, as
 * a system user of its own, which it adds when it is missing.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";

export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

const name = "sluice";

const findUser = (): SystemUser | null => {
  for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
};

/** null when we are not root: then everything runs as whoever started us. */
export const ownUser = (): SystemUser | null => {
  if (process.getuid?.() !== 0) return null;
  const existing = findUser();
  if (existing !== null) return existing;
  try {
    execFileSync("useradd", [
      "--system",
      "--user-group",
      "--no-create-home",
      "--shell",
      "/usr/sbin/nologin",
      name,
    ]);
  } catch (cause) {
    const added = findUser(); // another start may have been quicker
    if (added !== null) return added;
    throw new Error(
      `Started as root, but the user "${name}" could not be added. Add it (useradd --system ${name}), or start as an ordinary user.`,
      { cause },
    );
  }
  const added = findUser();
  if (added === null)
    throw new Error(`The user "${name}" was added but /etc/passwd does not show it.`);
  return added;
};

/** Can this user enter every folder above `file`? Decided by mode bits, as the kernel does. */
export const canReach = (user: SystemUser, file: string): boolean => {
  for (let folder = path.dirname(path.resolve(file)); ; folder = path.dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
};

/** From here on this process is the user's; it cannot become root again. */
export const becomeUser = (user: SystemUser | null): void => {
  if (user === null || process.getuid?.() !== 0) return;
  process.setgroups?.([user.gid]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
};
