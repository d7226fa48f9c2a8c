/** Directories, other mail servers, HTTP and reputation (`hsl.md` §7.8). */
import {
  encodeText,
  type FunctionBody,
  HslArray,
  type RunContext,
  ScriptError,
  type Value,
} from "@sluice/hsl";
import { Directory } from "@sluice/settings";
import {
  isGiven,
  numberAt,
  optionFlag,
  optionNumber,
  optionsAt,
  optionText,
  optionTexts,
  textAt,
} from "../arguments.ts";
import { flowHost } from "../flow-host.ts";
import type { LdapEntry, LdapProfile } from "../host/ldap.ts";
import type { ReputationQuestion } from "../host/reputation.ts";
import type { LookupAnswer } from "../host/smtp-lookup.ts";
import type { FlowServices } from "../services.ts";
import { objectId, recordValue, textValue } from "../values.ts";
import { readHttpCall } from "./http-call.ts";
import { lookupServer, type NoServer } from "./lookup-server.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

/** A domain that takes no mail has no recipients; every other reason says nothing of them. */
const unasked = ({ code, text }: NoServer): LookupAnswer =>
  code === 550 ? { kind: "no", code, text } : { kind: "error", code: 0, text };

export const networkFunctions = (services: FlowServices): Bodies => {
  const { ldap, http, smtpLookup, reputation, requests } = services;
  return {
    ldap_search: async (args, run) => {
      const profile = profileOf(textAt(args, 0), optionsAt(args, 2), run);
      if (typeof profile === "string") return couldNot(run, profile);
      const found = await ldap.search(profile, textAt(args, 1));
      if (found.kind === "error") return couldNot(run, found.text);
      return HslArray.fromList(found.entries.map(entryValue));
    },
    ldap_bind: async (args, run) => {
      if (textAt(args, 2) === "") return 0; // RFC 4513 §5.1.2: a server would call it a success
      const profile = profileOf(textAt(args, 0), optionsAt(args, 3), run);
      if (typeof profile === "string") return couldNot(run, profile);
      const found = await ldap.bind(profile, textAt(args, 1), textAt(args, 2));
      if (found.kind === "error") return couldNot(run, found.text);
      return found.kind === "right" ? 1 : 0;
    },
    smtp_lookup_rcpt: async (args, run) => {
      const recipient = textAt(args, 2);
      const server = await lookupServer(args[0], recipient, run, services);
      const answer: LookupAnswer =
        server.hosts === null
          ? unasked(server)
          : await smtpLookup.recipient(server, textAt(args, 1), recipient);
      const result = numberOf(answer, run);
      if (!optionFlag(optionsAt(args, 3), "extended_result", false)) return result;
      const [code, text] = answer.kind === "yes" ? [250, ""] : [answer.code, answer.text];
      return recordValue({ result, error_code: code, error_message: textValue(text) });
    },
    smtp_lookup_auth: async (args, run) => {
      const server = await lookupServer(args[0], "", run, services);
      const answer: LookupAnswer =
        server.hosts === null
          ? { kind: "error", code: 0, text: server.text }
          : await smtpLookup.password(server, textAt(args, 1), textAt(args, 2));
      return numberOf(answer, run);
    },
    http: async (args, run) => {
      const host = flowHost(run);
      const { isExtended, withHeaders, background, ...call } = readHttpCall(args);
      const { httpAllowPrivate, resolvers } = host.snapshot.settings.gateway;
      const request = { ...call, allowPrivate: httpAllowPrivate, resolvers };
      if (background !== null) {
        if (host.observer.isDry) {
          host.note("info", "http: nothing is sent in the background of a dry run");
          return "";
        }
        const taken = requests.add(background.key, async () => {
          const answer = await http.fetch(request);
          const text = answer.kind === "error" ? answer.text : `the answer was ${answer.status}`;
          const isGood = answer.kind === "answer" && answer.status >= 200 && answer.status <= 299;
          if (!isGood) host.observer.line("warn", host.masked(`http in the background: ${text}`));
        });
        if (!taken) host.note("warn", "http: too many requests wait in the background");
        return "";
      }
      const response = await http.fetch({ ...request, signal: host.signal });
      if (response.kind === "error") {
        host.note("warn", `http: ${encodeText(response.text)}`);
        return isExtended
          ? recordValue({ status: 0, body: "", error: textValue(response.text) })
          : "";
      }
      const { status, headers } = response;
      const body = response.body.toString("latin1");
      if (isExtended) {
        const fields = HslArray.fromEntries(
          headers.map(([name, value]) => [name, textValue(value)]),
        );
        return recordValue({ status, body, ...(withHeaders ? { headers: fields } : {}) });
      }
      if (status < 200 || status > 299) return "";
      const lines = headers.map(([name, value]) => `${name}: ${textValue(value)}\r\n`).join("");
      return withHeaders ? `${lines}\r\n${body}` : body;
    },
    globalview: async (args, run) => {
      const { reputation: source } = flowHost(run).snapshot.settings.gateway;
      if (source === "") return "accept";
      const found = await reputation.ask(reputationQuestion(textAt(args, 0), source, empty, run));
      if (found.kind === "answer") return found.answer;
      flowHost(run).note("warn", encodeText(found.text));
      return "tempfail"; // "could not say" is not "good"
    },
    reputation: async (args, run) => {
      const options = optionsAt(args, 2);
      const question = reputationQuestion(textAt(args, 0), textAt(args, 1), options, run);
      const found = await reputation.ask(question);
      return found.kind === "answer" ? found.answer : couldNot(run, found.text);
    },
    address_memory: async (args, run) => {
      const days = isGiven(args, 1) ? Math.max(0, numberAt(args, 1)) : 7;
      const memory = await reputation.remembered(textAt(args, 0), days);
      if (memory === null) return couldNot(run, "The memory of addresses cannot be read.");
      const { accepted, rejected, spam } = memory;
      const share = spam === 0 ? 0 : spam / (accepted + spam);
      return recordValue({ accepted, rejected, spam, share });
    },
  };
};

