/**
 * What the engine does when a script fails, or ends without an action (`hsl.md`
 * section 9). A failure never passes for an answer: it defers, except at connect,
 * where a broken flow must not shut out the world.
 */
import type {
  AfterDeliveryVerdict,
  AuthenticationVerdict,
  BeforeDeliveryVerdict,
  ContentVerdict,
  IpPolicyVerdict,
  RecipientVerdict,
} from "./verdict.ts";

const later = "Local policy failed, try again later";

export const onError = {
  "ip-policy": { kind: "allow", ttlSeconds: 0 } satisfies IpPolicyVerdict,
  authentication: { kind: "defer", text: later } satisfies AuthenticationVerdict,
  recipient: { kind: "defer", text: later } satisfies RecipientVerdict,
  content: {
    answer: { kind: "defer", text: later },
    actions: [],
    header: null,
  } satisfies ContentVerdict,
  before: {
    kind: "reschedule",
    delaySeconds: 300,
    reason: "The delivery flow failed",
    countsAsAttempt: false,
  } satisfies BeforeDeliveryVerdict,
  after: { kind: "default" } satisfies AfterDeliveryVerdict,
} as const;

export const defaultTexts = {
  authenticationReject: "Authentication credentials invalid",
  recipientReject: "Recipient refused",
  contentReject: "Message refused",
  defer: "Try again later",
} as const;
