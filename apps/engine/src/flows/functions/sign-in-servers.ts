/** RADIUS, TACACS+ and Dovecot as judges of passwords (`hsl.md` §7.8). */
import {
  encodeText,
  type FunctionBody,
  HslArray,
  type RunContext,
  ScriptError,
  toText,
  type Value,
} from "@sluice/hsl";
import { bytesAt, optionFlag, optionNumber, optionsAt, optionText } from "../arguments.ts";
import { flowHost } from "../flow-host.ts";
import type { Place } from "../host/conversation.ts";
import { askDovecot } from "../host/dovecot-auth.ts";
import { askRadius, type PasswordAnswer } from "../host/radius.ts";
import { askTacacs, askTacacsRights, type TacacsServer } from "../host/tacacs.ts";

const wrong = (text: string): ScriptError => new ScriptError("wrong-argument", text);

const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");

const placeOf = (options: HslArray, defaultPort: number): { host: string; port: number } => {
  const host = optionText(options, "host") ?? "";
  const port = Math.trunc(optionNumber(options, "port") ?? defaultPort);
  if (!/^[A-Za-z0-9._:-]{1,255}$/.test(host)) throw wrong("`host` is missing or no host");
  if (!(port > 0 && port < 65_536)) throw wrong("`port` is none");
  return { host, port };
};

const secretOf = (options: HslArray): Buffer => {
  const secret = options.get("secret");
  const bytes = bytesOf(secret === null ? "" : toText(secret));
  if (bytes.length === 0) throw wrong("`secret` is missing");
  return bytes;
};

const between = (value: number, least: number, most: number): number =>
  Number.isFinite(value) ? Math.min(Math.max(value, least), most) : least;

/** What all of them are told and how long they may take. */
const common = (options: HslArray, run: RunContext) => {
  const host = flowHost(run);
  const known = host.variable("senderip");
  const clientAddress = optionText(options, "clientip") ?? (typeof known === "string" ? known : "");
  if (!/^[0-9A-Za-z.:-]{0,64}$/.test(clientAddress)) throw wrong("`clientip` is no address");
  const seconds = between(optionNumber(options, "timeout") ?? 5, 0.1, 30);
  return { clientAddress, seconds, signal: host.signal };
};

const numberOf = (answer: PasswordAnswer, run: RunContext): number => {
  if (answer.kind === "error") {
    flowHost(run).note("warn", encodeText(answer.text));
    return -1;
  }
  return answer.kind === "right" ? 1 : 0;
};

const vendorStrings = (value: Value | undefined): ReadonlyMap<number, Buffer> => {
  const strings = new Map<number, Buffer>();
  for (const [key, text] of value instanceof HslArray ? value : []) {
    const bytes = bytesOf(toText(text));
    if (typeof key !== "number" || key < 1 || key > 255 || bytes.length > 247) {
      throw wrong("vendor strings are 1 to 255 => at most 247 bytes");
    }
    strings.set(key, bytes);
  }
  return strings;
};

const tacacsServer = (options: HslArray, run: RunContext): TacacsServer => ({
  place: { kind: "tcp", ...placeOf(options, 49) },
  secret: secretOf(options),
  ...common(options, run),
});

/** `["service" => "mail"]` and `["service=mail"]` are the same. */
const pairsOf = (value: Value | undefined): Buffer[] =>
  [...(value instanceof HslArray ? value : [])].map(([key, inner]) =>
    bytesOf(typeof key === "string" ? `${key}=${toText(inner)}` : toText(inner)),
  );

const pairsValue = (pairs: readonly string[]): HslArray =>
  HslArray.fromEntries(
    pairs.map((pair) => {
      const at = pair.search(/[=*]/);
      return at < 0 ? ([pair, ""] as const) : ([pair.slice(0, at), pair.slice(at + 1)] as const);
    }),
  );

export const signInServerFunctions: Readonly<Record<string, FunctionBody>> = {
  radius_authen: async (args, run) => {
    const options = optionsAt(args, 0);
    const vendorId = Math.trunc(optionNumber(options, "vendor_id") ?? 33_234);
    if (!(vendorId > 0 && vendorId < 2 ** 24)) throw wrong("`vendor_id` is none");
    const answer = await askRadius({
      ...placeOf(options, 1812),
      ...common(options, run),
      secret: secretOf(options),
      user: bytesOf(bytesAt(args, 1)),
      password: bytesOf(bytesAt(args, 2)),
      identifier: flowHost(run).hostName,
      vendor: { id: vendorId, strings: vendorStrings(args[3]) },
      attempts: between(Math.trunc(optionNumber(options, "retry") ?? 3), 1, 10),
      needsAuthenticator: optionFlag(options, "message_authenticator", true),
    });
    return numberOf(answer, run);
  },
  tacplus_authen: async (args, run) => {
    const options = optionsAt(args, 0);
    const type = optionText(options, "type") ?? "pap";
    if (type !== "pap" && type !== "ascii") throw wrong("`type` is pap or ascii");
    const server = tacacsServer(options, run);
    const [user, password] = [bytesOf(bytesAt(args, 1)), bytesOf(bytesAt(args, 2))];
    return numberOf(await askTacacs(server, type, user, password), run);
  },
  tacplus_author: async (args, run) => {
    const server = tacacsServer(optionsAt(args, 0), run);
    const found = await askTacacsRights(server, bytesOf(bytesAt(args, 1)), pairsOf(args[2]));
    if (found.kind === "granted") return pairsValue(found.pairs);
    return found.kind === "refused" ? 0 : numberOf(found, run);
  },
  dovecot_lookup_auth: async (args, run) => {
    const options = optionsAt(args, 0);
    const service = optionText(options, "service") ?? "smtp";
    if (!/^[a-z0-9-]{1,32}$/.test(service)) throw wrong("`service` is none");
    const path = optionText(options, "path");
    const { scriptConnections } = flowHost(run).snapshot.settings.gateway;
    if (path !== undefined && !scriptConnections.includes(path)) {
      const text = `Dovecot: ${path} is not listed under Settings › Gateway › The world outside.`;
      return numberOf({ kind: "error", text }, run);
    }
    const place: Place =
      path === undefined ? { kind: "tcp", ...placeOf(options, 12_345) } : { kind: "unix", path };
    const answer = await askDovecot({
      ...{ place, service },
      ...common(options, run),
      user: bytesOf(bytesAt(args, 1)),
      password: bytesOf(bytesAt(args, 2)),
    });
    return numberOf(answer, run);
  },
};
