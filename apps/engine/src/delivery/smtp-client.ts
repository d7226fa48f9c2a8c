/**
 * A connection to a next hop, kept open for more messages. A thin skin over
 * nodemailer's SMTPConnection: it pipelines, stuffs dots and speaks TLS and LMTP;
 * we say which security is enough and give each recipient its own result.
 */
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { ResolvedHost } from "./next-hop.ts";

export type TlsMode = "none" | "optional" | "optional-verify" | "require" | "require-verify";

export type ClientOptions = {
  readonly helo: string;
  readonly protocol: "smtp" | "lmtp";
  readonly tlsMode: TlsMode;
  /** PEM of the one certificate the server must show. */
  readonly pinnedCertificate: string | null;
  readonly sasl: { readonly user: string; readonly password: string } | null;
  readonly authWithoutTls: boolean;
  readonly sourceAddress: string | null;
  readonly connectSeconds: number;
  readonly commandSeconds: number;
  readonly finalSeconds: number;
};

export type OutgoingMessage = {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly body: Buffer | AsyncIterable<Buffer>;
  readonly size: number;
  readonly eightBit: boolean;
  readonly smtpUtf8: boolean;
  readonly requireTls: boolean;
  readonly dsn: {
    readonly ret: "FULL" | "HDRS" | null;
    readonly envid: string | null;
    readonly notify: readonly string[] | null;
    readonly orcpt: string | null;
  };
};

/** What the next hop said of one recipient; code 0: nobody answered. */
export type RecipientResult = {
  readonly recipient: string;
  readonly code: number;
  readonly status: string | null;
  readonly text: string;
};

export type SmtpClient = {
  readonly host: ResolvedHost;
  readonly tls: { readonly protocol: string; readonly cipher: string } | null;
  /** The server takes DSN requests over (RFC 3461 §5.2.1). */
  readonly takesDsn: boolean;
  readonly send: (message: OutgoingMessage) => Promise<readonly RecipientResult[]>;
  readonly messages: () => number;
  readonly isUsable: () => boolean;
  readonly close: () => void;
};

/** Connecting failed: with a reply's code, or 0 when nobody answered. */
export class ConnectError extends Error {
  readonly code: number;
  readonly status: string | null;
  constructor(code: number, status: string | null, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.status = status;
  }
}

type LibraryError = Error & {
  code?: string;
  response?: string;
  responseCode?: number;
  command?: string;
  rejectedErrors?: (LibraryError & { recipient?: string })[];
};

type SendInfo = { response?: string; rejectedErrors?: LibraryError["rejectedErrors"] };

/** The members of nodemailer's SMTPConnection that we use; its own types leave some of them out. */
type Library = {
  readonly secure: boolean;
  readonly _socket: { getProtocol?: () => string; getCipher?: () => { name: string } } | false;
  readonly _supportedExtensions: readonly string[];
  readonly on: (event: "error", listener: (error: LibraryError) => void) => void;
  readonly once: (event: "end", listener: () => void) => void;
  readonly connect: (done: (error?: LibraryError | null) => void) => void;
  readonly login: (auth: object, done: (error?: LibraryError | null) => void) => void;
  readonly send: (
    envelope: object,
    message: Buffer | Readable,
    done: (error: LibraryError | null, info?: SendInfo) => void,
  ) => void;
  readonly reset: (done: () => void) => void;
  readonly quit: () => void;
  readonly close: () => void;
};

const clean = (text: string): string =>
  text
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 2000);

const replyOf = (error: LibraryError): { code: number; status: string | null; text: string } => {
  const response = error.response ?? "";
  const code = error.responseCode ?? 0;
  const status = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? null;
  return code > 0
    ? { code, status, text: clean(response) }
    : { code: 0, status: null, text: clean(error.message) };
};

const tlsOptions = (options: ClientOptions, host: ResolvedHost): Record<string, unknown> => {
  const { tlsMode, pinnedCertificate } = options;
  if (tlsMode === "none") return { ignoreTLS: true };
  const verifies = tlsMode.endsWith("verify");
  return {
    ...(tlsMode.startsWith("require") ? { requireTLS: true } : { opportunisticTLS: !verifies }),
    tls: {
      servername: host.name,
      minVersion: "TLSv1.2",
      rejectUnauthorized: verifies,
      ...(pinnedCertificate === null
        ? {}
        : { ca: [pinnedCertificate], checkServerIdentity: () => undefined }),
    },
  };
};

