import type { Probe } from "@sluice/hsl";

/** A stretch of the script that belongs to a node, or to one outcome of it. */
export type Origin = {
  /** Also the probe's id. */
  readonly id: number;
  readonly node: string;
  /** Absent: the node's own chunk. Present: what runs when the node takes this outcome. */
  readonly outcome?: string | undefined;
  /** Where the outcome leads: a node, or null for the end of the flow kind. */
  readonly target?: string | null | undefined;
  readonly start: number;
  readonly end: number;
};
export type SourceMap = readonly Origin[];

/** Probes that fire where a node is entered and where an outcome is taken. */
export const probesOf = (origins: SourceMap): Probe[] =>
  origins.map(({ id, start }) => ({ id, offset: start }));

/** The innermost stretch around an offset. */
export const originAt = (origins: SourceMap, offset: number): Origin | undefined =>
  origins
    .filter(({ start, end }) => start <= offset && offset < end)
    .reduce<Origin | undefined>(
      (best, origin) =>
        best === undefined || origin.end - origin.start <= best.end - best.start ? origin : best,
      undefined,
    );
