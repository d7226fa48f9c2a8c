/**
 * A connection that a script holds: TCP, UDP, a socket of this machine, and TLS over TCP.
 * It goes only where the settings allow, every wait ends, what comes is bounded, and
 * whatever is open when the run ends is closed.
 */
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { connect as connectStream, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { includesAddress, parseAddress, parseNetwork } from "@sluice/hsl";

export type SocketKind = "stream" | "datagram";

export type TlsWishes = {
  readonly serverName: string | null;
  /** One of these must be in the certificate; empty: any that the authority signed. */
  readonly names: readonly string[];
  readonly verify: boolean;
  /** PEM of the one authority that counts; null: those of the machine. */
  readonly authority: string | null;
};

/** What the last call failed of, as the system names it; "" when it did not. */
export type ScriptSocket = {
  readonly connect: (host: string, port: number) => Promise<boolean>;
  readonly send: (bytes: Buffer) => Promise<number | null>;
  /** Up to so many bytes; empty at the end of the stream, null when there was none in time. */
  readonly receive: (
    most: number,
    how: { readonly peek: boolean; readonly all: boolean },
  ) => Promise<Buffer | null>;
  readonly secure: (wishes: TlsWishes) => Promise<boolean>;
  readonly tls: () => TLSSocket | null;
  readonly setSeconds: (seconds: number) => void;
  readonly shutdown: () => void;
  readonly close: () => void;
  readonly error: () => string;
};

const mostBuffered = 1024 * 1024;

/** Whether a script may go there: a listed network, host or socket. */
export const mayConnect = (host: string, allowed: readonly string[]): boolean => {
  if (host.startsWith("/")) return allowed.includes(host);
  const address = parseAddress(host);
  return allowed.some((entry) => {
    if (entry.startsWith("/")) return false;
    if (address === undefined) return entry.toLowerCase() === host.toLowerCase();
    const network = parseNetwork(entry);
    return network !== undefined && includesAddress(network, address);
  });
};

export const createScriptSocket = (kind: SocketKind, signal: AbortSignal): ScriptSocket => {
  let stream: Socket | null = null;
  let datagram: DatagramSocket | null = null;
  let received: Buffer[] = [];
  let isEnd = false;
  let failure = "";
  let seconds = 10;
  let wake = (): void => {};

  const fail = (error: NodeJS.ErrnoException | string): void => {
    failure = typeof error === "string" ? error : (error.code ?? error.message);
    isEnd = true;
    wake();
  };
  const buffered = (): number => received.reduce((sum, { length }) => sum + length, 0);

  /** Waits until it holds, the time is over, or the run is; whether it holds. */
  const until = async (holds: () => boolean): Promise<boolean> => {
    if (holds()) return true;
    let isLate = false;
    const late = (): void => {
      isLate = true;
      wake();
    };
    const timer = setTimeout(late, seconds * 1000);
    signal.addEventListener("abort", late, { once: true });
    try {
      while (!holds()) {
        if (isLate || signal.aborted) {
          failure = "ETIMEDOUT";
          return false;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return true;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", late);
    }
  };

  const take = (chunk: Buffer): void => {
    received.push(chunk);
    if (buffered() > mostBuffered) stream?.pause();
    wake();
  };
  const watch = (socket: Socket): void => {
    socket.on("data", take);
    for (const event of ["end", "close"] as const) {
      socket.on(event, () => {
        isEnd = true;
        wake();
      });
    }
    socket.on("error", fail);
    socket.on("drain", () => wake());
  };

  const connectDatagram = async (host: string, port: number): Promise<boolean> => {
    const socket = createSocket(isIP(host) === 6 ? "udp6" : "udp4");
    datagram = socket;
    let isOpen = false;
    socket.on("error", fail);
    socket.on("message", (bytes) => {
      if (buffered() + bytes.length <= mostBuffered) received.push(bytes);
      wake();
    });
    socket.connect(port, host, () => {
      isOpen = true;
      wake();
    });
    return (await until(() => isOpen || isEnd)) && isOpen;
  };

  const self: ScriptSocket = {
    connect: async (host, port) => {
      if (stream !== null || datagram !== null) {
        failure = "EISCONN";
        return false;
      }
      if (kind === "datagram") return connectDatagram(host, port);
      const socket = host.startsWith("/")
        ? connectStream({ path: host })
        : connectStream({ host, port, noDelay: true });
      stream = socket;
      let isOpen = false;
      watch(socket);
      socket.on("connect", () => {
        isOpen = true;
        wake();
      });
      const isConnected = (await until(() => isOpen || isEnd)) && isOpen;
      if (!isConnected) self.close();
      return isConnected;
    },
    send: async (bytes) => {
      if (datagram !== null) {
        const socket = datagram;
        return new Promise((resolve) => {
          socket.send(bytes, (error, length) => {
            if (error !== null) fail(error);
            resolve(error === null ? length : null);
          });
        });
      }
      if (stream === null || stream.destroyed || !stream.writable) {
        if (failure === "") failure = "ENOTCONN";
        return null;
      }
      const socket = stream;
      socket.write(bytes);
      const isSent = await until(() => !socket.writableNeedDrain || socket.destroyed);
      return isSent && !socket.destroyed ? bytes.length : null;
    },
    receive: async (most, { peek, all }) => {
      if (stream === null && datagram === null) {
        failure = "ENOTCONN";
        return null;
      }
      const isThere = await until(() => isEnd || (all ? buffered() >= most : received.length > 0));
      if (!isThere || (received.length === 0 && failure !== "")) return null;
      const whole =
        kind === "datagram" ? (received[0] ?? Buffer.alloc(0)) : Buffer.concat(received);
      const taken = whole.subarray(0, most);
      if (peek) return taken;
      if (kind === "datagram") received.shift();
      else received = taken.length === whole.length ? [] : [whole.subarray(most)];
      if (buffered() <= mostBuffered) stream?.resume();
      return taken;
    },
    secure: async ({ serverName, names, verify, authority }) => {
      const socket = stream;
      if (socket === null || socket.destroyed) {
        failure = "ENOTCONN";
        return false;
      }
      if (received.length > 0) {
        // what came before the handshake was not protected by it
        fail("EPROTO");
        self.close();
        return false;
      }
      socket.removeAllListeners("data");
      const checked = names.length > 0 ? names : serverName === null ? [] : [serverName];
      const secured = connectTls({
        socket,
        ...(serverName === null || isIP(serverName) !== 0 ? {} : { servername: serverName }),
        ...(authority === null ? {} : { ca: authority }),
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
      });
      stream = secured;
      let isSecure = false;
      secured.once("secureConnect", () => {
        isSecure = true;
        wake();
      });
      watch(secured);
      const isOpen = (await until(() => isSecure || isEnd)) && isSecure;
      const refused = !isOpen ? "" : !verify ? "" : refusal(secured, checked);
      if (isOpen && refused === "") return true;
      if (refused !== "") failure = refused;
      self.close();
      return false;
    },
    tls: () =>
      stream !== null && "getPeerX509Certificate" in stream ? (stream as TLSSocket) : null,
    setSeconds: (given) => {
      seconds = Math.min(Math.max(given, 0.05), 60);
    },
    shutdown: () => void stream?.end(),
    close: () => {
      stream?.destroy();
      datagram?.close();
      datagram = null;
      isEnd = true;
      wake();
    },
    error: () => failure,
  };
  return self;
};

/** Why the certificate is not believed; "" when it is. */
const refusal = (secured: TLSSocket, names: readonly string[]): string => {
  if (!secured.authorized) return String(secured.authorizationError ?? "CERT_UNTRUSTED");
  const certificate = secured.getPeerX509Certificate();
  const fits = (name: string): boolean =>
    (isIP(name) === 0 ? certificate?.checkHost(name) : certificate?.checkIP(name)) !== undefined;
  return names.length === 0 || names.some(fits) ? "" : "ERR_TLS_CERT_ALTNAME_INVALID";
};
