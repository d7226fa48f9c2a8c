// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid itself has the keys of its rows
/** The second, equal view: a tree grid for keyboards, screen readers, phones and reviews. */
// biome-ignore-all lint/a11y/useSemanticElements: a tree grid is made of roles; no element has them
// biome-ignore-all lint/a11y/useFocusableInteractive: the row has the focus, its cells need none
import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { flowKindDefinitions } from "@sluice/flow-schema";
import { IconPlus } from "@tabler/icons-react";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type MouseEvent,
  useEffect,
  useMemo,
  useRef,
} from "react";
import { announce } from "../../../ui/announce.tsx";
import { SeverityIcon } from "../../../ui/severity.tsx";
import { toneLooks } from "../../../ui/tone.tsx";
import { BlockIcon } from "../canvas/block-icon.tsx";
import { severitiesOf } from "../canvas/severities.ts";
import * as command from "../commands.ts";
import { faceOf, useCompiled, useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import { commandOf, type KeyCommand } from "../keymap.ts";
import { runCommand } from "../run-command.ts";
import { type OutlineRow, outlineRows, rowKey } from "./outline-rows.ts";
import { RowMenu } from "./row-menu.tsx";
import "./outline.css";

export const Outline = ({ onCommand }: { readonly onCommand: (command: KeyCommand) => void }) => {
  const store = useEditorStore();
  const draft = useDraft();
  const readOnly = useEditor((state) => state.readOnly);
  const selection = useEditor((state) => state.selection);
  const focus = useEditor((state) => state.focus);
  const outcome = useEditor((state) => state.outcome);
  const request = useEditor((state) => state.focusRequest);
  const { problems } = useCompiled();
  const isNarrow = useMediaQuery("(max-width: 56.25em)", false, { getInitialValueInEffect: false });
  const grid = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => outlineRows(draft), [draft]);
  const severities = useMemo(() => severitiesOf(problems), [problems]);
  const { end, unchecked } = flowKindDefinitions[draft.flow.kind];
  const wanted = focus === null ? null : outcome === null ? focus : `${focus}::${outcome}`;
  const current = rows.some((row) => rowKey(row) === wanted)
    ? wanted
    : (focus ?? (rows[0] && rowKey(rows[0])) ?? null);

  useEffect(() => {
    if (request === 0) return;
    const row = [...(grid.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])].find(
      (each) => each.dataset["row"] === store.getState().focus,
    );
    row?.focus();
    row?.scrollIntoView({ block: "nearest" });
  }, [request, store]);

  const goToRow = (row: OutlineRow | undefined): void => {
    if (row === undefined) return;
    store
      .getState()
      .set(
        row.kind === "block"
          ? { focus: row.id, outcome: null }
          : { focus: row.source, outcome: row.outcome },
      );
    requestAnimationFrame(() => {
      const key = rowKey(row);
      const element = [...(grid.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])].find(
        (each) => each.dataset["row"] === key,
      );
      element?.focus();
    });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || !(event.target instanceof HTMLElement)) return;
    if (event.target.dataset["row"] === undefined) return;
    const index = rows.findIndex((row) => rowKey(row) === current);
    const row = rows[index];
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    const step: Readonly<Record<string, number>> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: rows.length - 1,
    };
    const next = isPlain ? step[event.key] : undefined;
    if (next !== undefined) {
      event.preventDefault();
      goToRow(rows[Math.max(0, Math.min(rows.length - 1, next))]);
      return;
    }
    if (isPlain && event.key === "Enter" && row?.kind === "outcome") {
      event.preventDefault();
      if (row.target !== null) store.getState().goTo(row.target);
      else
        store
          .getState()
          .set({ dialog: { kind: "connect", source: row.source, outcome: row.outcome } });
      return;
    }
    if (event.key === "Delete" && row?.kind === "outcome" && row.target !== null) {
      event.preventDefault();
      command.cutWire(store, { source: row.source, outcome: row.outcome });
      return;
    }
    const name = commandOf(event);
    if (name === null) return;
    event.preventDefault();
    if (name === "home") goToRow(rows[0]);
    else if (!runCommand(store, name)) onCommand(name);
  };

  const onCopy = (event: ClipboardEvent, cuts: boolean): void => {
    const text = command.copyChosen(store);
    if (text === null) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
    if (cuts && !readOnly) command.deleteSelection(store, true);
  };

  if (rows.length === 0) {
    return (
      <div className="outline outline-empty" data-region="canvas">
        <p>This flow is empty: {end.words}.</p>
        {!readOnly && (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() =>
              store.getState().set({ dialog: { kind: "add", place: { kind: "free", at: null } } })
            }
          >
            Add the first block
          </Button>
        )}
      </div>
    );
  }
  return (
    <div className="outline" data-region="canvas">
      <div
        ref={grid}
        role="treegrid"
        aria-label={`Outline of ${draft.flow.title}`}
        aria-multiselectable
        onKeyDown={onKeyDown}
        onCopy={(event) => onCopy(event, false)}
        onCut={(event) => onCopy(event, true)}
        onPaste={(event) => {
          if (readOnly) return;
          if (!command.pasteText(store, event.clipboardData.getData("text/plain"), null))
            announce("The clipboard holds no blocks.");
        }}
      >
        <div role="row" className="outline-row outline-head">
          <span role="columnheader">#</span>
          <span role="columnheader">Block</span>
          <span role="columnheader">Settings</span>
          <span role="columnheader">
            <span className="visually-hidden">Problems and actions</span>
          </span>
        </div>
        {rows.map((row) =>
          row.kind === "block" ? (
            <div
              key={rowKey(row)}
              role="row"
              aria-level={row.depth + 1}
              aria-selected={selection.has(row.id)}
              className="outline-row"
              data-row={row.id}
              data-block-id={row.id}
              data-selected={selection.has(row.id) || undefined}
              data-off={row.face.isDisabled || undefined}
              tabIndex={rowKey(row) === current ? 0 : -1}
              onFocus={() => store.getState().set({ focus: row.id, outcome: null })}
              onClick={(event) => {
                const kept =
                  event.shiftKey || event.ctrlKey || event.metaKey
                    ? [...selection].filter((id) => id !== row.id)
                    : [];
                store.getState().select([...kept, row.id]);
                // a finger has no second way to the settings, which are not beside the rows here
                if (isNarrow && isOnRow(event)) store.getState().openInspector();
              }}
              onDoubleClick={() => store.getState().openInspector()}
            >
              <span role="gridcell" className="outline-number">
                {row.number}
              </span>
              <span
                role="gridcell"
                className="outline-name"
                style={{ paddingLeft: row.depth * 18 }}
              >
                <span
                  className="outline-tile"
                  style={row.face.ends && { color: toneLooks[row.face.ends].colour }}
                >
                  {row.face.ends === undefined ? (
                    <BlockIcon name={row.face.icon} url={row.face.iconUrl} size={16} />
                  ) : (
                    <span aria-hidden>{toneLooks[row.face.ends].glyph}</span>
                  )}
                </span>
                <strong>{row.face.title}</strong>
                {row.isLoose && <em> nothing leads here</em>}
                {row.face.isDisabled && <em> off</em>}
              </span>
              <span role="gridcell" className="outline-summary">
                {row.face.summary}
              </span>
              <span role="gridcell" className="outline-end">
                {severities.has(row.id) && (
                  <SeverityIcon severity={severities.get(row.id) ?? "warning"} />
                )}
                {!readOnly && <RowMenu id={row.id} />}
              </span>
            </div>
          ) : (
            <div
              key={rowKey(row)}
              role="row"
              aria-level={row.depth + 1}
              className="outline-row outline-outcome"
              data-row={rowKey(row)}
              data-outcome={row.outcome}
              tabIndex={rowKey(row) === current ? 0 : -1}
              onFocus={() => store.getState().set({ focus: row.source, outcome: row.outcome })}
              onClick={() => store.getState().select([row.source], row.source)}
            >
              <span role="gridcell" />
              <span
                role="gridcell"
                className="outline-name"
                style={{ paddingLeft: row.depth * 18, color: toneOf(draft, row) }}
              >
                <span aria-hidden>{glyphOf(draft, row)}</span> if {row.words.toLowerCase()}
                <span aria-hidden> → </span>
                <span className="visually-hidden"> leads to </span>
                {targetWords(draft, row, row.outcome === "error" ? unchecked.words : end.words)}
              </span>
              <span role="gridcell" />
              <span role="gridcell" />
            </div>
          ),
        )}
      </div>
    </div>
  );
};

/** Not on a button of the row, nor in a menu that such a button opened. */
const isOnRow = ({ target, currentTarget }: MouseEvent): boolean =>
  target instanceof Element && currentTarget.contains(target) && target.closest("button") === null;

type OutcomeRow = Extract<OutlineRow, { kind: "outcome" }>;
type Draft = ReturnType<typeof useDraft>;

const lookOf = (draft: Draft, { source, outcome }: OutcomeRow) => {
  const node = draft.flow.nodes[source];
  const tone = node && faceOf(node).outcomes.find(({ id }) => id === outcome)?.tone;
  return toneLooks[tone ?? "else"];
};
const toneOf = (draft: Draft, row: OutcomeRow): string => lookOf(draft, row).colour;
const glyphOf = (draft: Draft, row: OutcomeRow): string => lookOf(draft, row).glyph;

const targetWords = (draft: Draft, { target, refersTo }: OutcomeRow, otherwise: string): string => {
  const node = target === null ? undefined : draft.flow.nodes[target];
  if (node === undefined) return otherwise;
  return refersTo === null ? faceOf(node).title : `#${refersTo} ${faceOf(node).title}`;
};
