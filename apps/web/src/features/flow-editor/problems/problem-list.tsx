import { Text, UnstyledButton } from "@mantine/core";
import type { FlowProblem } from "@sluice/flow-schema";
import { SeverityIcon } from "../../../ui/severity.tsx";
import { titleOf } from "../commands.ts";
import { useDraft } from "../editor-context.tsx";

type Props = {
  readonly problems: readonly FlowProblem[];
  readonly current: number | null;
  readonly onGo: (index: number) => void;
};

/** What is wrong or doubtful in this flow, live; each leads to its place. */
export const ProblemList = ({ problems, current, onGo }: Props) => {
  const draft = useDraft();
  if (problems.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="sm">
        Nothing is wrong in this flow.
      </Text>
    );
  }
  return (
    <ul className="problem-list">
      {problems.map((problem, index) => {
        const { severity, message, cure, node, line, rule } = problem;
        return (
          <li key={index}>
            <UnstyledButton
              className="problem"
              aria-current={index === current}
              onClick={() => onGo(index)}
            >
              <SeverityIcon severity={severity} />
              <span className="problem-text">
                {message} {cure !== undefined && <span className="problem-cure">{cure}</span>}
              </span>
              <span className="problem-place">
                {node !== undefined && titleOf(draft, node)}
                {line !== undefined && ` line ${line}`}
                <span className="visually-hidden">, rule {rule}</span>
              </span>
            </UnstyledButton>
          </li>
        );
      })}
    </ul>
  );
};
