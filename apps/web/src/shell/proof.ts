/** Whether the password is being asked for again: the link asks, the dialog answers. */
import { useSyncExternalStore } from "react";

type Asking = { readonly promise: Promise<boolean>; readonly answer: (given: boolean) => void };

let asking: Asking | null = null;
const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};

/** One dialog for everything that waits. */
export const askProof = (): Promise<boolean> => {
  if (asking !== null) return asking.promise;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  asking = {
    promise,
    answer: (given) => {
      asking = null;
      tell();
      resolve(given);
    },
  };
  tell();
  return promise;
};

export const useProofAsked = (): Asking | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asking,
  );
