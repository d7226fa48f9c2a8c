/** Which files flows look a sender or a client up in, and what would have to stand there for a message. */
import type { Flow } from "@sluice/flow-schema";

export type MailFacts = {
  readonly sender: string | null;
  readonly clientAddress: string | null;
};

export type ListChoice = {
  readonly file: string;
  /** The line to be added. */
  readonly value: string;
  /** The block that reads it, and where it leads from there. */
  readonly flow: string;
  readonly block: string;
  readonly leadsTo: string | null;
};

type Named = { readonly id: string; readonly flow: Flow };

export const listChoices = (flows: readonly Named[], facts: MailFacts): readonly ListChoice[] =>
  flows.flatMap(({ flow }) =>
    Object.values(flow.nodes).flatMap((node): ListChoice[] => {
      const { file } = node.config;
      if (typeof file !== "string" || file === "" || node.disabled === true) return [];
      const value = valueFor(node.block, node.config["subject"], facts);
      if (value === null) return [];
      const target = flow.nodes[node.outcomes[node.block === "ip-list" ? "listed" : "found"] ?? ""];
      return [
        {
          ...{ file, value, flow: flow.title },
          block: node.title ?? node.block,
          leadsTo: target === undefined ? null : (target.title ?? target.block),
        },
      ];
    }),
  );

/** What the block would find there; null: it asks about something else. */
const valueFor = (block: string, subject: unknown, facts: MailFacts): string | null => {
  const { sender, clientAddress } = facts;
  if (block === "ip-list") return clientAddress;
  if (block !== "file-lookup") return null;
  const domain = sender?.slice(sender.lastIndexOf("@") + 1) ?? "";
  switch (subject) {
    case "sender":
      return sender === "" ? null : sender;
    case "sender-domain":
      return sender?.includes("@") === true && domain !== "" ? domain : null;
    case "client":
      return clientAddress;
    default:
      return null;
  }
};

/** The file with the line at its end; null: a line already begins with it. */
export const withLine = (text: string, value: string): string | null => {
  const wanted = value.toLowerCase();
  const isThere = text
    .split("\n")
    .some((line) => line.trim().split(/\s+/, 1)[0]?.toLowerCase() === wanted);
  if (isThere) return null;
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${value}\n`;
};
