/** Flows as the flow list and the trace view need them; editing goes through `settings`. */
import { Flow, type FlowKind, type Layout } from "@sluice/flow-schema";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "../store/audit.ts";
import { draftObjects } from "../store/draft-objects.ts";
import type { ObjectState } from "../store/draft-store.ts";
import { readIncludedFiles } from "../store/included-files.ts";
import { inTransaction } from "../store/prisma.ts";
import { usesOf } from "../store/references.ts";
import { type ScriptPast, scriptPast } from "../store/script-revisions.ts";
import { actorOf } from "./context.ts";
import type { FlowReplay, FlowTrial, NodeActivity } from "./parts.ts";
import { Id } from "./settings.ts";
import { procedure, router } from "./trpc.ts";

export type FlowSummary = {
  readonly id: string;
  readonly kind: FlowKind;
  readonly title: string;
  readonly state: ObjectState;
  readonly problems: { readonly errors: number; readonly warnings: number };
  /** How many listeners and domains run it. */
  readonly usedBy: number;
  readonly runs24h: number;
};

export type FlowAtRevision = { readonly flow: Flow; readonly layout: Layout | null };

export type FlowScript = {
  /** null: the flow does not compile. */
  readonly script: string | null;
  readonly problems: readonly {
    readonly severity: string;
    readonly message: string;
    readonly node?: string | undefined;
  }[];
};

export type PassedRun = {
  readonly messageId: string;
  readonly at: string;
  readonly recipient: string | null;
  readonly revision: number;
  /** null: the run ended in the node. */
  readonly outcome: string | null;
  readonly ending: string;
};

const shownRuns = 50;
const spanHours = { "1h": 1, "24h": 24, "7d": 168 } as const;
const maximumContent = 40 * 1024 * 1024;

const readFlow = (body: unknown): Flow => {
  const parsed = Flow.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path, message }));
  throw new GatewayError("INVALID", "The flow cannot be read.", { detail: { issues } });
};

export const flows = router({
  list: procedure("view").query(async ({ ctx }): Promise<FlowSummary[]> => {
    const { drafts, revisions, history, blocks } = ctx.parts;
    const [rows, objects, problems, runs] = await Promise.all([
      drafts.list("flow"),
      drafts.objects(),
      revisions.problems(),
      history.flowRuns(),
    ]);
    return rows.flatMap((row): FlowSummary[] => {
      const flow = Flow.safeParse(row.body);
      if (!flow.success) return [];
      const own = problems.filter((problem) => problem.kind === "flow" && problem.id === row.id);
      const count = (severity: string): number =>
        own.filter((problem) => problem.severity === severity).length;
      return [
        {
          id: row.id,
          kind: flow.data.kind,
          title: flow.data.title,
          state: row.state,
          problems: { errors: count("error"), warnings: count("warning") },
          usedBy: usesOf(objects, blocks, { kind: "flow", id: row.id }).length,
          runs24h: runs.get(row.id) ?? 0,
        },
      ];
    });
  }),

  onRevision: procedure("view")
    .input(z.strictObject({ flow: Id, revision: z.int().positive() }))
    .query(async ({ ctx, input }): Promise<FlowAtRevision> => {
      const { settings } = await ctx.parts.revisions.get(input.revision);
      const flow = settings.flows[input.flow];
      if (flow === undefined) {
        throw new GatewayError(
          "NOT_FOUND",
          `Revision ${input.revision} has no flow ${input.flow}.`,
        );
      }
      return { flow, layout: settings.layouts[input.flow] ?? null };
    }),

  /** What a script of the flow was when it was published, to compare it with what it is. */
  scriptPast: procedure("view")
    .input(
      z.strictObject({
        flow: Id,
        node: z.string().min(1).max(64),
        field: z
          .array(z.union([z.string().max(64), z.int().min(0)]))
          .min(1)
          .max(8),
      }),
    )
    .query(({ ctx, input }): Promise<ScriptPast> => scriptPast(ctx.parts.store, input)),

  /** What happened at each node. */
  activity: procedure("view")
    .input(z.strictObject({ flow: Id, span: z.enum(["1h", "24h", "7d"]).default("24h") }))
    .query(
      ({ ctx, input }): Promise<readonly NodeActivity[]> =>
        ctx.parts.history.flowActivity(input.flow, spanHours[input.span]),
    ),

  /** The latest runs that came to a node: which way they took there, and how they ended. */
  passed: procedure("view")
    .input(z.strictObject({ flow: Id, node: z.string().min(1).max(64) }))
    .query(async ({ ctx, input }): Promise<readonly PassedRun[]> => {
      const runs = await ctx.parts.history.runsOf(input.flow, shownRuns, input.node);
      return runs.map(({ messageId, at, recipient, trace }) => ({
        ...{ messageId, at, recipient, revision: trace.revision, ending: trace.ending },
        outcome: trace.steps.findLast(({ node }) => node === input.node)?.outcome ?? null,
      }));
    }),

  /**
   * Runs a flow as it stands in somebody's editor on a message of history, or on one that
   * was handed in. Look-ups are asked; nothing else happens.
   */
  tryOut: procedure("edit")
    .input(
      z.strictObject({
        flow: Id,
        body: z.unknown(),
        messageId: z.uuid().nullable().default(null),
        /** Base64. */
        content: z.base64().max(maximumContent).nullable().default(null),
        facts: z
          .record(z.string().max(64), z.union([z.string().max(2000), z.number(), z.boolean()]))
          .default({}),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<FlowTrial> => {
      const { messageId, facts, content } = input;
      if (messageId !== null) {
        await inTransaction(ctx.parts.store, (transaction) =>
          appendAudit(transaction, actorOf(ctx), {
            action: "flow.try",
            object: `flow/${input.flow}`,
            after: { messageId },
          }),
        );
      }
      return ctx.parts.checks.tryFlow({
        ...{ id: input.flow, flow: readFlow(input.body), messageId, facts },
        content: content === null ? null : Buffer.from(content, "base64"),
      });
    }),

  /** Runs it on the latest mail the flow has judged, and names what would end otherwise. */
  replay: procedure("edit")
    .input(z.strictObject({ flow: Id, body: z.unknown(), count: z.int().min(1).max(500) }))
    .mutation(
      ({ ctx, input }): Promise<FlowReplay> =>
        ctx.parts.checks.replayFlow(input.flow, readFlow(input.body), input.count),
    ),

  /** The script of a draft flow, as it would run. */
  script: procedure("view")
    .input(z.strictObject({ flow: Id }))
    .query(async ({ ctx, input }): Promise<FlowScript> => {
      const { body } = await ctx.parts.drafts.get("flow", input.flow);
      const included = await readIncludedFiles(
        ctx.parts.store,
        await draftObjects(ctx.parts.store),
      );
      const compiled = ctx.parts.compileFlow(Flow.parse(body), ctx.parts.blocks, {
        resolve: included,
      });
      return {
        script: compiled.ok ? String(compiled.script) : null,
        problems: compiled.problems.map(({ severity, message, node }) => ({
          severity,
          message,
          node,
        })),
      };
    }),
});
