/** Stored secrets that nothing uses any more. Values never come out. */
import { ask } from "./connect.ts";
import { type Command, CommandError, type Invocation } from "./invocation.ts";
import { table } from "./table.ts";

const unused: Command = async ({ words }) => {
  if (words.length > 0) throw new CommandError(2, "This command takes no words.");
  const value = await ask((api) => api.secrets.unused.query());
  const rows = value.map(({ kind, objectId, field, updatedAt, updatedBy, lastRevision }) => [
    `${kind}/${objectId}/${field}`,
    updatedAt,
    updatedBy,
    lastRevision ?? "none",
  ]);
  return { text: table(["secret", "stored", "by", "last used by revision"], rows), value };
};

const nameOf = ({ words }: Invocation) => {
  const [word = "", ...more] = words;
  const [, kind, objectId, field] = /^([^/]+)\/([^/]+)\/(.+)$/.exec(word) ?? [];
  if (more.length > 0 || kind === undefined || objectId === undefined || field === undefined)
    throw new CommandError(2, "Give one secret as `secrets unused` shows it: KIND/ID/FIELD.");
  return { kind, objectId, field };
};

const remove: Command = async (invocation) => {
  const name = nameOf(invocation);
  await ask((api) => api.secrets.removeUnused.mutate(name));
  return { text: `The secret ${invocation.words[0]} is deleted.\n`, value: name };
};

export const secrets = { unused, remove } as const;
