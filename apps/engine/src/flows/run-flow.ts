/**
 * Runs the flows of a session.
 *
 * Promises: whatever a script does, the answer is a verdict; a fault becomes the
 * kind's fall-back and is logged with its place, never "clean" and never "unknown".
 * A flow that is not set costs nothing.
 */
import type { RunResult } from "@sluice/hsl";
import { leavingHeader } from "../scanner/content.ts";
import { createMessage, type Message } from "../scanner/message.ts";
import { deliverDirectly } from "./direct-delivery.ts";
import { defaultTexts, onError } from "./fallback.ts";
import type { ContentState, FlowHost, RunEnvelope, RunFacts } from "./flow-host.ts";
import type {
  ConnectionFacts,
  ContentInput,
  FlowRunner,
  MaybeLater,
  RecipientInput,
} from "./flow-input.ts";
import { wholeMessageFunctions } from "./functions/message.ts";
import type { LiveFlow } from "./live-flow.ts";
import { createMemoryGate } from "./memory-gate.ts";
import { createRunOnce, type FlowParts } from "./run-once.ts";
import { sealMessage } from "./seal-message.ts";
import { secretForms } from "./secret-forms.ts";
import { signMessage } from "./sign-message.ts";
import type { ContentAction, ContentVerdict } from "./verdict.ts";
import {
  authenticationVerdict,
  contentVerdict,
  ipPolicyVerdict,
  recipientVerdict,
} from "./verdict-of.ts";

/** Large messages that flows look into at once, all together. */
const wholeMessagesBytes = 64 * 1024 * 1024;

export const createFlowRunner = (parts: FlowParts): FlowRunner => {
  const runOnce = createRunOnce(parts);
  const gate = createMemoryGate(wholeMessagesBytes);
  const withWholeMessage = async <T>(message: Message, run: () => MaybeLater<T>): Promise<T> => {
    const leave = await gate.enter(message.content.size);
    try {
      await message.load();
      return await run();
    } finally {
      leave();
    }
  };
  return {
    ipPolicy: (flow, input) =>
      flow === null
        ? { verdict: { kind: "allow", ttlSeconds: 0 }, trace: null }
        : runOnce(flow, factsOf(input), input, ipPolicyVerdict),

    authentication: (flow, input) =>
      flow === null
        ? { verdict: { kind: "reject", text: defaultTexts.authenticationReject }, trace: null }
        : runOnce(
            flow,
            { ...factsOf(input), secrets: secretForms(input.password) },
            input,
            (result) => authenticationVerdict(result, input.userName),
          ),

    recipient: (flow, input) => {
      if (flow === null) return { verdict: { kind: "accept" }, trace: null };
      const envelope = envelopeOf(input);
      return runOnce(flow, { ...factsOf(input), envelope }, input, (result) =>
        recipientVerdict(result, envelope),
      );
    },

    content: (flow, input) => {
      if (flow === null) return { verdict: deliverUnchanged(input.recipient), trace: null };
      const envelope = envelopeOf(input);
      const content: ContentState = {
        message: createMessage(input.content, input.smtpUtf8),
        actions: [],
        copies: new Set(),
        metadata: {},
        delaySeconds: 0,
        signatures: [],
        reply: null,
        seal: null,
        direct: new Set(),
      };
      const run = () =>
        runOnce(flow, { ...factsOf(input), envelope, content }, input, (result, host) =>
          finishContent(result, host, content, envelope, input, parts),
        );
      // one that is in memory already costs nothing more
      const mustLoad = input.content.memory === null && needsWholeMessage(flow);
      return mustLoad ? withWholeMessage(content.message, run) : run();
    },
  };
};

const noSecrets: readonly string[] = [];
const noMetadata = {};

const factsOf = (input: ConnectionFacts): RunFacts => ({
  snapshot: input.snapshot,
  messageId: input.messageId,
  queueId: null,
  context: input.context,
  cancel: input.cancel,
  secrets: noSecrets,
  envelope: null,
  content: null,
  attempt: null,
  notice: null,
  attemptCode: null,
  metadata: noMetadata,
});

