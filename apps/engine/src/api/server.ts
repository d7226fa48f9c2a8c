/**
 * The control process's HTTP side: the API, the built web app, icons, one-time
 * downloads, metrics and health.
 *
 * Promises: no request changes anything unless it comes from our own page or
 * carries the command line's token; nothing here is embedded, sniffed or run by
 * another site. If the process dies, sessions and drafts are in the database;
 * running jobs end and say nothing more.
 */
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import fastifyStatic from "@fastify/static";
import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";
import { GatewayError } from "../errors.ts";
import { makeCommandLineToken } from "./command-line-token.ts";
import type { Caller, Context } from "./context.ts";
import { readCookie, writeCookie } from "./cookie.ts";
import { type ApiOptions, createApiParts } from "./create-parts.ts";
import { judgeOrigin } from "./request-origin.ts";
import { appRouter } from "./router.ts";

export type ApiServer = {
  /** Answers from now on; gives the address. */
  readonly listen: () => Promise<string>;
  readonly close: () => Promise<void>;
};

export type ApiServerOptions = ApiOptions & {
  readonly environment: {
    readonly dataFolder: string;
    readonly http: { readonly host: string; readonly port: number };
  };
  /** Whether the workers listen; "ready" is not said before. */
  readonly isListening?: (() => Promise<boolean>) | undefined;
  /** The folder of the built web app; null: the API alone. */
  readonly webFolder: string | null;
};

const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const maximumBody = 64 * 1024 * 1024;
const maximumStrangersBody = 64 * 1024;

const isLoopback = (address: string | undefined): boolean => {
  if (address === undefined || !ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === "loopback";
};

/** The other end is a process here, and speaks for itself. */
const isThisMachine = ({ raw, headers }: FastifyRequest): boolean => {
  const { remoteAddress, localAddress } = raw.socket;
  if (headers["x-forwarded-for"] !== undefined) return false;
  return (
    isLoopback(remoteAddress) || (remoteAddress !== undefined && remoteAddress === localAddress)
  );
};

export const createApiServer = (options: ApiServerOptions): ApiServer => {
  const { environment, webFolder, report } = options;
  const parts = createApiParts(options);
  const token = makeCommandLineToken(environment.dataFolder);
  const server = fastify({
    bodyLimit: maximumBody,
    trustProxy: "loopback",
    requestTimeout: 120_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 4000 }, // a batch names all its procedures in one parameter
    logger: false,
  });

  const isCommandLine = (request: FastifyRequest): boolean =>
    isThisMachine(request) && token.matches(request.headers.authorization);

  const callerOf = async (request: FastifyRequest, secure: boolean): Promise<Caller | null> => {
    if (request.headers.authorization !== undefined) {
      return isCommandLine(request)
        ? { kind: "command-line", name: "command line", role: "administrator" }
        : null;
    }
    const cookie = readCookie(request.headers.cookie, secure);
    const session = cookie === null ? null : await parts.sessions.find(cookie);
    return session === null ? null : { kind: "session", ...session };
  };

  server.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "content-security-policy": contentSecurityPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  server.setErrorHandler(async (error: unknown, _request, reply) => {
    const status =
      error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
        ? error.statusCode
        : 500;
    if (status >= 500) report("A request failed.", error);
    await reply
      .status(status)
      .send({ error: status >= 500 ? "Something went wrong here." : "The request is wrong." });
  });

  void server.register(
    async (scope) => {
      scope.addHook("onRequest", async (request, reply) => {
        const { method, headers, host } = request;
        const commandLine = isCommandLine(request);
        const verdict = judgeOrigin({ method, headers, host, commandLine });
        reply.header("cache-control", "no-store");
        if (verdict.kind === "refused") {
          return reply.status(verdict.status).send({ error: verdict.text });
        }
        const secure = request.protocol === "https";
        const known = commandLine || readCookie(headers.cookie, secure) !== null;
        const length = Number(headers["content-length"] ?? Number.NaN);
        if (method === "POST" && !known && !(length <= maximumStrangersBody)) {
          return reply.status(413).send({ error: "Sign in before sending this much." });
        }
        return undefined;
      });
      await scope.register(fastifyTRPCPlugin, {
        trpcOptions: {
          router: appRouter,
          maxBatchSize: 50,
          createContext: async ({
            req,
            res,
          }: {
            req: FastifyRequest;
            res: FastifyReply;
          }): Promise<Context> => {
            const secure = req.protocol === "https";
            return {
              parts,
              caller: await callerOf(req, secure),
              address: req.ip,
              userAgent: req.headers["user-agent"] ?? "",
              setSession: (session) => {
                res.header("set-cookie", writeCookie(session, secure));
              },
            };
          },
          onError: ({ error, path: procedure }: { error: Error; path?: string | undefined }) => {
            if (error.cause instanceof GatewayError && error.cause.code !== "INTERNAL") return;
            if ("code" in error && error.code !== "INTERNAL_SERVER_ERROR") return;
            report(`${procedure ?? "A request"} failed.`, error.cause ?? error);
          },
        },
      });
    },
    { prefix: "/trpc" },
  );

  addIcons(server, parts);
  addDownloads(server, parts);

  server.get("/metrics", async (request, reply) => {
    if (!isThisMachine(request)) {
      return reply.status(404).send();
    }
    const { contentType, text } = await parts.system.metrics();
    return reply.header("content-type", contentType).send(text);
  });

  server.get("/health", async (_request, reply) => {
    const timer = AbortSignal.timeout(3000);
    const late = new Promise<never>((_, reject) => {
      timer.addEventListener("abort", () => reject(new Error("the database is slow")));
    });
    try {
      const asked = options.isListening?.() ?? options.pool.query("SELECT 1");
      const isReady = (await Promise.race([asked, late])) !== false;
      if (!isReady) return await reply.status(503).send({ status: "starting" });
      return await reply.send({ status: "ok" });
    } catch {
      return reply.status(503).send({ status: "not ready" });
    }
  });

  if (webFolder !== null && existsSync(path.join(webFolder, "index.html"))) {
    addWebApp(server, webFolder);
  }

  return {
    listen: async () => {
      await server.listen({ host: environment.http.host, port: environment.http.port });
      const bound = server.server.address() as AddressInfo; // it listens on TCP
      const any = bound.address === "0.0.0.0" || bound.address === "::";
      const host = any
        ? "127.0.0.1"
        : bound.family === "IPv6"
          ? `[${bound.address}]`
          : bound.address;
      const address = `http://${host}:${bound.port}`;
      token.publish(address);
      return address;
    },
    close: () => server.close(),
  };
};

