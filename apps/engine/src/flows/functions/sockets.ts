/** `Socket` and `TLSSocket` (`hsl.md` §7.9): they go only where the settings allow. */
import {
  defineNativeClass,
  encodeText,
  type FunctionBody,
  type HslObject,
  type NativeMethod,
  type RunContext,
  ScriptError,
  type Value,
} from "@sluice/hsl";
import {
  bytesAt,
  isGiven,
  numberAt,
  optionFlag,
  optionsAt,
  optionText,
  optionTexts,
  textAt,
} from "../arguments.ts";
import { type FlowHost, flowHost } from "../flow-host.ts";
import {
  createScriptSocket,
  mayConnect,
  type ScriptSocket,
  type TlsWishes,
} from "../host/script-socket.ts";
import { objectId, recordValue } from "../values.ts";
import { certificateFacts, fingerprintOf } from "./text-objects.ts";

type Held = {
  readonly socket: ScriptSocket;
  readonly host: FlowHost;
  readonly family: string;
  readonly isStream: boolean;
  readonly wishes: TlsWishes | null;
  self: HslObject | null;
  isSecure: boolean;
};

const mostSockets = 10;
const mostBytes = 1024 * 1024;
const wrong = (text: string): ScriptError => new ScriptError("wrong-argument", text);
type Method = NativeMethod<Held>;
const method = (least: number, most: number, run: Method["run"]): Method => ({ least, most, run });

const connect: Method["run"] = async (held, args) => {
  const { host, socket, family } = held;
  const to = textAt(args, 0);
  const port = Math.trunc(numberAt(args, 1));
  if ((family === "AF_UNIX") !== to.startsWith("/"))
    throw wrong("the address is of another family");
  if (family !== "AF_UNIX" && !(port > 0 && port < 65_536)) throw wrong("the port is none");
  if (!mayConnect(to, host.snapshot.settings.gateway.scriptConnections)) {
    throw new ScriptError(
      "not-allowed",
      `Settings › Gateway › The world outside does not list ${encodeText(to)}`,
    );
  }
  if (host.observer.isDry) {
    host.note("info", "a dry run connects to nothing");
    return null;
  }
  return (await socket.connect(to, port)) ? held.self : null;
};

const handshake = async (held: Held): Promise<boolean> => {
  if (held.wishes === null) return true;
  held.isSecure ||= await held.socket.secure(held.wishes);
  return held.isSecure;
};

const send: Method["run"] = async (held, args, run) => {
  const bytes = Buffer.from(bytesAt(args, 0), "latin1");
  run.charge(bytes.length >> 6, bytes.length);
  return (await handshake(held)) ? held.socket.send(bytes) : null;
};

const receive: Method["run"] = async (held, args, run) => {
  const most = Math.trunc(numberAt(args, 0));
  if (!(most > 0 && most <= mostBytes)) throw wrong(`the length is between 1 and ${mostBytes}`);
  const flags = isGiven(args, 1) ? textAt(args, 1) : "";
  if (!["", "MSG_PEEK", "MSG_WAITALL"].includes(flags)) {
    throw wrong("the flags are MSG_PEEK or MSG_WAITALL");
  }
  if (!(await handshake(held))) return null;
  const found = await held.socket.receive(most, {
    peek: flags === "MSG_PEEK",
    all: flags === "MSG_WAITALL",
  });
  if (found === null) return null;
  run.charge(found.length >> 6, found.length);
  return found.toString("latin1");
};

const shared: Readonly<Record<string, Method>> = {
  send: method(1, 1, send),
  recv: method(1, 2, receive),
  errno: method(0, 0, ({ socket }) => socket.error()),
  close: method(0, 0, (held) => {
    held.socket.close();
    return held.self;
  }),
  shutdown: method(0, 1, (held) => {
    held.socket.shutdown();
    return held.self;
  }),
};

export const socketClass = defineNativeClass<Held>(
  "Socket",
  new Map(
    Object.entries({
      ...shared,
      connect: method(1, 2, connect),
      settimeout: method(1, 1, (held, args) => {
        held.socket.setSeconds(numberAt(args, 0));
        return held.self;
      }),
    }),
  ),
);

export const tlsClass = defineNativeClass<Held>(
  "TLSSocket",
  new Map(
    Object.entries({
      ...shared,
      handshake: method(0, 0, async (held) => ((await handshake(held)) ? held.self : null)),
      getpeercert: method(0, 1, ({ socket }, args) => {
        const certificate = socket.tls()?.getPeerX509Certificate();
        if (certificate === undefined) return null;
        const hash = optionText(optionsAt(args, 0), "fingerprint");
        return recordValue({
          ...certificateFacts(certificate),
          ...(hash === undefined ? {} : { fingerprint: fingerprintOf(certificate, hash) }),
        });
      }),
    }),
  ),
);

const families = ["AF_INET", "AF_INET6", "AF_UNIX"];

const authorityOf = (name: string | undefined, run: RunContext): string | null => {
  if (name === undefined) return null;
  const id = objectId("pki", name);
  const { certificates } = flowHost(run).snapshot.settings;
  if (id === name) return name;
  const found = Object.hasOwn(certificates, id) ? certificates[id] : undefined;
  if (found === undefined) throw wrong(`there is no ${name}`);
  return found.certificate;
};

const opened = new WeakMap<FlowHost, number>();

export const socketObjects: Readonly<Record<string, FunctionBody>> = {
  Socket: (args, run): Value => {
    const [family, type] = [textAt(args, 0), textAt(args, 1)];
    if (!families.includes(family)) throw wrong(`the family is one of ${families.join(", ")}`);
    if (type !== "SOCK_STREAM" && type !== "SOCK_DGRAM") {
      throw wrong("the type is SOCK_STREAM or SOCK_DGRAM");
    }
    if (family === "AF_UNIX" && type === "SOCK_DGRAM") throw wrong("AF_UNIX takes SOCK_STREAM");
    const host = flowHost(run);
    const count = (opened.get(host) ?? 0) + 1;
    if (count > mostSockets) throw wrong(`a run opens ${mostSockets} sockets at most`);
    opened.set(host, count);
    const isStream = type === "SOCK_STREAM";
    const socket = createScriptSocket(isStream ? "stream" : "datagram", host.signal);
    host.atEnd(socket.close);
    const held: Held = {
      ...{ socket, host, family, isStream, wishes: null, self: null, isSecure: false },
    };
    held.self = socketClass.make(held);
    return held.self;
  },
  TLSSocket: (args, run): Value => {
    const inner = socketClass.stateOf(args[0]);
    if (inner === undefined || !inner.isStream) throw wrong("TLSSocket takes a stream Socket");
    const options = optionsAt(args, 1);
    const held: Held = {
      ...inner,
      wishes: {
        serverName: optionText(options, "tls_sni") ?? null,
        names: optionTexts(options, "tls_verify_name") ?? [],
        verify: optionFlag(options, "tls_verify_ca", true),
        authority: authorityOf(optionText(options, "tls_ca"), run),
      },
      self: null,
    };
    held.self = tlsClass.make(held);
    return held.self;
  },
};
