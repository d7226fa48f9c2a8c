/** Everything that is wrong or doubtful in a state of the settings, each with the place and the cure. Pure. */
import type {
  BlockRegistry,
  CompiledFlow,
  CompileOptions,
  Flow,
  FlowProblem,
} from "@sluice/flow-schema";
import { parseNetwork } from "@sluice/hsl";
import { type ObjectKind, type Settings, Signer } from "@sluice/settings";
import { type SettingsObject, settingsFrom } from "@sluice/settings/text-form";
import { z } from "zod";
import { secretFields } from "./certificate-key.ts";
import { readCertificates } from "./certificate-reading.ts";
import { domainProblems } from "./domain-problems.ts";
import type { IncludedFiles } from "./included-files.ts";
import { type Path, referencesOf } from "./references.ts";
import { findRelays } from "./relay-proof.ts";
import { signerProblems } from "./signer-problems.ts";

export type CompileFlow = (
  flow: Flow,
  blocks: BlockRegistry,
  options?: CompileOptions,
) => CompiledFlow;

export type SettingsProblem = FlowProblem & { readonly kind: ObjectKind; readonly id: string };

/** What settings may name beside other settings. */
export type Surroundings = {
  readonly blocks: BlockRegistry;
  readonly compileFlow: CompileFlow;
  /** `kind/id/field` of every secret that is set. */
  readonly secrets: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
  /** Text of a file that a script includes; absent: included files are not looked at. */
  readonly included?: IncludedFiles | undefined;
  readonly environmentVariable: (name: string) => string | undefined;
  readonly now?: (() => Date) | undefined;
  /** Why a transport's destination cannot be understood; null: it can. */
  readonly checkDestination?: ((text: string) => string | null) | undefined;
};

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
    ...secretProblems(objects, surroundings),
    ...fileProblems(settings, surroundings),
    ...certificateProblems(settings, surroundings.now?.() ?? new Date()),
    ...signerProblems(settings),
    ...listenerProblems(settings),
    ...domainProblems(settings),
    ...transportProblems(settings, surroundings),
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

