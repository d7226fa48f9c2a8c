/** Header fields and attachments of the message in a content flow (`hsl.md` §8.4). */
import {
  compilePattern,
  encodeText,
  type FunctionBody,
  HslArray,
  HslRegex,
  patternFromText,
  type RunContext,
  ScriptError,
  type Value,
} from "@sluice/hsl";
import {
  decodeUtf8,
  formatMailbox,
  HeaderError,
  parseAddressList,
  parseDeliveryStatus,
  parseHeaderSection,
} from "@sluice/mail-syntax";
import { headerText } from "../../scanner/header-edits.ts";
import type { Message } from "../../scanner/message.ts";
import { decodedPart, decodedSize, MimeLimitError, type MimePart } from "../../scanner/mime.ts";
import { bytesAt, flagAt, textAt } from "../arguments.ts";
import { contentState } from "../flow-host.ts";
import { listValue, recordValue } from "../values.ts";
import { guessType } from "./media-type.ts";
import { parseReceived } from "./received.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

const messageOf = (run: RunContext): Message => contentState(run).message;

/** A value or name that cannot stand in a header is the script's error. */
const edit = <T>(change: () => T): T => {
  try {
    return change();
  } catch (error) {
    if (error instanceof HeaderError) throw new ScriptError("wrong-argument", error.message);
    throw error;
  }
};

export const headerFunctions: Bodies = {
  GetHeader: (args, run) => messageOf(run).getHeader(bytesAt(args, 0), flagAt(args, 1, true)),
  GetHeaders: (args, run) => {
    const wanted = args[0];
    const all = wanted === true;
    const found = messageOf(run).getHeaders(all ? null : bytesAt(args, 0), flagAt(args, 1, true));
    return HslArray.fromList(
      found.map(({ name, value }) => (all ? recordValue({ name, value }) : value)),
    );
  },
  AddHeader: (args, run) => {
    edit(() => messageOf(run).addHeader(bytesAt(args, 0), bytesAt(args, 1), flagAt(args, 2, true)));
    return null;
  },
  SetHeader: (args, run) =>
    edit(() => messageOf(run).setHeader(bytesAt(args, 0), bytesAt(args, 1), flagAt(args, 2, true))),
  PrependHeader: (args, run) =>
    edit(() =>
      messageOf(run).extendHeader(
        bytesAt(args, 0),
        bytesAt(args, 1),
        "before",
        flagAt(args, 2, true),
      ),
    ),
  AppendHeader: (args, run) =>
    edit(() =>
      messageOf(run).extendHeader(
        bytesAt(args, 0),
        bytesAt(args, 1),
        "behind",
        flagAt(args, 2, true),
      ),
    ),
  DelHeader: (args, run) => messageOf(run).removeHeader(bytesAt(args, 0)),
  GetAddressList: (args) =>
    listValue(parseAddressList(bytesAt(args, 0)).map(({ mailbox }) => formatMailbox(mailbox))),
  GetRoute: (args, run) => {
    const hops = messageOf(run)
      .getHeaders("Received", false)
      .map(({ value }) => parseReceived(value));
    if (!flagAt(args, 0, false)) return HslArray.fromList(hops.map(({ ip }) => ip));
    return HslArray.fromList(
      hops.map((hop) =>
        recordValue({ from: hop.from, by: hop.by, ip: hop.ip, helo: hop.helo, date: hop.date }),
      ),
    );
  },
};

/** Functions that need the whole message; it is read before a run that names one of them. */
export const wholeMessageFunctions: ReadonlySet<string> = new Set([
  "GetAttachmentsByName",
  "GetAttachmentsByType",
  "GetAttachmentName",
  "GetAttachmentType",
  "GuessAttachmentType",
  "GetAttachmentSize",
  "RemoveAttachments",
  "GetDSN",
  "GetDSNHeader",
]);

const partsOf = (run: RunContext): readonly MimePart[] => {
  try {
    const parts = messageOf(run).parts();
    if (parts === null) throw new ScriptError("host-error", "the message was not read");
    return parts;
  } catch (error) {
    // never "no attachments": what could not be taken apart is not clean
    if (error instanceof MimeLimitError) throw new ScriptError("unscannable", error.message);
    throw error;
  }
};

