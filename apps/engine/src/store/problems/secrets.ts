/** Secrets that are referred to and not there. Pure. */
import { type ObjectKind, Signer } from "@sluice/settings";
import type { SettingsObject } from "@sluice/settings/text-form";
import { z } from "zod";
import { secretFields } from "../certificate-key.ts";
import type { SettingsProblem, Surroundings } from "./problem.ts";

const StoredReference = z.object({ secret: z.string() });

/** The secrets an object asks for: field name and reference. */
export const secretReferencesOf = (
  body: unknown,
  within = "",
): { field: string; secret: string }[] => {
  if (body === null || typeof body !== "object" || Array.isArray(body)) return [];
  return Object.entries(body).flatMap(([key, value]) => {
    const field = `${within}${key}`;
    const parsed = StoredReference.safeParse(value);
    if (parsed.success) return [{ field, secret: parsed.data.secret }];
    return secretReferencesOf(value, `${field}/`);
  });
};

const secretKinds: ReadonlySet<ObjectKind> = new Set([
  "transport",
  "directory",
  "certificate",
  "signer",
]);

/** A key that signs no more needs no private key. */
export const isRetired = (body: unknown, field: string): boolean => {
  const [, selector = ""] = /^keys\/(.+)\/privateKey$/.exec(field) ?? [];
  return Signer.safeParse(body).data?.keys[selector]?.use === "retired";
};

export const secretProblems = (
  objects: readonly SettingsObject[],
  { secrets, environmentVariable }: Surroundings,
): SettingsProblem[] =>
  objects
    .filter(({ kind }) => secretKinds.has(kind))
    .flatMap(({ kind, id, body }) =>
      secretReferencesOf(body).flatMap(({ field, secret }): SettingsProblem[] => {
        const place = { kind, id, field: field.split("/") };
        if (isRetired(body, field)) return [];
        const isSet = secretFields(kind, body, field).some((one) =>
          secrets.has(`${kind}/${id}/${one}`),
        );
        if (secret === "stored" && !isSet) {
          return [
            {
              ...place,
              severity: "error",
              rule: "secret-unset",
              message: `The secret “${field}” is not set.`,
              cure: "Enter it, or take the reference away.",
            },
          ];
        }
        const name = secret.startsWith("env ") ? secret.slice(4) : null;
        if (name !== null && environmentVariable(name) === undefined) {
          return [
            {
              ...place,
              severity: "warning",
              rule: "secret-unset",
              message: `The environment variable ${name} is not set for this process.`,
              cure: `Start Sluice with ${name}, or store the secret.`,
            },
          ];
        }
        return [];
      }),
    );
