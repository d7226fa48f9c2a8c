import { IconAlertTriangle, IconBulb, IconCircleX } from "@tabler/icons-react";

export type Severity = "error" | "warning" | "advice";

export const severityWords: Readonly<Record<Severity, string>> = {
  error: "Error",
  warning: "Warning",
  advice: "Advice",
};

const icons = { error: IconCircleX, warning: IconAlertTriangle, advice: IconBulb } as const;

/** Shape and colour of a severity, with its name for those who see neither. */
export const SeverityIcon = ({
  severity,
  size = 16,
}: {
  readonly severity: Severity;
  readonly size?: number;
}) => {
  const Icon = icons[severity];
  return (
    <Icon
      size={size}
      color={`var(--severity-${severity})`}
      aria-label={severityWords[severity]}
      role="img"
      style={{ flex: "none" }}
    />
  );
};
