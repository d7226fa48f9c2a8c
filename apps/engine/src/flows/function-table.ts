/**
 * The functions of each kind of flow, put together once: the core library, the
 * host's functions, the kind's actions, and those that blocks bring. A signature
 * without a body is a mistake that shows at start, not at the first mail.
 */
import { type BlockRegistry, environmentFor, type FlowKind } from "@sluice/flow-schema";
import type { BlockServices, ExecutorRegistry } from "@sluice/flow-schema/execution";
import {
  coreLibrary,
  defineFunction,
  type FunctionBody,
  type FunctionSignature,
} from "@sluice/hsl";
import {
  answerActions,
  contentActions,
  deliveryActions,
  envelopeModifiers,
  ipPolicyActions,
} from "./actions.ts";
import { connectionLimits } from "./functions/connection-limits.ts";
import { cryptographyFunctions } from "./functions/cryptography.ts";
import { dnsFunctions } from "./functions/dns.ts";
import { fileStoreFunctions } from "./functions/file-store.ts";
import { mailFunctions } from "./functions/mail.ts";
import { messageFunctions } from "./functions/message.ts";
import { mailMessage } from "./functions/mime-objects.ts";
import { networkFunctions } from "./functions/network.ts";
import { scannerFunctions } from "./functions/scanners.ts";
import { senderChecks } from "./functions/sender-checks.ts";
import { contentLists, recipientLists } from "./functions/sender-lists.ts";
import { sharedMemoryFunctions } from "./functions/shared-memory.ts";
import { signInServerFunctions } from "./functions/sign-in-servers.ts";
import { contentSigning, deliverySigning, recipientSigning } from "./functions/signing.ts";
import { socketObjects } from "./functions/sockets.ts";
import { systemFunctions } from "./functions/system.ts";
import { textObjects } from "./functions/text-objects.ts";
import { transportSecurity } from "./functions/transport-security.ts";
import type { FlowServices } from "./services.ts";
import { traced } from "./traced.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

const actionsOf = (kind: FlowKind, services: FlowServices): Bodies => {
  switch (kind) {
    case "ip-policy":
      return ipPolicyActions;
    case "authentication":
      return answerActions;
    case "recipient":
      return {
        ...answerActions,
        ...envelopeModifiers,
        ...transportSecurity,
        ...recipientSigning(services.srsAddresses),
        ...recipientLists,
      };
    case "content":
      return {
        ...contentActions,
        ...envelopeModifiers,
        ...transportSecurity,
        ...messageFunctions,
        ...contentSigning(services.srsAddresses),
        ...senderChecks(services),
        ...scannerFunctions(services),
        ...contentLists,
      };
    case "delivery":
      return { ...deliveryActions, ...deliverySigning, ...connectionLimits(services.slots) };
    default:
      kind satisfies never;
      return {};
  }
};

export const functionTable = (
  kind: FlowKind,
  services: FlowServices,
  blocks: BlockRegistry,
  executors: ExecutorRegistry,
): ReadonlyMap<string, FunctionBody> => {
  const own: Bodies = {
    ...dnsFunctions(services),
    ...fileStoreFunctions(services.files),
    ...systemFunctions(services.counters),
    ...networkFunctions(services),
    ...mailFunctions(services),
    ...signInServerFunctions,
    ...sharedMemoryFunctions(services),
    ...textObjects,
    ...socketObjects,
    MailMessage: mailMessage,
    ...cryptographyFunctions,
    ...actionsOf(kind, services),
    ...blockFunctions(kind, blocks, executors, services.forBlocks),
  };
  const table = new Map<string, FunctionBody>();
  const missing: string[] = [];
  for (const [name, signature] of environmentFor(kind, blocks).functions) {
    const core = coreLibrary.bodies.get(name);
    const body = own[name] ?? own[signature.name];
    if (body !== undefined) table.set(name, finished(signature, body));
    else if (core !== undefined) table.set(name, core);
    else missing.push(name);
  }
  if (missing.length > 0) {
    throw new Error(`No body for these functions of ${kind} flows: ${missing.join(", ")}`);
  }
  return table;
};

const finished = (signature: FunctionSignature, body: FunctionBody): FunctionBody => {
  const checked = defineFunction(signature, body).body;
  return signature.role === "lookup" ? traced(signature.name, checked) : checked;
};

const blockFunctions = (
  kind: FlowKind,
  blocks: BlockRegistry,
  executors: ExecutorRegistry,
  services: BlockServices,
): Bodies => {
  const bodies: Record<string, FunctionBody> = {};
  for (const block of blocks.values()) {
    if (!block.flows.includes(kind)) continue;
    for (const [name, make] of Object.entries(executors.get(block.type) ?? {})) {
      bodies[name] = make(services);
    }
  }
  return bodies;
};
