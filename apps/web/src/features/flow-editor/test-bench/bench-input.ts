/** What a draft is tried on, as the form holds it. */
export type BenchFacts = {
  readonly senderip: string;
  readonly senderhelo: string;
  readonly sender: string;
  readonly recipient: string;
  readonly saslusername: string;
};

export type BenchInput = {
  readonly source: "history" | "given" | "made-up";
  readonly messageId: string | null;
  /** Of a message that was given: one character for each byte. */
  readonly text: string;
  readonly facts: BenchFacts;
  /** Of a delivery flow: what the next hop said. */
  readonly attempt: "before" | "deferred" | "refused";
};

const noFacts: BenchFacts = {
  senderip: "",
  senderhelo: "",
  sender: "",
  recipient: "",
  saslusername: "",
};

export const emptyInput: BenchInput = {
  source: "history",
  messageId: null,
  text: "",
  facts: noFacts,
  attempt: "before",
};

/** Only what was filled in: the rest is history's, or has a plain default. */
export const factsOf = ({
  facts,
  attempt,
}: BenchInput): Readonly<Record<string, string | number | boolean>> => ({
  ...Object.fromEntries(
    Object.entries(facts)
      .map(([name, value]) => [name, value.trim()] as const)
      .filter(([, value]) => value !== ""),
  ),
  ...(attempt === "deferred" && { attempted: true, errorcode: 451, errormsg: "Try again later" }),
  ...(attempt === "refused" && { attempted: true, errorcode: 550, errormsg: "No such user" }),
});

/** Text as bytes: what was pasted is UTF-8 with lines ended as mail ends them. */
export const toBase64 = (text: string): string => {
  const bytes = new TextEncoder().encode(text.replace(/\r?\n/g, "\r\n"));
  let octets = "";
  for (const byte of bytes) octets += String.fromCharCode(byte);
  return btoa(octets);
};
