/** Undo by keeping documents: one entry for each gesture, each with words for its button. */
export type Entry<T> = { readonly document: T; readonly label: string };

export type UndoHistory<T> = {
  readonly present: T;
  /** Documents before each step, with the words of that step; oldest first. */
  readonly past: readonly Entry<T>[];
  readonly future: readonly Entry<T>[];
  /** What a following change may join: the gesture it belongs to, and until when. */
  readonly open: { readonly group: string; readonly until: number } | null;
};

export type Step = {
  /** "Move “SPF”": what Undo will say. */
  readonly label: string;
  /** Changes of one group within `windowMilliseconds` are one step. */
  readonly group?: string;
  readonly windowMilliseconds?: number;
};

const limit = 200;

export const startHistory = <T>(document: T): UndoHistory<T> => ({
  present: document,
  past: [],
  future: [],
  open: null,
});

export const commit = <T>(
  history: UndoHistory<T>,
  document: T,
  { label, group, windowMilliseconds = 1000 }: Step,
  now: number,
): UndoHistory<T> => {
  if (document === history.present) return history;
  const { open } = history;
  const joins = group !== undefined && open?.group === group && now <= open.until;
  return {
    present: document,
    past: joins
      ? history.past
      : [...history.past, { document: history.present, label }].slice(-limit),
    future: [],
    open: group === undefined ? null : { group, until: now + windowMilliseconds },
  };
};

/** The next change begins a step of its own, whatever its group. */
export const closeGroup = <T>(history: UndoHistory<T>): UndoHistory<T> =>
  history.open === null ? history : { ...history, open: null };

export const undo = <T>(history: UndoHistory<T>): UndoHistory<T> => {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return {
    present: last.document,
    past: history.past.slice(0, -1),
    future: [{ document: history.present, label: last.label }, ...history.future],
    open: null,
  };
};

export const redo = <T>(history: UndoHistory<T>): UndoHistory<T> => {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return {
    present: next.document,
    past: [...history.past, { document: history.present, label: next.label }],
    future,
    open: null,
  };
};

/** Brings a change of somebody else into every document, so that Undo takes back only what was done here. */
export const rebase = <T>(history: UndoHistory<T>, change: (document: T) => T): UndoHistory<T> => {
  const entry = ({ document, label }: Entry<T>): Entry<T> => ({
    document: change(document),
    label,
  });
  return {
    present: change(history.present),
    past: history.past.map(entry),
    future: history.future.map(entry),
    open: null,
  };
};
