/** DKIMSign, DKIMSignAs, ARCSeal, SRSRewrite and SRSRestore: what a run asks for; `sign-message.ts` makes it. */
import { Ending, encodeText, type FunctionBody, type RunContext, ScriptError } from "@sluice/hsl";
import { domainOf, parseAddressList, parseMailbox } from "@sluice/mail-syntax";
import { type Signer, signerFor } from "@sluice/settings";
import { deliver as deliverAs } from "../actions.ts";
import { isGiven, optionFlag, optionsAt, optionText, optionTexts, textAt } from "../arguments.ts";
import { contentState, type DkimSignature, flowHost, runEnvelope } from "../flow-host.ts";
import type { SrsAddresses } from "../host/srs-addresses.ts";
import { bytesOf, signatureFields } from "../sign-message.ts";
import { restoreSender, rewriteSender, tokenSender } from "../srs.ts";
import { domainPart, objectId, recordValue } from "../values.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

/** RFC 6376 §5.4.1. */
const signedHeaders = [
  ...["From", "Reply-To", "Subject", "Date", "To", "Cc", "Message-ID", "In-Reply-To", "References"],
  ...["MIME-Version", "Content-Type", "Content-Transfer-Encoding", "List-Unsubscribe"],
];

const checkedName = (text: string): string => {
  if (/^[A-Za-z0-9._-]{1,255}$/.test(text)) return text;
  throw new ScriptError("wrong-argument", `${JSON.stringify(text)} is no domain or selector`);
};

/** Where signatures of this run are gathered; null after the attempt, when it is too late for them. */
const signaturesOf = (run: RunContext): DkimSignature[] | null => {
  const { content, attempt } = flowHost(run).facts;
  if (content !== null) return content.signatures;
  if (attempt === null) return null;
  const signatures = [...(attempt.changes.signatures ?? [])];
  attempt.changes = { ...attempt.changes, signatures };
  return signatures;
};

const add = (run: RunContext, signature: DkimSignature): void => {
  const signatures = signaturesOf(run);
  const isThere = signatures?.some(
    ({ domain, selector }) => domain === signature.domain && selector === signature.selector,
  );
  if (isThere === false) signatures?.push(signature);
};

const findSigner = (run: RunContext, name: string): { id: string; signer: Signer } => {
  const id = objectId("signer", name);
  const { signers } = flowHost(run).snapshot.settings;
  const signer = Object.hasOwn(signers, id) ? signers[id] : undefined;
  if (signer === undefined) throw new ScriptError("wrong-argument", `there is no signer:${id}`);
  return { id, signer };
};

type ActiveKey = {
  readonly selector: string;
  readonly algorithm: string;
  readonly privateKey: string;
};

/** The keys a signer signs with; one that has no private key here is an error, for unsigned mail must not leave. */
const activeKeys = (run: RunContext, { id, signer }: { id: string; signer: Signer }): ActiveKey[] =>
  Object.entries(signer.keys).flatMap(([selector, { use, algorithm }]) => {
    if (use !== "active") return [];
    const privateKey = flowHost(run).snapshot.secret("signer", id, `keys/${selector}/privateKey`);
    if (privateKey === null) {
      throw new ScriptError("wrong-argument", `the key ${selector} of signer:${id} is not set`);
    }
    return [{ selector, algorithm, privateKey }];
  });

/** Domain of the first author (RFC 5322 §3.6.2). */
const authorDomain = (run: RunContext): string => {
  const [first] = parseAddressList(contentState(run).message.getHeader("From", false));
  return first === undefined ? "" : (domainOf(first.mailbox) ?? "");
};

const signAs: FunctionBody = (args, run) => {
  const given = isGiven(args, 0) ? textAt(args, 0) : null;
  const found = given?.startsWith("signer:")
    ? findSigner(run, given)
    : signerFor(
        flowHost(run).snapshot.settings.signers,
        given ??
          (flowHost(run).facts.content === null
            ? domainPart(runEnvelope(run).sender)
            : authorDomain(run)),
      );
  if (found === null) return 0;
  const { signer } = found;
  const keys = activeKeys(run, found);
  for (const { selector, algorithm, privateKey } of keys) {
    add(run, {
      ...{ selector, domain: signer.domain, algorithm, privateKey },
      canonicalization: `${signer.headerCanonicalization}/${signer.bodyCanonicalization}`,
      headers: null,
      discardChanges: false,
      validSeconds: signer.validDays * 86_400,
    });
  }
  return keys.length;
};

const sign: FunctionBody = (args, run) => {
  const { settings, secret } = flowHost(run).snapshot;
  const options = optionsAt(args, 3);
  const key = objectId("pki", textAt(args, 2));
  const privateKey = Object.hasOwn(settings.certificates, key)
    ? secret("certificate", key, "privateKey")
    : null;
  if (privateKey === null) {
    throw new ScriptError("wrong-argument", `there is no private key pki:${key}`);
  }
  const [algorithm, headers, more] = [
    optionText(options, "algorithm"),
    optionTexts(options, "headers"),
    optionTexts(options, "additional_headers"),
  ];
  const part = (name: string): string =>
    optionText(options, name) === "simple" ? "simple" : "relaxed";
  const signature: DkimSignature = {
    selector: checkedName(textAt(args, 0)),
    domain: checkedName(textAt(args, 1)),
    privateKey,
    algorithm: algorithm === "sha256" ? undefined : algorithm,
    canonicalization: `${part("canonicalization_header")}/${part("canonicalization_body")}`,
    headers:
      headers === undefined && more === undefined
        ? null
        : [...(headers ?? signedHeaders), ...(more ?? [])],
    discardChanges: optionFlag(options, "discard_changes", false),
    validSeconds: 0,
  };
  if (optionFlag(options, "return_header", false)) return signatureNow(signature, run);
  add(run, signature);
  return null;
};

