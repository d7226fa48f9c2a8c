/** The other objects that blocks name, as the draft has them. */
import type { ReferenceKind } from "@sluice/flow-schema";
import { useQueries } from "@tanstack/react-query";
import { createContext, useMemo } from "react";
import { z } from "zod";
import { trpc } from "../../api.ts";
import type { ReferenceOption } from "../../ui/form/form-surroundings.ts";

const kinds = [
  "transport",
  "directory",
  "file",
  "quarantine",
  "certificate",
  "signer",
  "listener",
  "domain",
  "flow",
] as const;

export type References = {
  readonly options: (kind: ReferenceKind) => readonly ReferenceOption[];
  /** Absent while the lists are under way: then nothing is missed. */
  readonly exists: ((kind: ReferenceKind, id: string) => boolean) | undefined;
};

export const ReferencesContext = createContext<References>({
  options: () => [],
  exists: undefined,
});

const Titled = z.object({ title: z.string().optional(), name: z.string().optional() });

export const useReferences = (): References => {
  const lists = useQueries({
    queries: kinds.map((kind) => trpc.settings.list.queryOptions({ kind })),
    combine: (results) => results.map(({ data }) => data),
  });
  return useMemo(() => {
    const byKind = new Map<ReferenceKind, readonly ReferenceOption[]>();
    for (const [index, kind] of kinds.entries()) {
      const rows = lists[index];
      if (rows === undefined) continue;
      const options = rows
        .filter(({ version }) => version > 0)
        .map(({ id, body }) => {
          const titled = Titled.safeParse(body).data;
          return { id, title: titled?.title ?? titled?.name ?? "" };
        });
      byKind.set(kind, options);
    }
    return {
      options: (kind) => byKind.get(kind) ?? [],
      exists: (kind, id) => byKind.get(kind)?.some((option) => option.id === id) ?? true,
    };
  }, [lists]);
};
