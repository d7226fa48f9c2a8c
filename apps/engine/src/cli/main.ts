#!/usr/bin/env node
/**
 * `sluice`: starts the gateway, and speaks to the one that runs. Every command
 * but `start`, `hsl`, `backup` and `restore` goes through the same API as the web app. Exit codes:
 * 0 done, 1 refused or failed, 2 not understood. What a command does not need
 * is not loaded.
 */
import { enableCompileCache } from "node:module";

if (import.meta.main) {
  enableCompileCache(); // the second start reads what the first has compiled
  const argv = process.argv.slice(2);
  const [command] = argv[0] !== "hsl" && argv.includes("--help") ? ["help"] : argv;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      // `sluice log … | head` has seen enough; a gateway goes on without a reader
      if (command !== "start") process.exit();
    });
  }
  if (command === "hsl") {
    // needs no gateway, and brings options of its own
    const { runHslCommand } = await import("./hsl.ts");
    process.exitCode = await runHslCommand(argv.slice(1), {
      stdout: (text) => process.stdout.write(text),
      stderr: (text) => process.stderr.write(text),
    });
  } else if (command === "start") {
    const [{ runMain }, { fail }] = await Promise.all([
      import("../main.ts"),
      import("./run-command.ts"),
    ]);
    await runMain().catch(fail);
  } else {
    const { runCommand, fail } = await import("./run-command.ts");
    await runCommand(argv).then((code) => {
      process.exitCode = code;
    }, fail);
  }
}
