/** What the form of one settings object holds, and how it is saved with the version it was read with. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import {
  api,
  type DraftRow,
  queryClient,
  type RouterInputs,
  readError,
  type SettingsProblem,
  trpc,
} from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import type { Issue } from "../../ui/form/widget-props.ts";
import { issuesOf } from "./field-messages.ts";
import { type FormKind, formKinds, objectPath } from "./object-kinds.ts";

type Given = {
  readonly kind: FormKind;
  /** null: the object is made here. */
  readonly row: DraftRow | null;
  readonly initial: unknown;
  readonly form: RefObject<HTMLFormElement | null>;
};

export type ObjectDraft = ShownProblems & {
  /** The object as it was read last; null: it is not made yet. */
  readonly base: DraftRow | null;
  readonly value: unknown;
  readonly newId: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Set when somebody else was quicker. */
  readonly theirs: DraftRow | null;
  readonly save: {
    readonly isPending: boolean;
    readonly isSuccess: boolean;
    readonly error: unknown;
    readonly reset: () => void;
  };
  /** `over`: the version that is knowingly written over. */
  readonly submit: (over?: number) => void;
  /** What is wrong with the id of a new object. */
  readonly idIssue: Issue | undefined;
  readonly isDirty: () => boolean;
  readonly setClean: () => void;
  readonly change: (next: unknown) => void;
  readonly changeId: (next: string) => void;
  readonly changeSecret: (field: string, next: string) => void;
  /** Goes on from another state of the object; what was typed here is let go. */
  readonly startFrom: (fresh: DraftRow) => void;
  readonly forgetIssues: () => void;
};

type ShownProblems = {
  readonly shown: readonly Issue[];
  /** Those that are about no field. */
  readonly loose: readonly SettingsProblem[];
};

export const useObjectDraft = ({ kind, row, initial, form }: Given): ObjectDraft => {
  const router = useRouter();
  const [base, setBase] = useState(row);
  const [value, setValue] = useState<unknown>(row?.body ?? initial);
  const [newId, setNewId] = useState("");
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const [issues, setIssues] = useState<readonly Issue[]>([]);
  const [theirs, setTheirs] = useState<DraftRow | null>(null);
  const dirty = useRef(false);

  // Somebody else's save shows at once as long as nothing was changed here.
  useEffect(() => {
    if (row === null || dirty.current) return;
    setBase(row);
    setValue(row.body);
  }, [row]);

  const save = useMutation({
    mutationFn: async (over: number | undefined) => {
      const id = base?.id ?? newId.trim();
      const version = over ?? base?.version ?? null;
      const saved = await api.settings.save.mutate({ kind, id, body: value, version });
      dirty.current = false;
      for (const [field, secret] of Object.entries(secrets)) {
        if (secret === "") continue;
        // fields come from SecretField, which takes no other names
        const name = { kind, id, field } as RouterInputs["secrets"]["state"];
        await api.secrets.set.mutate({ ...name, value: secret });
      }
      setSecrets({});
      return { id, ...saved };
    },
    onSuccess: async ({ id }) => {
      setTheirs(null);
      setIssues([]);
      announce("Saved in the draft.");
      const fresh = await api.settings.get.query({ kind, id });
      setBase(fresh);
      setValue(fresh.body);
      queryClient.setQueryData(trpc.settings.get.queryKey({ kind, id }), fresh);
      if (base === null) router.history.replace(objectPath(kind, id));
      await Promise.all(
        [trpc.settings.pathKey(), trpc.secrets.pathKey(), trpc.flows.pathKey()].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      );
    },
    onError: async (error) => {
      const { code, detail } = readError(error);
      if (code === "INVALID" && Array.isArray(detail["issues"])) {
        showIssues(detail["issues"] as readonly Issue[]); // the API's own formatter made them
      }
      if (code === "CONFLICT" && base !== null) {
        setTheirs(await api.settings.get.query({ kind, id: base.id }));
      }
    },
  });

  const showIssues = (found: readonly Issue[]): void => {
    setIssues(found);
    requestAnimationFrame(() => {
      const first = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
      first?.focus();
    });
  };

  const submit = (over?: number): void => {
    const parsed = formKinds[kind].schema.safeParse(value);
    const found = parsed.success ? [] : issuesOf(parsed.error);
    const idIssue =
      base === null && newId.trim() === ""
        ? [{ path: ["id"], message: "Fill this in: everything else refers to it by this id." }]
        : [];
    if (found.length + idIssue.length > 0) {
      showIssues([...idIssue, ...found]);
      announce(`Not saved: ${found.length + idIssue.length} to correct.`);
      return;
    }
    save.mutate(over);
  };

  return {
    ...{ base, value, newId, secrets, theirs, save, submit },
    ...useShownProblems(kind, base, issues),
    idIssue: issues.find((issue) => issue.path[0] === "id" && issue.path.length === 1),
    isDirty: () => dirty.current,
    setClean: () => {
      dirty.current = false;
    },
    change: (next) => {
      dirty.current = true;
      setValue(next);
    },
    changeId: (next) => {
      dirty.current = true;
      setNewId(next);
    },
    changeSecret: (field, next) => {
      dirty.current = true;
      setSecrets({ ...secrets, [field]: next });
    },
    startFrom: (fresh) => {
      dirty.current = false;
      setBase(fresh);
      setValue(fresh.body);
      setTheirs(null);
    },
    forgetIssues: () => setIssues([]),
  };
};

/** What publishing would stumble over stands at its field before anybody publishes. */
const useShownProblems = (
  kind: FormKind,
  base: DraftRow | null,
  issues: readonly Issue[],
): ShownProblems => {
  const { data: problems } = useQuery(trpc.settings.problems.queryOptions());
  const shown = useMemo((): readonly Issue[] => {
    if (issues.length > 0 || base === null) return issues;
    return (problems ?? [])
      .filter((each) => each.kind === kind && each.id === base.id && each.field !== undefined)
      .map(({ field, message, cure }) => ({
        path: field ?? [],
        message: cure === undefined ? message : `${message} ${cure}`,
      }));
  }, [issues, problems, base, kind]);
  const loose = (problems ?? []).filter(
    (each) => each.kind === kind && each.id === base?.id && each.field === undefined,
  );
  return { shown, loose };
};
