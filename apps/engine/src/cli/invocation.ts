/** What a command gets and gives. */

export type Invocation = {
  /** What stands after the command's own words. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly message: string | null;
  readonly role: string | null;
  readonly limit: number | null;
  readonly all: boolean;
  readonly discardDraft: boolean;
  /** Files; "-" is standard input. */
  readonly chain: string | null;
  readonly key: string | null;
  /** Of backup and restore. */
  readonly withKey: boolean;
  readonly withoutHistory: boolean;
  readonly withoutSecrets: boolean;
  readonly replace: boolean;
  readonly queue: string | null;
  /** What a flow is told, by the names of its variables. */
  readonly facts: Readonly<Record<string, string>>;
};

export type Outcome = {
  /** For people, with its line ends. */
  readonly text: string;
  /** Written instead of the text, as they are. */
  readonly bytes?: Uint8Array;
  /** For --json. */
  readonly value: unknown;
  readonly exitCode?: number;
};

export type Command = (invocation: Invocation) => Promise<Outcome>;

/** Ends the program with a sentence. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

export const oneWord = ({ words }: Invocation, what: string): string => {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0) throw new CommandError(2, `Give one ${what}.`);
  return word;
};
