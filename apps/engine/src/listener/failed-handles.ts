/**
 * Lets a worker try again at a port that was in use. The socket comes from the primary,
 * and EADDRINUSE is often seen only after it has come. Node 26 then forgets to give it
 * back, and the next try at the same place ends the process by an assertion
 * (`lib/internal/cluster/child.js`, `shared`). Here a socket that no server has taken is
 * closed, which tells the primary too.
 */
import cluster from "node:cluster";

type Handle = { readonly close: () => void };
type GetServer = (
  server: { readonly _handle?: unknown },
  options: unknown,
  callback: (error: number, handle: Handle | null) => void,
) => void;

const fixed = new WeakSet<object>();

export const releaseFailedHandles = (): void => {
  const inner = cluster as unknown as { _getServer?: GetServer }; // not in the types: it is Node's own
  const ask = inner._getServer;
  if (cluster.isPrimary || typeof ask !== "function" || fixed.has(ask)) return;
  const askAndGiveBack: GetServer = (server, options, callback) =>
    ask(server, options, (error, handle) => {
      callback(error, handle);
      if (handle !== null && server._handle !== handle) handle.close();
    });
  fixed.add(askAndGiveBack);
  inner._getServer = askAndGiveBack;
};
