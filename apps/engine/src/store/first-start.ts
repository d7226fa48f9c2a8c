/** What an empty database begins with: flows that work, one listener, a quarantine, and no domain, so that nothing is relayed. */
import type { Flow, FlowKind, Layout } from "@sluice/flow-schema";
import { Settings } from "@sluice/settings";
import { objectsOf } from "@sluice/settings/text-form";
import { appendAudit } from "./audit.ts";
import { replaceDraft } from "./draft-objects.ts";
import { type Actor, inTransaction, lockSettings, type Store } from "./prisma.ts";
import { writeRevision } from "./revision-store.ts";

export type DefaultFlows = {
  readonly flows: Readonly<Record<string, Flow>>;
  readonly layouts: Readonly<Record<string, Layout>>;
};

const actor: Actor = { name: "first start", address: "" };

/** The settings of a gateway that has just been installed. */
export const firstSettings = ({ flows, layouts }: DefaultFlows, port: number): Settings => {
  const first = (kind: FlowKind): string | undefined =>
    Object.keys(flows)
      .sort()
      .find((id) => flows[id]?.kind === kind);
  return Settings.parse({
    listeners: {
      inbound: {
        title: "Inbound",
        port,
        ipPolicyFlow: first("ip-policy"),
        authenticationFlow: first("authentication"),
      },
    },
    quarantines: { default: { title: "Quarantine" } },
    flows,
    layouts,
  });
};

/** Writes revision 1 and an equal draft, unless there is a revision; several nodes may do this at once. */
export const seedFirstRevision = (
  store: Store,
  options: { defaultFlows: DefaultFlows; port: number },
): Promise<{ seeded: boolean }> =>
  inTransaction(store, async (transaction) => {
    await lockSettings(transaction);
    if ((await transaction.revision.count()) > 0) return { seeded: false };
    const settings = firstSettings(options.defaultFlows, options.port);
    const revision = await writeRevision(transaction, actor, {
      settings,
      message: "First start",
    });
    await replaceDraft(transaction, actor, objectsOf(settings));
    await appendAudit(transaction, actor, {
      action: "settings.publish",
      object: `revision/${revision}`,
      after: { message: "First start" },
    });
    return { seeded: true };
  });
