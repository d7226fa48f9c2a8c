/**
 * Stands before a real directory and lets users bind by their user principal name, as
 * Active Directory does: in a bind request (RFC 4511 §4.2) the name is replaced by its DN.
 * Everything else, the password with it, is passed on as it is.
 */
import { createConnection, createServer, type Socket } from "node:net";

type Element = { readonly tag: number; readonly body: Buffer; readonly size: number };

/** One element of BER; null when it is not whole yet. */
const readElement = (bytes: Buffer): Element | null => {
  if (bytes.length < 2) return null;
  const first = bytes[1] ?? 0;
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (bytes.length < 2 + more) return null;
  const length = more === 0 ? first : bytes.readUIntBE(2, more);
  const size = 2 + more + length;
  return bytes.length < size
    ? null
    : { tag: bytes[0] ?? 0, body: bytes.subarray(2 + more, size), size };
};

const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([Buffer.from([tag, 0x82]), length, body]);
};

const renamed = (message: Buffer, names: Readonly<Record<string, string>>): Buffer => {
  const outer = readElement(message);
  const id = outer === null ? null : readElement(outer.body);
  if (outer === null || id === null) return message;
  const request = readElement(outer.body.subarray(id.size));
  if (request?.tag !== 0x60) return message;
  const version = readElement(request.body);
  const name = version === null ? null : readElement(request.body.subarray(version.size));
  if (version === null || name === null) return message;
  const dn = names[name.body.toString().toLowerCase()];
  if (dn === undefined) return message;
  return element(
    outer.tag,
    outer.body.subarray(0, id.size),
    element(
      request.tag,
      request.body.subarray(0, version.size),
      element(name.tag, Buffer.from(dn)),
      request.body.subarray(version.size + name.size),
    ),
  );
};

export const startUpnDirectory = async (
  behind: number,
  names: Readonly<Record<string, string>>,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> => {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    const directory = createConnection({ port: behind, host: "127.0.0.1" });
    let rest = Buffer.alloc(0);
    client.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let next = readElement(rest); next !== null; next = readElement(rest)) {
        directory.write(renamed(rest.subarray(0, next.size), names));
        rest = rest.subarray(next.size);
      }
    });
    directory.on("data", (chunk: Buffer) => client.write(chunk));
    client.on("error", () => {});
    directory.on("error", () => client.destroy());
    client.on("close", () => directory.destroy());
    directory.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      }),
  };
};
