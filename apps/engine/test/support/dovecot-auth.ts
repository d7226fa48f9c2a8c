/** The password side of Dovecot's authentication protocol on a unix socket, for a Postfix that asks it (PLAIN only). */
import { chmodSync } from "node:fs";
import { createServer } from "node:net";

/** Closes it. */
export const startDovecotAuth = async (
  file: string,
  accounts: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> => {
  const answer = (line: string): string => {
    const [command, id = "", , ...fields] = line.split("\t");
    if (command !== "AUTH") return "";
    const token = fields.find((field) => field.startsWith("resp="))?.slice(5) ?? "";
    const [, user = "", password = ""] = Buffer.from(token, "base64").toString("utf8").split("\0");
    return accounts[user] !== undefined && accounts[user] === password
      ? `OK\t${id}\tuser=${user}\n`
      : `FAIL\t${id}\tuser=${user}\n`;
  };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(
      "VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0123456789abcdef0123456789abcdef\nDONE\n",
    );
    let rest = "";
    socket.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("latin1")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) socket.write(answer(line));
    });
  });
  await new Promise<void>((resolve) => server.listen(file, resolve));
  chmodSync(file, 0o666);
  return () => new Promise((resolve) => server.close(() => resolve()));
};
