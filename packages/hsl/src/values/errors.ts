import type { CallSite } from "../host.ts";

/** A place in the compiled text; `inside` names the included file the code really stands in. */
export type Site = CallSite & { readonly offset: number; readonly inside?: string };

/**
 * Something a script did wrong while running. Code and message go to the log;
 * the machine adds the place. A script can catch it, unless it is a budget's.
 */
export class ScriptError extends Error {
  readonly code: string;
  /** Filled in by the machine where the thrower did not know. */
  site: Site | undefined;

  constructor(code: string, message: string, site?: Site) {
    super(message);
    this.name = "ScriptError";
    this.code = code;
    this.site = site;
  }
}

/** Whether a script may catch this error: a used-up budget ends the run, whatever the script wants. */
export const isCatchable = (error: ScriptError): boolean => !error.code.startsWith("budget-");
