import { Text, UnstyledButton } from "@mantine/core";
import { blocks } from "@sluice/blocks/definitions";
import { describeOrigins, type Flow } from "@sluice/flow-schema";
import { useEffect, useMemo, useRef } from "react";
import { Mono } from "../../../ui/mono.tsx";
import { duration } from "../../../ui/time.tsx";
import { visibleText } from "../../../ui/visible-text.ts";
import type { FlowTrace, TraceStep } from "./trace-types.ts";

import "./trace.css";

type Props = {
  readonly trace: FlowTrace;
  /** null: the revision's flow is not at hand. */
  readonly flow: Flow | null;
  readonly step: number;
  readonly onStep: (step: number) => void;
};

/** Block, outcome, time; and for the chosen step what it asked and what it printed. */
export const StepList = ({ trace, flow, step, onStep }: Props) => {
  const list = useRef<HTMLOListElement>(null);
  const describe = useMemo(() => (flow === null ? null : describeOrigins(flow, blocks)), [flow]);
  useEffect(() => {
    const row = list.current?.children[step];
    if (row instanceof HTMLElement) showWithin(row);
    // Who walks inside the list takes the focus along.
    if (list.current?.contains(document.activeElement) === true) {
      row?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
    }
  }, [step]);
  const wordsOf = ({ node, outcome }: TraceStep): string | null => {
    if (outcome === null) return null;
    return describe?.({ node, outcome, target: null }).words ?? outcome;
  };
  return (
    <>
      <Text size="xs" c="dimmed" mb={4}>
        {trace.steps.length} steps in {duration(trace.microseconds)}. ← and → walk through.
      </Text>
      <ol className="step-list" ref={list}>
        {trace.steps.map((each, index) => {
          const words = wordsOf(each);
          const isLast = index === trace.steps.length - 1;
          return (
            <li
              key={`${each.node} ${each.startMicroseconds}`}
              data-current={index === step || undefined}
            >
              <UnstyledButton
                className="step"
                aria-current={index === step ? "step" : undefined}
                onClick={() => onStep(index)}
              >
                <span className="step-number">{index + 1}</span>
                <span className="step-words">
                  <strong>{each.title}</strong>
                  <span>
                    {trace.error !== null && trace.error.node === each.node
                      ? "failed here"
                      : (words ?? (isLast ? visibleText(trace.ending) : ""))}
                  </span>
                </span>
                <span className="step-time">{duration(each.microseconds)}</span>
              </UnstyledButton>
              {index === step && <Details step={each} />}
            </li>
          );
        })}
      </ol>
      <Text size="sm" mt="xs">
        <strong>Ended with:</strong> <Mono>{visibleText(trace.ending)}</Mono>
      </Text>
    </>
  );
};

/** Brings a row into sight in its own list; the page around it stays where it is. */
const showWithin = (row: HTMLElement): void => {
  const frame = row.closest<HTMLElement>(".trace-steps .step-list, .bench-result");
  if (frame === null) return;
  const above = frame.getBoundingClientRect().top - row.getBoundingClientRect().top;
  const below = row.getBoundingClientRect().bottom - frame.getBoundingClientRect().bottom;
  if (above > 0) frame.scrollTop -= above;
  else if (below > 0) frame.scrollTop += below;
};

const Details = ({ step }: { readonly step: TraceStep }) => {
  if (step.lookups.length === 0 && step.log.length === 0) return null;
  return (
    <div className="step-details">
      {step.lookups.map((lookup, index) => (
        <dl key={`${lookup.function} ${index}`}>
          <dt>Asked</dt>
          <dd>
            <Mono>
              {lookup.function}({visibleText(lookup.question)})
            </Mono>
          </dd>
          <dt>Answer</dt>
          <dd>
            <Mono>{visibleText(lookup.answer)}</Mono>{" "}
            <span className="step-time">{duration(lookup.microseconds)}</span>
          </dd>
        </dl>
      ))}
      {step.log.map((line, index) => (
        <div key={`${index} ${line}`} className="step-echo">
          <span aria-hidden>› </span>
          <Mono>{visibleText(line)}</Mono>
        </div>
      ))}
    </div>
  );
};
