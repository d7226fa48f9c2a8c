/**
 * Asks another mail server whether it takes a recipient, or whether a password is
 * right, without sending mail. A temporary refusal, and everything that is no clear
 * answer, is "could not ask". A recipient that was taken is remembered for a day, one that was refused for
 * five minutes.
 */
import { parseMailbox } from "@sluice/mail-syntax";
import { LRUCache } from "lru-cache";
import { once } from "./once.ts";
import {
  type Dialog,
  DialogError,
  type DialogOptions,
  openDialog,
  wordsOf,
} from "./smtp-dialog.ts";

export type LookupHost = Pick<DialogOptions, "name" | "address" | "port" | "tls" | "onTls">;

export type LookupServer = Omit<DialogOptions, keyof LookupHost> & {
  /** Where to ask, in order of preference; already looked up, each with the TLS it must offer. */
  readonly hosts: readonly LookupHost[];
  readonly user: string;
  readonly password: string;
  readonly authWithoutTls: boolean;
  /** Encryption is not enough for a password: the certificate must be verified (D3). */
  readonly authNeedsVerified: boolean;
  /** What answers are remembered by. */
  readonly key: string;
};

export type LookupAnswer =
  | { readonly kind: "yes" }
  | { readonly kind: "no"; readonly code: number; readonly text: string }
  | { readonly kind: "error"; readonly code: number; readonly text: string };

export type SmtpLookup = {
  readonly recipient: (
    server: LookupServer,
    sender: string,
    recipient: string,
  ) => Promise<LookupAnswer>;
  readonly password: (
    server: LookupServer,
    user: string,
    password: string,
  ) => Promise<LookupAnswer>;
  readonly clear: () => void;
};

const rememberMilliseconds = 86_400_000;
/** A guesser of addresses must not reach the server each time; a new user must not wait long. */
const rememberRefusedMilliseconds = 300_000;

export const createSmtpLookup = (): SmtpLookup => {
  // a cache takes the room for all it may hold at once, and most gateways ask no such server
  const taken = once(() => new LRUCache<string, true>({ max: 100_000, ttl: rememberMilliseconds }));
  const refused = once(
    () => new LRUCache<string, LookupAnswer>({ max: 100_000, ttl: rememberRefusedMilliseconds }),
  );

  const withServer = async (
    server: LookupServer,
    ask: (dialog: Dialog) => Promise<LookupAnswer>,
  ): Promise<LookupAnswer> => {
    let failure: LookupAnswer = { kind: "error", code: 0, text: "There is no server to ask." };
    for (const host of server.hosts) {
      try {
        const dialog = await openDialog({ ...server, ...host });
        try {
          return await ask(dialog);
        } finally {
          dialog.close();
        }
      } catch (error) {
        if (!(error instanceof DialogError)) throw error;
        failure = { kind: "error", code: 0, text: error.message };
      }
    }
    return failure;
  };

  return {
    clear: () => {
      taken().clear();
      refused().clear();
    },
    recipient: async (server, sender, recipient) => {
      if (parseMailbox(recipient) === null || (sender !== "" && parseMailbox(sender) === null)) {
        return { kind: "error", code: 0, text: "This is no address." };
      }
      const key = `${server.key} ${sender} ${recipient}`;
      if (taken().get(key) === true) return { kind: "yes" };
      const before = refused().get(key);
      if (before !== undefined) return before;
      const answer = await withServer(server, async (dialog) => {
        if (server.user !== "") {
          const signedIn = await signIn(dialog, server, server.user, server.password);
          if (signedIn.kind !== "yes") return { ...signedIn, kind: "error" };
        }
        const utf8 = /[^ -~]/.test(sender + recipient) ? " SMTPUTF8" : "";
        const from = await dialog.command(`MAIL FROM:<${sender}>${utf8}`);
        // a refusal of our own sender says nothing of the recipient
        if (from.code !== 250) return { kind: "error", code: from.code, text: wordsOf(from) };
        const to = await dialog.command(`RCPT TO:<${recipient}>`);
        return answerOf(to.code, wordsOf(to));
      });
      if (answer.kind === "yes") taken().set(key, true);
      if (answer.kind === "no") refused().set(key, answer);
      return answer;
    },
    password: async (server, user, password) => {
      if (user === "" || password === "" || /\0/.test(user + password)) {
        return { kind: "no", code: 0, text: "A name or a password is missing." };
      }
      return withServer(server, (dialog) => signIn(dialog, server, user, password));
    },
  };
};

const answerOf = (code: number, text: string): LookupAnswer => {
  if (code >= 200 && code < 300) return { kind: "yes" };
  return code >= 500 ? { kind: "no", code, text } : { kind: "error", code, text };
};

/** RFC 4954 §6: only these say that the password is wrong; 530, 534, 538 say something else. */
const wrongPassword = new Set([525, 535]);

/** Signs in on an open conversation; a password goes out in the clear only where that is allowed. */
export const signIn = async (
  dialog: Dialog,
  { authWithoutTls, authNeedsVerified }: LookupServer,
  user: string,
  password: string,
): Promise<LookupAnswer> => {
  if (!dialog.isEncrypted() && !authWithoutTls) {
    return { kind: "error", code: 0, text: "The server offers no TLS; the password is not sent." };
  }
  if (!dialog.isVerified() && authNeedsVerified && !authWithoutTls) {
    const text = "The server's certificate is not verified; the password is not sent.";
    return { kind: "error", code: 0, text };
  }
  const mechanisms = (dialog.extensions().get("AUTH") ?? "").toUpperCase().split(" ");
  const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
  let reply = null;
  if (mechanisms.includes("PLAIN")) {
    reply = await dialog.command(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`);
  } else if (mechanisms.includes("LOGIN")) {
    reply = await dialog.command("AUTH LOGIN");
    if (reply.code === 334) reply = await dialog.command(base64(user));
    if (reply.code === 334) reply = await dialog.command(base64(password));
  }
  if (reply === null) return { kind: "error", code: 0, text: "The server offers no sign-in." };
  if (reply.code === 235) return { kind: "yes" };
  return wrongPassword.has(reply.code)
    ? { kind: "no", code: reply.code, text: reply.text }
    : { kind: "error", code: reply.code, text: reply.text };
};
