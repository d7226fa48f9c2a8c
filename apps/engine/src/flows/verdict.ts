/** What the engine does after a flow has run: outcomes are values. */
import type { DkimSignature } from "./flow-host.ts";

export type IpPolicyVerdict =
  | { readonly kind: "allow"; readonly ttlSeconds: number }
  | { readonly kind: "block"; readonly lines: readonly string[]; readonly ttlSeconds: number };

export type AuthenticationVerdict =
  | { readonly kind: "accept"; readonly userName: string }
  | { readonly kind: "reject"; readonly text: string }
  | { readonly kind: "defer"; readonly text: string };

/** Text without a reply code; the session adds code and enhanced status code. */
export type RecipientVerdict =
  | {
      readonly kind: "accept";
      readonly sender?: string | undefined;
      readonly recipient?: string | undefined;
      readonly transport?: string | undefined;
    }
  | { readonly kind: "reject"; readonly text: string }
  | { readonly kind: "defer"; readonly text: string };

/** One thing a content flow asks for; several may come out of one run (CopyMail, Deliver with done=false). */
export type ContentAction =
  | {
      readonly kind: "deliver";
      readonly recipient: string;
      readonly transport?: string | undefined;
      readonly delaySeconds: number;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "quarantine";
      readonly quarantine: string;
      readonly recipient: string;
      /** What its release goes through; without it, the recipient's own. */
      readonly transport?: string | undefined;
      readonly reason: string;
      /** The client gets 550 although a copy is kept. */
      readonly reject: boolean;
    }
  | { readonly kind: "delete" }
  /** The next hop has it already, and nothing is to be stored: the flow delivered while the client waited. */
  | { readonly kind: "delivered"; readonly recipient: string; readonly reply: string };

/** How the client is told that the message was taken, in place of the usual words. */
export type AcceptReply = {
  /** 200 to 299. */
  readonly code?: number | undefined;
  /** RFC 3463: of the class 2. */
  readonly status?: string | undefined;
  readonly text?: string | undefined;
  /** The connection ends after the reply. */
  readonly disconnect: boolean;
};

export type ContentVerdict = {
  /** Precedence when recipients differ: reject > defer > quarantine > delete > deliver. */
  readonly answer:
    | { readonly kind: "accept"; readonly reply?: AcceptReply | undefined }
    | { readonly kind: "reject"; readonly text: string }
    | { readonly kind: "defer"; readonly text: string };
  readonly actions: readonly ContentAction[];
  readonly sender?: string | undefined;
  /** What is kept about the client instead of what we saw. */
  readonly clientAddress?: string | undefined;
  readonly helo?: string | undefined;
  /** The header section after the flow's changes; null: unchanged. */
  readonly header: Buffer | null;
  /** The message without the parts a flow removed, in place of the one that came in. */
  readonly content?: import("../scanner/content.ts").Content | undefined;
};

/** A notice to the sender as the flow wants it; what is missing is as usual. */
export type NoticeChanges = {
  readonly recipient?: string | undefined;
  readonly transport?: string | undefined;
  readonly from?: string | undefined;
  readonly fromName?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
};

/** What comes along with either verdict on an attempt. */
type WithNotice = {
  readonly notice?: NoticeChanges | undefined;
  /** To be called when the attempt is over. */
  readonly release?: (() => void) | undefined;
};

export type BeforeDeliveryVerdict = WithNotice & BeforeAction;

type BeforeAction =
  | { readonly kind: "try"; readonly changes: AttemptChanges }
  | { readonly kind: "delete" }
  | { readonly kind: "bounce"; readonly text: string }
  | {
      readonly kind: "reschedule";
      /** Without it the transport's schedule says when. */
      readonly delaySeconds?: number | undefined;
      readonly reason: string;
      readonly countsAsAttempt: boolean;
      readonly transport?: string | undefined;
      /** Attempts are counted from 0 again. */
      readonly isNewStart?: boolean | undefined;
    };

export type AttemptChanges = {
  readonly destination?: { readonly host: string; readonly port: number } | undefined;
  readonly transport?: string | undefined;
  readonly helo?: string | undefined;
  readonly sourceAddress?: string | undefined;
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
  readonly tlsMode?: string | undefined;
  readonly sasl?: { readonly user: string; readonly password: string } | undefined;
  readonly protocol?: "smtp" | "lmtp" | undefined;
  /** Made over the bytes of the attempt. */
  readonly signatures?: readonly DkimSignature[] | undefined;
  /** Notes kept with the entry from now on. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
};

export type AfterDeliveryVerdict = WithNotice & AfterAction;

type AfterAction =
  | { readonly kind: "default" }
  | {
      readonly kind: "retry";
      readonly delaySeconds?: number | undefined;
      /** What an administrator reads instead of the next hop's words. */
      readonly reason?: string | undefined;
      readonly countsAsAttempt?: boolean | undefined;
      readonly transport?: string | undefined;
      readonly isNewStart?: boolean | undefined;
    }
  | { readonly kind: "delete" }
  | { readonly kind: "bounce" }
  | {
      readonly kind: "deliver";
      readonly recipient: string;
      readonly transport?: string | undefined;
    };
