/** What one run of a flow did, on the revision that ran: the way it took, step by step. */
import { Alert, Text } from "@mantine/core";
import { blocks } from "@sluice/blocks/definitions";
import { upgradeFlow } from "@sluice/flow-schema";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useMemo, useState } from "react";
import { trpc } from "../../../api.ts";
import { ErrorAlert } from "../../../ui/error-alert.tsx";
import { Loading } from "../../../ui/loading.tsx";
import { FlowCanvas } from "../canvas/flow-canvas.tsx";
import { IconAddresses } from "../canvas/icon-address.ts";
import type { FlowDraft } from "../draft/flow-draft.ts";
import { EditorContext } from "../editor-context.tsx";
import { createEditorStore } from "../editor-store.ts";
import { iconUrls, useIcons } from "../icons.ts";
import { StepList } from "./step-list.tsx";
import { litPath, stepAfterKey } from "./trace-steps.ts";
import type { FlowTrace } from "./trace-types.ts";
import "./trace.css";

type Props = {
  readonly trace: FlowTrace;
  readonly step: number;
  readonly onStep: (step: number) => void;
};

export const TraceView = ({ trace, step, onStep }: Props) => {
  const { data, error } = useQuery({
    ...trpc.flows.onRevision.queryOptions({ flow: trace.flow, revision: trace.revision }),
    staleTime: Number.POSITIVE_INFINITY, // a revision never changes
  });
  const draft = useMemo(
    (): FlowDraft | null =>
      data === undefined
        ? null
        : { flow: upgradeFlow(data.flow, blocks), layout: data.layout ?? {} },
    [data],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const next = stepAfterKey(event.key, step, trace.steps.length);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    onStep(next);
  };
  return (
    <div className="trace-frame">
      <section className="trace" aria-label={`Trace of ${trace.flow}`} onKeyDownCapture={onKeyDown}>
        <div className="trace-canvas">
          {error !== null ? (
            <ErrorAlert error={error}>
              <Text size="sm">The steps are shown without the flow.</Text>
            </ErrorAlert>
          ) : draft === null ? (
            <Loading label="Loading the revision" />
          ) : (
            <LitFlow
              key={`${trace.flow} ${trace.revision}`}
              draft={draft}
              trace={trace}
              step={step}
              onStep={onStep}
            />
          )}
        </div>
        <div className="trace-steps">
          {trace.error !== null && (
            <Alert
              color="red"
              p="xs"
              mb="xs"
              title={`Failed in line ${trace.error.line}, column ${trace.error.column}`}
            >
              {trace.error.message}
            </Alert>
          )}
          <StepList trace={trace} flow={draft?.flow ?? null} step={step} onStep={onStep} />
        </div>
      </section>
    </div>
  );
};

const LitFlow = ({ draft, trace, step, onStep }: Props & { readonly draft: FlowDraft }) => {
  const [store] = useState(() => createEditorStore(draft, { readOnly: true, view: "canvas" }));
  const lit = useMemo(() => litPath(trace, step, draft.flow.entry), [trace, step, draft]);
  const icons = useIcons(iconUrls(draft), false);
  // The block of the step is chosen; a block that is chosen is the step.
  const current = trace.steps[step]?.node;
  useEffect(() => {
    if (current === undefined) return;
    const { reveal } = store.getState();
    store.getState().set({
      selection: new Set([current]),
      focus: current,
      reveal: { count: reveal.count + 1, node: current },
    });
  }, [store, current]);
  useEffect(
    () =>
      store.subscribe(({ focus }, before) => {
        if (focus === before.focus || focus === null || focus === current) return;
        const at = trace.steps.findIndex(({ node }) => node === focus);
        if (at >= 0) onStep(at);
      }),
    [store, trace, current, onStep],
  );
  return (
    <EditorContext value={store}>
      <IconAddresses value={icons}>
        <FlowCanvas lit={lit} onCommand={() => undefined} />
      </IconAddresses>
    </EditorContext>
  );
};
