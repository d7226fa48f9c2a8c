/**
 * Bodies of the functions that end a run or change what comes out of it. An action
 * gives an `Ending`; what it means is decided in `verdict-of.ts`.
 */

import { isIP } from "node:net";
import { Ending, type FunctionBody, HslArray, type RunContext, ScriptError } from "@sluice/hsl";
import { parseMailbox } from "@sluice/mail-syntax";
import {
  bytesAt,
  isGiven,
  numberAt,
  optionFlag,
  optionNumber,
  optionsAt,
  optionText,
  optionTexts,
  rescheduleOptions,
  textAt,
  textsOf,
} from "./arguments.ts";
import { type ContentState, contentState, flowHost, runEnvelope } from "./flow-host.ts";
import { replyLines } from "./reply-lines.ts";
import { objectId, textRecordValue } from "./values.ts";
import type { AcceptReply, AttemptChanges, ContentAction } from "./verdict.ts";
import { whyHere } from "./why-here.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

const ending =
  (action: string): FunctionBody =>
  (args) =>
    new Ending(action, args);

export const ipPolicyActions: Bodies = { Allow: ending("Allow"), Block: ending("Block") };

export const answerActions: Bodies = {
  Accept: ending("Accept"),
  Reject: ending("Reject"),
  Defer: ending("Defer"),
};

/** An address that can stand in an envelope, or an error: no control character gets through. */
const checkedAddress = (text: string, isSender: boolean): string => {
  if (isSender && text === "") return text;
  if (parseMailbox(text) === null) {
    throw new ScriptError("wrong-argument", `${JSON.stringify(text)} is no address`);
  }
  return text;
};

/** The id of an object that exists in the revision of the run. */
const checkedObject = (
  run: RunContext,
  kind: "mailtransport" | "mailquarantine",
  name: string,
): string => {
  const id = objectId(kind, name);
  const { observer, snapshot } = flowHost(run);
  if (observer.isDry) return id; // a script may be tried where its objects are not
  const { transports, quarantines } = snapshot.settings;
  if (Object.hasOwn(kind === "mailtransport" ? transports : quarantines, id)) return id;
  throw new ScriptError("wrong-argument", `there is no ${kind}:${id}`);
};

const setSender = (address: string, run: RunContext): string => {
  const envelope = runEnvelope(run);
  envelope.sender = checkedAddress(address, true);
  envelope.senderChanged = true;
  return envelope.sender;
};

const setRecipient = (address: string, run: RunContext): string => {
  const envelope = runEnvelope(run);
  envelope.recipient = checkedAddress(address, false);
  envelope.recipientChanged = true;
  return envelope.recipient;
};

export const envelopeModifiers: Bodies = {
  SetSender: (args, run) => {
    setSender(textAt(args, 0), run);
    return null;
  },
  SetRecipient: (args, run) => {
    setRecipient(textAt(args, 0), run);
    return null;
  },
  SetSenderIP: (args, run) => {
    const address = textAt(args, 0);
    if (isIP(address) === 0) {
      throw new ScriptError("wrong-argument", `${JSON.stringify(address)} is no IP address`);
    }
    runEnvelope(run).clientAddress = address;
    return null;
  },
  SetSenderHELO: (args, run) => {
    runEnvelope(run).helo = checkedHost(textAt(args, 0));
    return null;
  },
  SetMailTransport: (args, run) => {
    const envelope = runEnvelope(run);
    envelope.transport = checkedObject(run, "mailtransport", textAt(args, 0));
    envelope.transportChanged = true;
    return null;
  },
};

const metadataOf = (value: HslArray): Record<string, string> =>
  Object.fromEntries(
    [...value].map(([key, inner]) => [textsOf(String(key))[0] ?? "", textsOf(inner)[0] ?? ""]),
  );

