/** Snapshots from the store: settings, file contents, secrets, compiled flows. */
import { blocks } from "@sluice/blocks/definitions";
import type { SnapshotSource } from "../config/live-snapshot.ts";
import type { Snapshot } from "../config/snapshot.ts";
import { buildLiveFlows } from "../flows/live-flows.ts";
import {
  loadSnapshotParts,
  type SecretAccess,
  type SnapshotParts,
  snapshotStamp,
} from "../store/load-snapshot.ts";
import type { Store } from "../store/prisma.ts";

/** Throws when a flow does not compile: such a revision cannot run, and the one before it stays. */
export const makeSnapshot = (parts: SnapshotParts): Snapshot => {
  const { revision, settings, fileContents, secrets } = parts;
  const byName = new Map<string, string>();
  for (const [id, file] of Object.entries(settings.files)) {
    byName.set(id, file.sha256);
    byName.set(file.name, file.sha256);
  }
  const file = (nameOrId: string): Buffer | null => {
    const digest = byName.get(nameOrId.replace(/^file:(?:\/\/)?/, ""));
    return digest === undefined ? null : (fileContents.get(digest) ?? null);
  };
  const { flows, problems } = buildLiveFlows(settings, revision, blocks, file);
  const [first] = problems;
  if (first !== undefined) {
    const words = first.problems.map(({ message }) => message).join(" ");
    throw new Error(`The flow ${first.flow} does not compile: ${words}`);
  }
  return {
    revision,
    settings,
    flows,
    file,
    secret: (kind, id, field) => secrets.get(`${kind}/${id}/${field}`) ?? null,
  };
};

export const createSnapshotSource = (store: Store, access: SecretAccess): SnapshotSource => ({
  newest: () => snapshotStamp(store),
  load: async () => {
    const parts = await loadSnapshotParts(store, access);
    return { stamp: parts.stamp, snapshot: makeSnapshot(parts) };
  },
});
