/** When an entry is tried again, and when we give up. */
import type { Transport } from "@sluice/settings";

export type RetryPlan =
  | { readonly kind: "again"; readonly delaySeconds: number; readonly isLastSoon: boolean }
  | { readonly kind: "give-up"; readonly why: "age" | "attempts" };

type Schedule = Pick<Transport, "maximumAttempts" | "maximumAgeMinutes"> & {
  readonly retryMinutes: readonly number[];
};

/** `attempts` counts those made, the one that just failed included. The list's last delay repeats. */
export const planRetry = (
  schedule: Schedule,
  entry: { readonly attempts: number; readonly receivedAt: Date },
  now: Date,
): RetryPlan => {
  const { retryMinutes, maximumAttempts, maximumAgeMinutes } = schedule;
  if (maximumAttempts > 0 && entry.attempts >= maximumAttempts)
    return { kind: "give-up", why: "attempts" };
  const age = (now.getTime() - entry.receivedAt.getTime()) / 60_000;
  if (age >= maximumAgeMinutes) return { kind: "give-up", why: "age" };
  const index = Math.min(entry.attempts, retryMinutes.length) - 1;
  const minutes = retryMinutes[Math.max(0, index)] ?? 15;
  // the last attempt falls on the end of the mail's age, not long before or after it
  const delay = Math.min(minutes, Math.max(maximumAgeMinutes - age, 0.001));
  return { kind: "again", delaySeconds: delay * 60, isLastSoon: delay < minutes };
};
