import { Button, Group, Kbd, Modal, Stack, Table, TextInput } from "@mantine/core";
import { blocks } from "@sluice/blocks/definitions";
import { useState } from "react";
import { toneLooks } from "../../../ui/tone.tsx";
import { BlockIcon } from "../canvas/block-icon.tsx";
import { addBlock, connectWire, outcomeWords, titleOf } from "../commands.ts";
import { connectionProblem } from "../draft/connection-rules.ts";
import * as draftOf from "../draft/flow-draft.ts";
import { faceOf, useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import type { AddPlace } from "../editor-store.ts";
import { keys, keyWords } from "../keymap.ts";
import { type Choice, PickDialog } from "./pick-dialog.tsx";
import { searchBlocks } from "./search-blocks.ts";

/** Whatever dialog the editor has open. */
export const EditorDialogs = () => {
  const dialog = useEditor((state) => state.dialog);
  const store = useEditorStore();
  const close = (): void => store.getState().set({ dialog: null });
  /** Back to the block that had the focus. */
  const leave = (): void => {
    const { focusRequest } = store.getState();
    store.getState().set({ dialog: null, focusRequest: focusRequest + 1 });
  };
  switch (dialog?.kind) {
    case undefined:
      return null;
    case "add":
      return <AddDialog place={dialog.place} onClose={leave} onDone={close} />;
    case "connect":
      return <ConnectDialog source={dialog.source} outcome={dialog.outcome} onClose={leave} />;
    case "find":
      return <FindDialog onClose={leave} onDone={close} />;
    case "rename":
      return <RenameDialog node={dialog.node} onClose={leave} />;
    case "keys":
      return <KeysDialog onClose={leave} />;
    default:
      return dialog satisfies never;
  }
};

type Ends = { readonly onClose: () => void; readonly onDone: () => void };

const AddDialog = ({ place, onClose, onDone }: Ends & { readonly place: AddPlace }) => {
  const store = useEditorStore();
  const { flow } = useDraft();
  const choices = (query: string): Choice[] =>
    searchBlocks(blocks, flow.kind, query).here.map(({ type, title, summary, icon }) => ({
      id: type,
      title,
      detail: summary,
      icon: <BlockIcon name={icon} />,
    }));
  return (
    <PickDialog
      title="Add a block"
      placeholder="Name of a block, or what it does"
      choices={choices}
      none="No block of this stage has these words."
      onClose={onClose}
      onPick={(type) => {
        onDone();
        addBlock(store, type, place);
      }}
    />
  );
};

const blockChoices = (draft: draftOf.FlowDraft, query: string): Choice[] =>
  Object.entries(draft.flow.nodes)
    .map(([id, node]) => ({ id, face: faceOf(node) }))
    .filter(({ id, face }) =>
      `${id}\n${face.title}\n${face.summary}\n${face.block?.title ?? ""}`
        .toLowerCase()
        .includes(query.toLowerCase()),
    )
    .map(({ id, face }) => ({
      id,
      title: face.title,
      detail: face.summary,
      icon: <BlockIcon name={face.icon} url={face.iconUrl} />,
    }));

const FindDialog = ({ onClose, onDone }: Ends) => {
  const store = useEditorStore();
  const draft = useDraft();
  return (
    <PickDialog
      title="Find a block"
      placeholder="Title, settings or kind of block"
      choices={(query) => blockChoices(draft, query)}
      none="No block of this flow has these words."
      onClose={onClose}
      onPick={(id) => {
        onDone();
        store.getState().goTo(id);
      }}
    />
  );
};

type ConnectProps = {
  readonly source: string;
  readonly outcome: string | null;
  readonly onClose: () => void;
};

const ConnectDialog = ({ source, outcome, onClose }: ConnectProps) => {
  const store = useEditorStore();
  const draft = useDraft();
  const node = draft.flow.nodes[source];
  const [chosen, setChosen] = useState(outcome);
  const outcomes = node === undefined ? [] : faceOf(node).outcomes;
  if (chosen === null) {
    return (
      <PickDialog
        key="outcome"
        title={`Connect ${titleOf(draft, source)}: which outcome?`}
        placeholder="Outcome"
        none={
          outcomes.length === 0
            ? "This block ends the flow: it has no outcomes."
            : "It has no such outcome."
        }
        choices={(query) =>
          outcomes
            .filter(({ words }) => words.toLowerCase().includes(query.toLowerCase()))
            .map(({ id, words, tone }) => {
              const target = node?.outcomes[id];
              return {
                id,
                title: `${toneLooks[tone].glyph} ${words}`,
                detail: target === undefined ? "not wired" : `now to ${titleOf(draft, target)}`,
              };
            })
        }
        onClose={onClose}
        onPick={setChosen}
      />
    );
  }
  const wire = { source, outcome: chosen };
  return (
    <PickDialog
      key="target"
      title={`“${outcomeWords(draft, wire)}” leads to …`}
      placeholder="Target"
      none="No block of this flow has these words."
      choices={(query) =>
        blockChoices(draft, query)
          .filter(({ id }) => id !== source)
          .map((choice) => ({ ...choice, refusal: connectionProblem(draft, wire, choice.id) }))
      }
      onClose={onClose}
      onPick={(target) => {
        connectWire(store, wire, target);
        onClose();
      }}
    />
  );
};

const RenameDialog = ({
  node,
  onClose,
}: {
  readonly node: string;
  readonly onClose: () => void;
}) => {
  const store = useEditorStore();
  const draft = useDraft();
  const [title, setTitle] = useState(draft.flow.nodes[node]?.title ?? "");
  const stored = draft.flow.nodes[node];
  return (
    <Modal opened onClose={onClose} title="Rename" returnFocus={false}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          store
            .getState()
            .change({ label: `Rename ${titleOf(draft, node)}` }, (before) =>
              draftOf.rename(before, node, title),
            );
          onClose();
        }}
      >
        <Stack>
          <TextInput
            data-autofocus
            label="Title"
            description="Empty: the block's own name."
            maxLength={120}
            placeholder={
              stored === undefined ? "" : (blocks.get(stored.block)?.title ?? stored.block)
            }
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">Rename</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

const KeysDialog = ({ onClose }: { readonly onClose: () => void }) => (
  <Modal opened onClose={onClose} title="Keys of canvas and outline" size="lg" returnFocus={false}>
    <Table verticalSpacing={4}>
      <Table.Tbody>
        {keys
          .filter(({ words }) => words !== undefined)
          .map((key) => (
            <Table.Tr key={`${key.command} ${key.key}`}>
              <Table.Td w={190}>
                {keyWords(key).map((word) => (
                  <Kbd key={word} size="sm" mr={4}>
                    {word}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{key.words}</Table.Td>
            </Table.Tr>
          ))}
        <Table.Tr>
          <Table.Td>
            <Kbd size="sm">Ctrl</Kbd> <Kbd size="sm">C</Kbd> <Kbd size="sm">X</Kbd>{" "}
            <Kbd size="sm">V</Kbd>
          </Table.Td>
          <Table.Td>Copy, cut, paste; from flow to flow too</Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Td>
            <Kbd size="sm">F6</Kbd>
          </Table.Td>
          <Table.Td>Next part of the page</Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  </Modal>
);
