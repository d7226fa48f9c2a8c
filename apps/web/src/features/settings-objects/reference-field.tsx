import type { FlowKind, ReferenceKind } from "@sluice/flow-schema";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { trpc } from "../../api.ts";
import { FormSurroundingsContext, useFormSurroundings } from "../../ui/form/form-surroundings.ts";
import { startsWith, type ValuePath, valueAt } from "../../ui/form/value-path.ts";
import { ReferenceWidget } from "../../ui/form/widgets/reference.tsx";
import { useObjectForm } from "./object-form-context.ts";

type Props = {
  readonly label: string;
  readonly help: string;
  readonly path: ValuePath;
  readonly reference: ReferenceKind;
  /** Only flows of this kind. */
  readonly flowKind?: FlowKind;
};

/** Picks another object, or none. */
export const ReferenceField = ({ label, help, path, reference, flowKind }: Props) => {
  const { value, set, issues } = useObjectForm();
  const surroundings = useFormSurroundings();
  const { data: flows } = useQuery({
    ...trpc.flows.list.queryOptions(),
    enabled: flowKind !== undefined,
  });
  const filtered = useMemo(() => {
    if (flowKind === undefined) return surroundings;
    if (flows === undefined) return { ...surroundings, references: () => [], isLoading: true };
    const fitting = flows
      .filter(({ kind, state }) => kind === flowKind && state !== "deleted")
      .map(({ id, title }) => ({ id, title }));
    return { ...surroundings, references: () => fitting };
  }, [surroundings, flows, flowKind]);
  return (
    <FormSurroundingsContext value={filtered}>
      <ReferenceWidget
        field={{ label, help, widget: "reference", reference }}
        path={path}
        value={valueAt(value, path)}
        issues={issues.filter((issue) => startsWith(issue.path, path))}
        onChange={(next) => set(path, next === "" ? undefined : next)}
      />
    </FormSurroundingsContext>
  );
};
