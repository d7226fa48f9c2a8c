/** A secret of an object: stored here and never shown again, or read from the environment. */
import { Input, PasswordInput, SegmentedControl, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type RouterInputs, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { useFormSurroundings } from "../../ui/form/form-surroundings.ts";
import { startsWith, valueAt } from "../../ui/form/value-path.ts";
import { fieldId, ownError } from "../../ui/form/widget-props.ts";
import { relativeTime } from "../../ui/time.tsx";
import { useObjectForm } from "./object-form-context.ts";

type SecretName = RouterInputs["secrets"]["state"];

type Props = {
  readonly label: string;
  readonly help: string;
  readonly kind: SecretName["kind"];
  readonly field: SecretName["field"];
  /** A key of many lines. */
  readonly multiline?: boolean;
};

export const SecretField = ({ label, help, kind, field, multiline = false }: Props) => {
  const { id, value, set, issues, secrets, setSecret } = useObjectForm();
  const { readOnly } = useFormSurroundings();
  const mayManage = useMay("manage");
  const { data: state } = useQuery({
    ...trpc.secrets.state.queryOptions({ kind, id: id ?? "", field }),
    enabled: id !== null,
  });
  const source = valueAt(value, [field, "secret"]);
  const mode = typeof source !== "string" ? "none" : source === "stored" ? "stored" : "env";
  const error = ownError(
    issues.filter((issue) => startsWith(issue.path, [field])),
    [field, "secret"],
  );
  const known =
    state?.set === true && state.updatedAt !== null
      ? `Set ${relativeTime(new Date(state.updatedAt), new Date())}. Type here only to replace it.`
      : "Not set yet.";
  const typed = {
    "aria-label": `${label}, new value`,
    description: `${known} It is kept encrypted, is never shown again, and counts as soon as it is saved.`,
    value: secrets[field] ?? "",
    disabled: readOnly || !mayManage,
    error: mode === "stored" ? error : null,
    onChange: (event: { currentTarget: { value: string } }) =>
      setSecret(field, event.currentTarget.value),
  };
  return (
    <Input.Wrapper id={fieldId([field])} label={label} description={help} labelElement="div">
      <Stack gap={8} mt={6}>
        <SegmentedControl
          aria-label={`Where ${label} comes from`}
          style={{ alignSelf: "flex-start" }}
          value={mode}
          readOnly={readOnly}
          onChange={(next) =>
            set(
              [field],
              next === "none"
                ? undefined
                : { secret: next === "stored" ? "stored" : `env ${field.toUpperCase()}` },
            )
          }
          data={[
            { value: "none", label: "None" },
            { value: "stored", label: "Stored here" },
            { value: "env", label: "Environment" },
          ]}
        />
        {mode === "stored" &&
          (multiline ? (
            <Textarea {...typed} autosize minRows={4} maxRows={12} spellCheck={false} />
          ) : (
            <PasswordInput {...typed} autoComplete="new-password" />
          ))}
        {mode === "env" && (
          <TextInput
            aria-label={`${label}, environment variable`}
            description="The name of the variable in the gateway's environment."
            value={String(source).replace(/^env /, "")}
            readOnly={readOnly}
            error={error}
            onChange={(event) => set([field], { secret: `env ${event.currentTarget.value}` })}
          />
        )}
      </Stack>
    </Input.Wrapper>
  );
};