type Parts = ReturnType<typeof createApiParts>;

/** Images we fetched ourselves: data of the outside, so they may do nothing but be seen. */
const addIcons = (server: FastifyInstance, { icons }: Parts): void => {
  server.get<{ Params: { sha256: string } }>("/icons/:sha256", async (request, reply) => {
    const { sha256 } = request.params;
    const icon = /^[0-9a-f]{64}$/.test(sha256) ? await icons.read(sha256) : null;
    if (icon === null) return reply.status(404).send();
    return reply
      .headers({
        "content-type": icon.mediaType,
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "cache-control": "private, max-age=31536000, immutable",
      })
      .send(icon.bytes);
  });
};

const percent = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

const addDownloads = (server: FastifyInstance, { downloads }: Parts): void => {
  server.get<{ Params: { token: string } }>("/download/:token", async (request, reply) => {
    const download = downloads.take(request.params.token);
    const content = download === null ? null : await download.open();
    if (download === null || content === null) {
      return reply
        .status(404)
        .type("text/plain")
        .send("This address was used already, or is too old.");
    }
    const plain = download.fileName.replace(/[^A-Za-z0-9._-]/g, "_");
    const encoded = encodeURIComponent(download.fileName).replace(/['()*]/g, percent);
    return reply
      .headers({
        "content-type": download.mediaType,
        "content-disposition": `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
        "cache-control": "no-store",
      })
      .send(Readable.from(content));
  });
};

const addWebApp = (server: FastifyInstance, folder: string): void => {
  void server.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    setHeaders: (response, file) => {
      const hashed = file.includes(`${path.sep}assets${path.sep}`);
      response.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  // the app draws its own pages: every other path gets the app
  server.setNotFoundHandler(async (request, reply) => {
    const page = request.method === "GET" && !/^\/(trpc|icons|download|assets)\//.test(request.url);
    if (!page) return reply.status(404).send({ error: "There is nothing here." });
    return reply.sendFile("index.html");
  });
};
