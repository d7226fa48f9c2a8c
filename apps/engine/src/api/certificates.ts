/** Certificates: what one says of itself, and new ones with a key that never leaves the gateway. */
import { isIP } from "node:net";
import { domainToAscii } from "@sluice/mail-syntax";
import { Certificate } from "@sluice/settings";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { checkCertificate } from "../store/certificate-check.ts";
import { keyFieldsFor, plainKeyField } from "../store/certificate-key.ts";
import { type MadeCertificate, makeRequest, makeSelfSigned } from "../store/certificate-making.ts";
import { type CertificateFacts, keyFits, readCertificates } from "../store/certificate-reading.ts";
import { loadSecret } from "../store/load-snapshot.ts";
import { actorOf, type Context } from "./context.ts";
import { Id } from "./settings.ts";
import { procedure, router } from "./trpc.ts";

export type CertificateCheck = {
  readonly chain: readonly CertificateFacts[];
  readonly hasKey: boolean;
  readonly notes: readonly string[];
};

export type CertificateSummary = {
  readonly id: string;
  readonly names: readonly string[];
  /** null: there is none yet, or it cannot be read. */
  readonly validTo: string | null;
};

export type CertificateView = {
  /** The certificate and its chain; null: there is none yet, or it cannot be read. */
  readonly chain: readonly CertificateFacts[] | null;
  readonly key: "fits" | "does not fit" | "not set";
  /** PEM of a request that waits for its certificate. */
  readonly request: string | null;
};

const New = z.strictObject({
  id: Id,
  title: z.string().max(120).default(""),
  names: z.array(z.string().trim().min(1).max(253)).min(1).max(100),
});

const checkNames = (names: readonly string[]): string[] =>
  names.map((name) => {
    const ascii = isIP(name) === 0 ? domainToAscii(name.replace(/^\*\./, "")) : name;
    if (ascii === null || !/^[a-z0-9.:-]+$/i.test(ascii)) {
      throw new GatewayError("INVALID", `“${name}” is no host name.`, {
        detail: { field: "names" },
      });
    }
    return name.startsWith("*.") ? `*.${ascii}` : ascii;
  });

const Pasted = z.string().max(100_000);

/** What was pasted, in order; an error that names the field and what is wrong with it. */
const checked = (ctx: Context, certificate: string, privateKey: string) => {
  const found = checkCertificate(certificate, privateKey, ctx.parts.clock());
  if (found.kind === "wrong") {
    throw new GatewayError("INVALID", found.why, { detail: { field: found.field } });
  }
  return found;
};

const keyName = (id: string) => ({ kind: "certificate", objectId: id, field: "privateKey" });

const keep = async (
  ctx: Context,
  { id, title }: { id: string; title: string },
  { certificate, request, privateKey }: MadeCertificate,
): Promise<{ version: number; request: string | null }> => {
  const body = {
    title,
    certificate,
    privateKey: { secret: "stored" },
    ...(request === null ? {} : { request }),
  };
  const actor = actorOf(ctx);
  const { version } = await ctx.parts.drafts.save(actor, {
    kind: "certificate",
    id,
    body,
    version: null,
  });
  await ctx.parts.secrets.set(actor, keyName(id), privateKey);
  return { version, request };
};

