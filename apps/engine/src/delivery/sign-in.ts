/** SMTP AUTH as a client: the strongest mechanism that both know (RFC 4954, 4616, 2195). */
import { createHmac } from "node:crypto";
import { SignInError } from "./connect-error.ts";
import type { WireReply } from "./reply-reader.ts";
import type { Wire } from "./smtp-wire.ts";

const mechanisms = ["CRAM-MD5", "LOGIN", "PLAIN"] as const;
type Mechanism = (typeof mechanisms)[number];

/** Says that this mechanism will not do here; a weaker one may (RFC 4954 §6). */
const isNoWord = (code: number): boolean => code === 504 || code === 534;

/**
 * Signs in and tells by which mechanism, or throws SignInError. Wrong credentials do
 * not become right by waiting: 5yz is final, 4yz is not.
 */
export const signIn = async (
  wire: Wire,
  offered: string,
  account: Account,
  seconds: number,
): Promise<Mechanism> => {
  const known = new Set(offered.toUpperCase().split(" "));
  const usable = mechanisms.filter((one) => known.has(one));
  let refusal: WireReply | null = null;
  for (const mechanism of usable) {
    const reply = await speak(wire, mechanism, account, seconds);
    if (reply.code === 235) return mechanism;
    refusal = reply;
    if (!isNoWord(reply.code)) break;
  }
  if (refusal === null) {
    throw new SignInError(
      535,
      "5.7.9",
      "Sign-in failed: the server knows none of CRAM-MD5, LOGIN, PLAIN",
    );
  }
  const isTransient = refusal.code >= 400 && refusal.code < 500;
  throw new SignInError(
    isTransient ? refusal.code : 535,
    refusal.status ?? (isTransient ? "4.7.0" : "5.7.8"),
    `Sign-in failed: ${refusal.text}`,
  );
};

type Account = { readonly user: string; readonly password: string };

const speak = async (
  wire: Wire,
  mechanism: Mechanism,
  { user, password }: Account,
  seconds: number,
): Promise<WireReply> => {
  const say = (line: string): Promise<WireReply> => {
    wire.ask(1, `${line}\r\n`);
    return wire.reply(seconds, "AUTH");
  };
  switch (mechanism) {
    case "CRAM-MD5": {
      const reply = await say("AUTH CRAM-MD5");
      if (reply.code !== 334) return reply;
      const challenge = Buffer.from(reply.lines[0] ?? "", "base64");
      const digest = createHmac("md5", password).update(challenge).digest("hex");
      return say(base64(`${user} ${digest}`));
    }
    case "LOGIN": {
      let reply = await say("AUTH LOGIN");
      if (reply.code === 334) reply = await say(base64(user));
      return reply.code === 334 ? say(base64(password)) : reply;
    }
    case "PLAIN":
      return say(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`);
    default:
      return mechanism satisfies never;
  }
};

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
