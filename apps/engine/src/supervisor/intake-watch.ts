/** Whether a worker is full of mail that comes in, so that what can wait (judging what was accepted) lets it pass. */
import { performance } from "node:perf_hooks";
import type { AcceptMessage } from "../queue/queue-entry.ts";

export type IntakeWatch = {
  readonly watched: (accept: AcceptMessage) => AcceptMessage;
  readonly isBusy: () => boolean;
  readonly close: () => void;
};

const sampleMilliseconds = 100;
/** Mail came in this short a while ago, and the event loop had no rest to speak of. */
const recentMilliseconds = 300;
const fullUtilization = 0.85;

export const createIntakeWatch = (): IntakeWatch => {
  let acceptedAt = Number.NEGATIVE_INFINITY;
  let before = performance.eventLoopUtilization();
  let isFull = false;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    isFull = performance.eventLoopUtilization(now, before).utilization > fullUtilization;
    before = now;
  }, sampleMilliseconds);
  timer.unref();
  return {
    watched: (accept) => (acceptance) => {
      acceptedAt = performance.now();
      return accept(acceptance);
    },
    isBusy: () => isFull && performance.now() - acceptedAt < recentMilliseconds,
    close: () => clearInterval(timer),
  };
};