/** Opens a connection and signs in. Rejects with ConnectError. */
export const openConnection = (host: ResolvedHost, options: ClientOptions): Promise<SmtpClient> =>
  new Promise((resolve, reject) => {
    const library = new SMTPConnection({
      host: host.address,
      port: host.port,
      secure: false,
      name: options.helo,
      lmtp: options.protocol === "lmtp",
      connectionTimeout: options.connectSeconds * 1000,
      greetingTimeout: options.commandSeconds * 1000,
      socketTimeout: options.finalSeconds * 1000,
      allowInternalNetworkInterfaces: true,
      logger: false,
      ...(options.sourceAddress === null ? {} : { localAddress: options.sourceAddress }),
      ...tlsOptions(options, host),
    }) as unknown as Library; // see the type
    let isOpen = false;
    let count = 0;
    let isBroken = false;
    const fail = (error: LibraryError): void => {
      isBroken = true;
      if (isOpen) return;
      const { code, status, text } = replyOf(error);
      library.close();
      reject(new ConnectError(code, status, text, error));
    };
    library.on("error", fail);
    library.once("end", () => {
      isBroken = true;
    });

    const ready = (): void => {
      isOpen = true;
      const socket = library._socket;
      resolve({
        host,
        tls:
          library.secure && socket !== false && socket.getProtocol !== undefined
            ? { protocol: socket.getProtocol(), cipher: socket.getCipher?.().name ?? "" }
            : null,
        takesDsn: library._supportedExtensions.includes("DSN"),
        messages: () => count,
        isUsable: () => !isBroken,
        close: () => {
          isBroken = true;
          library.quit();
        },
        send: (message) => {
          count += 1;
          return sendOn(library, message, () => {
            isBroken = true;
          });
        },
      });
    };

    library.connect((error?: LibraryError | null) => {
      if (error != null) {
        fail(error);
        return;
      }
      const { sasl } = options;
      if (sasl === null) {
        ready();
        return;
      }
      if (!library.secure && !options.authWithoutTls) {
        library.close();
        reject(
          new ConnectError(
            0,
            null,
            "The server offers no TLS, and the password is not sent in the clear.",
          ),
        );
        return;
      }
      library.login(
        {
          user: sasl.user,
          pass: sasl.password,
          credentials: { user: sasl.user, pass: sasl.password },
        },
        (failure?: LibraryError | null) => {
          if (failure == null) {
            ready();
            return;
          }
          const { code, text } = replyOf(failure);
          library.close();
          // wrong credentials do not become right by waiting (but a 4yz may)
          const isTransient = code >= 400 && code < 500;
          reject(
            new ConnectError(
              isTransient ? code : 535,
              isTransient ? null : "5.7.8",
              `Sign-in failed: ${text}`,
            ),
          );
        },
      );
    });
  });

const sendOn = (
  library: Library,
  message: OutgoingMessage,
  broken: () => void,
): Promise<readonly RecipientResult[]> =>
  new Promise((resolve) => {
    const { recipients } = message;
    const all = (code: number, status: string | null, text: string): RecipientResult[] =>
      recipients.map((recipient) => ({ recipient, code, status, text }));
    const extensions = library._supportedExtensions;
    const needsUtf8 =
      message.smtpUtf8 &&
      [message.sender, ...recipients].some((address) => /[^\0-\x7f]/.test(address));
    if (needsUtf8 && !extensions.includes("SMTPUTF8")) {
      resolve(all(550, "5.6.7", "The next hop takes no addresses beyond ASCII (SMTPUTF8)."));
      return;
    }
    if (message.requireTls && (!library.secure || !extensions.includes("REQUIRETLS"))) {
      resolve(
        all(
          550,
          "5.7.30",
          "The message requires TLS all the way (REQUIRETLS), and the next hop does not offer it.",
        ),
      );
      return;
    }
    const { dsn } = message;
    library.send(
      {
        from: message.sender,
        to: [...recipients],
        size: message.size,
        use8BitMime: message.eightBit,
        ...(message.requireTls ? { requireTLSExtensionEnabled: true } : {}),
        ...(dsn.ret !== null || dsn.envid !== null || dsn.notify !== null || dsn.orcpt !== null
          ? {
              dsn: {
                ret: dsn.ret,
                envid: dsn.envid,
                notify: dsn.notify?.join(","),
                orcpt: dsn.orcpt,
              },
            }
          : {}),
      },
      Buffer.isBuffer(message.body)
        ? message.body
        : Readable.from(message.body, { objectMode: false }),
      (
        error: LibraryError | null,
        info?: {
          response?: string;
          accepted?: string[];
          rejectedErrors?: LibraryError["rejectedErrors"];
        },
      ) => {
        const results = new Map<string, RecipientResult>();
        const refused = error?.rejectedErrors ?? info?.rejectedErrors ?? [];
        for (const one of refused) {
          if (one.recipient !== undefined)
            results.set(one.recipient, { recipient: one.recipient, ...replyOf(one) });
        }
        if (error != null) {
          const reply = replyOf(error);
          if (reply.code === 0) broken();
          else if (results.size === 0 || results.size < recipients.length) library.reset(() => {});
          resolve(recipients.map((recipient) => results.get(recipient) ?? { recipient, ...reply }));
          return;
        }
        const text = clean(info?.response ?? "250 OK");
        const status = /^\d{3}[ -](2\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1] ?? "2.0.0";
        resolve(
          recipients.map(
            (recipient) => results.get(recipient) ?? { recipient, code: 250, status, text },
          ),
        );
      },
    );
  });
