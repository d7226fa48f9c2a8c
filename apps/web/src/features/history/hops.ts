/** The way of a message as its Received fields tell it, first server first. */
export type Hop = {
  readonly from: string | null;
  readonly by: string | null;
  readonly with: string | null;
  readonly at: Date | null;
  /** Seconds since the hop before; null where one of the two says no time. */
  readonly delay: number | null;
};

type Field = { readonly name: string; readonly value: string };

export const hopsOf = (headers: readonly Field[]): readonly Hop[] => {
  const hops: Hop[] = [];
  const received = headers.filter(({ name }) => name.toLowerCase() === "received");
  for (const { value } of received.toReversed()) {
    const text = value.replace(/\s+/g, " ");
    const end = text.lastIndexOf(";");
    const clauses = end < 0 ? text : text.slice(0, end);
    const time = end < 0 ? Number.NaN : Date.parse(text.slice(end + 1).replace(/\([^()]*\)/g, ""));
    const at = Number.isNaN(time) ? null : new Date(time);
    const before = hops.at(-1)?.at ?? null;
    hops.push({
      from: clause(clauses, "from"),
      by: clause(clauses, "by"),
      with: clause(clauses, "with"),
      at,
      delay: at === null || before === null ? null : (at.getTime() - before.getTime()) / 1000,
    });
  }
  return hops;
};

/** A clause's value with the remark that belongs to it: "mail.example.org (192.0.2.1)". */
const clause = (text: string, word: string): string | null =>
  new RegExp(`(?:^|\\s)${word}\\s+(\\S+(?:\\s+\\([^()]*\\))?)`, "i").exec(text)?.[1] ?? null;
