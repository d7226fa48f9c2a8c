/** Which process a journal belongs to, so that nobody reads one whose owner still lives. */
import { readFileSync } from "node:fs";

/** Process id and, where the system tells, its time of birth: an id is used again. */
export const ownIdentity = (): string => identityOf(process.pid) ?? `${process.pid}-0`;

/** Does the process that wrote this name still live? */
export const isAlive = (identity: string): boolean => {
  const pid = Number(identity.split("-")[0]);
  return identityOf(pid) === identity;
};

const identityOf = (pid: number): string | null => {
  try {
    // proc(5): after the name in parentheses the 20th field is the time of birth in ticks since the system started
    const [, after = ""] = readFileSync(`/proc/${pid}/stat`, "latin1").split(/^.*\) /s);
    return `${pid}-${after.split(" ")[19]}`;
  } catch {
    return process.platform === "linux" ? null : withoutProc(pid);
  }
};

const withoutProc = (pid: number): string | null => {
  try {
    process.kill(pid, 0);
    return `${pid}-0`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? `${pid}-0` : null; // there, but another user's
  }
};
