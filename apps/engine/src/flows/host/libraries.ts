/**
 * Libraries that take longer to load than most scripts to run: `sluice hsl` answers
 * before they are there, and the control process seldom asks for one. A worker loads
 * them before its first mail.
 */
import { createRequire } from "node:module";
import { once } from "./once.ts";

/** SPF, DKIM, DMARC, ARC and the policies of MTA-STS. */
export const loadMailauth = once(() => import("./mailauth.ts"));

/** The client of HTTP. */
export const loadUndici = once(() => import("undici"));

/** YAML, for those who cannot wait. */
export const loadYaml = once(() => createRequire(import.meta.url)("yaml") as typeof import("yaml"));

/** All of them, for a process that will need them while somebody waits. */
export const loadLibraries = async (): Promise<void> => {
  loadYaml();
  await Promise.all([loadMailauth(), loadUndici()]);
};
