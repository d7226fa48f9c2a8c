/**
 * Brings what comes singly into groups that are written together. While one group is on
 * its way the next one forms by itself, so a quiet gateway answers at once and a busy one
 * spreads the wait for the disk over many messages.
 */
export type Gathering<One> = {
  readonly put: (one: One) => void;
  /** Resolves when nothing waits any more. */
  readonly idle: () => Promise<void>;
};

export type GatheringOptions<One> = {
  /** Never rejects. */
  readonly write: (group: readonly One[]) => Promise<void>;
  readonly bytesOf: (one: One) => number;
  /** Groups that may be on their way together. */
  readonly atOnce: number;
  /** While this process has little rest, more are waited for this long. */
  readonly gatherMilliseconds: number;
  /** Has this process been at work for most of the time since it was asked before? */
  readonly hasLittleRest: () => boolean;
};

const largestGroup = 100;
const largestGroupBytes = 8 * 1024 * 1024;
/** A second group begins only when the first is slow, or much is waiting: few large groups cost less than many small ones. */
const slowMilliseconds = 20;
const muchWaiting = 50;
/** So many are not kept waiting: a group of eight costs little more than one of three. */
const enough = 8;
/** The part of its time that the event loop was at work. */
const littleRest = 0.6;

export const createGathering = <One>(options: GatheringOptions<One>): Gathering<One> => {
  let waiting: One[] = [];
  let running = 0;
  let isSlow = false;
  let isScheduled = false;
  /** Until then more are waited for. */
  let gathering: NodeJS.Timeout | undefined;
  const idle = new Set<() => void>();

  const nextGroup = (): One[] => {
    let bytes = 0;
    let count = 0;
    for (const one of waiting) {
      const size = options.bytesOf(one);
      if (count > 0 && (bytes + size > largestGroupBytes || count >= largestGroup)) break;
      bytes += size;
      count += 1;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return group;
  };

  const mayBegin = (): boolean =>
    waiting.length > 0 &&
    (gathering === undefined || waiting.length >= enough) &&
    (running === 0 || (running < options.atOnce && (isSlow || waiting.length >= muchWaiting)));

  const gather = (): void => {
    clearTimeout(gathering);
    gathering = setTimeout(() => {
      gathering = undefined;
      pump();
    }, options.gatherMilliseconds);
  };

  const pump = (): void => {
    while (mayBegin()) {
      running += 1;
      const timer = setTimeout(() => {
        isSlow = true;
        pump();
      }, slowMilliseconds);
      const group = nextGroup();
      void options.write(group).finally(() => {
        clearTimeout(timer);
        running -= 1;
        if (running === 0) isSlow = false;
        if (group.length > 1 && options.hasLittleRest()) gather();
        pump();
        if (running === 0 && waiting.length === 0) for (const wake of idle) wake();
      });
    }
  };

  return {
    put: (one) => {
      waiting.push(one);
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(() => {
        isScheduled = false;
        pump();
      });
    },
    idle: () =>
      new Promise((resolve) => {
        if (running === 0 && waiting.length === 0) resolve();
        else idle.add(resolve);
      }),
  };
};

export const watchLoop = (): (() => boolean) => {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization > littleRest;
  };
};
