/** The commands that speak to the running gateway, and what each line of words means. */
import { parseArgs } from "node:util";
import { backup, restore } from "./backup-commands.ts";
import { certificatePut } from "./certificate-commands.ts";
import { flowScript, flowTest } from "./flow-commands.ts";
import { check, rollback, status } from "./gateway-commands.ts";
import { history, log } from "./history-commands.ts";
import { type Command, CommandError, type Invocation } from "./invocation.ts";
import { quarantine } from "./quarantine-commands.ts";
import { queue } from "./queue-commands.ts";
import { secrets } from "./secret-commands.ts";
import { apply, exportSettings, plan } from "./text-commands.ts";
import { tls } from "./tls-command.ts";
import { userAdd, userResetSecondFactor } from "./user-commands.ts";

const usage = `sluice COMMAND

  start                              run the gateway
  status                             how the running gateway is
  check                              problems of the draft; exit 1 if there is an error
  export DIR                         write what is live as text files
  plan DIR                           show what applying the files would change
  apply DIR [--message TEXT]         publish the files as the next revision
        [--discard-draft]            … even though the draft has other changes
  rollback REVISION                  publish the content of an old revision again
  certificate put ID --chain FILE [--key FILE]
                                     publish a renewed certificate, and nothing else
  user add NAME --role ROLE          add a user; the password is read from standard input
  user reset-second-factor NAME      for somebody who has lost the authenticator
                                     (roles: administrator, operator, auditor)
  flow script FLOW                   the script that a flow of the draft compiles to
  flow test FLOW [--message FILE.eml] [--sender ADDRESS] [--recipient ADDRESS]
            [--client-address IP] [--helo NAME] [--sign-in USER]
                                     try a flow of the draft; nothing happens to any mail
  hsl FILE [--flow KIND] [--vars JSON] [--files DIR] [--message FILE.eml] [--dns HOST:PORT] [--check]
                                     run a script, or only check it, without a gateway
  queue list [FILTER]                what waits
  queue summary                      what waits, by next hop and by answer; what is paused
  queue retry|hold|release|bounce|delete FILTER
                                     act on what the filter matches (--all: on everything)
  queue transport ID FILTER          send it through another transport
  queue recipient ADDRESS FILTER     send it to another recipient
  queue download ID                  the message of an entry, to standard output
  queue pause|resume WHAT            WHAT: all, transport:ID, hop:NAME
  history [QUERY]                    what happened to mail
  log QUERY                          lines of the log
  tls [DAYS]                         TLS to other servers by day, domain and policy, with what failed
  quarantine list [SEARCH]           what is held
  quarantine release|delete ID …     deliver it, or delete it
  secrets unused                     stored secrets that neither live settings nor draft use
  secrets delete KIND/ID/FIELD       delete one of them
  backup FILE [--with-key] [--without-history]
                                     everything into one file, while the gateway runs
  restore FILE [--replace] [--queue hold|release] [--without-secrets]
                                     a backup into an empty database; the gateway is stopped

FILTER: queue ids, or sender:…  recipient:…  hop:…  transport:…  queue:…  message:…  reply:…  text:…
Every command takes --json, and --limit NUMBER where it lists.`;

const commands: Readonly<Record<string, Command>> = {
  status,
  check,
  export: exportSettings,
  plan,
  apply,
  rollback,
  "certificate put": certificatePut,
  "user add": userAdd,
  "user reset-second-factor": userResetSecondFactor,
  "flow script": flowScript,
  "flow test": flowTest,
  "secrets unused": secrets.unused,
  "secrets delete": secrets.remove,
  backup,
  restore,
  "queue list": queue.list,
  "queue summary": queue.summary,
  "queue retry": queue.retry,
  "queue hold": queue.hold,
  "queue release": queue.release,
  "queue bounce": queue.bounce,
  "queue delete": queue.remove,
  "queue transport": queue.changeTransport,
  "queue recipient": queue.changeRecipient,
  "queue download": queue.download,
  "queue pause": queue.pause,
  "queue resume": queue.resume,
  history,
  log,
  tls,
  "quarantine list": quarantine.list,
  "quarantine release": quarantine.release,
  "quarantine delete": quarantine.remove,
};

const understand = (argv: readonly string[]): { command: Command; invocation: Invocation } => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      message: { type: "string" },
      role: { type: "string" },
      limit: { type: "string" },
      all: { type: "boolean", default: false },
      chain: { type: "string" },
      key: { type: "string" },
      "discard-draft": { type: "boolean", default: false },
      "with-key": { type: "boolean", default: false },
      "without-history": { type: "boolean", default: false },
      "without-secrets": { type: "boolean", default: false },
      replace: { type: "boolean", default: false },
      queue: { type: "string" },
      sender: { type: "string" },
      recipient: { type: "string" },
      "client-address": { type: "string" },
      helo: { type: "string" },
      "sign-in": { type: "string" },
    },
  });
  const [first = "", second = ""] = positionals;
  const find = (name: string): Command | undefined =>
    Object.hasOwn(commands, name) ? commands[name] : undefined;
  const long = find(`${first} ${second}`);
  const command = long ?? find(first);
  if (command === undefined) throw new CommandError(2, usage);
  const limit = values.limit === undefined ? null : Number(values.limit);
  if (limit !== null && !(Number.isInteger(limit) && limit > 0 && limit <= 500)) {
    throw new CommandError(2, "--limit takes a number from 1 to 500.");
  }
  return {
    command,
    invocation: {
      words: positionals.slice(long === undefined ? 1 : 2),
      json: values.json,
      message: values.message ?? null,
      role: values.role ?? null,
      limit,
      all: values.all,
      chain: values.chain ?? null,
      key: values.key ?? null,
      discardDraft: values["discard-draft"],
      withKey: values["with-key"],
      withoutHistory: values["without-history"],
      withoutSecrets: values["without-secrets"],
      replace: values.replace,
      queue: values.queue ?? null,
      facts: {
        ...(values.sender !== undefined && { sender: values.sender }),
        ...(values.recipient !== undefined && { recipient: values.recipient }),
        ...(values["client-address"] !== undefined && { senderip: values["client-address"] }),
        ...(values.helo !== undefined && { senderhelo: values.helo }),
        ...(values["sign-in"] !== undefined && { saslusername: values["sign-in"] }),
      },
    },
  };
};

/** Runs one command; gives the exit code. */
export const runCommand = async (argv: readonly string[]): Promise<number> => {
  if (argv.length === 0 || argv[0] === "help" || argv.includes("--help")) {
    process.stdout.write(`${usage}\n`);
    return argv.length === 0 ? 2 : 0;
  }
  const { command, invocation } = understand(argv);
  const { text, bytes, value, exitCode = 0 } = await command(invocation);
  process.stdout.write(invocation.json ? `${JSON.stringify(value, null, 2)}\n` : (bytes ?? text));
  return exitCode;
};

/** Says what went wrong; sets the exit code. */
export const fail = (error: unknown): void => {
  if (error instanceof CommandError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else if (error instanceof TypeError && "code" in error) {
    process.stderr.write(`${error.message}\n\n${usage}\n`); // parseArgs names the option
    process.exitCode = 2;
  } else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
};
