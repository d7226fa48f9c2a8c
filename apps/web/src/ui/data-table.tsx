// biome-ignore-all lint/a11y/useSemanticElements: a virtual list places its rows itself, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the row has the focus, its cells need none
/**
 * A table over keyset pages: rows are drawn only while they can be seen, the
 * next page is fetched when the end comes near, and the keys of ui.md work:
 * arrows or J/K walk, Enter opens, Space selects, Shift extends.
 */
import { Button, Checkbox, Menu, Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from "react";
import "./data-table.css";

export type Column<Row> = {
  readonly id: string;
  readonly header: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** A CSS grid track: "120px", "minmax(120px, 2fr)". Default: minmax(80px, 1fr). */
  readonly width?: string;
  readonly align?: "end";
};

export type TableAction = { readonly words: string; readonly run: () => void };

type Props<Row> = {
  /** Names the table for those who cannot see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  /** The row whose panel is open. */
  readonly openKey?: string | null;
  /** Selection, when rows can be acted on together. */
  readonly selection?: {
    readonly keys: ReadonlySet<string>;
    readonly onChange: (keys: ReadonlySet<string>) => void;
  };
  /** First page under way. */
  readonly loading?: boolean;
  readonly hasMore?: boolean;
  readonly loadingMore?: boolean;
  readonly onMore?: () => void;
  /** Shown instead of rows when there are none. */
  readonly empty?: ReactNode;
  readonly rowHeight?: number;
  /** What can be done with a cell, or by the key "." with the whole row (column null). */
  readonly menu?: (row: Row, column: string | null) => readonly TableAction[];
  /** Rows in all, when known; else a guess. */
  readonly total?: number;
};

export const DataTable = <Row,>(props: Props<Row>) => {
  const { label, columns, rows, rowKey, onOpen, openKey = null, selection, rowHeight = 36 } = props;
  const { loading = false, hasMore = false, loadingMore = false, onMore, empty, total } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const openMenu = (row: Row, column: string | null, x: number, y: number): boolean => {
    const actions = props.menu?.(row, column) ?? [];
    if (actions.length > 0) setMenu({ x, y, actions });
    return actions.length > 0;
  };
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && !loadingMore && last >= rows.length - 20) onMore?.();
  }, [hasMore, loadingMore, last, rows.length, onMore]);

  const widths = [
    ...(selection === undefined ? [] : ["36px"]),
    ...columns.map(({ width }) => width ?? "minmax(80px, 1fr)"),
  ];
  const tracks = widths.join(" ");

  const focusRow = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => {
      scroll.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus();
    });
  };

  const toggle = (index: number, extend: boolean): void => {
    if (selection === undefined) return;
    const keys = new Set(selection.keys);
    const from = extend ? Math.min(anchor.current, index) : index;
    const to = extend ? Math.max(anchor.current, index) : index;
    const own = rows[index];
    const on = extend || (own !== undefined && !keys.has(rowKey(own)));
    for (const row of rows.slice(from, to + 1)) {
      if (on) keys.add(rowKey(row));
      else keys.delete(rowKey(row));
    }
    if (!extend) anchor.current = index;
    selection.onChange(keys);
  };

  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const row = rows[index];
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: index + 1,
      j: index + 1,
      ArrowUp: index - 1,
      k: index - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: index + 15,
      PageUp: index - 15,
    };
    const target = moves[event.key];
    if (target !== undefined) {
      event.preventDefault();
      if (event.shiftKey && selection !== undefined)
        toggle(Math.max(0, Math.min(rows.length - 1, target)), true);
      focusRow(target);
    } else if (event.key === "Enter" && row !== undefined && onOpen !== undefined) {
      event.preventDefault();
      onOpen(row);
    } else if (event.key === "." && row !== undefined) {
      const box = event.currentTarget.getBoundingClientRect();
      event.preventDefault();
      // after this key is over: the menu takes the focus, and would be closed by what is left of it
      setTimeout(() => openMenu(row, null, box.left + 24, box.top + box.height / 2), 0);
    } else if (event.key === " " && selection !== undefined) {
      event.preventDefault();
      toggle(index, event.shiftKey);
    }
  };

  const all = rows.length > 0 && rows.every((row) => selection?.keys.has(rowKey(row)));
  const current = Math.min(active, Math.max(0, rows.length - 1));
  return (
    <div className="data-table" ref={scroll} {...(rows.length === 0 && { tabIndex: 0 })}>
      <div
        role="grid"
        style={{ minWidth: narrowest(widths) }}
        aria-label={label}
        aria-rowcount={total ?? (hasMore ? -1 : rows.length + 1)}
        aria-busy={loading || loadingMore}
        {...(selection !== undefined && { "aria-multiselectable": true })}
      >
        <div role="rowgroup" className="data-table-head">
          <div
            role="row"
            aria-rowindex={1}
            className="data-table-row"
            style={{ gridTemplateColumns: tracks }}
          >
            {selection !== undefined && (
              <div role="columnheader">
                <Checkbox
                  size="xs"
                  aria-label="Select the loaded rows"
                  checked={all}
                  indeterminate={!all && selection.keys.size > 0}
                  onChange={() => selection.onChange(all ? new Set() : new Set(rows.map(rowKey)))}
                />
              </div>
            )}
            {columns.map(({ id, header, align }) => (
              <div role="columnheader" key={id} data-align={align}>
                {header}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {items.map(({ index, key, start, size }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const own = rowKey(row);
            const isSelected = selection?.keys.has(own) ?? false;
            return (
              <div
                role="row"
                key={key}
                aria-rowindex={index + 2}
                {...(selection !== undefined && { "aria-selected": isSelected })}
                className="data-table-row"
                data-row={index}
                data-open={own === openKey || undefined}
                data-selected={isSelected || undefined}
                data-clickable={onOpen !== undefined || undefined}
                tabIndex={index === current ? 0 : -1}
                style={{
                  gridTemplateColumns: tracks,
                  height: size,
                  transform: `translateY(${start}px)`,
                }}
                onFocus={() => setActive(index)}
                onKeyDown={(event) => onKeyDown(event, index)}
                onClick={(event: MouseEvent) => {
                  if (isControl(event.target, event.currentTarget)) return;
                  onOpen?.(row);
                }}
              >
                {selection !== undefined && (
                  <div role="gridcell">
                    <Checkbox
                      size="xs"
                      tabIndex={-1}
                      aria-label="Select this row"
                      checked={isSelected}
                      onChange={() => undefined}
                      onClick={(event) => toggle(index, event.shiftKey)}
                    />
                  </div>
                )}
                {columns.map(({ id, cell, align }) => (
                  <div
                    role="gridcell"
                    key={id}
                    data-align={align}
                    onContextMenu={(event) => {
                      if (openMenu(row, id, event.clientX, event.clientY)) event.preventDefault();
                    }}
                  >
                    {cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {menu !== null && (
        <CellMenu
          menu={menu}
          onClose={() => {
            setMenu(null);
            focusRow(current);
          }}
        />
      )}
      {loading && rows.length === 0 && <Waiting height={rowHeight} />}
      {!loading && rows.length === 0 && empty}
      {hasMore && !loading && (
        <div className="data-table-more">
          <Button
            variant="subtle"
            size="xs"
            loading={loadingMore}
            {...(onMore !== undefined && { onClick: onMore })}
          >
            Load more
          </Button>
        </div>
      )}
    </div>
  );
};

type OpenMenu = {
  readonly x: number;
  readonly y: number;
  readonly actions: readonly TableAction[];
};

const CellMenu = ({ menu, onClose }: { readonly menu: OpenMenu; readonly onClose: () => void }) => (
  <Menu opened onClose={onClose} position="bottom-start">
    <Menu.Target>
      <span style={{ position: "fixed", left: menu.x, top: menu.y, width: 1, height: 1 }} />
    </Menu.Target>
    <Menu.Dropdown aria-label="What to do with this">
      {menu.actions.map(({ words, run }) => (
        <Menu.Item key={words} onClick={run}>
          {words}
        </Menu.Item>
      ))}
    </Menu.Dropdown>
  </Menu>
);

/** Pixels below which the table scrolls sideways: every row gets the same width, so that columns stay columns. */
const narrowest = (tracks: readonly string[]): number =>
  tracks.reduce((sum, track) => sum + Number(/(\d+)px/.exec(track)?.[1] ?? 80), 8);

/** A click on a link, a button or a tick is not a click on the row. */
const isControl = (target: EventTarget, row: EventTarget): boolean => {
  const control =
    target instanceof Element ? target.closest("a, button, input, label, [role=button]") : null;
  return control !== null && control !== row;
};

const Waiting = ({ height }: { readonly height: number }) => (
  <div role="status" aria-label="Loading">
    {[0, 1, 2, 3, 4, 5].map((line) => (
      <Skeleton key={line} height={height - 16} my={8} mx={12} width="auto" />
    ))}
  </div>
);
