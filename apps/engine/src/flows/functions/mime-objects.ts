/** `MIME`, `GetMailMessage` and `GetMailFile`: parts of the message, and its bytes, as objects (`hsl.md` §8.4). */
import { randomBytes } from "node:crypto";
import {
  defineNativeClass,
  type FunctionBody,
  HslArray,
  type NativeMethod,
  type RunContext,
  ScriptError,
  type Value,
} from "@sluice/hsl";
import { getField, type HeaderSection, isNamed, serializeHeaderSection } from "@sluice/mail-syntax";
import { encodeBody } from "../../scanner/body-encoding.ts";
import { contentOfBytes } from "../../scanner/content-store.ts";
import {
  addHeader,
  countHeaders,
  type EditOptions,
  headerText,
  removeHeader,
  setHeader,
} from "../../scanner/header-edits.ts";
import { createMessage, type Message } from "../../scanner/message.ts";
import { MimeLimitError, type MimePart } from "../../scanner/mime.ts";
import { childrenOf } from "../../scanner/part-edits.ts";
import { bytesAt, flagAt, isGiven, optionFlag, optionsAt } from "../arguments.ts";
import { fileObject } from "./file-object.ts";
import { edit, messageOf, partsOf, patternOf } from "./message-parts.ts";

/** A part of the message, or one that the script makes and that is in no message yet. */
type Part = {
  readonly found: { readonly message: Message; readonly part: MimePart } | null;
  readonly header: () => HeaderSection;
  readonly changeHeader: (
    change: (section: HeaderSection, options: EditOptions) => HeaderSection,
  ) => void;
  readonly body: () => Buffer;
  readonly setBody: (decoded: Buffer, encoded: Buffer) => void;
};

const partOfMessage = (message: Message, part: MimePart): Part => ({
  found: { message, part },
  ...(part.id === "/"
    ? { header: message.header, changeHeader: message.changeHeader }
    : {
        header: () => message.edits.header(part),
        changeHeader: (change) =>
          message.edits.setHeader(
            part,
            change(message.edits.header(part), { smtpUtf8: message.smtpUtf8 }),
          ),
      }),
  body: () => message.edits.body(part),
  setBody: (decoded, encoded) => message.edits.setBody(part, decoded, encoded),
});

type NewPart = Part & {
  readonly bytes: () => Buffer;
  /** Parts inside it, once it is a multipart. */
  readonly children: NewPart[];
};

const newParts = new WeakMap<Part, NewPart>();

const newPart = (): Part => {
  let header: HeaderSection = { fields: [], bodyStart: 0, separator: "\r\n" };
  let body = { decoded: Buffer.alloc(0), encoded: Buffer.alloc(0) };
  const part: NewPart = {
    found: null,
    header: () => header,
    changeHeader: (change) => {
      header = change(header, { smtpUtf8: false });
    },
    body: () => body.decoded,
    setBody: (decoded, encoded) => {
      body = { decoded: Buffer.from(decoded), encoded: Buffer.from(encoded) };
    },
    children: [],
    bytes: () => {
      const { children } = part;
      if (children.length === 0) {
        return Buffer.concat([serializeHeaderSection(header), body.encoded]);
      }
      const boundary = newBoundary();
      const type = typeOf(part).startsWith("multipart/") ? typeOf(part) : "multipart/mixed";
      const asMultipart = setHeader(
        removeHeader(header, "Content-Transfer-Encoding"),
        "Content-Type",
        `${type}; boundary="${boundary}"`,
        { smtpUtf8: false },
      );
      const pieces = children.map((child) =>
        Buffer.concat([Buffer.from(`--${boundary}\r\n`), child.bytes(), Buffer.from("\r\n")]),
      );
      return Buffer.concat([
        serializeHeaderSection(asMultipart),
        ...[...pieces, Buffer.from(`--${boundary}--`)],
      ]);
    },
  };
  newParts.set(part, part);
  return part;
};

const newBoundary = (): string => `=_${randomBytes(18).toString("base64url")}`;

const typeOf = (part: Part): string =>
  /^\s*([!-.0-:<-~]+\/[!-:<-~]+)\s*(?:;|$)/
    .exec(getField(part.header(), "Content-Type") ?? "")?.[1]
    ?.toLowerCase() ?? "text/plain";

const isMultipart = (part: Part): boolean => {
  const { found } = part;
  if (found === null) return newParts.get(part)?.children.length !== 0;
  return found.part.isMultipart || found.message.edits.isWrapped(found.part);
};

/** What says where the parts of a multipart are cannot be changed under them. */
const checkName = (part: Part, name: string): string => {
  if (isMultipart(part) && /^content-(?:type|transfer-encoding)$/i.test(name)) {
    throw new ScriptError("wrong-argument", `${name} of a multipart cannot be changed`);
  }
  return name;
};

const inMessage = (part: Part): { readonly message: Message; readonly part: MimePart } => {
  if (part.found === null) throw new ScriptError("wrong-argument", "this part is in no message");
  return part.found;
};

