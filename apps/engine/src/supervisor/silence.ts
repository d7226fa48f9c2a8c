/**
 * Finds children that live but do nothing: stopped, or caught in a loop. What a worker has in
 * hand nobody else can deliver while it lives.
 */
export type SilenceWatch = {
  readonly heard: (name: string) => void;
  readonly forget: (name: string) => void;
  readonly close: () => void;
};

/** How often a child says that it is there. */
export const aliveMilliseconds = 5000;
/** So many turns without a word: a minute. Turns are counted, for a machine that slept has heard nothing either. */
const turns = 12;

export const watchSilence = (onSilent: (name: string) => void): SilenceWatch => {
  const silent = new Map<string, number>();
  const timer = setInterval(() => {
    for (const [name, count] of silent) {
      silent.set(name, count + 1);
      if (count + 1 !== turns) continue;
      silent.delete(name);
      onSilent(name);
    }
  }, aliveMilliseconds);
  timer.unref();
  return {
    heard: (name) => silent.set(name, 0),
    forget: (name) => silent.delete(name),
    close: () => clearInterval(timer),
  };
};