/** A host name or address: nothing that could be read as more than that. */
const checkedHost = (text: string): string => {
  if (/^[A-Za-z0-9._:[\]-]{1,255}$/.test(text)) return text;
  throw new ScriptError("wrong-argument", `${JSON.stringify(text)} is no host`);
};

const maximumDelay = 30 * 86_400;

const checkedDelay = (seconds: number): number => {
  if (!Number.isFinite(seconds)) throw new ScriptError("wrong-argument", "the delay is no number");
  return Math.min(Math.max(0, seconds), maximumDelay);
};

/** The transport that an argument names, or that the flow has set before; what it did not choose is each recipient's own. */
const chosenTransport = (run: RunContext, named: string | undefined): string | undefined => {
  if (named !== undefined && named !== "") return checkedObject(run, "mailtransport", named);
  const envelope = runEnvelope(run);
  return envelope.transportChanged ? (envelope.transport ?? undefined) : undefined;
};

/** The deliver action that stands in the arguments of Deliver, DirectDeliver and CopyMail. */
const deliverAction = (
  args: readonly (HslArray | unknown)[],
  run: RunContext,
  options: HslArray,
): ContentAction & { kind: "deliver" } => {
  const envelope = runEnvelope(run);
  const state = contentState(run);
  const plain = args as Parameters<FunctionBody>[0]; // the signature has checked them
  const isOptions = plain[0] instanceof HslArray;
  const recipient = isOptions
    ? optionText(options, "recipient")
    : isGiven(plain, 0)
      ? textAt(plain, 0)
      : undefined;
  const transport = isOptions
    ? optionText(options, "transportid")
    : isGiven(plain, 1)
      ? textAt(plain, 1)
      : undefined;
  const notes = options.get("metadata");
  return {
    kind: "deliver",
    recipient: recipient === undefined ? envelope.recipient : checkedAddress(recipient, false),
    transport: chosenTransport(run, transport),
    delaySeconds: checkedDelay(optionNumber(options, "delay") ?? state.delaySeconds),
    metadata:
      notes instanceof HslArray ? { ...state.metadata, ...metadataOf(notes) } : state.metadata,
  };
};

const add = (state: ContentState, action: ContentAction): void => {
  if (state.actions.length >= 1000) {
    throw new ScriptError("budget-actions", "the script took more than 1000 actions");
  }
  state.actions.push(action);
};

/** What the options of Deliver ask the client to be told; null: nothing of the kind. */
const acceptReply = (options: HslArray): AcceptReply | null => {
  const reason = options.get("reason");
  const disconnect = optionFlag(options, "disconnect", false);
  const codes = options.get("reply_codes");
  if (reason === null && codes === null && !disconnect) return null;
  const given = codes instanceof HslArray ? codes : new HslArray();
  const code = optionNumber(given, "code");
  // RFC 3463: "2.1.5", or its three numbers
  const status = optionTexts(given, "enhanced")?.join(".");
  if (code !== undefined && !(Number.isInteger(code) && code >= 200 && code <= 299)) {
    throw new ScriptError("wrong-argument", `the reply code ${code} is not from 200 to 299`);
  }
  if (status !== undefined && !/^2\.[0-9]{1,3}\.[0-9]{1,3}$/.test(status)) {
    throw new ScriptError("wrong-argument", `${JSON.stringify(status)} is no status such as 2.0.0`);
  }
  const text = reason === null ? undefined : replyLines(reason).join("\n");
  return { code, status, text: text === "" ? undefined : text, disconnect };
};

/** Delivers, now or from the queue; `name` is what the run ends with. */
export const deliver =
  (name: string): FunctionBody =>
  (args, run) => {
    const options = optionsAt(args, 0);
    const state = contentState(run);
    const action = deliverAction(args, run, options);
    const reply = acceptReply(options);
    add(state, action);
    state.reply = reply ?? state.reply;
    if (name === "DirectDeliver" || !optionFlag(options, "queue", true)) state.direct.add(action);
    return optionFlag(options, "done", true) ? new Ending(name, args) : null;
  };

