/** Names that lead to no object, or to a flow of another kind. Pure. */
import type { BlockRegistry } from "@sluice/flow-schema";
import type { ObjectKind } from "@sluice/settings";
import type { SettingsObject } from "@sluice/settings/text-form";
import { z } from "zod";
import { type Path, referencesOf } from "../references.ts";
import type { SettingsProblem } from "./problem.ts";

const kindWords: Readonly<Record<ObjectKind, string>> = {
  gateway: "gateway",
  listener: "listener",
  domain: "domain",
  transport: "transport",
  directory: "directory",
  file: "file",
  certificate: "certificate",
  signer: "signing key",
  quarantine: "quarantine",
  flow: "flow",
  layout: "layout",
};

/** The path a problem shows: inside the node's settings when it has a node. */
const shownPath = (path: Path, node: string | undefined): Path =>
  node === undefined ? path : path.slice(3);

export const referenceProblems = (
  objects: readonly SettingsObject[],
  blocks: BlockRegistry,
): SettingsProblem[] => {
  const byName = new Map(objects.map((object) => [`${object.kind}/${object.id}`, object]));
  return objects.flatMap((object) =>
    referencesOf(object, blocks).flatMap((reference): SettingsProblem[] => {
      const { kind, id, node } = reference;
      const place = {
        kind: object.kind,
        id: object.id,
        node,
        field: shownPath(reference.path, node),
      };
      const target = byName.get(`${kind}/${id}`);
      if (target === undefined) {
        if (reference.inScript === true && scriptNameOf(objects, kind, id)) return [];
        return [
          {
            ...place,
            severity: reference.isOff === true ? "advice" : "error",
            rule: "reference-missing",
            message: `There is no ${kindWords[kind]} “${id}”.`,
            cure: `Choose another ${kindWords[kind]}, or make one named “${id}”.`,
          },
        ];
      }
      const flowKind = z.object({ kind: z.string() }).safeParse(target.body);
      if (
        reference.flowKind !== undefined &&
        flowKind.success &&
        flowKind.data.kind !== reference.flowKind
      ) {
        return [
          {
            ...place,
            severity: "error",
            rule: "flow-kind",
            message: `“${id}” is a flow of the kind ${flowKind.data.kind}; here one of the kind ${reference.flowKind} runs.`,
            cure: `Choose a flow of the kind ${reference.flowKind}.`,
          },
        ];
      }
      return [];
    }),
  );
};

/** Scripts may call a file by its name instead of its id. */
const scriptNameOf = (objects: readonly SettingsObject[], kind: string, name: string): boolean =>
  kind === "file" &&
  objects.some((object) => {
    const named = z.object({ name: z.literal(name) }).safeParse(object.body);
    return object.kind === "file" && named.success;
  });
