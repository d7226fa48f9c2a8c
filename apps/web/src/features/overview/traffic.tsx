/** Mail over time as stacked bars, with the same numbers as a table for those who cannot see them. */
import { Tooltip } from "@mantine/core";
import type { RouterOutputs } from "../../api.ts";
import { type MailOutcome, mailOutcomes } from "../../ui/mail-outcome.tsx";
import { toneLooks } from "../../ui/tone.tsx";

type Steps = RouterOutputs["overview"]["numbers"]["numbers"]["steps"];

const names = Object.keys(mailOutcomes) as MailOutcome[]; // the object's own keys
const height = 120;

export const Traffic = ({ steps, span }: { readonly steps: Steps; readonly span: string }) => {
  const totals = steps.map(({ outcomes }) =>
    names.reduce((sum, name) => sum + (outcomes[name] ?? 0), 0),
  );
  const most = Math.max(1, ...totals);
  const format = new Intl.DateTimeFormat(undefined, {
    ...(span === "7d" && { weekday: "short" as const }),
    hour: "2-digit",
    minute: "2-digit",
  });
  return (
    <figure style={{ margin: 0 }}>
      <div
        aria-hidden
        style={{ display: "flex", alignItems: "flex-end", gap: 2, height, overflow: "hidden" }}
      >
        {steps.map(({ at, outcomes }, index) => (
          <Tooltip key={at} label={`${format.format(new Date(at))}: ${totals[index]}`}>
            <div style={{ flex: 1, maxWidth: 24, minWidth: 2 }}>
              {names.map((name) => {
                const count = outcomes[name] ?? 0;
                return count === 0 ? null : (
                  <div
                    key={name}
                    style={{
                      height: Math.max(2, (count / most) * height),
                      background: toneLooks[mailOutcomes[name].tone].colour,
                    }}
                  />
                );
              })}
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
