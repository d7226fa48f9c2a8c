/**
 * A short conversation with a server over a stream: where it is, how long it may
 * take as a whole, how much it may say. Whatever goes wrong on the way is a
 * `ConversationError`, so that "nobody answered" is never taken for an answer.
 */
import { connect, type Socket } from "node:net";

export type Place =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export type Conversation = {
  /** Waits while the server reads slowly; does nothing once it has hung up. */
  readonly write: (bytes: Buffer | string) => Promise<void>;
  /** Nothing more is written. */
  readonly finish: () => void;
  /** Whether the server has begun to answer, or hung up. */
  readonly isAnswered: () => boolean;
  /**
   * Reads until `lengthOf` gives the length of a whole answer, and takes that. It gives null while
   * more is needed; at the end of the stream that is an error.
   */
  readonly read: (
    lengthOf: (bytes: Buffer, isEnd: boolean) => number | null,
    most?: number,
  ) => Promise<Buffer>;
};

export class ConversationError extends Error {
  override readonly name = "ConversationError";
}

/** `host`, `host:port`, `[address]:port` or `/path/of/socket`; null: none of these. */
export const parsePlace = (text: string, defaultPort: number): Place | null => {
  if (/^\/[^\0]{1,106}$/.test(text)) return { kind: "unix", path: text };
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]{1,255}))(?::(\d{1,5}))?$/.exec(text);
  const bare = found === null && /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/.test(text) ? text : undefined;
  const host = found?.[1] ?? found?.[2] ?? bare;
  const port = found?.[3] === undefined ? defaultPort : Number(found[3]);
  return host === undefined || port < 1 || port > 65_535 ? null : { kind: "tcp", host, port };
};

export const placeWords = (place: Place): string =>
  place.kind === "unix"
    ? place.path
    : `${place.host.includes(":") ? `[${place.host}]` : place.host}:${place.port}`;

const defaultMost = 1024 * 1024;

export const converse = async <T>(
  place: Place,
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal | undefined },
  talk: (conversation: Conversation) => Promise<T>,
): Promise<T> => {
  const fail = (text: string): ConversationError =>
    new ConversationError(`${placeWords(place)}: ${text}`);
  if (signal?.aborted === true) throw fail("there is no time left");
  const socket: Socket =
    place.kind === "unix"
      ? connect({ path: place.path })
      : connect({ host: place.host, port: place.port, noDelay: true });
  let received = Buffer.alloc(0);
  let failure: ConversationError | null = null;
  let isEnd = false;
  let wake = (): void => {};
  const stop = (error: ConversationError): void => {
    failure ??= error;
    isEnd = true;
    wake();
    socket.destroy();
  };
  const timer = setTimeout(() => stop(fail(`no answer within ${seconds} seconds`)), seconds * 1000);
  const abort = (): void => stop(fail("the run is over"));
  signal?.addEventListener("abort", abort, { once: true });
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  for (const event of ["connect", "drain", "end", "close"] as const) {
    socket.on(event, () => {
      if (event === "end" || event === "close") isEnd = true;
      wake();
    });
  }
  socket.on("error", (error: NodeJS.ErrnoException) => {
    // a server that answers early and hangs up has answered
    const isHangUp = error.code === "EPIPE" || error.code === "ECONNRESET";
    const text = isHangUp ? "the server hung up" : (error.code ?? error.message);
    if (received.length === 0) failure ??= fail(text);
    isEnd = true;
    wake();
  });
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const conversation: Conversation = {
    write: async (bytes) => {
      while (socket.connecting && failure === null) await change();
      if (failure !== null) throw failure;
      if (isEnd || socket.destroyed) return;
      socket.write(bytes);
      while (socket.writableNeedDrain && !isEnd && failure === null) await change();
      if (failure !== null) throw failure;
    },
    finish: () => void socket.end(),
    isAnswered: () => received.length > 0 || isEnd,
    read: async (lengthOf, most = defaultMost) => {
      for (;;) {
        if (failure !== null) throw failure;
        if (received.length > most) throw fail("the answer is too long");
        const length = lengthOf(received, isEnd);
        if (length !== null && length <= received.length) {
          const taken = received.subarray(0, length);
          received = received.subarray(length);
          return taken;
        }
        if (isEnd) throw fail("the connection ended before the answer did");
        await change();
      }
    },
  };
  try {
    return await talk(conversation);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    socket.destroy();
  }
};

/**
 * Asks the places in turn until one answers; a place that did not is asked last for a while.
 * The error of the last one counts when none did.
 */
export const createPlaces = ({
  restMilliseconds = 30_000,
  now = () => Date.now(),
}: {
  restMilliseconds?: number;
  now?: () => number;
} = {}) => {
  const restUntil = new Map<string, number>();
  return async <T>(places: readonly Place[], ask: (place: Place) => Promise<T>): Promise<T> => {
    const rests = (place: Place): boolean => (restUntil.get(placeWords(place)) ?? 0) > now();
    const inOrder = [...places.filter((one) => !rests(one)), ...places.filter(rests)];
    let last: unknown = new ConversationError("There is no server to ask.");
    for (const place of inOrder) {
      try {
        const answer = await ask(place);
        restUntil.delete(placeWords(place));
        return answer;
      } catch (error) {
        if (!(error instanceof ConversationError)) throw error;
        if (restUntil.size > 1000) restUntil.clear();
        restUntil.set(placeWords(place), now() + restMilliseconds);
        last = error;
      }
    }
    throw last;
  };
};

/** Asks one of the places; that none answered is an answer with its reason. */
export const createInquiry = (name: string, hint: (why: string) => string = () => "") => {
  const inTurn = createPlaces();
  return async <T>(
    question: {
      readonly places: readonly Place[];
      readonly seconds: number;
      readonly signal?: AbortSignal | undefined;
    },
    ask: (conversation: Conversation) => Promise<T>,
  ): Promise<T | { readonly kind: "error"; readonly text: string }> => {
    try {
      return await inTurn(question.places, (place) => converse(place, question, ask));
    } catch (error) {
      if (!(error instanceof ConversationError)) throw error;
      const { message } = error;
      return { kind: "error", text: `${name} did not answer: ${message}${hint(message)}` };
    }
  };
};

/** Up to and with a mark, such as the end of a line. */
export const upTo =
  (mark: string) =>
  (bytes: Buffer): number | null => {
    const at = bytes.indexOf(mark);
    return at < 0 ? null : at + mark.length;
  };
