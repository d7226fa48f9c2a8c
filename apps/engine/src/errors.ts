/**
 * Every failure the gateway expects, in one catalogue: text for the log, a bland
 * reply for the peer, and whose fault it is. docs/reference/errors.md lists each.
 */
export const errorCatalogue = {
  STORAGE_FULL: { reply: "452 4.3.1 Insufficient system storage", fault: "operator" },
  STORAGE_UNREACHABLE: { reply: "451 4.3.0 Storage is not available now", fault: "operator" },
  STORAGE_UNSURE: { reply: "451 4.3.0 Not stored for certain, try again", fault: "operator" },
  DIRECTORY_UNREACHABLE: { reply: "451 4.4.3 Directory is not available now", fault: "operator" },
  DNS_UNREACHABLE: { reply: "451 4.4.3 Name server failure", fault: "network" },
  FLOW_FAILED: { reply: "451 4.3.0 Local policy failed", fault: "administrator" },
  INTERNAL: { reply: "451 4.3.0 Local error", fault: "program" },
  NOT_FOUND: { reply: "", fault: "administrator" },
  CONFLICT: { reply: "", fault: "administrator" },
  INVALID: { reply: "", fault: "administrator" },
  IN_USE: { reply: "", fault: "administrator" },
  NOT_ALLOWED: { reply: "", fault: "administrator" },
  CODE_NEEDED: { reply: "", fault: "administrator" },
  PROOF_NEEDED: { reply: "", fault: "administrator" },
  SIGN_IN_REFUSED: { reply: "", fault: "administrator" },
  TOO_MANY_TRIES: { reply: "", fault: "administrator" },
} as const satisfies Record<
  string,
  { reply: string; fault: "operator" | "network" | "administrator" | "program" }
>;

export type ErrorCode = keyof typeof errorCatalogue;

export class GatewayError extends Error {
  readonly code: ErrorCode;
  /** More for the administrator: which field, which object, what to do. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; detail?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "GatewayError";
    this.code = code;
    this.detail = options.detail ?? {};
  }
}