const empty = new HslArray();

const reputationQuestion = (
  address: string,
  source: string,
  options: HslArray,
  run: RunContext,
): ReputationQuestion => {
  const host = flowHost(run);
  const { httpAllowPrivate, resolvers } = host.snapshot.settings.gateway;
  return {
    ...{ address, source, resolvers },
    permfail: optionTexts(options, "permfail") ?? ["127.0.0.0/8"],
    tempfail: optionTexts(options, "tempfail") ?? [],
    timeoutSeconds: optionNumber(options, "timeout") ?? 5,
    allowPrivate: httpAllowPrivate,
    signal: host.signal,
  };
};

const couldNot = (run: RunContext, why: string): number => {
  flowHost(run).note("warn", encodeText(why));
  return -1;
};

const numberOf = (answer: LookupAnswer, run: RunContext): number => {
  if (answer.kind === "yes") return 1;
  return answer.kind === "no" ? 0 : couldNot(run, answer.text);
};

/** The directory of the revision with its password; a string says why there is none. */
const profileOf = (name: string, override: HslArray, run: RunContext): LdapProfile | string => {
  const { settings, secret } = flowHost(run).snapshot;
  const id = objectId("ldap", name);
  const hosts = optionTexts(override, "host")?.map((host) => host.replace(/^ldaps?:\/\//, ""));
  const directory = Object.hasOwn(settings.directories, id)
    ? settings.directories[id]
    : hosts === undefined
      ? undefined
      : Directory.parse({ servers: hosts });
  if (directory === undefined) return `There is no ldap:${id}.`;
  const tls = tlsOf(override);
  const user = optionText(override, "username");
  return {
    ...directory,
    password: optionText(override, "password") ?? secret("directory", id, "bindPassword"),
    ...(hosts === undefined ? {} : { servers: hosts }),
    ...(tls === undefined ? {} : { tls }),
    ...(user === undefined ? {} : { bindDn: user }),
    base: optionText(override, "base") ?? directory.base,
    query: optionText(override, "query") ?? directory.query,
    attributes: optionTexts(override, "attributes") ?? directory.attributes,
  };
};

/** `tls`, or what the host's scheme says; otherwise the directory's own. */
const tlsOf = (override: HslArray): LdapProfile["tls"] | undefined => {
  const given = optionText(override, "tls");
  if (given === undefined) {
    const scheme = /^ldaps?(?=:\/\/)/.exec(optionTexts(override, "host")?.[0] ?? "")?.[0];
    return scheme === undefined ? undefined : scheme === "ldaps" ? "ldaps" : "none";
  }
  if (given === "starttls" || given === "ldaps" || given === "none") return given;
  throw new ScriptError("wrong-argument", "tls is starttls, ldaps or none");
};

const entryValue = ({ dn, attributes }: LdapEntry): HslArray => {
  const entry = HslArray.fromEntries([["dn", textValue(dn)] as const]);
  for (const [name, values] of attributes) {
    entry.set(textValue(name), HslArray.fromList(values.map(attributeValue)));
  }
  return entry;
};

const attributeValue = (value: string | Buffer): Value =>
  typeof value === "string" ? encodeText(value) : value.toString("latin1");
