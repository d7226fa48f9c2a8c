/** Real scanners, SpamAssassin and ClamAV, and one that answers what a test tells it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import path from "node:path";
import { type Foreground, makeFolder, startForeground } from "./foreground.ts";
import { freePort } from "./gateway.ts";
import { requirePeer } from "./peers.ts";
import { untilOpen } from "./slapd.ts";

export type Scanner = Foreground & { readonly port: number };

/** The text that every scanner takes for a virus, in two pieces so that this file is none. */
export const eicar = `X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-${"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"}`;
export const gtube = `XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-${"STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"}`;

export const startSpamd = async (): Promise<Scanner> => {
  const spamd = requirePeer("spamd");
  const port = await freePort();
  const folder = makeFolder("spamd", () => ({
    "local.cf": "use_bayes 0\nskip_rbl_checks 1\ndns_available no\n",
    "init.pre": ["Check", "HeaderEval", "BodyEval", "MIMEEval", "MIMEHeader", "HTMLEval"]
      .map((name) => `loadplugin Mail::SpamAssassin::Plugin::${name}\n`)
      .join(""),
  }));
  const server = await startForeground(
    spamd,
    [
      ...["--local", `--siteconfigpath=${folder}`, `--listen=127.0.0.1:${port}`],
      ...["--max-children=1", "--nouser-config", `--helper-home-dir=${folder}`],
      ...[`--pidfile=${folder}/pid`, "--syslog=stderr"],
    ],
    folder,
    (child) => untilOpen(port, child),
  );
  return { ...server, port };
};

/** Knows one virus, and takes 100 kB at most. It listens on a port and on a socket in its folder. */
export const startClamd = async (): Promise<Scanner> => {
  const clamd = requirePeer("clamd");
  const port = await freePort();
  const folder = makeFolder("clamd", (at) => ({
    "clamd.conf": [
      `DatabaseDirectory ${at}/db`,
      `TCPSocket ${port}`,
      "TCPAddr 127.0.0.1",
      `LocalSocket ${at}/clamd.ctl`,
      "LocalSocketMode 666",
      ...(process.getuid?.() === 0 ? ["User root"] : []),
      "Foreground yes",
      "StreamMaxLength 100K",
      "",
    ].join("\n"),
  }));
  mkdirSync(path.join(folder, "db"));
  const hex = Buffer.from(eicar).toString("hex");
  writeFileSync(path.join(folder, "db/test.ndb"), `Test.Eicar:0:*:${hex}\n`);
  const server = await startForeground(
    clamd,
    ["-c", path.join(folder, "clamd.conf")],
    folder,
    (child) => untilOpen(port, child),
  );
  return { ...server, port };
};

/** A server that does with each connection what the test says, when enough has come. */
export const startFakeServer = async (
  answer: (socket: Socket, received: () => Buffer) => void,
): Promise<{
  readonly port: number;
  readonly connections: () => number;
  readonly stop: () => void;
}> => {
  let count = 0;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    count += 1;
    open.add(socket);
    let received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      answer(socket, () => received);
    });
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    connections: () => count,
    stop: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
};
