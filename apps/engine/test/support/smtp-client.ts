/** A client that sends exactly the bytes it is told, and reads whole replies. */
import { createConnection, type Socket } from "node:net";
import tls from "node:tls";

export class SmtpClient {
  socket: Socket;
  #text = "";
  #isClosed = false;
  #wake: (() => void) | null = null;

  constructor(
    port: number,
    options: { host?: string; tls?: tls.ConnectionOptions; allowHalfOpen?: boolean } = {},
  ) {
    const { host = "127.0.0.1", allowHalfOpen = false } = options;
    this.socket =
      options.tls === undefined
        ? createConnection({ port, host, allowHalfOpen })
        : tls.connect({ port, host, rejectUnauthorized: false, ...options.tls });
    this.#watch(this.socket);
  }

  #watch(socket: Socket): void {
    socket.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString("latin1");
      this.#wake?.();
    });
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    socket.on("close", () => {
      this.#isClosed = true;
      this.#wake?.();
    });
  }

  /** Characters are bytes. */
  send(text: string): void {
    this.socket.write(Buffer.from(text, "latin1"));
  }

  async #changed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** One whole reply, its lines joined by \n; null when the connection ended. */
  async reply(): Promise<string | null> {
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r\n/.exec(this.#text);
      if (match !== null) {
        this.#text = this.#text.slice(match[0].length);
        return match[0].replace(/\r\n$/, "").replaceAll("\r\n", "\n");
      }
      if (this.#isClosed) return null;
      await this.#changed();
    }
  }

  /** Sends a line and reads its reply. */
  async say(line: string): Promise<string | null> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  /** Says each line in turn; the replies. */
  async sayAll(...lines: readonly string[]): Promise<(string | null)[]> {
    const replies: (string | null)[] = [];
    for (const line of lines) replies.push(await this.say(line));
    return replies;
  }

  /** Waits for the end; what was sent before it and not read as a reply. */
  async closed(): Promise<string> {
    while (!this.#isClosed) await this.#changed();
    return this.#text;
  }

  async startTls(options: tls.ConnectionOptions = {}): Promise<void> {
    this.socket.removeAllListeners("data");
    const secured = tls.connect({ socket: this.socket, rejectUnauthorized: false, ...options });
    await new Promise<void>((resolve, reject) => {
      secured.once("secureConnect", resolve);
      secured.once("error", reject);
    });
    this.socket = secured;
    this.#watch(secured);
  }

  end(): void {
    this.socket.destroy();
  }

  /** The connection is reset, as by a crash. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** A connection that has been greeted and has said EHLO. */
export const greeted = async (port: number, host?: string): Promise<SmtpClient> => {
  const client = new SmtpClient(port, host === undefined ? {} : { host });
  await client.reply();
  await client.say("EHLO client.example");
  return client;
};
