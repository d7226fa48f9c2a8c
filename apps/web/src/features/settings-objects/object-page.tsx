/**
 * The page of one settings object: a form made from its schema, saved into the
 * draft with the version it was read with. A save that comes too late shows both
 * versions. Secrets leave with the save and are never read back.
 */
import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useRef } from "react";
import { type DraftRow, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { SchemaForm } from "../../ui/form/schema-form.tsx";
import { withValueAt } from "../../ui/form/value-path.ts";
import { HrefAnchor } from "../../ui/links.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Page } from "../../ui/page.tsx";
import { SeverityIcon } from "../../ui/severity.tsx";
import { Conflict } from "./conflict.tsx";
import { LeaveGuard } from "./leave-guard.tsx";
import { ObjectActions } from "./object-actions.tsx";
import { ObjectFormContext } from "./object-form-context.ts";
import { type FormKind, formKinds, newObject } from "./object-kinds.ts";
import { StateBadge } from "./state-badge.tsx";
import { SettingsSurroundings } from "./surroundings.tsx";
import { useObjectDraft } from "./use-object-draft.ts";
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
  const { one, many, path, schema, prefix, single = false } = formKinds[kind];
  const mayEdit = useMay("edit");
  const form = useRef<HTMLFormElement>(null);
  const object = useObjectDraft({ kind, row, initial, form });
  const { base, value, secrets, theirs, save, shown, loose, idIssue } = object;
  const uses = useUses(kind, base?.id ?? null);
  const isDeleted = base?.state === "deleted";
  const readOnly = !mayEdit || isDeleted;
  const title = base === null ? `New ${one}` : single ? many : base.id;
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
          <ObjectActions
            kind={kind}
            row={base}
            uses={uses}
            onDiscarded={(fresh) => {
              object.startFrom(fresh);
              object.forgetIssues();
            }}
            onGone={object.setClean}
          />
        )
      }
    >
      <LeaveGuard unsaved={object.isDirty} />
      <SettingsSurroundings readOnly={readOnly}>
        <ObjectFormContext
          value={{
            kind,
            id: base?.id ?? null,
            value,
            set: (at, next) => object.change(withValueAt(value, at, next)),
            issues: shown,
            secrets,
            setSecret: object.changeSecret,
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
                object.submit();
              }}
            >
              <Stack gap="md">
                {base === null && (
                  <TextInput
                    label={idLabel}
                    description={idHelp}
                    required
                    value={object.newId}
                    error={idIssue?.message ?? null}
                    spellCheck={false}
                    autoCapitalize="off"
                    onChange={(event) => object.changeId(event.currentTarget.value.toLowerCase())}
                  />
                )}
                <SchemaForm
                  schema={schema}
                  value={value}
                  onChange={object.change}
                  issues={shown}
                  overrides={overrides}
                  after={after}
                />
                {theirs !== null && (
                  <Conflict
                    mine={value}
                    theirs={theirs}
                    pending={save.isPending}
                    onKeepMine={() => object.submit(theirs.version)}
                    onTakeTheirs={() => {
                      object.startFrom(theirs);
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
                      {save.isSuccess && !object.isDirty()
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
