import { Button, NativeSelect, Text } from "@mantine/core";
import { IconGitCompare } from "@tabler/icons-react";
import { ErrorAlert } from "../../../ui/error-alert.tsx";
import { firstVersion, type ScriptComparison, type ScriptVersion } from "./compare.ts";

type Props = ScriptComparison & { readonly version: ScriptVersion | null };

/** Switches the comparison on and off, and says with what. */
export const CompareBar = ({ chosen, onChoose, versions, error, version }: Props) => {
  const isOn = chosen !== null;
  return (
    <>
      <div className="compare-bar">
        <Button
          size="compact-sm"
          variant={isOn ? "filled" : "default"}
          leftSection={<IconGitCompare size={16} />}
          aria-pressed={isOn}
          onClick={() => onChoose(isOn ? null : firstVersion)}
        >
          Compare
        </Button>
        {isOn && versions !== null && versions.length > 0 && (
          <NativeSelect
            className="compare-with"
            size="xs"
            aria-label="Compare with"
            value={version?.id ?? ""}
            data={versions.map(({ id, label }) => ({ value: id, label }))}
            onChange={(event) => onChoose(event.currentTarget.value)}
          />
        )}
      </div>
      {isOn && <ErrorAlert error={error} />}
      {isOn && versions?.length === 0 && (
        <Text size="xs" c="dimmed">
          There is no other text to compare with yet.
        </Text>
      )}
    </>
  );
};
