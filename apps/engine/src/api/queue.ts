/** Mail that waits: seen, retried, held, released, removed, returned, sent elsewhere. */
import { Readable } from "node:stream";
import { parseMailbox } from "@sluice/mail-syntax";
import { z } from "zod";
import { transportOfHop } from "../delivery/next-hop.ts";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "../store/audit.ts";
import { inTransaction } from "../store/prisma.ts";
import { actorOf, type Context } from "./context.ts";
import { safeFileName } from "./downloads.ts";
import type { JobView } from "./jobs.ts";
import type { Pause, PauseTarget, QueueAction, QueueRow, QueueSummary } from "./parts.ts";
import { Id } from "./settings.ts";
import { procedure, router } from "./trpc.ts";

const Queue = z.enum(["incoming", "outgoing", "hold"]);
const QueueId = z.string().regex(/^\d{1,19}$/);
const text = z.string().max(1000).optional();

export const Filter = z.strictObject({
  queue: Queue.optional(),
  sender: text,
  recipient: text,
  nextHop: text,
  transport: text,
  messageId: z.uuid().optional(),
  reply: text,
  text,
});

const Ids = z.array(QueueId).min(1).max(10_000);
const Which = z.union([z.strictObject({ ids: Ids }), z.strictObject({ filter: Filter })]);
type Which = z.output<typeof Which>;

/** How long the job waits, with all of its entries found, for somebody to stop it after all. */
export const UndoSeconds = z.int().min(0).max(60).default(0);
const Undoable = z.union([
  z.strictObject({ ids: Ids, undoSeconds: UndoSeconds }),
  z.strictObject({ filter: Filter, undoSeconds: UndoSeconds }),
]);

const Target = z.union([
  z.strictObject({ transport: Id }),
  z.strictObject({ destination: z.string().min(1).max(1000) }),
  z.strictObject({ all: z.literal(true) }),
]);

const targetOf = (input: z.output<typeof Target>): PauseTarget => {
  if ("transport" in input) return { kind: "transport", transport: input.transport };
  if ("destination" in input) return { kind: "destination", destination: input.destination };
  return { kind: "all" };
};

const titles: Readonly<Record<QueueAction["kind"], string>> = {
  retry: "Deliver now",
  hold: "Hold",
  release: "Release from hold",
  remove: "Delete from the queue",
  bounce: "Return to the sender",
  changeTransport: "Send through another transport",
  changeRecipient: "Send to another recipient",
};

const audit = (ctx: Context, action: string, object: string, after: unknown): Promise<void> =>
  inTransaction(ctx.parts.store, (transaction) =>
    appendAudit(transaction, actorOf(ctx), { action, object, after }),
  );

/** A typing error that looked like a pause would let the mail go on. */
const checkPause = async (ctx: Context, target: PauseTarget): Promise<void> => {
  if (target.kind === "transport") await checkTransport(ctx, target.transport);
  if (target.kind !== "destination") return;
  const { destination } = target;
  const { nextHops } = await ctx.parts.queue.summary();
  if (!nextHops.some(({ nextHop }) => nextHop === destination))
    await checkTransport(ctx, transportOfHop(destination));
};

/** Only a transport that is live can take mail. */
const checkTransport = async (ctx: Context, id: string): Promise<void> => {
  const live = await ctx.parts.revisions.live();
  if (live?.settings.transports[id] === undefined) {
    throw new GatewayError("NOT_FOUND", `There is no transport ${id} among the live settings.`, {
      detail: { field: "transport" },
    });
  }
};

/** Begins the work and answers at once; `job` tells how far it is. */
const startJob = async (
  ctx: Context,
  action: QueueAction,
  which: Which,
  undoSeconds = 0,
): Promise<JobView> => {
  await audit(ctx, `queue.${action.kind}`, "queue", { ...action, ...which });
  const { queue, jobs } = ctx.parts;
  const by = actorOf(ctx).name;
  return jobs.start({
    title: titles[action.kind],
    by,
    undoSeconds,
    items: async () => ("ids" in which ? which.ids : queue.select(which.filter)),
    step: (ids) => queue.act(action, ids, by),
  });
};

const act = (kind: Exclude<QueueAction["kind"], "changeTransport" | "changeRecipient">) =>
  procedure("operate")
    .input(Undoable)
    .mutation(({ ctx, input: { undoSeconds, ...which } }): Promise<JobView> => {
      return startJob(ctx, { kind }, which, undoSeconds);
    });

