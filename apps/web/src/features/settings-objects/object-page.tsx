/**
 * The page of one settings object: a form made from its schema, saved into the
 * draft with the version it was read with. A save that comes too late shows both
 * versions. Secrets leave with the save and are never read back.
 */
import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { api, type DraftRow, queryClient, type RouterInputs, readError, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { SchemaForm } from "../../ui/form/schema-form.tsx";
import { withValueAt } from "../../ui/form/value-path.ts";
import type { Issue } from "../../ui/form/widget-props.ts";
import { HrefAnchor } from "../../ui/links.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Page } from "../../ui/page.tsx";
import { SeverityIcon } from "../../ui/severity.tsx";
import { Conflict } from "./conflict.tsx";
import { DeleteObject } from "./delete-object.tsx";
import { issuesOf } from "./field-messages.ts";
import { LeaveGuard } from "./leave-guard.tsx";
import { ObjectFormContext } from "./object-form-context.ts";
import { type FormKind, formKinds, newObject, objectPath } from "./object-kinds.ts";
import { RenameObject } from "./rename-object.tsx";
import { StateBadge } from "./state-badge.tsx";
import { SettingsSurroundings } from "./surroundings.tsx";
import { UsedBy, useUses } from "./used-by.tsx";
import "./object-page.css";

export type ObjectPageProps = {
  readonly kind: FormKind;
  /** From the address; `newObject` for one that is made. */
  readonly id: string;
  /** What a new object begins with. */
  readonly initial?: unknown;
  /** What an id of this kind is, under its field. */
  readonly idHelp: string;
  readonly idLabel?: string;
  readonly overrides?: Readonly<Record<string, ReactNode>>;
  readonly after?: Readonly<Record<string, ReactNode>>;
  /** Under the form: tests, for example. */
  readonly children?: ReactNode;
};

export const ObjectPage = (props: ObjectPageProps) => {
  const { kind, id } = props;
  const isNew = id === newObject;
  const row = useQuery({
    ...trpc.settings.get.queryOptions({ kind, id }),
    enabled: !isNew,
    staleTime: 0,
  });
  const { one, many, path, single = false } = formKinds[kind];
  if (isNew) return <ObjectForm key="new" {...props} row={null} />;
  if (row.data !== undefined) return <ObjectForm key={id} {...props} row={row.data} />;
  return (
    <Page
      title={single ? many : id}
      description={single ? undefined : <HrefAnchor href={path}>{many}</HrefAnchor>}
    >
      {row.isPending ? <Loading label={`Loading the ${one}`} /> : <ErrorAlert error={row.error} />}
    </Page>
  );
};

type FormProps = ObjectPageProps & { readonly row: DraftRow | null };

const ObjectForm = ({
  kind,
  row,
  initial = {},
  idHelp,
  idLabel = "Id",
  overrides = {},
  after = {},
  children,
}: FormProps) => {
  const router = useRouter();
  const { one, many, path, schema, prefix, single = false } = formKinds[kind];
  const mayEdit = useMay("edit");
  const [base, setBase] = useState(row);
  const [value, setValue] = useState<unknown>(row?.body ?? initial);
  const [newId, setNewId] = useState("");
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const [issues, setIssues] = useState<readonly Issue[]>([]);
  const [theirs, setTheirs] = useState<DraftRow | null>(null);
  const dirty = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const uses = useUses(kind, base?.id ?? null);
  const { data: problems } = useQuery(trpc.settings.problems.queryOptions());
  const isDeleted = base?.state === "deleted";
  const readOnly = !mayEdit || isDeleted;

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
    const parsed = schema.safeParse(value);
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

  const change = (next: unknown): void => {
    dirty.current = true;
    setValue(next);
  };

  // What publishing would stumble over stands at its field before anybody publishes.
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

  const title = base === null ? `New ${one}` : single ? many : base.id;
  const idIssue = issues.find((issue) => issue.path[0] === "id" && issue.path.length === 1);
  return (
    <Page
      title={title}
      description={
        <Group gap="xs" component="span" display="inline-flex">
          {single ? (
            "What exists once for the whole gateway."
          ) : (
            <HrefAnchor href={path}>{many}</HrefAnchor>
          )}
          {base !== null && <StateBadge state={base.state} />}
          {base !== null && prefix !== null && (
            <span>
              in scripts <Mono>{`"${prefix}:${base.id}"`}</Mono>
            </span>
          )}
        </Group>
      }
      actions={
        base !== null &&
        mayEdit && (
          <>
            {(base.state === "changed" || isDeleted) && (
              <Discard
                kind={kind}
                id={base.id}
                isDeleted={isDeleted}
                onDone={(fresh) => {
                  dirty.current = false;
                  setBase(fresh);
                  setValue(fresh.body);
                  setIssues([]);
                  setTheirs(null);
                }}
              />
            )}
            {!isDeleted && !single && (
              <>
                <RenameObject
                  kind={kind}
                  id={base.id}
                  onRenamed={(id) => {
                    dirty.current = false;
                    router.history.replace(objectPath(kind, id));
                  }}
                />
                <DeleteObject
                  kind={kind}
                  id={base.id}
                  noun={one}
                  version={base.version}
                  uses={uses}
                  onDeleted={() => {
                    dirty.current = false;
                    router.history.push(path);
                  }}
                />
              </>
            )}
          </>
        )
      }
    >
      <LeaveGuard unsaved={() => dirty.current} />
      <SettingsSurroundings readOnly={readOnly}>
        <ObjectFormContext
          value={{
            kind,
            id: base?.id ?? null,
            value,
            set: (at, next) => change(withValueAt(value, at, next)),
            issues: shown,
            secrets,
            setSecret: (field, next) => {
              dirty.current = true;
              setSecrets({ ...secrets, [field]: next });
            },
          }}
        >
          <Stack gap="md" maw={760}>
            {isDeleted && (
              <Alert color="gray" icon={<IconInfoCircle />} title={`This ${one} is deleted`}>
                It is gone from the draft; what is live keeps it until you publish.
              </Alert>
            )}
            {loose.map(({ message, cure, severity }) => (
              <Alert
                key={message}
                variant="default"
                icon={<SeverityIcon severity={severity} />}
                title={message}
              >
                {cure}
              </Alert>
            ))}
            <form
              ref={form}
              className="object-form"
              noValidate
              aria-label={title}
              onSubmit={(event) => {
                event.preventDefault();
                submit();
              }}
            >
              <Stack gap="md">
                {base === null && (
                  <TextInput
                    label={idLabel}
                    description={idHelp}
                    required
                    value={newId}
                    error={idIssue?.message ?? null}
                    spellCheck={false}
                    autoCapitalize="off"
                    onChange={(event) => {
                      dirty.current = true;
                      setNewId(event.currentTarget.value.toLowerCase());
                    }}
                  />
                )}
                <SchemaForm
                  schema={schema}
                  value={value}
                  onChange={change}
                  issues={shown}
                  overrides={overrides}
                  after={after}
                />
                {theirs !== null && (
                  <Conflict
                    mine={value}
                    theirs={theirs}
                    pending={save.isPending}
                    onKeepMine={() => submit(theirs.version)}
                    onTakeTheirs={() => {
                      dirty.current = false;
                      setBase(theirs);
                      setValue(theirs.body);
                      setTheirs(null);
                      save.reset();
                    }}
                  />
                )}
                {theirs === null && <ErrorAlert error={save.error} />}
                {!readOnly && (
                  <Group gap="sm" align="center" className="save-bar">
                    <Button type="submit" loading={save.isPending}>
                      Save in the draft
                    </Button>
                    <Text size="sm" c="dimmed" role="status">
                      {save.isSuccess && !dirty.current
                        ? "In the draft: publish to put it in force."
                        : "Mail is treated as before until you publish."}
                    </Text>
                  </Group>
                )}
              </Stack>
            </form>
            {children}
            {base !== null && !single && (
              <UsedBy uses={uses} nobody={`Nothing uses this ${one}.`} />
            )}
          </Stack>
        </ObjectFormContext>
      </SettingsSurroundings>
    </Page>
  );
};

type DiscardProps = {
  readonly kind: FormKind;
  readonly id: string;
  readonly isDeleted: boolean;
  readonly onDone: (fresh: DraftRow) => void;
};

const Discard = ({ kind, id, isDeleted, onDone }: DiscardProps) => {
  const discard = useMutation({
    mutationFn: async () => {
      await api.settings.discard.mutate({ kind, id });
      return api.settings.get.query({ kind, id });
    },
    onSuccess: async (fresh) => {
      onDone(fresh);
      await queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() });
    },
  });
  return (
    <Button variant="default" loading={discard.isPending} onClick={() => discard.mutate()}>
      {isDeleted ? "Bring back" : "Back to what is live"}
    </Button>
  );
};
