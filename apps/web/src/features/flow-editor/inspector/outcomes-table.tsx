import { ActionIcon, Select, Text } from "@mantine/core";
import { type FlowNode, flowKindDefinitions } from "@sluice/flow-schema";
import { IconArrowRight, IconX } from "@tabler/icons-react";
import { toneLooks } from "../../../ui/tone.tsx";
import { connectWire, cutWire } from "../commands.ts";
import { connectionProblem } from "../draft/connection-rules.ts";
import { faceOf, useDraft, useEditor, useEditorStore } from "../editor-context.tsx";

type Props = { readonly id: string; readonly node: FlowNode };

/** Outcome → target, for the keyboard and for those who like tables. */
export const OutcomesTable = ({ id, node }: Props) => {
  const store = useEditorStore();
  const draft = useDraft();
  const readOnly = useEditor((state) => state.readOnly);
  const face = faceOf(node);
  const { end, unchecked } = flowKindDefinitions[draft.flow.kind];
  const stray = Object.keys(node.outcomes).filter(
    (each) => !face.outcomes.some((outcome) => outcome.id === each),
  );
  if (face.outcomes.length === 0 && stray.length === 0) {
    return <Text c="dimmed">This block ends the flow.</Text>;
  }
  return (
    <div>
      {face.outcomes.map(({ id: outcome, words, tone }) => {
        const wire = { source: id, outcome };
        const target = node.outcomes[outcome];
        const options = Object.entries(draft.flow.nodes)
          .filter(([each]) => each !== id)
          .map(([each, other]) => ({
            value: each,
            label: faceOf(other).title,
            disabled: connectionProblem(draft, wire, each) !== null,
          }));
        return (
          <div key={outcome} className="outcome-row" data-outcome={outcome}>
            <Text
              size="sm"
              fw={600}
              style={{ color: toneLooks[tone].colour }}
              id={`outcome-${outcome}`}
            >
              <span aria-hidden>{toneLooks[tone].glyph}</span> {words}
            </Text>
            <Select
              size="xs"
              aria-label={`${words} leads to`}
              placeholder={outcome === "error" ? unchecked.words : end.words}
              data={options}
              value={target ?? null}
              searchable
              clearable
              readOnly={readOnly}
              onChange={(next) => {
                if (next === null) cutWire(store, wire);
                else connectWire(store, wire, next);
              }}
            />
            {target !== undefined && (
              <ActionIcon
                size={28}
                aria-label={`Go to where ${words} leads`}
                onClick={() => store.getState().goTo(target)}
              >
                <IconArrowRight size={16} />
              </ActionIcon>
            )}
          </div>
        );
      })}
      {stray.map((outcome) => (
        <div key={outcome} className="outcome-row">
          <Text size="sm" td="line-through">
            {outcome}
          </Text>
          <Text size="xs" c="dimmed">
            The block has no such outcome; its wire does nothing.
          </Text>
          <ActionIcon
            size={28}
            aria-label={`Remove the wire of ${outcome}`}
            onClick={() => cutWire(store, { source: id, outcome })}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      <Text size="xs" c="dimmed" mt="sm">
        Where an outcome leads nowhere, {end.words}
        {face.outcomes.some((each) => each.id === "error") &&
          `; when it could not be checked, ${unchecked.words}`}
        .
      </Text>
    </div>
  );
};
