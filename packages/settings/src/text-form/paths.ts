/** Where each object stands in a directory of settings. */
import { FlowKind, ObjectId } from "@sluice/flow-schema";
import type { ObjectKind } from "../settings.ts";
import { collections, gatewayId } from "./objects.ts";

export type FilePlace =
  | { readonly type: "object"; readonly kind: ObjectKind; readonly id: string }
  | { readonly type: "flow"; readonly id: string; readonly flowKind: FlowKind }
  | { readonly type: "layout"; readonly id: string; readonly flowKind: FlowKind }
  | { readonly type: "content"; readonly name: string };

// "a.layout.yaml" is the layout of "a"; a flow that is really called "a.layout" is told apart by this
const escaped = "%2elayout";
const flowName = (id: string): string => id.replace(/\.layout$/, escaped);

const folders = new Map<string, ObjectKind>(
  Object.entries(collections)
    .filter(([kind]) => kind !== "flow" && kind !== "layout")
    .map(([kind, folder]) => [folder, kind as ObjectKind]), // its own keys
);

export const contentPath = (name: string): string => `files/content/${name}`;

/** The path of an object; flows and layouts stand under their flow's kind. */
export const pathOf = (kind: ObjectKind, id: string, flowKind: FlowKind | null): string => {
  if (kind === "gateway") return "gateway.yaml";
  if (kind === "flow") return `flows/${flowKind}/${flowName(id)}.yaml`;
  if (kind === "layout") return `flows/${flowKind}/${flowName(id)}.layout.yaml`;
  return `${collections[kind]}/${id}.yaml`;
};

/** What a path holds; null: nothing of ours. */
export const placeOf = (path: string): FilePlace | null => {
  if (path === "gateway.yaml") return { type: "object", kind: "gateway", id: gatewayId };
  const content = /^files\/content\/([^/]+)$/.exec(path)?.[1];
  if (content !== undefined) return { type: "content", name: content };
  const flow = /^flows\/([^/]+)\/([^/]+?)(\.layout)?\.yaml$/.exec(path);
  if (flow !== null) {
    const [, folder, name = "", layout] = flow;
    const flowKind = FlowKind.safeParse(folder);
    const id = name.replace(new RegExp(`${escaped}$`), ".layout");
    if (!flowKind.success || !ObjectId.safeParse(id).success) return null;
    return { type: layout === undefined ? "flow" : "layout", id, flowKind: flowKind.data };
  }
  const object = /^([^/]+)\/([^/]+)\.yaml$/.exec(path);
  const kind = folders.get(object?.[1] ?? "");
  const id = object?.[2] ?? "";
  if (kind === undefined || !ObjectId.safeParse(id).success) return null;
  return { type: "object", kind, id };
};
