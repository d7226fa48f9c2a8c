/** Header fields and attachments of the message in a content flow (`hsl.md` §8.4). */
import {
  encodeText,
  type FunctionBody,
  HslArray,
  type RunContext,
  ScriptError,
  type Value,
} from "@sluice/hsl";
import {
  decodeUtf8,
  formatMailbox,
  parseAddressList,
  parseDeliveryStatus,
  parseHeaderSection,
} from "@sluice/mail-syntax";
import { headerText } from "../../scanner/header-edits.ts";
import { decodedPart, decodedSize, type MimePart } from "../../scanner/mime.ts";
import { bytesAt, flagAt, textAt } from "../arguments.ts";
import { listValue, recordValue } from "../values.ts";
import { guessType } from "./media-type.ts";
import { edit, messageOf, partsOf, patternOf } from "./message-parts.ts";
import { mimeFunctions } from "./mime-objects.ts";
import { parseReceived } from "./received.ts";
import { dlpFunctions } from "./scan-dlp.ts";
import { wrapFunctions } from "./wrap-message.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

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
  "MIME",
  "GetMailMessage",
  "GetMailFile",
  "WrapMessage",
  "ScanDLP",
]);

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

/** Enough of a part to tell its type by: a large one is not decoded for it. */
const startOf = (part: MimePart): MimePart => ({
  ...part,
  end: Math.min(part.end, part.bodyStart + 8192),
});

/** The parts that carry something, apart from what was removed. */
const attachmentsOf = (run: RunContext): MimePart[] => {
  const { edits } = messageOf(run);
  return partsOf(run).filter((part) => !part.isMultipart && !edits.isRemoved(part));
};

export const attachmentFunctions: Bodies = {
  GetAttachmentsByName: (args, run) => {
    const pattern = patternOf(args[0]);
    const parts = attachmentsOf(run).filter(({ fileName }) => fileName !== "");
    return listValue(
      parts.filter(({ fileName }) => pattern.test(fileName, run.checkTime)).map(({ id }) => id),
    );
  },
  GetAttachmentsByType: (args, run) => {
    const pattern = patternOf(args[0]);
    const parts = attachmentsOf(run);
    return listValue(
      parts.filter(({ type }) => pattern.test(type, run.checkTime)).map(({ id }) => id),
    );
  },
  GetAttachmentName: perPart(({ fileName }) => fileName),
  GuessAttachmentType: perPart((part, bytes) =>
    guessType(part.id === "/" ? bytes : decodedPart(bytes, startOf(part))),
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
  ...mimeFunctions,
  ...wrapFunctions,
  ...dlpFunctions,
  ...headerFunctions,
  ...attachmentFunctions,
  ...deliveryStatusFunctions,
};
