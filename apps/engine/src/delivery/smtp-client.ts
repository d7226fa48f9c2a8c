/**
 * A connection to a next hop: greeting, EHLO, TLS, sign-in, then messages, one
 * transaction each. Envelope and DATA go in one write where the server takes
 * pipelined commands (RFC 2920).
 *
 * Promises: nothing that came before TLS counts after it; a password goes only where
 * the policy lets it; a connection on which anything unexpected was said is not used
 * again.
 */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { ConnectError, HandshakeError, type TlsFailure } from "./connect-error.ts";
import { signIn } from "./sign-in.ts";
import { connectTo, type Extensions, refusedAtStart, sayHello, secure } from "./smtp-hello.ts";
import type { ClientOptions, ResolvedHost, SmtpClient } from "./smtp-message.ts";
import { forAll, impossible, transact } from "./smtp-transaction.ts";
import { createWire, type Wire, WireError } from "./smtp-wire.ts";
import { verifyPeer } from "./tls-policy.ts";

/** Opens a connection and signs in. Rejects with ConnectError. */
export const openConnection = async (
  host: ResolvedHost,
  options: ClientOptions,
): Promise<SmtpClient> => {
  try {
    return await open(host, options, options.tls.use !== "never");
  } catch (error) {
    // opportunistic TLS that does not work is no reason not to deliver
    const mayBeClear = options.tls.use === "try" && options.tls.verify === null;
    if (!(error instanceof HandshakeError) || !mayBeClear) throw error;
    options.onStep?.("tls", `${error.message}; trying again without TLS`);
    return open(host, options, false, error.tls);
  }
};

const open = async (
  host: ResolvedHost,
  options: ClientOptions,
  useTls: boolean,
  failedBefore: TlsFailure | null = null,
): Promise<SmtpClient> => {
  const { commandSeconds, onStep } = options;
  let socket: Socket | TLSSocket = await connectTo(host, options);
  onStep?.("connect", `from ${socket.localAddress ?? ""}`);
  let wire = createWire(socket, 1);
  try {
    const greeting = await wire.reply(commandSeconds, "the connection");
    if (greeting.code !== 220) throw refusedAtStart(greeting);
    onStep?.("greeting", greeting.text);
    let extensions = await sayHello(wire, options);
    let tls: SmtpClient["tls"] = null;
    let tlsProblem: TlsFailure | null = failedBefore ?? "starttls-not-supported";
    if (useTls && extensions.has("STARTTLS")) {
      wire.ask(1, "STARTTLS\r\n");
      const reply = await wire.reply(commandSeconds, "STARTTLS");
      if (reply.code === 220) {
        // D2: whatever came with that reply was said by somebody without a key
        if (!wire.detach()) {
          socket.destroy();
          throw new ConnectError(0, "4.7.5", "the server sent bytes between STARTTLS and TLS");
        }
        const secured = await secure(socket, host, options);
        tlsProblem = watched(secured, options.tls);
        socket = secured;
        wire = createWire(secured);
        tls = {
          protocol: secured.getProtocol() ?? "",
          cipher: secured.getCipher().name,
          verified: options.tls.verify !== null,
        };
        onStep?.(
          "tls",
          `${tls.protocol}, ${tls.cipher}, certificate ${tls.verified ? "verified" : "not verified"}`,
        );
        extensions = await sayHello(wire, options);
      } else if (options.tls.use === "must") {
        throw new ConnectError(0, "4.7.4", `STARTTLS was refused: ${reply.text}`, {
          tls: "starttls-not-supported",
        });
      }
    }
    if (tls === null && options.tls.use === "must") {
      throw new ConnectError(0, "4.7.4", "TLS is required, and the server offers none", {
        tls: "starttls-not-supported",
      });
    }
    if (options.sasl !== null) {
      // D3: whoever is in between could offer TLS of his own
      if (tls?.verified !== true && !options.authWithoutTls) {
        const why =
          tls === null
            ? "the password is not sent in the clear, and there is no TLS"
            : "the password is not sent, for the server's certificate is not verified: choose a TLS mode that verifies it, or let the transport sign in without";
        throw new ConnectError(0, "4.7.11", why);
      }
      const mechanism = await signIn(
        wire,
        extensions.get("AUTH") ?? "",
        options.sasl,
        commandSeconds,
      );
      onStep?.("sign-in", `as ${options.sasl.user} by ${mechanism}`);
    }
    const sourceAddress = addressOf(socket);
    return clientOf({ wire, host, options, extensions, tls, tlsProblem, sourceAddress });
  } catch (error) {
    const said = wire.farewell();
    wire.destroy();
    if (!(error instanceof WireError)) throw error;
    if (said !== null && said.code >= 400) {
      const refusal = refusedAtStart(said);
      throw new ConnectError(refusal.code, refusal.status, refusal.message, { cause: error });
    }
    throw new ConnectError(0, "4.4.2", error.message, { cause: error });
  }
};

/** What a policy that is only tested would have said. */
const watched = (socket: TLSSocket, { watch }: ClientOptions["tls"]): TlsFailure | null => {
  if (watch === undefined) return null;
  return watch === "refused" ? "validation-failure" : (verifyPeer(socket, watch)?.kind ?? null);
};

const addressOf = (socket: Socket): string => socket.localAddress ?? "";

type Opened = {
  readonly wire: Wire;
  readonly host: ResolvedHost;
  readonly options: ClientOptions;
  readonly extensions: Extensions;
  readonly tls: SmtpClient["tls"];
  readonly tlsProblem: TlsFailure | null;
  readonly sourceAddress: string;
};

const clientOf = (opened: Opened): SmtpClient => {
  const { wire, host, extensions, tls, tlsProblem, sourceAddress } = opened;
  let count = 0;
  let needsReset = false;
  let isClosing = false;
  return {
    host,
    protocol: opened.options.protocol,
    sourceAddress,
    tls,
    tlsProblem,
    takesDsn: extensions.has("DSN"),
    messages: () => count,
    isUsable: () => !isClosing && wire.isOpen(),
    close: () => {
      isClosing = true;
      wire.end("QUIT\r\n");
    },
    send: async (message) => {
      count += 1;
      const refusal = await impossible(message, extensions, tls?.verified === true);
      if (refusal !== null) return { results: forAll(message, refusal), ended: null };
      const sent = await transact(opened, message, { needsReset, isReused: count > 1 });
      needsReset = sent.needsReset;
      if (sent.isLast) {
        isClosing = true;
        wire.destroy();
      }
      return sent;
    },
  };
};
