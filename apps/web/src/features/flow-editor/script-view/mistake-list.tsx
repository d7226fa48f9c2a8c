import { Text, UnstyledButton } from "@mantine/core";
import { type Diagnostic, fullMessage } from "@sluice/hsl";
import { SeverityIcon } from "../../../ui/severity.tsx";
import { visibleText } from "../../../ui/visible-text.ts";

type Props = {
  readonly mistakes: readonly Diagnostic[];
  readonly onGo: (mistake: Diagnostic) => void;
};

const shown = 20;
const rank = { error: 0, warning: 1, advice: 2 } as const;

/** Everything that is marked in the text, errors first; each leads to its place. */
export const MistakeList = ({ mistakes, onGo }: Props) => {
  const ordered = mistakes.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
  return (
    <>
      <Text className="visually-hidden" role="status">
        {mistakes.length > 0 &&
          (mistakes.length === 1
            ? "1 problem in the script"
            : `${mistakes.length} problems in the script`)}
      </Text>
      {ordered.length > 0 && (
        <ul className="script-mistakes" aria-label="Problems in the script">
          {ordered.slice(0, shown).map((mistake, index) => (
            <li key={index}>
              <UnstyledButton onClick={() => onGo(mistake)}>
                <SeverityIcon severity={mistake.severity} size={14} />
                <span>
                  <b>
                    Line {mistake.line}, column {mistake.column}:
                  </b>{" "}
                  {visibleText(fullMessage(mistake))}
                </span>
              </UnstyledButton>
            </li>
          ))}
          {ordered.length > shown && <li>… and {ordered.length - shown} more</li>}
        </ul>
      )}
    </>
  );
};
