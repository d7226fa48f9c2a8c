/**
 * Traces as history keeps them: what is empty is left out, which is half of most of
 * them, and comes back when they are read.
 */
import type { FlowTrace, TraceStep } from "../flows/trace.ts";

type StoredStep = Pick<TraceStep, "node" | "title" | "startMicroseconds" | "microseconds"> &
  Partial<TraceStep>;

export type StoredTrace = Omit<FlowTrace, "steps" | "recipient" | "error"> &
  Partial<Pick<FlowTrace, "recipient" | "error">> & { readonly steps: readonly StoredStep[] };

export const storedTrace = (trace: FlowTrace): StoredTrace => {
  const { flow, kind, revision, ending, microseconds, recipient, error } = trace;
  const steps = trace.steps.map(storedStep);
  const stored = { flow, kind, revision, ending, microseconds, steps };
  if (recipient === null && error === null) return stored;
  return {
    ...stored,
    ...(recipient === null ? {} : { recipient }),
    ...(error === null ? {} : { error }),
  };
};

const storedStep = (step: TraceStep): StoredStep => {
  const { node, title, startMicroseconds, microseconds, outcome, lookups, log } = step;
  const isFull = lookups.length > 0 && log.length > 0;
  if (isFull) return step;
  const stored = { node, title, startMicroseconds, microseconds, outcome };
  if (lookups.length > 0) return { ...stored, lookups };
  return log.length > 0 ? { ...stored, log } : stored;
};

export const readTrace = (stored: StoredTrace): FlowTrace => ({
  recipient: null,
  error: null,
  ...stored,
  steps: stored.steps.map((step) => ({ outcome: null, lookups: [], log: [], ...step })),
});
