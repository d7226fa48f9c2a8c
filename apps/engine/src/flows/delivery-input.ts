/** What a delivery flow knows before and after an attempt. */
import type { Snapshot } from "../config/snapshot.ts";
import type { Envelope } from "../queue/queue-entry.ts";
import type { Cancel, MaybeLater, Ran } from "./flow-input.ts";
import type { LiveFlow } from "./live-flow.ts";
import type { AfterDeliveryVerdict, BeforeDeliveryVerdict } from "./verdict.ts";

export type DeliveryInput = {
  readonly snapshot: Snapshot;
  readonly messageId: string;
  readonly queueId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly size: number;
  readonly transport: string;
  readonly destination: string; // as the transport says it
  readonly receivedAt: Date;
  /** Attempts before this one. */
  readonly attempts: number;
  readonly maximumAttempts: number; // 0: by age only
  readonly envelope: Envelope;
  readonly cancel?: Cancel | undefined;
};

export type AttemptResult = {
  /** 250, 4yz, 5yz, or 0 when no server answered. */
  readonly code: number;
  readonly enhancedStatus: string | null;
  readonly text: string;
  readonly nextHopAddress: string;
  readonly nextHopPort: number;
  readonly sourceAddress: string;
  readonly transferSeconds: number;
  /** This was the last attempt that age and count allow. */
  readonly isLast: boolean;
};

export type DeliveryFlowRunner = {
  readonly before: (
    flow: LiveFlow | null,
    input: DeliveryInput,
  ) => MaybeLater<Ran<BeforeDeliveryVerdict>>;
  readonly after: (
    flow: LiveFlow | null,
    input: DeliveryInput & { readonly attempt: AttemptResult },
  ) => MaybeLater<Ran<AfterDeliveryVerdict>>;
};
