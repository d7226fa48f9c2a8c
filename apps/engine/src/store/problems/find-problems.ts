/** Everything that is wrong or doubtful in a state of the settings, each with the place and the cure. Pure. */
import type { ObjectKind } from "@sluice/settings";
import { type SettingsObject, settingsFrom } from "@sluice/settings/text-form";
import type { z } from "zod";
import { findRelays } from "../relay-proof.ts";
import { certificateProblems } from "./certificates.ts";
import { directoryProblems } from "./directories.ts";
import { domainProblems } from "./domains.ts";
import { fileProblems } from "./files.ts";
import { flowProblems } from "./flows.ts";
import { listenerProblems } from "./listeners.ts";
import { referenceProblems } from "./missing-references.ts";
import { postmasterProblems } from "./postmaster.ts";
import type { SettingsProblem, Surroundings } from "./problem.ts";
import { scannerProblems } from "./scanners.ts";
import { secretProblems } from "./secrets.ts";
import { signerProblems } from "./signers.ts";
import { tlsReportProblems } from "./tls-reports.ts";
import { transportProblems } from "./transports.ts";

export const findProblems = (
  objects: readonly SettingsObject[],
  surroundings: Surroundings,
): SettingsProblem[] => {
  const parsed = settingsFrom(objects);
  if (!parsed.success) return parsed.error.issues.map(schemaProblem);
  const settings = parsed.data;
  return [
    ...referenceProblems(objects, surroundings.blocks),
    ...flowProblems(settings, surroundings),
    ...scannerProblems(settings),
    ...secretProblems(objects, surroundings),
    ...fileProblems(settings, surroundings),
    ...certificateProblems(settings, surroundings.now?.() ?? new Date()),
    ...signerProblems(settings),
    ...listenerProblems(settings),
    ...domainProblems(settings),
    ...transportProblems(settings, surroundings),
    ...directoryProblems(settings, surroundings),
    ...tlsReportProblems(settings),
    ...postmasterProblems(settings),
    ...findRelays(settings, surroundings.blocks),
  ];
};

const kindOfCollection: Readonly<Record<string, ObjectKind>> = {
  gateway: "gateway",
  listeners: "listener",
  domains: "domain",
  transports: "transport",
  directories: "directory",
  files: "file",
  certificates: "certificate",
  signers: "signer",
  quarantines: "quarantine",
  flows: "flow",
  layouts: "layout",
};

const schemaProblem = (issue: z.core.$ZodIssue): SettingsProblem => {
  const [collection, second, ...rest] = issue.path;
  const kind = kindOfCollection[String(collection)] ?? "gateway";
  const path = kind === "gateway" ? issue.path.slice(1) : rest;
  return {
    kind,
    id: kind === "gateway" ? "gateway" : String(second),
    severity: "error",
    rule: "settings",
    message: issue.message,
    field: path.map((step) => (typeof step === "number" ? step : String(step))),
  };
};
