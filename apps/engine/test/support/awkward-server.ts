/** A mail server that keeps every byte it hears and answers as the test wants: slowly, wrongly, never. */
import { createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { TestCertificate } from "./certificate.ts";

/** A reply without its line end; null hangs up; "" says nothing. */
export type Answer = string | null;

export type AwkwardOptions = {
  readonly greeting?: Answer;
  /** Keywords after EHLO. */
  readonly extensions?: readonly string[];
  /** Answers to a line; undefined: the usual one. */
  readonly answer?: (line: string, peer: AwkwardPeer) => Answer | undefined;
  /** Answer to the final dot. */
  readonly final?: (content: string, peer: AwkwardPeer) => Answer | undefined;
  readonly certificate?: TestCertificate;
  readonly port?: number;
  readonly host?: string;
};

export type AwkwardPeer = {
  readonly socket: Socket;
  readonly number: number;
  readonly isSecure: () => boolean;
  readonly say: (text: string) => void;
};

export type AwkwardServer = {
  readonly port: number;
  /** Lines of all connections, without message content. */
  readonly lines: readonly string[];
  /** Contents between DATA and the final dot, as they came over the wire. */
  readonly contents: readonly string[];
  readonly connections: () => number;
  readonly close: () => Promise<void>;
};

export const startAwkward = async (options: AwkwardOptions = {}): Promise<AwkwardServer> => {
  const lines: string[] = [];
  const contents: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const { extensions = ["PIPELINING", "8BITMIME", "SIZE 100000000", "SMTPUTF8", "DSN"] } = options;

  const serve = (first: Socket): void => {
    connections += 1;
    const number = connections;
    let socket = first;
    let text = "";
    let isSecure = false;
    let isContent = false;
    let signIn = 0;
    const say = (answer: Answer | undefined, usual: string): void => {
      const chosen = answer === undefined ? usual : answer;
      if (chosen === null) socket.destroy();
      else if (chosen !== "") socket.write(Buffer.from(`${chosen}\r\n`, "latin1"));
    };
    const peer: AwkwardPeer = {
      get socket() {
        return socket;
      },
      number,
      isSecure: () => isSecure,
      say: (raw) => void socket.write(Buffer.from(raw, "latin1")),
    };
    const hello = (): string => {
      const offered = [
        "awkward.test",
        ...extensions,
        ...(options.certificate !== undefined && !isSecure ? ["STARTTLS"] : []),
      ];
      return offered
        .map((one, index) => `250${index === offered.length - 1 ? " " : "-"}${one}`)
        .join("\r\n");
    };
    const usual = (line: string): string => {
      const verb = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? "";
      if (signIn > 0) return "235 2.7.0 welcome";
      switch (verb) {
        case "EHLO":
        case "LHLO":
          return hello();
        case "DATA":
          return "354 go on";
        case "QUIT":
          return "221 2.0.0 bye";
        case "STARTTLS":
          return "220 2.0.0 go on";
        default:
          return "250 2.0.0 ok";
      }
    };
    const read = (): void => {
      for (;;) {
        if (isContent) {
          const end = text.startsWith(".\r\n") ? 0 : text.indexOf("\r\n.\r\n");
          if (end < 0) return;
          const length = text.startsWith(".\r\n") ? 0 : end + 2;
          const content = text.slice(0, length);
          text = text.slice(length + 3);
          isContent = false;
          contents.push(content);
          say(options.final?.(content, peer), "250 2.0.0 taken");
          continue;
        }
        const end = text.indexOf("\r\n");
        if (end < 0) return;
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        lines.push(line);
        const given = options.answer?.(line, peer);
        const answer = given === undefined ? usual(line) : given;
        signIn = 0;
        say(answer, "");
        if (/^data$/i.test(line) && answer?.startsWith("354") === true) isContent = true;
        if (/^quit$/i.test(line)) socket.end();
        if (/^starttls$/i.test(line) && answer?.startsWith("220") === true) {
          upgrade();
          return;
        }
      }
    };
    const onData = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      read();
    };
    const upgrade = (): void => {
      const { certificate } = options;
      if (certificate === undefined) return;
      first.off("data", onData);
      text = "";
      const secured = new TLSSocket(first, {
        isServer: true,
        requestCert: true,
        rejectUnauthorized: false,
        secureContext: createSecureContext({
          cert: certificate.certificate,
          key: certificate.privateKey,
        }),
      });
      secured.on("error", () => {});
      secured.on("data", onData);
      socket = secured;
      isSecure = true;
    };
    first.setNoDelay();
    sockets.add(first);
    first.on("close", () => sockets.delete(first));
    first.on("error", () => {});
    first.on("data", onData);
    say(options.greeting, "220 awkward.test ESMTP");
  };

  const server = createServer(serve);
  await new Promise<void>((resolve) =>
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", () => resolve()),
  );
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    lines,
    contents,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
