import { TextInput } from "@mantine/core";

type Props = {
  readonly value: string;
  readonly onChange: (code: string) => void;
  readonly error?: string | null;
  readonly focused?: boolean;
};

/** The six digits of an authenticator. */
export const CodeInput = ({ value, onChange, error = null, focused = false }: Props) => (
  <TextInput
    label="Code"
    description="The six digits your authenticator shows."
    name="one-time-code"
    autoComplete="one-time-code"
    inputMode="numeric"
    required
    autoFocus={focused}
    value={value}
    error={error}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);
