/** A script beside an earlier text of it, or in narrow places over it: what differs is marked, what is the same folded. */
import {
  type Chunk,
  goToNextChunk,
  goToPreviousChunk,
  MergeView,
  unifiedMergeView,
} from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { ActionIcon, Button, Checkbox, Group, Text, Tooltip } from "@mantine/core";
import { blocks } from "@sluice/blocks/definitions";
import { environmentFor } from "@sluice/flow-schema";
import { environmentFacet, hslLanguage, hslTheme } from "@sluice/hsl/editor";
import { IconArrowBackUp, IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { announce } from "../../../ui/announce.tsx";
import type { ScriptVersion } from "./compare.ts";
import { chunksOf, diffGutter } from "./diff-gutter.ts";
import { diffLooks } from "./diff-looks.ts";
import { reading } from "./editor-extensions.ts";
import { revertChunk } from "./revert-chunk.ts";
import { type ScriptField, startOf, useCurrent, useOutsideValue } from "./script-field.ts";
import { type MadeEditor, useMadeEditor } from "./use-code-mirror.ts";
import "./compare.css";

type Props = ScriptField & {
  readonly version: ScriptVersion;
  readonly sideBySide: boolean;
  readonly onView: (view: EditorView | null) => void;
};

export const CompareEditor = (props: Props) => {
  const { version, sideBySide, readOnly } = props;
  const [hasAll, setAll] = useState(false);
  const [view, setView] = useState<EditorView | null>(null);
  const [{ count, at }, setPlace] = useState({ count: 0, at: -1 });
  const onView = (made: EditorView | null): void => {
    setView(made);
    props.onView(made);
  };
  const go = (command: typeof goToNextChunk): void => {
    if (view === null) return;
    command(view);
    view.focus();
  };
  return (
    <>
      <Group gap={6} justify="space-between" mt={4}>
        <Text size="xs" role="status" style={{ flex: "1 1 140px" }}>
          {placeWords(count, at, version)}
        </Text>
        {count > 0 && (
          <Group gap={4}>
            <Checkbox
              size="xs"
              label="All lines"
              checked={hasAll}
              onChange={(event) => setAll(event.currentTarget.checked)}
            />
            <Tooltip label="Previous place (Shift+F7)">
              <ActionIcon aria-label="Previous place" onClick={() => go(goToPreviousChunk)}>
                <IconChevronUp size={16} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Next place (F7)">
              <ActionIcon aria-label="Next place" onClick={() => go(goToNextChunk)}>
                <IconChevronDown size={16} />
              </ActionIcon>
            </Tooltip>
            {!readOnly && (
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<IconArrowBackUp size={14} />}
                disabled={at < 0}
                onClick={() => {
                  if (view === null) return;
                  takeBack(view, chunkAt(view.state, view.state.selection.main.head), version);
                  view.focus();
                }}
              >
                Take back
              </Button>
            )}
          </Group>
        )}
      </Group>
      <CompareField
        key={`${sideBySide} ${hasAll} ${version.id} ${version.text}`}
        {...props}
        hasAll={hasAll}
        onView={onView}
        onPlace={(next) =>
          setPlace((now) => (now.count === next.count && now.at === next.at ? now : next))
        }
      />
    </>
  );
};

const placeWords = (count: number, at: number, { words }: ScriptVersion): string => {
  if (count === 0) return `No difference: the text is the same as in ${words}.`;
  const places =
    count === 1 ? `1 place differs from ${words}` : `${count} places differ from ${words}`;
  return at < 0 || count === 1 ? `${places}.` : `${places}; this is number ${at + 1}.`;
};

type Place = { readonly count: number; readonly at: number };

type FieldProps = Props & {
  readonly hasAll: boolean;
  readonly onPlace: (place: Place) => void;
};

const CompareField = (props: FieldProps) => {
  const { value, sideBySide, onView } = props;
  const host = useRef<HTMLDivElement>(null);
  const current = useCurrent(props);
  const view = useMadeEditor(host, (parent, scheme) =>
    sideBySide ? makeTwo(parent, scheme, current) : makeOne(parent, scheme, current),
  );
  useOutsideValue(view, value);
  const tell = useCurrent(onView);
  useEffect(() => {
    tell.current(view);
    if (view !== null) tellPlace(view.state, current.current);
    return () => tell.current(null);
  }, [view, tell, current]);
  return (
    <div
      ref={host}
      className="script-host script-host-field"
      data-beside={sideBySide || undefined}
    />
  );
};