const referenceProblems = (
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

const flowProblems = (
  { flows, layouts }: Settings,
  { compileFlow, blocks, included }: Surroundings,
): SettingsProblem[] => [
  ...Object.entries(flows).flatMap(([id, flow]) =>
    compileFlow(flow, blocks, included === undefined ? {} : { resolve: included }).problems.map(
      (problem) => ({
        ...problem,
        kind: "flow" as const,
        id,
      }),
    ),
  ),
  ...Object.keys(layouts)
    .filter((id) => flows[id] === undefined)
    .map((id) => ({
      kind: "layout" as const,
      id,
      severity: "error" as const,
      rule: "layout-without-flow",
      message: `There are positions for a flow “${id}”, but no such flow.`,
      cure: "Remove the layout.",
    })),
];

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
const isRetired = (body: unknown, field: string): boolean => {
  const [, selector = ""] = /^keys\/(.+)\/privateKey$/.exec(field) ?? [];
  return Signer.safeParse(body).data?.keys[selector]?.use === "retired";
};

const secretProblems = (
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

const fileProblems = (settings: Settings, { files }: Surroundings): SettingsProblem[] => {
  const problems: SettingsProblem[] = [];
  const names = new Map<string, string>();
  for (const [id, file] of Object.entries(settings.files)) {
    if (!files.has(file.sha256)) {
      problems.push({
        kind: "file",
        id,
        severity: "error",
        rule: "file-content",
        message: "The content of this file is not stored here.",
        cure: "Upload it again.",
        field: ["sha256"],
      });
    }
    const other = names.get(file.name);
    if (other !== undefined) {
      problems.push({
        kind: "file",
        id,
        severity: "error",
        rule: "file-name",
        message: `“${other}” has the name ${file.name} too; file://${file.name} could be either.`,
        cure: "Give one of them another name.",
        field: ["name"],
      });
    }
    names.set(file.name, id);
  }
  return problems;
};

const certificateProblems = (settings: Settings, now: Date): SettingsProblem[] => {
  const used = new Set(
    Object.values(settings.listeners).flatMap(({ tls }) =>
      tls.mode === "off" ? [] : tls.certificates,
    ),
  );
  return Object.entries(settings.certificates).flatMap(
    ([id, { certificate, request }]): SettingsProblem[] => {
      const place = { kind: "certificate" as const, id, field: ["certificate"] };
      const isUsed = used.has(id);
      if (certificate.trim() === "" && request !== undefined) {
        return [
          {
            ...place,
            severity: isUsed ? "error" : "advice",
            rule: "certificate",
            message: "The request still waits for its certificate.",
            cure: "Give the request to your authority, and enter the certificate it sends back.",
          },
        ];
      }
      const [first] = readCertificates(certificate) ?? [];
      if (first === undefined) {
        return [
          {
            ...place,
            severity: "error",
            rule: "certificate",
            message: "This is no certificate in PEM.",
            cure: "Enter the text from BEGIN CERTIFICATE to END CERTIFICATE, the chain after it.",
          },
        ];
      }
      if (new Date(first.validTo) < now) {
        return [
          {
            ...place,
            severity: "warning",
            rule: "certificate",
            message: `The certificate has expired on ${first.validTo.slice(0, 10)}.`,
            cure: "Enter a new one.",
          },
        ];
      }
      const days = Math.floor((new Date(first.validTo).getTime() - now.getTime()) / 86_400_000);
      if (days < expiryWarningDays) {
        return [
          {
            ...place,
            severity: "warning",
            rule: "certificate-expiry",
            message: `The certificate expires in ${days} days, on ${first.validTo.slice(0, 10)}.`,
            cure: "Enter a new one before.",
          },
        ];
      }
      return [];
    },
  );
};

/** Authorities that give 90 days let renew after 60. */
const expiryWarningDays = 21;

const addressesOf = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .map((part) => (["", "any", "*", "::", "0.0.0.0"].includes(part) ? "any" : part));

const listenerProblems = (settings: Settings): SettingsProblem[] => {
  const problems: SettingsProblem[] = [];
  const taken = new Map<string, string>();
  for (const [id, listener] of Object.entries(settings.listeners)) {
    if (!listener.enabled) continue;
    for (const address of addressesOf(listener.address)) {
      const key = `${address} ${listener.port}`;
      const other = taken.get(key);
      if (other !== undefined) {
        problems.push({
          kind: "listener",
          id,
          severity: "error",
          rule: "listener-port",
          message: `Listener “${other}” uses port ${listener.port} of ${address === "any" ? "any address" : address} already.`,
          cure: "Choose another port or address.",
          field: ["port"],
        });
      }
      taken.set(key, id);
    }
    if (listener.tls.mode !== "off" && listener.tls.certificates.length === 0) {
      problems.push({
        kind: "listener",
        id,
        severity: "error",
        rule: "listener-certificate",
        message: "TLS is on, but there is no certificate to show.",
        cure: "Choose a certificate, or switch TLS off.",
        field: ["tls", "certificates"],
      });
    }
    for (const [index, certificate] of listener.tls.certificates.entries()) {
      if (settings.certificates[certificate]?.privateKey === undefined) {
        if (settings.certificates[certificate] === undefined) continue; // told as a missing reference
        problems.push({
          kind: "listener",
          id,
          severity: "error",
          rule: "listener-certificate",
          message: `The certificate “${certificate}” has no private key.`,
          cure: "Choose a certificate of our own.",
          field: ["tls", "certificates", index],
        });
      }
    }
    for (const list of ["proxyPeers", "xclientPeers"] as const) {
      for (const [index, peer] of listener[list].entries()) {
        if (parseNetwork(peer) !== undefined) continue;
        problems.push({
          kind: "listener",
          id,
          severity: "error",
          rule: "listener-peer",
          message: `“${peer}” is no address, network or range.`,
          cure: "Write an address such as 192.0.2.1, or a network such as 192.0.2.0/24.",
          field: [list, index],
        });
      }
    }
    if (listener.authenticationFlow !== undefined && !listener.authenticationNeedsTls) {
      problems.push({
        kind: "listener",
        id,
        severity: "warning",
        rule: "sign-in-clear",
        message: "Users may send their password without TLS.",
        cure: "Let sign-in need TLS.",
        field: ["authenticationNeedsTls"],
      });
    }
    if (
      listener.authenticationFlow !== undefined &&
      listener.authenticationNeedsTls &&
      listener.tls.mode === "off"
    ) {
      problems.push({
        kind: "listener",
        id,
        severity: "advice",
        rule: "sign-in-impossible",
        message: "Sign-in needs TLS, but TLS is off: nobody can sign in here.",
        cure: "Switch TLS on.",
        field: ["tls", "mode"],
      });
    }
  }
  return problems;
};

const transportProblems = (
  settings: Settings,
  { checkDestination }: Surroundings,
): SettingsProblem[] =>
  Object.entries(settings.transports).flatMap(([id, transport]) => {
    const problems: SettingsProblem[] = [];
    const wrong = checkDestination?.(transport.destination) ?? null;
    if (wrong !== null) {
      problems.push({
        kind: "transport",
        id,
        severity: "error",
        rule: "destination",
        message: wrong,
        cure: "Write host:port, lookup-mx, or null.",
        field: ["destination"],
      });
    }
    const seen = new Set([id]);
    let next = transport.fallback;
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      next = settings.transports[next]?.fallback;
    }
    if (next !== undefined) {
      problems.push({
        kind: "transport",
        id,
        severity: "error",
        rule: "fallback-loop",
        message: "The fallbacks lead in a circle.",
        cure: "Take one of the fallbacks away.",
        field: ["fallback"],
      });
    }
    return problems;
  });
