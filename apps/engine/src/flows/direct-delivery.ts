/**
 * Delivery while the client waits: the next hop's answer is the client's answer, and
 * nothing is queued. A refusal refuses the message, no clear answer defers it; a
 * recipient that has it already when a later one fails may get it twice.
 */
import { encodeText } from "@sluice/hsl";
import { foldField, formatDate, type Reply } from "@sluice/mail-syntax";
import type { Content } from "../scanner/content.ts";
import type { FlowHost } from "./flow-host.ts";
import type { ContentInput } from "./flow-input.ts";
import { type HostFinder, transportServer } from "./functions/lookup-server.ts";
import { DialogError, openDialog, wordsOf } from "./host/smtp-dialog.ts";
import { type LookupServer, signIn } from "./host/smtp-lookup.ts";
import type { ContentAction, ContentVerdict } from "./verdict.ts";

export type DirectMail = {
  readonly direct: ReadonlySet<ContentAction>;
  readonly sender: string;
  readonly header: Buffer;
  readonly body: Content;
  readonly input: ContentInput;
  readonly host: FlowHost;
  readonly finder: HostFinder;
};

export const deliverDirectly = async (
  verdict: ContentVerdict,
  mail: DirectMail,
): Promise<ContentVerdict> => {
  const actions: ContentAction[] = [];
  for (const action of verdict.actions) {
    if (action.kind !== "deliver" || !mail.direct.has(action)) {
      actions.push(action);
      continue;
    }
    const transport = action.transport ?? mail.input.transport;
    const result = await deliverOne(action.recipient, transport, mail);
    mail.host.note("debug", encodeText(`direct delivery to ${action.recipient}: ${result.text}`));
    if (result.code < 200 || result.code > 299) {
      const kind = result.code >= 500 ? ("reject" as const) : ("defer" as const);
      return { ...verdict, answer: { kind, text: result.text }, actions: [] };
    }
    actions.push({ kind: "delivered", recipient: action.recipient, reply: result.text });
  }
  return { ...verdict, actions };
};

type Result = { readonly code: number; readonly text: string };

const deliverOne = async (
  recipient: string,
  transport: string | null,
  mail: DirectMail,
): Promise<Result> => {
  const server =
    transport === null
      ? { hosts: null, code: 451, text: "The mail has no transport." }
      : await transportServer(
          transport,
          { recipient, requireTls: mail.input.requireTls },
          mail.host,
          mail.finder,
        );
  if (server.hosts === null) return server;
  let failure = "There is no server to deliver to.";
  for (const host of server.hosts) {
    try {
      return await converse({ ...server, ...host }, recipient, mail);
    } catch (error) {
      if (!(error instanceof DialogError)) throw error;
      failure = error.message;
    }
  }
  return { code: 451, text: failure };
};

const converse = async (
  server: LookupServer & LookupServer["hosts"][number],
  recipient: string,
  mail: DirectMail,
): Promise<Result> => {
  const dialog = await openDialog(server);
  try {
    if (server.user !== "") {
      const signedIn = await signIn(dialog, server, server.user, server.password);
      if (signedIn.kind !== "yes") return { code: 451, text: "The next hop could not be used" };
    }
    const extensions = dialog.extensions();
    const { requireTls } = mail.input;
    if (requireTls && !(dialog.isEncrypted() && extensions.has("REQUIRETLS"))) {
      const text =
        "5.7.30 The sender requires TLS all the way (REQUIRETLS); the next hop does not offer it";
      return { code: 550, text };
    }
    const utf8 = /[^ -~]/.test(mail.sender + recipient);
    if (utf8 && !extensions.has("SMTPUTF8")) {
      return { code: 550, text: "The next hop takes no addresses beyond ASCII" };
    }
    const parameters = `${extensions.has("8BITMIME") ? " BODY=8BITMIME" : ""}${utf8 ? " SMTPUTF8" : ""}${requireTls ? " REQUIRETLS" : ""}`;
    for (const line of [`MAIL FROM:<${mail.sender}>${parameters}`, `RCPT TO:<${recipient}>`]) {
      const reply = await dialog.command(line);
      if (reply.code < 200 || reply.code > 299) return resultOf(reply);
    }
    const go = await dialog.command("DATA");
    if (go.code !== 354) return resultOf(go);
    return resultOf(await dialog.message(bytesOf(mail)));
  } finally {
    dialog.close();
  }
};

const resultOf = (reply: Reply): Result => ({ code: reply.code, text: wordsOf(reply) });

async function* bytesOf({ header, body, input, host }: DirectMail): AsyncGenerator<Buffer> {
  const trace = `from ${input.helo} ([${input.clientAddress}]) by ${host.hostName} id ${input.messageId}; ${formatDate(new Date(host.now() * 1000))}`;
  yield Buffer.from(foldField("Received", encodeText(trace)), "latin1");
  yield header;
  yield* body.read(body.header.length);
}
