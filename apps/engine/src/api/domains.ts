/** Many domains at once, and the answer to "which flow runs?". */
import { Flow } from "@sluice/flow-schema";
import { domainToAscii } from "@sluice/mail-syntax";
import { Domain } from "@sluice/settings";
import { type SettingsObject, settingsFrom } from "@sluice/settings/text-form";
import { z } from "zod";
import { canonicalDomain } from "../config/domain-match.ts";
import { GatewayError } from "../errors.ts";
import { explainOneReply, type OneReply } from "../flows/one-reply.ts";
import { appendAudit } from "../store/audit.ts";
import { checkObject, draftObjects, writeObject } from "../store/draft-objects.ts";
import { readIncludedFiles } from "../store/included-files.ts";
import { inTransaction, lockSettings } from "../store/prisma.ts";
import { type AssignmentMap, assignmentMap } from "./assignment-map.ts";
import { whichFlow } from "./checks.ts";
import { actorOf } from "./context.ts";
import { Id } from "./settings.ts";
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

const longestId = 64;

/** The name itself where it fits and is free: the same domain may stand on several listeners. */
const freeId = (name: string, ids: ReadonlySet<string>): string => {
  if (name.length <= longestId && !ids.has(name)) return name;
  for (let number = 2; ; number++) {
    const end = `-${number}`;
    const id = `${name.slice(0, longestId - end.length).replace(/[.-]+$/, "")}${end}`;
    if (!ids.has(id)) return id;
  }
};

/** Every name of the draft's domains at this listener, and whose it is. */
const ownersOf = (
  objects: readonly SettingsObject[],
  listener: string | undefined,
): Map<string, string> => {
  const owners = new Map<string, string>();
  for (const { kind, id, body } of objects) {
    const domain = kind === "domain" ? Domain.safeParse(body).data : undefined;
    if (domain === undefined || domain.listener !== listener) continue;
    for (const name of [domain.name ?? id, ...domain.aliases])
      owners.set(canonicalDomain(name), id);
  }
  return owners;
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
          const objects = await draftObjects(transaction);
          const ids = new Set(objects.flatMap(({ kind, id }) => (kind === "domain" ? [id] : [])));
          const owners = ownersOf(objects, input.template.listener);
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
            const owned = [name, ...aliases].find((each) => owners.has(each));
            const owner = owned === undefined ? undefined : owners.get(owned);
            const twice = aliases.find((alias, at) => [name, ...aliases].indexOf(alias) <= at);
            if (owner !== undefined || twice !== undefined) {
              lines.push({
                ...about,
                result: "exists",
                id: owner ?? null,
                reason:
                  twice !== undefined
                    ? `${twice} stands in the line twice.`
                    : owner === owned
                      ? `${owned} is there already.`
                      : `${owned} belongs to ${owner}.`,
              });
              continue;
            }
            const id = freeId(name, ids);
            const shown = (words[0] ?? name).replace(/\.$/, "").toLowerCase();
            const body = checkObject("domain", id, {
              ...input.template,
              ...(id === shown ? {} : { name: shown }),
              aliases,
            });
            await writeObject(transaction, actor, { kind: "domain", id, body });
            ids.add(id);
            for (const each of [name, ...aliases]) owners.set(each, id);
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

  /** Listeners by domains, and what is in force in each cell. */
  map: procedure("view")
    .input(
      z.strictObject({
        of: z.enum(["live", "draft"]).default("live"),
        filter: z.string().max(255).default(""),
        limit: z.int().min(1).max(200).default(50),
      }),
    )
    .query(async ({ ctx, input }): Promise<AssignmentMap> => {
      const { revisions, drafts } = ctx.parts;
      if (input.of === "live") {
        const live = await revisions.live();
        if (live === null) throw new GatewayError("NOT_FOUND", "Nothing was published yet.");
        return assignmentMap(live.settings, input);
      }
      const draft = settingsFrom(await drafts.objects());
      if (!draft.success) {
        throw new GatewayError("INVALID", "The draft has mistakes; Problems lists them.");
      }
      return assignmentMap(draft.data, input);
    }),

  /** Whether one run of a content flow of the draft can answer for all recipients, and if not, why. */
  oneReply: procedure("view")
    .input(z.strictObject({ contentFlow: Id }))
    .query(async ({ ctx, input }): Promise<OneReply> => {
      const { blocks, drafts, store } = ctx.parts;
      const { body } = await drafts.get("flow", input.contentFlow);
      const included = await readIncludedFiles(store, await draftObjects(store));
      return explainOneReply(Flow.parse(body), blocks, included);
    }),
});
