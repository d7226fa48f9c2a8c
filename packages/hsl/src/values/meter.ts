/**
 * What the values of a script cost beyond its own steps: comparing two large arrays, or writing one as
 * text, is one step of code and a lot of work. It is counted for the run that computes at the moment,
 * which looks at its limits with its next step.
 */
export type Meter = {
  steps: number;
  /** Throws when a limit is passed. */
  readonly checkTime: () => void;
};

const idle: Meter = { steps: 0, checkTime: () => undefined };
let current: Meter = idle;

/** From here on the work is this run's; null: nobody's. */
export const meterFor = (run: Meter | null): void => {
  current = run ?? idle;
};

export const countWork = (steps: number): void => {
  current.steps += steps;
};

/** Likewise, and the run looks at its limits at once: in the middle of work that takes long. */
export const countAndLook = (steps: number): void => {
  current.steps += steps;
  current.checkTime();
};
