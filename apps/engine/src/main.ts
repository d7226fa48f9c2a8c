/**
 * One program, three parts. `sluice start` is the supervisor; it starts this
 * file again as the control process and as workers.
 */
import cluster from "node:cluster";
import { enableCompileCache } from "node:module";

export const runMain = async (): Promise<void> => {
  if (cluster.isPrimary) {
    const { supervise } = await import("./supervisor/supervisor.ts");
    await supervise();
    return;
  }
  enableCompileCache(); // where it hits, nothing is stripped of its types: less memory, a faster start
  const { runChild } = await import("./supervisor/child.ts");
  await runChild();
};

if (import.meta.main) {
  runMain().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    if (error instanceof Error && error.cause !== undefined) console.error(error.cause);
    process.exit(1);
  });
}