const text = (buffer: Buffer, run: RunContext): string => {
  run.charge(buffer.length >> 6, buffer.length);
  return buffer.toString("latin1");
};

const bufferAt = (args: readonly Value[], index: number): Buffer =>
  Buffer.from(bytesAt(args, index), "latin1");

const list = (message: Message, parts: readonly MimePart[]): Value =>
  HslArray.fromList(
    parts
      .filter((part) => !message.edits.isRemoved(part))
      .map((part) => mimeClass.make(partOfMessage(message, part))),
  );

/** The part itself and all inside it. */
const within = (part: Part): readonly [Message, MimePart[]] => {
  const { message, part: outer } = inMessage(part);
  const all = message.parts() ?? [];
  return [
    message,
    outer.id === "/"
      ? all
      : all.filter(({ id }) => id === outer.id || id.startsWith(`${outer.id}.`)),
  ];
};

type Method = NativeMethod<Part>;
const method = (least: number, most: number, run: Method["run"]): Method => ({ least, most, run });

const fields = (part: Part, name: string, decode: boolean): string[] =>
  part
    .header()
    .fields.filter((field) => isNamed(field, name))
    .map((field) => headerText(field, decode));

const setBody: Method["run"] = (part, args, run, self) => {
  if (isMultipart(part)) throw new ScriptError("wrong-argument", "a multipart has no body");
  const change = (name: string, value: string): void =>
    edit(() => part.changeHeader((section, options) => setHeader(section, name, value, options)));
  if (isGiven(args, 1)) {
    if (/^\s*multipart\//i.test(bytesAt(args, 1))) {
      throw new ScriptError("wrong-argument", "a multipart is made of parts, not of a body");
    }
    change("Content-Type", bytesAt(args, 1));
  }
  const type = typeOf(part);
  if (type.startsWith("message/")) {
    throw new ScriptError("wrong-argument", `the body of ${type} cannot be changed`);
  }
  const body = bufferAt(args, 0);
  const { encoding, bytes } = encodeBody(body, type.startsWith("text/"));
  run.charge(bytes.length >> 6, body.length + bytes.length);
  part.setBody(body, bytes);
  change("Content-Transfer-Encoding", encoding);
  if (part.found?.part.id === "/" && getField(part.header(), "MIME-Version") === undefined) {
    change("MIME-Version", "1.0");
  }
  return self;
};

const holds = (outer: NewPart, one: NewPart): boolean =>
  outer === one || outer.children.some((child) => holds(child, one));

/** A part that is no multipart becomes one: of itself, byte for byte, and of what is appended. */
const wrap = (part: Part, message: Message, outer: MimePart, more: Buffer): void => {
  const { fields } = part.header();
  const inside = fields.filter(({ name }) => /^content-/i.test(name));
  const boundary = newBoundary();
  const encoding = getField(part.header(), "Content-Transfer-Encoding")?.trim() ?? "";
  const separator = "\r\n";
  part.changeHeader((section, options) => {
    const outside = section.fields.filter((field) => !inside.includes(field));
    let header: HeaderSection = { ...section, fields: outside, separator };
    const add = (name: string, value: string): void => {
      header = setHeader(header, name, value, options);
    };
    if (outer.id === "/" && getField(header, "MIME-Version") === undefined) {
      add("MIME-Version", "1.0");
    }
    add("Content-Type", `multipart/mixed; boundary="${boundary}"`);
    // what is wider than seven bits inside is so outside (RFC 2045 §6.4)
    if (/^(?:8bit|binary)$/i.test(encoding)) add("Content-Transfer-Encoding", encoding);
    return header;
  });
  message.edits.wrap(outer, { fields: inside, bodyStart: 0, separator }, boundary, more);
};

