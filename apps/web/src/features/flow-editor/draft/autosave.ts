/**
 * Saves a document some time after its last change, and keeps it when that fails.
 *
 * Promises: at most one save is under way; nothing of another person is ever
 * overwritten unseen (the version that was read goes along, and a conflict stops
 * saving until a person has chosen); what could not be sent stays here and is
 * tried again.
 */
export type SaveState =
  | { readonly kind: "saved"; readonly at: number | null }
  | { readonly kind: "waiting" }
  | { readonly kind: "saving" }
  | { readonly kind: "offline"; readonly changes: number; readonly reason: string }
  | { readonly kind: "conflict" }
  | { readonly kind: "refused"; readonly reason: string };

export type SaveResult =
  | { readonly kind: "saved" }
  | { readonly kind: "conflict" }
  /** Nobody answered, or nobody could store it: try again. */
  | { readonly kind: "unreachable"; readonly reason: string }
  /** It will not be taken as it is: a further change may cure it. */
  | { readonly kind: "refused"; readonly reason: string };

type Options<T> = {
  readonly save: (document: T) => Promise<SaveResult>;
  readonly onState: (state: SaveState) => void;
  readonly delayMilliseconds?: number;
  readonly retryMilliseconds?: number;
  readonly now?: () => number;
};

export type Autosave<T> = ReturnType<typeof createAutosave<T>>;

export const createAutosave = <T>(initial: T, options: Options<T>) => {
  const { save, onState, now = Date.now } = options;
  const { delayMilliseconds = 800, retryMilliseconds = 5000 } = options;
  let saved = initial;
  let current = initial;
  let changes = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<void> | null = null;
  let isStopped = false;
  let state: SaveState = { kind: "saved", at: null };

  const tell = (next: SaveState): void => {
    state = next;
    onState(next);
  };

  const plan = (milliseconds: number): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void flush(), milliseconds);
  };

  const run = async (): Promise<void> => {
    const sent = current;
    tell({ kind: "saving" });
    const result = await save(sent);
    switch (result.kind) {
      case "saved":
        saved = sent;
        changes = 0;
        if (current === sent) tell({ kind: "saved", at: now() });
        else plan(delayMilliseconds);
        break;
      case "conflict":
        tell({ kind: "conflict" });
        break;
      case "unreachable":
        tell({ kind: "offline", changes: Math.max(1, changes), reason: result.reason });
        if (!isStopped) plan(retryMilliseconds);
        break;
      case "refused":
        tell({ kind: "refused", reason: result.reason });
        break;
      default:
        result satisfies never;
    }
  };

  const flush = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    while (running !== null) await running;
    if (current === saved || state.kind === "conflict") return;
    running = run().finally(() => {
      running = null;
    });
    await running;
  };

  return {
    /** The document as it is now. */
    change: (document: T): void => {
      if (document === current) return;
      current = document;
      changes++;
      if (state.kind === "conflict") return;
      if (state.kind === "offline") tell({ ...state, changes });
      else tell({ kind: "waiting" });
      plan(state.kind === "offline" ? retryMilliseconds : delayMilliseconds);
    },
    /** Saves now what is not saved; resolves when that is over. */
    flush,
    /** The chosen document of a conflict, or one that came from elsewhere and is stored there already. */
    settle: (document: T, isStored: boolean): void => {
      current = document;
      if (isStored) {
        saved = document;
        changes = 0;
        if (timer !== null) clearTimeout(timer);
        tell({ kind: "saved", at: now() });
      } else {
        tell({ kind: "waiting" });
        plan(0);
      }
    },
    /** Nothing is saved until `settle`: a person has to choose. */
    halt: (): void => {
      if (timer !== null) clearTimeout(timer);
      tell({ kind: "conflict" });
    },
    /** Does something while no save is under way, and none begins. */
    alone: async (work: () => Promise<void>): Promise<void> => {
      while (running !== null) await running;
      const done = work();
      running = done
        .catch(() => {}) // told to who asked for it
        .finally(() => {
          running = null;
        });
      await done;
    },
    isDirty: (): boolean => current !== saved,
    stop: (): void => {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
};
