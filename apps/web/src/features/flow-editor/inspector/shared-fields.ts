/** Settings that several chosen blocks have in common, with the value where it is the same everywhere. */
import type { BlockRegistry, DescribedField, Flow } from "@sluice/flow-schema";
import { describeFields } from "@sluice/flow-schema";
import { valueAt, withValueAt } from "../../../ui/form/value-path.ts";
import type { FlowDraft } from "../draft/flow-draft.ts";
import * as draftOf from "../draft/flow-draft.ts";

export type SharedField = {
  readonly field: DescribedField;
  readonly value: unknown;
  /** The blocks have different values here. */
  readonly isMixed: boolean;
};

/** A field is shared when each block has one of that place, words and kind. */
export const sharedFields = (
  flow: Flow,
  ids: readonly string[],
  blocks: BlockRegistry,
): readonly SharedField[] => {
  const nodes = ids.flatMap((id) => flow.nodes[id] ?? []);
  const described = nodes.map((node) => {
    const block = blocks.get(node.block);
    return block === undefined ? [] : describeFields(block.config);
  });
  const [first = [], ...others] = described;
  const mark = ({ path, widget, label, help }: DescribedField): string =>
    JSON.stringify([path, widget, label, help]);
  return first
    .filter((field) => others.every((fields) => fields.some((each) => mark(each) === mark(field))))
    .map((field) => {
      const values = nodes.map(({ config }) => valueAt(config, field.path) ?? field.default);
      const [value] = values;
      const isMixed = new Set(values.map((each) => JSON.stringify(each))).size > 1;
      return { field, value: isMixed ? undefined : value, isMixed };
    });
};

export const setSharedField = (
  draft: FlowDraft,
  ids: readonly string[],
  path: readonly string[],
  value: unknown,
): FlowDraft =>
  ids.reduce((before, id) => {
    const node = before.flow.nodes[id];
    if (node === undefined) return before;
    const config = withValueAt(node.config, path, value);
    return draftOf.setConfig(before, id, config as Readonly<Record<string, unknown>>); // an object stays one
  }, draft);