const methods: Readonly<Record<string, Method>> = {
  getID: method(0, 0, (part) => part.found?.part.id ?? ""),
  getType: method(0, 0, (part) => typeOf(part)),
  getFileName: method(0, 0, (part) => part.found?.part.fileName ?? ""),
  getSize: method(0, 0, (part) =>
    part.found?.part.id === "/" ? part.found.message.content.size : part.body().length,
  ),
  isMultipart: method(0, 0, isMultipart),
  getHeader: method(
    1,
    2,
    (part, args) => fields(part, bytesAt(args, 0), flagAt(args, 1, true))[0] ?? "",
  ),
  getHeaders: method(1, 2, (part, args) =>
    HslArray.fromList(fields(part, bytesAt(args, 0), flagAt(args, 1, true))),
  ),
  addHeader: method(2, 2, (part, args, _run, self) => {
    const name = checkName(part, bytesAt(args, 0));
    edit(() => part.changeHeader((s, options) => addHeader(s, name, bytesAt(args, 1), options)));
    return self;
  }),
  setHeader: method(2, 2, (part, args) => {
    const name = checkName(part, bytesAt(args, 0));
    const count = countHeaders(part.header(), name);
    edit(() => part.changeHeader((s, options) => setHeader(s, name, bytesAt(args, 1), options)));
    return count;
  }),
  delHeader: method(1, 1, (part, args) => {
    const name = checkName(part, bytesAt(args, 0));
    const count = countHeaders(part.header(), name);
    if (count > 0) part.changeHeader((section) => removeHeader(section, name));
    return count;
  }),
  setType: method(1, 1, (part, args, _run, self) => {
    const type = bytesAt(args, 0).trim();
    if (part.found !== null || !/^[!-~]+\/[!-~]+$/.test(type)) {
      throw new ScriptError("wrong-argument", "setType gives a new part its media type");
    }
    edit(() => part.changeHeader((s, options) => setHeader(s, "Content-Type", type, options)));
    return self;
  }),
  toString: method(0, 0, (part, _args, run) => {
    const { found } = part;
    if (found !== null && found.part.id !== "/") {
      throw new ScriptError("wrong-argument", "only a new part and a whole message have a text");
    }
    const bytes = found === null ? newParts.get(part)?.bytes() : changed(found.message);
    return text(bytes ?? Buffer.alloc(0), run);
  }),
  getParts: method(0, 0, (part) => {
    const { message, part: outer } = inMessage(part);
    return list(message, childrenOf(outer, message.parts() ?? []));
  }),
  findByType: method(1, 1, (part, args, run) => {
    const pattern = patternOf(args[0]);
    const [message, parts] = within(part);
    return list(
      message,
      parts.filter(({ type }) => pattern.test(type, run.checkTime)),
    );
  }),
  findByFileName: method(1, 1, (part, args, run) => {
    const pattern = patternOf(args[0]);
    const [message, parts] = within(part);
    return list(
      message,
      parts.filter(({ fileName }) => fileName !== "" && pattern.test(fileName, run.checkTime)),
    );
  }),
  getBody: method(0, 0, (part, _args, run) => text(part.body(), run)),
  setBody: method(1, 2, setBody),
  remove: method(0, 0, (part) => {
    const { message, part: own } = inMessage(part);
    return message.removeParts([own.id]) > 0;
  }),
  appendPart: method(1, 1, (part, args, run, self) => {
    const made = mimeClass.stateOf(args[0]);
    const whole = made === undefined ? undefined : newParts.get(made);
    if (whole === undefined) {
      throw new ScriptError("wrong-argument", "appendPart takes a part made by MIME()");
    }
    const own = newParts.get(part);
    if (own !== undefined) {
      if (holds(whole, own)) throw new ScriptError("wrong-argument", "a part cannot hold itself");
      if (own.body().length > 0) {
        throw new ScriptError("wrong-argument", "a part with a body takes no other part");
      }
      run.charge(1, 64);
      own.children.push(whole);
      return self;
    }
    const { message, part: outer } = inMessage(part);
    const bytes = whole.bytes();
    run.charge(bytes.length >> 6, bytes.length);
    if (message.edits.append(outer, bytes)) return self;
    if (outer.isMultipart) {
      throw new ScriptError("wrong-argument", "this multipart has no parts to stand behind");
    }
    wrap(part, message, outer, bytes);
    return self;
  }),
};

export const mimeClass = defineNativeClass<Part>("MIME", new Map(Object.entries(methods)));

const root = (run: RunContext): Value => {
  const [first] = partsOf(run);
  if (first === undefined) throw new ScriptError("host-error", "the message was not read");
  return mimeClass.make(partOfMessage(messageOf(run), first));
};

const mime: FunctionBody = (args, run) => {
  if (!isGiven(args, 0)) return mimeClass.make(newPart());
  const id = bytesAt(args, 0);
  if (id === "0" || id === "/") return root(run);
  const part = partsOf(run).find((one) => one.id === id);
  if (part === undefined) throw new ScriptError("wrong-argument", `there is no part ${id}`);
  return mimeClass.make(partOfMessage(messageOf(run), part));
};

/** A message that is a script's own: nothing of it is delivered. */
export const mailMessage: FunctionBody = (args, run) => {
  const bytes = bufferAt(args, 0);
  run.charge(bytes.length >> 5, bytes.length * 2);
  const message = createMessage(contentOfBytes(bytes), true);
  try {
    const [first] = message.parts() ?? [];
    if (first === undefined) throw new ScriptError("host-error", "the message was not read");
    return mimeClass.make(partOfMessage(message, first));
  } catch (error) {
    if (error instanceof MimeLimitError) throw new ScriptError("unscannable", error.message);
    throw error;
  }
};

/** The message as it would leave now. */
const changed = (message: Message): Buffer => {
  const content = message.changedContent();
  const whole = content?.memory ?? message.bytes() ?? Buffer.alloc(0);
  const header = message.changedHeader();
  return header === null
    ? whole
    : Buffer.concat([header, whole.subarray((content ?? message.content).header.length)]);
};

export const mimeFunctions: Readonly<Record<string, FunctionBody>> = {
  MIME: mime,
  GetMailMessage: (_args, run) => root(run),
  GetMailFile: (args, run) => {
    const message = messageOf(run);
    const bytes = optionFlag(optionsAt(args, 0), "changes", false)
      ? changed(message)
      : (message.bytes() ?? Buffer.alloc(0));
    return fileObject(bytes);
  },
};