/** The field over the message as it is now; nothing is added to it. */
const signatureNow = async (signature: DkimSignature, run: RunContext): Promise<string> => {
  const host = flowHost(run);
  const { content } = host.facts;
  if (content === null) {
    throw new ScriptError(
      "wrong-argument",
      "return_header needs a message: it is for content flows",
    );
  }
  const { message } = content;
  const body = message.changedContent() ?? message.content;
  const header = signature.discardChanges
    ? message.content.header
    : (message.changedHeader() ?? body.header);
  const made = await signatureFields(
    [signature],
    () => bytesOf(header, body),
    new Date(host.now() * 1000),
  );
  if (made.kind === "failed") {
    throw new ScriptError("host-error", `the message cannot be signed: ${made.why}`);
  }
  const field = made.header.toString("latin1").trimEnd();
  // relaxed (RFC 6376 §3.4.2) unfolds it anyway; simple is over each byte
  return signature.canonicalization.startsWith("simple")
    ? field
    : field.replace(/\r\n[ \t]+/g, " ");
};

/** What sender rewriting needs of a signer. */
const rewriting = (run: RunContext, name: string) => {
  const { id, signer } = findSigner(run, name);
  const host = flowHost(run);
  const key = host.snapshot.secret("signer", id, "srsKey");
  if (key === null) {
    throw new ScriptError("wrong-argument", `signer:${id} has no key for sender rewriting`);
  }
  return { key, domain: signer.domain, days: signer.srsDays, now: new Date(host.now() * 1000) };
};

/** Is mail of this domain ours to send? Then its senders pass SPF as they are. */
const isOurs = (run: RunContext, domain: string): boolean =>
  Object.entries(flowHost(run).snapshot.settings.domains).some(([id, { name, aliases }]) =>
    [name ?? id, ...aliases].some((one) => one.toLowerCase() === domain.toLowerCase()),
  );

const rewrite =
  (addresses: SrsAddresses | null): FunctionBody =>
  (args, run) => {
    const options = rewriting(run, textAt(args, 0));
    const sender = isGiven(args, 1) ? textAt(args, 1) : runEnvelope(run).sender;
    const domain = domainPart(sender);
    if (parseMailbox(sender) === null || domain.toLowerCase() === options.domain) {
      return encodeText(sender);
    }
    if (isOurs(run, domain)) return encodeText(sender);
    const rewritten = rewriteSender(sender, options);
    if (rewritten !== null) return encodeText(rewritten);
    const { address, token } = tokenSender(sender, options);
    if (addresses === null || flowHost(run).observer.isDry) return encodeText(address);
    return addresses.keep(token, sender, options.days).then(() => encodeText(address));
  };

const restore =
  (addresses: SrsAddresses | null): FunctionBody =>
  async (args, run) => {
    const options = rewriting(run, textAt(args, 0));
    const recipient = isGiven(args, 1) ? textAt(args, 1) : runEnvelope(run).recipient;
    const restored = restoreSender(recipient, options);
    const address =
      restored.kind === "kept"
        ? ((await addresses?.find(restored.token)) ?? null)
        : restored.kind === "restored"
          ? restored.address
          : null;
    if (address !== null) return recordValue({ result: "restored", address: encodeText(address) });
    return recordValue({ result: restored.kind === "kept" ? "expired" : restored.kind });
  };

const deliver = deliverAs("Deliver");

export const contentSigning = (addresses: SrsAddresses | null): Bodies => ({
  DKIMSign: sign,
  DKIMSignAs: signAs,
  DeliverWithDKIM: (args, run) => {
    const signed = sign(args, run);
    const end = () => {
      deliver([], run);
      return new Ending("DeliverWithDKIM", args);
    };
    return signed instanceof Promise ? signed.then(end) : end();
  },
  ARCSeal: (args, run) => {
    const found = findSigner(run, textAt(args, 0));
    const keys = activeKeys(run, found);
    // every verifier knows RSA; a set has one signature only
    const key = keys.find(({ algorithm }) => algorithm === "rsa-sha256") ?? keys[0];
    if (key === undefined) {
      throw new ScriptError("wrong-argument", `signer:${found.id} has no active key`);
    }
    contentState(run).seal = { domain: found.signer.domain, ...key };
    return null;
  },
  SRSRewrite: rewrite(addresses),
});

export const deliverySigning: Bodies = { DKIMSign: sign, DKIMSignAs: signAs };

export const recipientSigning = (addresses: SrsAddresses | null): Bodies => ({
  SRSRestore: restore(addresses),
});
