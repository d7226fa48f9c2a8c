/** The API, one file for each noun. The web app imports the type of it, and nothing else. */
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { certificates } from "./certificates.ts";
import { directories, listeners, scripting, transports } from "./checks.ts";
import { domains } from "./domains.ts";
import { files } from "./files.ts";
import { flows } from "./flows.ts";
import { history } from "./history.ts";
import { icons } from "./icons.ts";
import { live } from "./live.ts";
import { log } from "./log.ts";
import { overview } from "./overview.ts";
import { quarantine } from "./quarantine.ts";
import { queue } from "./queue.ts";
import { secrets } from "./secrets.ts";
import { settings } from "./settings.ts";
import { signIn } from "./sign-in.ts";
import { signers } from "./signers.ts";
import { system } from "./system.ts";
import { textForm } from "./text-form.ts";
import { router } from "./trpc.ts";
import { users } from "./users.ts";
import { views } from "./views.ts";

export const appRouter = router({
  signIn,
  settings,
  flows,
  files,
  secrets,
  icons,
  queue,
  quarantine,
  history,
  live,
  log,
  overview,
  certificates,
  signers,
  directories,
  transports,
  listeners,
  domains,
  scripting,
  system,
  users,
  views,
  textForm,
});

export type AppRouter = typeof appRouter;
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
export type { ErrorData } from "./trpc.ts";