export const certificates = router({
  /** Names and end of every certificate of the draft. */
  summaries: procedure("view").query(async ({ ctx }): Promise<readonly CertificateSummary[]> => {
    const rows = await ctx.parts.drafts.list("certificate");
    return rows.map(({ id, body }): CertificateSummary => {
      const [first] = readCertificates(Certificate.parse(body).certificate) ?? [];
      return { id, names: first?.names ?? [], validTo: first?.validTo ?? null };
    });
  }),

  describe: procedure("view")
    .input(z.strictObject({ id: Id }))
    .query(async ({ ctx, input }): Promise<CertificateView> => {
      const { body } = await ctx.parts.drafts.get("certificate", input.id);
      const { certificate, request } = Certificate.parse(body);
      const { store, secretAccess } = ctx.parts;
      const key = await loadSecret(store, secretAccess, keyName(input.id));
      return {
        chain: readCertificates(certificate),
        key:
          key === null ? "not set" : keyFits(certificate, key) === true ? "fits" : "does not fit",
        request: request ?? null,
      };
    }),

  /** A certificate that clients cannot verify but can encrypt with; enough for STARTTLS between servers. */
  makeSelfSigned: procedure("manage")
    .input(New)
    .mutation(async ({ ctx, input }): Promise<{ version: number }> => {
      const made = await makeSelfSigned(checkNames(input.names), ctx.parts.clock());
      const { version } = await keep(ctx, input, made);
      return { version };
    }),

  /** A new key and the request to give to an authority; its answer is saved as the certificate later. */
  makeRequest: procedure("manage")
    .input(New)
    .mutation(async ({ ctx, input }): Promise<{ version: number; request: string | null }> => {
      return keep(ctx, input, await makeRequest(checkNames(input.names)));
    }),

  /** Looks at a text before it is stored: the certificate with its chain, and perhaps its key. */
  check: procedure("edit")
    .input(z.strictObject({ certificate: Pasted, privateKey: Pasted.default("") }))
    .mutation(({ ctx, input }): CertificateCheck => {
      const found = checked(ctx, input.certificate, input.privateKey);
      return {
        chain: readCertificates(found.certificate) ?? [],
        hasKey: found.privateKey !== null,
        notes: found.notes,
      };
    }),

  /**
   * A renewed certificate goes live at once and alone, whatever else the draft holds:
   * for what renews certificates by itself. Null: it is live already.
   */
  put: procedure("manage")
    .input(z.strictObject({ id: Id, certificate: Pasted, privateKey: Pasted }))
    .mutation(async ({ ctx, input }): Promise<{ revision: number | null }> => {
      const { id } = input;
      const { certificate, privateKey } = checked(ctx, input.certificate, input.privateKey);
      if (privateKey === null) {
        throw new GatewayError("INVALID", "Its private key is missing.", {
          detail: { field: "privateKey" },
        });
      }
      const { revisions, secrets } = ctx.parts;
      const old = (await revisions.live())?.settings.certificates[id];
      const body: Certificate = {
        title: old?.title ?? "",
        certificate,
        privateKey: { secret: "stored" },
      };
      const actor = actorOf(ctx);
      // a key counts together with its certificate, so it may be there first
      const [field = plainKeyField] = keyFieldsFor(certificate);
      await secrets.set(actor, { ...keyName(id), field }, privateKey);
      const object = { kind: "certificate", id, body } as const;
      return revisions.publishOne(actor, object, `Certificate ${id} renewed`);
    }),

  /**
   * Stores a pasted certificate: a new one, one in place of another, or the answer
   * to a request. Without a key it must fit the one that is there; where none is, it
   * is another server's, to be pinned.
   */
  store: procedure("manage")
    .input(
      z.strictObject({
        id: Id,
        title: z.string().max(120).default(""),
        certificate: Pasted,
        privateKey: Pasted.default(""),
        /** The version that was read; null makes a new one. */
        version: z.int().min(0).nullable(),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<{ version: number }> => {
      const { id, version } = input;
      const { certificate, privateKey } = checked(ctx, input.certificate, input.privateKey);
      const { drafts, secrets, store, secretAccess } = ctx.parts;
      const old =
        version === null ? null : Certificate.parse((await drafts.get("certificate", id)).body);
      if (privateKey === null && old?.privateKey !== undefined) {
        const present = await loadSecret(store, secretAccess, keyName(id));
        if (present === null || keyFits(certificate, present) !== true) {
          const why =
            present === null
              ? "The private key is not set; give it with the certificate."
              : old.request === undefined
                ? "It does not fit the private key that is stored; give its own key with it."
                : "It is not the answer to this request: it is for another key.";
          throw new GatewayError("INVALID", why, { detail: { field: "certificate" } });
        }
      }
      const key = privateKey === null ? old?.privateKey : ({ secret: "stored" } as const);
      const body: Certificate = {
        title: old?.title ?? input.title,
        certificate,
        ...(key === undefined ? {} : { privateKey: key }),
      };
      const actor = actorOf(ctx);
      const saved = await drafts.save(actor, { kind: "certificate", id, body, version });
      if (privateKey !== null) {
        const [field = plainKeyField] = keyFieldsFor(certificate);
        await secrets.set(actor, { ...keyName(id), field }, privateKey);
      }
      return saved;
    }),
});
