/** Pictures that scripts name: the gateway fetches each once and shows its own copy. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api, queryClient, readError, trpc } from "../../api.ts";
import { useIconAddress } from "./canvas/icon-address.ts";
import type { FlowDraft } from "./draft/flow-draft.ts";
import { faceOf } from "./editor-context.tsx";

const failures = new Map<string, string>();
const listeners = new Set<() => void>();
/** After this long without a change an address is taken as typed to its end. */
const settleMilliseconds = 1500;

const none: readonly never[] = [];

export const iconUrls = ({ flow }: FlowDraft): string[] => [
  ...new Set(Object.values(flow.nodes).flatMap((node) => faceOf(node).iconUrl ?? [])),
];

/** Address of the copy of each picture; with `mayFetch` those that are not here yet are fetched. */
export const useIcons = (
  urls: readonly string[],
  mayFetch: boolean,
): ReadonlyMap<string, string> => {
  const key = urls.join("\n");
  const list = useMemo(() => [...urls], [key]);
  const { data } = useQuery({
    ...trpc.icons.known.queryOptions({ urls: list }),
    enabled: list.length > 0,
    placeholderData: (before) => before,
  });
  const known = data ?? none;
  const missing = list.filter(
    (url) => !known.some((each) => each.url === url) && !failures.has(url),
  );
  const wanted = data === undefined || !mayFetch ? "" : missing.join("\n");
  useEffect(() => {
    if (wanted === "") return undefined;
    const timer = setTimeout(() => void fetchAll(wanted.split("\n")), settleMilliseconds);
    return () => clearTimeout(timer);
  }, [wanted]);
  return useMemo(() => new Map(known.map(({ url, sha256 }) => [url, `/icons/${sha256}`])), [known]);
};

const fetchAll = async (urls: readonly string[]): Promise<void> => {
  await Promise.all(
    urls.map(async (url) => {
      try {
        await api.icons.fetch.mutate({ url });
      } catch (error) {
        failures.set(url, readError(error).message);
      }
    }),
  );
  await queryClient.invalidateQueries(trpc.icons.known.queryFilter());
  for (const listener of listeners) listener();
};

export type IconState = { readonly address: string | null; readonly failure: string | null };

/** Where the copy of one picture is, or why there is none. */
export const useIconState = (url: string | undefined): IconState => {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = (): void => redraw((count) => count + 1);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  const address = useIconAddress(url);
  return { address, failure: (url !== undefined && failures.get(url)) || null };
};
