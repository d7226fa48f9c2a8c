/** The one place where procedures are made: permission, hostile keys and errors are settled here. */
import { initTRPC, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import { type ErrorCode, GatewayError } from "../errors.ts";
import type { Context } from "./context.ts";
import { allows, type Permission } from "./permission.ts";

export type Meta = { readonly permission: Permission };

type TrpcCode = TRPCError["code"];

const trpcCodes: Readonly<Record<ErrorCode, TrpcCode>> = {
  STORAGE_FULL: "SERVICE_UNAVAILABLE",
  STORAGE_UNREACHABLE: "SERVICE_UNAVAILABLE",
  STORAGE_UNSURE: "SERVICE_UNAVAILABLE",
  DIRECTORY_UNREACHABLE: "SERVICE_UNAVAILABLE",
  DNS_UNREACHABLE: "SERVICE_UNAVAILABLE",
  FLOW_FAILED: "INTERNAL_SERVER_ERROR",
  INTERNAL: "INTERNAL_SERVER_ERROR",
  NOT_FOUND: "NOT_FOUND",
  CONFLICT: "CONFLICT",
  INVALID: "BAD_REQUEST",
  IN_USE: "PRECONDITION_FAILED",
  NOT_ALLOWED: "FORBIDDEN",
  CODE_NEEDED: "UNAUTHORIZED",
  PROOF_NEEDED: "FORBIDDEN",
  SIGN_IN_REFUSED: "UNAUTHORIZED",
  TOO_MANY_TRIES: "TOO_MANY_REQUESTS",
};

/** The error as the web sees it: `data.code` says what, `data.detail` which field or object. */
export type ErrorData = {
  readonly code: ErrorCode | TrpcCode;
  readonly httpStatus: number;
  readonly path?: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;
};

const describe = (
  error: TRPCError,
): { code: ErrorCode | TrpcCode; message: string; detail: Readonly<Record<string, unknown>> } => {
  const { cause } = error;
  if (cause instanceof GatewayError) {
    return { code: cause.code, message: cause.message, detail: cause.detail };
  }
  if (cause instanceof ZodError) {
    const issues = cause.issues.map(({ path, message }) => ({ path, message }));
    return { code: "INVALID", message: "The request is not understood.", detail: { issues } };
  }
  if (error.code === "INTERNAL_SERVER_ERROR") {
    if (isDatabaseGone(cause)) {
      return { code: "STORAGE_UNREACHABLE", message: "The database does not answer.", detail: {} };
    }
    return {
      code: "INTERNAL",
      message: "Something went wrong here; the log says what.",
      detail: {},
    };
  }
  return { code: error.code, message: error.message, detail: {} };
};

/** Nobody listens, it starts or stops, or the connection broke off: a page that is asked again will do. */
const isDatabaseGone = (error: unknown): boolean => {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, syscall } = at as { code?: unknown; syscall?: unknown }; // system errors and the driver's
    if (code === "ENOENT" && syscall === "connect") return true; // its socket is not there
    if (typeof code === "string" && goneCodes.has(code)) return true;
    if (/^(Connection terminated|timeout exceeded when trying to connect)/.test(at.message))
      return true;
  }
  return false;
};

const goneCodes: ReadonlySet<string> = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE"],
  ...["57P01", "57P02", "57P03", "08006", "08001"], // PostgreSQL: going down, crashed, starting
]);

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    isServer: true,
    isDev: false,
    // a stream is asked for again every five minutes, so that it ends soon after its session
    sse: { maxDurationMs: 5 * 60_000, ping: { enabled: true, intervalMs: 15_000 } },
    errorFormatter: ({ shape, error }) => {
      const { code, message, detail } = describe(error);
      const { httpStatus, path } = shape.data;
      const data: ErrorData = { code, httpStatus, path, detail };
      return { code: shape.code, message, data };
    },
  });

const hostileKeys = new Set(["__proto__", "constructor", "prototype"]);

/** No key of an input may reach for a prototype, however deep it stands. */
const refuseHostileKeys = (value: unknown, depth = 0): void => {
  if (value === null || typeof value !== "object") return;
  if (depth > 100) throw new GatewayError("INVALID", "The input is nested too deeply.");
  for (const key of Object.keys(value)) {
    if (hostileKeys.has(key)) throw new GatewayError("INVALID", `The key ${key} is not allowed.`);
    refuseHostileKeys((value as Readonly<Record<string, unknown>>)[key], depth + 1); // its own key
  }
};

/** How long a password that was given lets secrets, keys and users be changed. */
const proofMinutes = 15;

/** An open browser is not enough for what outlives it: secrets, keys, users. */
const needsProof = ({ caller, parts }: Context): boolean =>
  caller?.kind === "session" &&
  parts.clock().getTime() - caller.provenAt.getTime() > proofMinutes * 60_000;

const guarded = t.procedure.use(async ({ ctx, meta, next, type, getRawInput }) => {
  const permission = meta?.permission;
  if (permission === undefined) throw new Error("a procedure without a permission");
  if (!allows(ctx.caller?.role ?? null, permission)) {
    if (ctx.caller === null) {
      throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
    }
    throw wrap(new GatewayError("NOT_ALLOWED", `The role ${ctx.caller.role} may not do this.`));
  }
  if (permission === "manage" && type === "mutation" && needsProof(ctx)) {
    throw wrap(new GatewayError("PROOF_NEEDED", "Give your password again for this."));
  }
  try {
    refuseHostileKeys(await getRawInput());
  } catch (error) {
    throw error instanceof GatewayError ? wrap(error) : error;
  }
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (cause instanceof GatewayError && result.error.code !== trpcCodes[cause.code])
    throw wrap(cause);
  return result;
});

const wrap = (error: GatewayError): TRPCError =>
  new TRPCError({ code: trpcCodes[error.code], message: error.message, cause: error });

/** Every procedure of the API begins here. */
export const procedure = (permission: Permission) => guarded.meta({ permission });

export const { router, createCallerFactory } = t;
