/** Mail over time as stacked bars, with the same numbers as a table for those who cannot see them. */
import { Tooltip } from "@mantine/core";
import type { RouterOutputs } from "../../api.ts";
import { type MailOutcome, mailOutcomes } from "../../ui/mail-outcome.tsx";
import { toneLooks } from "../../ui/tone.tsx";

type Steps = RouterOutputs["overview"]["numbers"]["numbers"]["steps"];

const names = Object.keys(mailOutcomes) as MailOutcome[]; // the object's own keys
const height = 120;

type Props = { readonly steps: Steps; readonly span: string };

export const Traffic = ({ steps, span }: Props) => {
  const totals = steps.map(({ outcomes }) =>
    names.reduce((sum, name) => sum + (outcomes[name] ?? 0), 0),
  );
  const most = Math.max(1, ...totals);
  const format = stepFormat(span);
  return (
    <figure style={{ margin: 0 }}>
      <div
        aria-hidden
        style={{ display: "flex", alignItems: "flex-end", height, overflow: "hidden" }}
      >
        {steps.map(({ at, outcomes }, index) => (
          <Tooltip key={at} label={`${format.format(new Date(at))}: ${totals[index]}`}>
            <div
              style={{
                flex: 1,
                maxWidth: 24,
                minWidth: 0, // all steps are in sight, however narrow the page
                borderLeft: steps.length > 70 ? undefined : "2px solid transparent",
                backgroundClip: "padding-box",
              }}
            >
              <Bar outcomes={outcomes} most={most} height={height} />
            </div>
          </Tooltip>
        ))}
      </div>
      <table className="visually-hidden">
        <caption>Mail over time</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Messages</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ at }, index) => (
            <tr key={at}>
              <td>{format.format(new Date(at))}</td>
              <td>{totals[index]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
};

/** How the beginning of a step is written. */
export const stepFormat = (span: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(undefined, {
    ...(span === "7d" && { weekday: "short" as const }),
    hour: "2-digit",
    minute: "2-digit",
  });

type BarProps = {
  readonly outcomes: Steps[number]["outcomes"];
  /** Of the highest bar. */
  readonly most: number;
  readonly height: number;
};

/** One step as a stack of its outcomes. */
export const Bar = ({ outcomes, most, height: full }: BarProps) =>
  names.map((name) => {
    const count = outcomes[name] ?? 0;
    return count === 0 ? null : (
      <span
        key={name}
        style={{
          display: "block",
          height: Math.max(2, (count / most) * full),
          background: toneLooks[mailOutcomes[name].tone].colour,
        }}
      />
    );
  });
