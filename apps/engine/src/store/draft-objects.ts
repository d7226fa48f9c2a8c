/** The rows of the draft, one for each object: read, checked and written, whoever asked for it. */
import { ObjectId } from "@sluice/flow-schema";
import { type ObjectKind, objectKinds } from "@sluice/settings";
import { gatewayId, parseObject, type SettingsObject } from "@sluice/settings/text-form";
import { GatewayError } from "../errors.ts";
import { sameValue } from "./compare-settings.ts";
import { type Actor, type Store, type Transaction, toJson } from "./prisma.ts";

const parseKind = (text: string): ObjectKind => {
  const kind = objectKinds.find((known) => known === text);
  if (kind === undefined) throw new Error(`The draft holds an object of the unknown kind ${text}.`);
  return kind;
};

/** Every object of the draft. */
export const draftObjects = async (transaction: Transaction | Store): Promise<SettingsObject[]> => {
  const rows = await transaction.draftObject.findMany({
    orderBy: [{ kind: "asc" }, { id: "asc" }],
  });
  return rows.map(({ kind: text, id, body }) => {
    const kind = parseKind(text);
    return { kind, id, body: completed(kind, body) };
  });
};

/** With the settings that a newer version has added, at their defaults; what cannot be read stays as it is. */
export const completed = (kind: ObjectKind, body: unknown): unknown => {
  const parsed = parseObject(kind, body);
  return parsed.success ? parsed.data : body;
};

/** Tells every open editor; the payload names who changed what. */
const announce = async (
  transaction: Transaction,
  actor: Actor,
  what: { kind: string; id: string; version: number },
): Promise<void> => {
  const payload = JSON.stringify({ ...what, by: actor.name });
  await transaction.$executeRaw`SELECT pg_notify('sluice_draft', ${payload})`;
};

const nextVersion = async (transaction: Transaction): Promise<number> => {
  const [row] = await transaction.$queryRaw<
    { version: number }[]
  >`SELECT nextval(pg_get_serial_sequence('draft_object', 'version'))::int AS version`;
  if (row === undefined) throw new Error("nextval gave no row");
  return row.version;
};

/** Reads what came in by the kind's schema; the error names each field. */
export const checkObject = (kind: ObjectKind, id: string, body: unknown): unknown => {
  const issues: { path: readonly PropertyKey[]; message: string }[] = [];
  const parsedId = kind === "gateway" ? { success: id === gatewayId } : ObjectId.safeParse(id);
  if (!parsedId.success) {
    issues.push({
      path: ["id"],
      message:
        "An id has 1 to 64 small letters, digits, dots and dashes, and begins and ends with a letter or digit.",
    });
  }
  const parsed = parseObject(kind, body);
  if (!parsed.success) {
    issues.push(...parsed.error.issues.map(({ path, message }) => ({ path, message })));
  }
  if (issues.length > 0 || !parsed.success) {
    const words = issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
    throw new GatewayError("INVALID", `${kind} ${id} is not right. ${words.join(" ")}`, {
      detail: { kind, id, issues },
    });
  }
  return parsed.data;
};

/** Writes one object whatever its version; for callers that hold the lock and have compared. */
export const writeObject = async (
  transaction: Transaction,
  actor: Actor,
  { kind, id, body }: SettingsObject,
): Promise<number> => {
  const version = await nextVersion(transaction);
  const data = { body: toJson(body), version, updatedAt: new Date(), updatedBy: actor.name };
  await transaction.draftObject.upsert({
    where: { kind_id: { kind, id } },
    create: { kind, id, ...data },
    update: data,
  });
  await announce(transaction, actor, { kind, id, version });
  return version;
};

export const deleteObject = async (
  transaction: Transaction,
  actor: Actor,
  kind: ObjectKind,
  id: string,
): Promise<void> => {
  await transaction.draftObject.deleteMany({ where: { kind, id } });
  await announce(transaction, actor, { kind, id, version: 0 });
};

/** Makes the draft equal to these objects, touching only rows that differ. */
export const replaceDraft = async (
  transaction: Transaction,
  actor: Actor,
  wanted: readonly SettingsObject[],
): Promise<number> => {
  const key = ({ kind, id }: SettingsObject): string => `${kind}/${id}`;
  const present = new Map((await draftObjects(transaction)).map((object) => [key(object), object]));
  let changed = 0;
  for (const object of wanted) {
    const old = present.get(key(object));
    present.delete(key(object));
    if (old !== undefined && sameValue(old.body, object.body)) continue;
    await writeObject(transaction, actor, object);
    changed++;
  }
  for (const { kind, id } of present.values()) {
    await deleteObject(transaction, actor, kind, id);
    changed++;
  }
  return changed;
};
