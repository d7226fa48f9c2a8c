/** Postfix's smtp-sink: a server in a process of its own that takes mail and throws it away. */
import { spawn } from "node:child_process";
import { freePort } from "./gateway.ts";
import { requirePeer } from "./peers.ts";
import { untilOpen } from "./slapd.ts";

export type SmtpSink = { readonly port: number; readonly close: () => Promise<void> };

export const startSmtpSink = async (...options: readonly string[]): Promise<SmtpSink> => {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const program = requirePeer("smtp-sink");
  const child = spawn(program, [...user, ...options, `127.0.0.1:${port}`, "100"], {
    stdio: "ignore",
  });
  await untilOpen(port, child);
  return {
    port,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGTERM");
      await gone;
    },
  };
};
