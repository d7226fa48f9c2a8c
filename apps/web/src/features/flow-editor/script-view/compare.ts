/** What a script can be compared with. */
export type ScriptVersion = {
  readonly id: string;
  /** In the list of versions. */
  readonly label: string;
  /** In a sentence: "the live revision 14". */
  readonly words: string;
  readonly text: string;
};

export type ScriptComparison = {
  /** The version compared with; null: none is. An id that is no more stands for the first one. */
  readonly chosen: string | null;
  readonly onChoose: (id: string | null) => void;
  /** null: on their way. */
  readonly versions: readonly ScriptVersion[] | null;
  readonly error?: unknown;
};

/** The id that asks for the first version there is. */
export const firstVersion = "";