export const queue = router({
  summary: procedure("view").query(({ ctx }): Promise<QueueSummary> => ctx.parts.queue.summary()),

  list: procedure("view")
    .input(
      z.strictObject({
        queue: Queue.optional(),
        filter: Filter.default({}),
        cursor: z.string().max(200).nullable().default(null),
        limit: z.int().min(1).max(500).default(200),
      }),
    )
    .query(
      ({
        ctx,
        input,
      }): Promise<{ rows: readonly QueueRow[]; nextCursor: string | null; estimate: number }> => {
        const filter =
          input.queue === undefined ? input.filter : { ...input.filter, queue: input.queue };
        return ctx.parts.queue.list({ filter, cursor: input.cursor, limit: input.limit });
      },
    ),

  retry: act("retry"),
  hold: act("hold"),
  release: act("release"),
  remove: act("remove"),
  bounce: act("bounce"),

  changeTransport: procedure("operate")
    .input(
      z.union([
        z.strictObject({ ids: Ids, transport: Id }),
        z.strictObject({ filter: Filter, transport: Id }),
      ]),
    )
    .mutation(async ({ ctx, input }): Promise<JobView> => {
      const { transport, ...which } = input;
      await checkTransport(ctx, transport);
      return startJob(ctx, { kind: "changeTransport", transport }, which);
    }),

  changeRecipient: procedure("operate")
    .input(
      z.union([
        z.strictObject({ ids: Ids, recipient: z.string().min(3).max(320) }),
        z.strictObject({ filter: Filter, recipient: z.string().min(3).max(320) }),
      ]),
    )
    .mutation(({ ctx, input }): Promise<JobView> => {
      const { recipient, ...which } = input;
      const mailbox = parseMailbox(recipient);
      if (mailbox === null) {
        throw new GatewayError("INVALID", "This is no address.", {
          detail: { field: "recipient" },
        });
      }
      return startJob(ctx, { kind: "changeRecipient", recipient }, which);
    }),

  /** Those of this process, newest first. */
  jobs: procedure("view").query(({ ctx }): readonly JobView[] => ctx.parts.jobs.list()),

  job: procedure("view")
    .input(z.strictObject({ id: z.uuid() }))
    .query(({ ctx, input }): JobView => ctx.parts.jobs.get(input.id)),

  /** The path where the browser fetches which entries a job left alone, and why: one a line. */
  leftAlone: procedure("operate")
    .input(z.strictObject({ id: z.uuid() }))
    .mutation(({ ctx, input }): { path: string } => {
      const { jobs, downloads } = ctx.parts;
      const lines = jobs.left(input.id).map(({ id, why }) => `${id}\t${why}\n`);
      const path = downloads.offer({
        fileName: safeFileName("left-alone", "txt"),
        mediaType: "application/octet-stream",
        open: async () => Readable.from([Buffer.from(lines.join(""))]),
      });
      return { path };
    }),

  stopJob: procedure("operate")
    .input(z.strictObject({ id: z.uuid() }))
    .mutation(({ ctx, input }): void => ctx.parts.jobs.stop(input.id)),

  /** The path where the browser fetches the message, once, within a minute. */
  download: procedure("read-content")
    .input(z.strictObject({ queueId: QueueId }))
    .mutation(async ({ ctx, input }): Promise<{ path: string }> => {
      const { queue: port, downloads } = ctx.parts;
      if ((await port.content(input.queueId)) === null) {
        throw new GatewayError("NOT_FOUND", `There is no queue entry ${input.queueId}.`);
      }
      await audit(ctx, "content.download", `queue/${input.queueId}`, null);
      const path = downloads.offer({
        fileName: safeFileName(`message-${input.queueId}`, "eml"),
        mediaType: "application/octet-stream",
        open: () => port.content(input.queueId),
      });
      return { path };
    }),

  pauses: procedure("view").query(({ ctx }): Promise<readonly Pause[]> => ctx.parts.queue.pauses()),

  pause: procedure("operate")
    .input(Target)
    .mutation(async ({ ctx, input }): Promise<void> => {
      const target = targetOf(input);
      await checkPause(ctx, target);
      await ctx.parts.queue.pause(target, actorOf(ctx).name);
      await audit(ctx, "queue.pause", "queue", target);
    }),

  resume: procedure("operate")
    .input(Target)
    .mutation(async ({ ctx, input }): Promise<void> => {
      const target = targetOf(input);
      await ctx.parts.queue.resume(target);
      await audit(ctx, "queue.resume", "queue", target);
    }),
});