export const contentActions: Bodies = {
  Deliver: deliver("Deliver"),
  DirectDeliver: deliver("DirectDeliver"),
  DeliverAsSpam: (args, run) => {
    contentState(run).message.setHeader("X-Spam-Flag", "YES", true);
    return deliver("DeliverAsSpam")(args, run);
  },
  GetID: (_args, run) => flowHost(run).facts.messageId ?? "",
  CopyMail: (args, run) => {
    const state = contentState(run);
    const action = deliverAction(args, run, new HslArray());
    add(state, action);
    state.copies.add(action);
    return null;
  },
  Reject: ending("Reject"),
  Defer: ending("Defer"),
  Delete: (args, run) => {
    add(contentState(run), { kind: "delete" });
    return new Ending("Delete", args);
  },
  Done: ending("Done"),
  Quarantine: (args, run) => {
    // they may stand second, with the recipient among them
    const isShort = args[1] instanceof HslArray;
    const options = optionsAt(args, isShort ? 1 : 3);
    const given = isShort ? optionText(options, "recipient") : undefined;
    const recipient = given ?? (!isShort && isGiven(args, 1) ? textAt(args, 1) : undefined);
    const transport = isShort
      ? optionText(options, "transportid")
      : isGiven(args, 2)
        ? textAt(args, 2)
        : undefined;
    const envelope = runEnvelope(run);
    const host = flowHost(run);
    const reject = optionFlag(options, "reject", true); // then the reason is what the client is told
    add(contentState(run), {
      kind: "quarantine",
      quarantine: checkedObject(run, "mailquarantine", textAt(args, 0)),
      recipient: recipient === undefined ? envelope.recipient : checkedAddress(recipient, false),
      transport: chosenTransport(run, transport),
      reason: optionText(options, "reason") ?? (reject ? null : whyHere(host)) ?? host.flow.title,
      reject,
    });
    // `final_action` is the older name
    const isFinal = optionFlag(options, "final_action", optionFlag(options, "done", true));
    return isFinal ? new Ending("Quarantine", args) : null;
  },
  DiscardMailDataChanges: (_args, run) => {
    contentState(run).message.discardChanges();
    return null;
  },
  SetDelayedDeliver: (args, run) => {
    contentState(run).delaySeconds = checkedDelay(numberAt(args, 0));
    return null;
  },
  SetMetaData: (args, run) => {
    contentState(run).metadata = metadataOf(optionsAt(args, 0));
    return null;
  },
  GetMetaData: (_args, run) => textRecordValue(contentState(run).metadata),
};

/** Changes what the one attempt before us will do. */
const change = (run: RunContext, changes: AttemptChanges): null => {
  const { attempt } = flowHost(run).facts;
  if (attempt === null) throw new ScriptError("after-attempt", "the attempt has been made");
  attempt.changes = { ...attempt.changes, ...changes };
  return null;
};

const tlsModes = [
  "none",
  "optional",
  "optional-verify",
  "require",
  "require-verify",
  "dane",
  "mta-sts",
];

/** Code of the attempt's result; null before the attempt. */
const codeOf = (run: RunContext): number | null => flowHost(run).facts.attemptCode;

/** Mail that is delivered cannot be tried, returned or sent again. */
const needsFailure = (run: RunContext, action: string): void => {
  const code = codeOf(run);
  if (code === null) throw new ScriptError("before-attempt", `${action}: there was no attempt yet`);
  if (code >= 200 && code < 300) {
    throw new ScriptError("delivered", `${action}: the mail has been delivered`);
  }
};

const giveUp =
  (name: string): FunctionBody =>
  (args, run) => {
    if (codeOf(run) !== null) needsFailure(run, name);
    return new Ending(name, args);
  };