const folds = (hasAll: boolean) => (hasAll ? {} : { collapseUnchanged: { margin: 3, minSize: 5 } });

/** The earlier text left, the present one right. */
const makeTwo = (
  parent: HTMLElement,
  scheme: Extension,
  current: RefObject<FieldProps>,
): MadeEditor => {
  const { flow, version, readOnly, hasAll } = current.current;
  const merge = new MergeView({
    parent,
    a: {
      doc: version.text,
      extensions: [
        scheme,
        reading,
        diffLooks,
        environmentFacet.of(environmentFor(flow, blocks)),
        hslLanguage,
        hslTheme,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": version.label, tabindex: "0" }),
      ],
    },
    b: startOf(current, [scheme, placing(current)]),
    ...folds(hasAll),
    ...(!readOnly && {
      revertControls: "a-to-b",
      renderRevertControl: () =>
        takeBackButton("→", (button) => {
          const chunk = merge.chunks[Number(button.dataset["chunk"])];
          takeBack(merge.b, chunk, version);
        }),
    }),
  });
  return { view: merge.b, beside: merge.a, destroy: () => merge.destroy() };
};

/** One editor; lines that are gone stand above those that came. */
const makeOne = (
  parent: HTMLElement,
  scheme: Extension,
  current: RefObject<FieldProps>,
): MadeEditor => {
  const { version, readOnly, hasAll } = current.current;
  const made: { view?: EditorView } = {};
  const controls = (kind: "reject" | "accept"): HTMLElement =>
    kind === "accept"
      ? document.createElement("span") // what is there is kept by leaving it
      : takeBackButton(takeBackWords, (button) => {
          if (made.view === undefined) return;
          const chunk = chunkAt(made.view.state, made.view.posAtDOM(button));
          takeBack(made.view, chunk, version);
        });
  const start = startOf(current, [
    scheme,
    placing(current),
    diffGutter,
    unifiedMergeView({
      original: version.text,
      gutter: false,
      mergeControls: readOnly ? false : controls,
      ...folds(hasAll),
    }),
  ]);
  const view = new EditorView({ parent, state: EditorState.create(start) });
  made.view = view;
  return { view, destroy: () => view.destroy() };
};

/** Keys from place to place, and word of where the cursor is. */
const placing = (current: RefObject<FieldProps>): Extension => [
  diffLooks,
  keymap.of([{ key: "F7", run: goToNextChunk, shift: goToPreviousChunk, preventDefault: true }]),
  EditorView.updateListener.of(({ state }) => tellPlace(state, current.current)),
];

const chunkAt = (state: EditorState, position: number): Chunk | undefined =>
  chunksOf(state).find(({ fromB, endB }) => fromB <= position && position <= endB);

const tellPlace = (state: EditorState, { onPlace }: Pick<FieldProps, "onPlace">): void => {
  const chunks = chunksOf(state);
  const here = chunkAt(state, state.selection.main.head);
  onPlace({ count: chunks.length, at: here === undefined ? -1 : chunks.indexOf(here) });
};

/** One place is again what it was; a step of undo like any other change. */
const takeBack = (view: EditorView, chunk: Chunk | undefined, { text }: ScriptVersion): void => {
  if (chunk === undefined || view.state.readOnly) return;
  const before = view.state.toText(text);
  const changes = revertChunk(before, view.state.doc, chunk);
  view.dispatch({
    changes,
    selection: { anchor: changes.from },
    scrollIntoView: true,
    userEvent: "revert",
  });
  announce("Taken back.");
};

const takeBackWords = "Take back";

const takeBackButton = (
  words: string,
  onPress: (button: HTMLButtonElement) => void,
): HTMLButtonElement => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "take-back";
  button.textContent = words;
  button.title = "Take back what was here";
  if (words !== takeBackWords) button.setAttribute("aria-label", takeBackWords);
  // the view has its own idea of a press
  button.addEventListener("mousedown", (event) => {
    event.preventDefault();
    event.stopPropagation();
  });
  button.addEventListener("click", (event) => {
    event.preventDefault();
    onPress(button);
  });
  return button;
};