const patternOf = (value: Value | undefined): HslRegex => {
  if (value instanceof HslRegex) return value;
  const text = typeof value === "string" ? value : "";
  return /^\/.*\/[a-z]*$/s.test(text) ? patternFromText(text) : compilePattern(text, "i");
};

const idsOf = (value: Value | undefined): string[] =>
  value instanceof HslArray
    ? value.toList().map((id) => (typeof id === "string" ? id : String(id)))
    : [typeof value === "string" ? value : String(value ?? "")];

const perPart =
  (read: (part: MimePart, bytes: Buffer) => Value): FunctionBody =>
  (args, run) => {
    const parts = partsOf(run);
    const bytes = messageOf(run).bytes() ?? Buffer.alloc(0);
    return HslArray.fromList(
      idsOf(args[0]).map((id) => {
        const part = parts.find((one) => one.id === id);
        if (part === undefined) throw new ScriptError("wrong-argument", `there is no part ${id}`);
        return read(part, bytes);
      }),
    );
  };

/** A part that carries a file: everything but multiparts and the body without a name. */
const isAttachment = ({ isMultipart }: MimePart): boolean => !isMultipart;

export const attachmentFunctions: Bodies = {
  GetAttachmentsByName: (args, run) => {
    const pattern = patternOf(args[0]);
    const parts = partsOf(run).filter((part) => isAttachment(part) && part.fileName !== "");
    return listValue(parts.filter(({ fileName }) => pattern.test(fileName)).map(({ id }) => id));
  },
  GetAttachmentsByType: (args, run) => {
    const pattern = patternOf(args[0]);
    const parts = partsOf(run).filter(isAttachment);
    return listValue(parts.filter(({ type }) => pattern.test(type)).map(({ id }) => id));
  },
  GetAttachmentName: perPart(({ fileName }) => fileName),
  GuessAttachmentType: perPart((part, bytes) =>
    guessType(part.id === "/" ? bytes : decodedPart(bytes, part)),
  ),
  GetAttachmentType: perPart(({ type }) => encodeText(type)),
  RemoveAttachments: (args, run) => {
    partsOf(run); // refuses what cannot be taken apart
    return messageOf(run).removeParts(idsOf(args[0]));
  },
  GetAttachmentSize: perPart((part, bytes) =>
    part.id === "/" ? bytes.length : decodedSize(bytes, part),
  ),
};

/** The parts of a delivery status notification (RFC 3464); null: the message is none. */
const statusParts = (run: RunContext) => {
  const parts = partsOf(run);
  const bytes = messageOf(run).bytes() ?? Buffer.alloc(0);
  const status = parts.find(({ type }) =>
    ["message/delivery-status", "message/global-delivery-status"].includes(type),
  );
  const about = parts.find(
    ({ type, id }) =>
      id !== "/" &&
      [
        "text/rfc822-headers",
        "message/rfc822",
        "message/global",
        "message/global-headers",
      ].includes(type),
  );
  return status === undefined ? null : { status, about, bytes };
};

const afterType = (value: string | undefined): string =>
  (value ?? "").replace(/^\s*[A-Za-z0-9-]+\s*;\s*/, "").trim();

export const deliveryStatusFunctions: Bodies = {
  GetDSN: (_args, run) => {
    const found = statusParts(run);
    if (found === null) return false;
    const text = decodedPart(found.bytes, found.status).toString("latin1");
    const { recipients } = parseDeliveryStatus(text);
    return recordValue({
      recipients: HslArray.fromList(
        recipients.map((fields) =>
          recordValue({
            recipient: afterType(fields.get("final-recipient") ?? fields.get("original-recipient")),
            action: (fields.get("action") ?? "").toLowerCase(),
            status: fields.get("status") ?? "",
            diagnostic: afterType(fields.get("diagnostic-code")),
          }),
        ),
      ),
    });
  },
  GetDSNHeader: (args, run) => {
    const found = statusParts(run);
    if (found?.about === undefined) return "";
    const { fields } = parseHeaderSection(decodedPart(found.bytes, found.about));
    const wanted = textAt(args, 0).toLowerCase();
    const field = fields.find(({ name }) => decodeUtf8(name).toLowerCase() === wanted);
    return field === undefined ? "" : headerText(field, !flagAt(args, 1, false));
  },
};

export const messageFunctions: Bodies = {
  ...headerFunctions,
  ...attachmentFunctions,
  ...deliveryStatusFunctions,
};