export const deliveryActions: Bodies = {
  Try: (args, run) => {
    if (codeOf(run) !== null) throw new ScriptError("after-attempt", "the attempt has been made");
    return new Ending("Try", args);
  },
  Retry: (args, run) => {
    needsFailure(run, "Retry");
    return new Ending("Retry", args);
  },
  Delete: giveUp("Delete"),
  GenerateDSN: giveUp("GenerateDSN"),
  Bounce: giveUp("Bounce"),
  Reschedule: (args, run) => {
    if (codeOf(run) !== null) needsFailure(run, "Reschedule");
    const transport = optionText(rescheduleOptions(args), "transportid");
    if (transport !== undefined) checkedObject(run, "mailtransport", transport);
    return new Ending("Reschedule", args);
  },
  Queue: (args, run) => {
    if (codeOf(run) !== null) needsFailure(run, "Queue");
    const options = optionsAt(args, 0);
    const transport = optionText(options, "transportid");
    if (transport !== undefined) checkedObject(run, "mailtransport", transport);
    const delay = optionNumber(options, "delay");
    if (delay !== undefined) checkedDelay(delay);
    return new Ending("Queue", args);
  },
  SetDSN: (args, run) => {
    const { notice } = flowHost(run).facts;
    if (notice === null) throw new ScriptError("host-error", "there is no delivery here");
    const options = optionsAt(args, 0);
    const [recipient, transport, from, fromName] = [
      optionText(options, "recipient"),
      optionText(options, "transportid"),
      optionText(options, "from"),
      optionText(options, "from_name"),
    ];
    const metadata = options.get("metadata");
    notice.changes = {
      recipient: recipient === undefined ? undefined : checkedAddress(recipient, false),
      transport:
        transport === undefined ? undefined : checkedObject(run, "mailtransport", transport),
      from: from === undefined ? undefined : checkedAddress(from, false),
      fromName: fromName?.replace(/\p{Cc}/gu, " "),
      metadata: metadata instanceof HslArray ? metadataOf(metadata) : undefined,
    };
    return null;
  },
  Deliver: (args, run) => {
    needsFailure(run, "Deliver");
    if (isGiven(args, 0)) checkedAddress(textAt(args, 0), false);
    if (isGiven(args, 1)) checkedObject(run, "mailtransport", textAt(args, 1));
    return new Ending("Deliver", args);
  },
  SetDestination: (args, run) =>
    change(run, {
      destination: { host: checkedHost(textAt(args, 0)), port: numberAt(args, 1, 25) },
    }),
  SetSourceIP: (args, run) =>
    change(run, { sourceAddress: checkedHost(textsOf(args[0] ?? "")[0] ?? "") }),
  SetHELO: (args, run) => change(run, { helo: checkedHost(textAt(args, 0)) }),
  SetTLS: (args, run) => {
    const mode = optionText(optionsAt(args, 0), "tls") ?? "";
    if (!tlsModes.includes(mode)) {
      throw new ScriptError("wrong-argument", `tls must be one of ${tlsModes.join(", ")}`);
    }
    return change(run, { tlsMode: mode });
  },
  SetSASL: (args, run) =>
    change(run, { sasl: { user: textAt(args, 0), password: textAt(args, 1) } }),
  SetProtocol: (args, run) => {
    const protocol = bytesAt(args, 0).toLowerCase();
    if (protocol !== "smtp" && protocol !== "lmtp") {
      throw new ScriptError("wrong-argument", "the protocol is smtp or lmtp");
    }
    return change(run, { protocol });
  },
  SetSender: (args, run) => change(run, { sender: setSender(textAt(args, 0), run) }),
  SetRecipient: (args, run) => change(run, { recipient: setRecipient(textAt(args, 0), run) }),
  SetMetaData: (args, run) => change(run, { metadata: metadataOf(optionsAt(args, 0)) }),
  GetMetaData: (_args, run) => {
    const { attempt, metadata } = flowHost(run).facts;
    return textRecordValue(attempt?.changes.metadata ?? metadata);
  },
};