const envelopeOf = (
  input: Pick<RecipientInput | ContentInput, "sender" | "recipient" | "transport">,
): RunEnvelope => ({
  sender: input.sender,
  recipient: input.recipient,
  transport: input.transport,
  senderChanged: false,
  recipientChanged: false,
  transportChanged: false,
});

const needsWholeMessage = ({ script }: LiveFlow): boolean =>
  !script.calls.isDisjointFrom(wholeMessageFunctions);

const deliverUnchanged = (recipient: string): ContentVerdict => ({
  answer: { kind: "accept" },
  actions: [{ kind: "deliver", recipient, delaySeconds: 0, metadata: {} }],
  header: null,
});

const finishContent = (
  result: RunResult,
  host: FlowHost,
  content: ContentState,
  envelope: RunEnvelope,
  input: ContentInput,
  parts: FlowParts,
): MaybeLater<ContentVerdict> => {
  const end: ContentAction = {
    kind: "deliver",
    recipient: envelope.recipient,
    transport: envelope.transportChanged ? (envelope.transport ?? undefined) : undefined,
    delaySeconds: content.delaySeconds,
    metadata: content.metadata,
  };
  const { answer, actions } = contentVerdict(
    result,
    content.actions,
    (action) => content.copies.has(action),
    end,
  );
  const changed = content.message.changedContent();
  const { reply } = content;
  const verdict: ContentVerdict = {
    answer: answer.kind === "accept" && reply !== null ? { ...answer, reply } : answer,
    actions,
    sender: envelope.senderChanged ? envelope.sender : undefined,
    clientAddress: envelope.clientAddress,
    helo: envelope.helo,
    header: content.message.changedHeader(),
    ...(changed === null ? {} : { content: changed }),
  };
  const leaves = actions.some(({ kind }) => kind === "deliver");
  const asked = content.signatures.length > 0 || content.seal !== null || content.direct.size > 0;
  if (!leaves || !asked) return verdict;
  return finishLater(verdict, host, content, envelope, input, parts);
};

/** What needs the bytes of the message: signatures, and delivery while the client waits. */
const finishLater = async (
  verdict: ContentVerdict,
  host: FlowHost,
  content: ContentState,
  envelope: RunEnvelope,
  input: ContentInput,
  parts: FlowParts,
): Promise<ContentVerdict> => {
  let { header } = verdict;
  const body = verdict.content ?? content.message.content;
  if (content.signatures.length > 0) {
    const now = new Date(host.now() * 1000);
    const signed = await signMessage(body, header, content.signatures, now);
    if (signed.kind === "failed") {
      host.note("error", `The message cannot be signed: ${signed.why}`);
      return onError.content;
    }
    header = signed.header;
  }
  if (content.seal !== null) {
    const sealed = await sealMessage({
      key: content.seal,
      received: content.message.content,
      header: header ?? body.header,
      body,
      arrival: {
        clientAddress: envelope.clientAddress ?? input.clientAddress,
        helo: envelope.helo ?? input.helo,
        sender: input.sender,
        receiver: host.hostName,
      },
      dns: parts.services.dns,
      dnsOptions: {
        servers: host.snapshot.settings.gateway.resolvers,
        cancel: input.cancel,
      },
      now: new Date(host.now() * 1000),
    });
    if (sealed.kind === "failed") {
      host.note("error", `The message cannot be sealed: ${sealed.why}`);
      return onError.content;
    }
    if (sealed.kind === "left") host.note("info", `The message is not sealed: ${sealed.why}`);
    else header = sealed.header;
  }
  const finished: ContentVerdict = { ...verdict, header };
  if (content.direct.size === 0 || verdict.answer.kind !== "accept" || parts.isDry === true) {
    return finished;
  }
  return deliverDirectly(finished, {
    direct: content.direct,
    sender: envelope.sender,
    header: leavingHeader(body, header),
    body,
    input,
    host,
    finder: parts.services,
  });
};
