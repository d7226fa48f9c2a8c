/** Many domains at once, and the answer to "which flow runs?". */
import { domainToAscii } from "@sluice/mail-syntax";
import { Domain } from "@sluice/settings";
import { z } from "zod";
import { appendAudit } from "../store/audit.ts";
import { checkObject, draftObjects, writeObject } from "../store/draft-store.ts";
import { inTransaction, lockSettings } from "../store/prisma.ts";
import { whichFlow } from "./checks.ts";
import { actorOf } from "./context.ts";
import { procedure, router } from "./trpc.ts";

export type BulkLine = {
  readonly line: number;
  readonly text: string;
  readonly result: "added" | "exists" | "wrong";
  readonly id: string | null;
  readonly reason: string | null;
};

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The name in A-labels (RFC 5891), or “any”; null: it is none. */
const domainName = (word: string): string | null => {
  const name = domainToAscii(word.replace(/\.$/, "").toLowerCase());
  return name !== null && name.length <= 253 && name.split(".").every((part) => label.test(part))
    ? name
    : null;
};

/** What domains of one paste have in common. */
const Template = Domain.omit({ name: true, aliases: true }).partial();

export const domains = router({
  /** One domain a line, aliases after it: `example.org example.net`. Lines that are wrong add nothing; the others are added. */
  bulkAdd: procedure("edit")
    .input(z.strictObject({ text: z.string().max(1_000_000), template: Template.default({}) }))
    .mutation(
      ({ ctx, input }): Promise<{ added: number; lines: BulkLine[] }> =>
        inTransaction(ctx.parts.store, async (transaction) => {
          await lockSettings(transaction);
          const actor = actorOf(ctx);
          const taken = new Set(
            (await draftObjects(transaction))
              .filter(({ kind }) => kind === "domain")
              .map(({ id }) => id),
          );
          const lines: BulkLine[] = [];
          const added: string[] = [];
          for (const [index, raw] of input.text.split(/\r?\n/).entries()) {
            const text = raw.replace(/#.*/, "").trim();
            if (text === "") continue;
            const words = text.split(/[\s,;]+/).filter((word) => word !== "");
            const names = words.map(domainName);
            const wrong = words.find((_, position) => names[position] === null);
            const [name, ...aliases] = names.filter((each) => each !== null);
            const about = { line: index + 1, text: text.slice(0, 200) };
            if (wrong !== undefined || name === undefined) {
              lines.push({
                ...about,
                result: "wrong",
                id: null,
                reason: `“${wrong}” is no domain name.`,
              });
              continue;
            }
            const id =
              name.length <= 64
                ? name
                : `${name.slice(0, 55).replace(/[.-]+$/, "")}-${added.length}`;
            if (taken.has(id)) {
              lines.push({ ...about, result: "exists", id, reason: null });
              continue;
            }
            const body = checkObject("domain", id, {
              ...input.template,
              ...(id === name ? {} : { name }),
              aliases,
            });
            await writeObject(transaction, actor, { kind: "domain", id, body });
            taken.add(id);
            added.push(id);
            lines.push({ ...about, result: "added", id, reason: null });
          }
          if (added.length > 0) {
            await appendAudit(transaction, actor, {
              action: "settings.bulk-add",
              object: "domain",
              after: { added },
            });
          }
          return { added: added.length, lines };
        }),
    ),

  whichFlow,
});
