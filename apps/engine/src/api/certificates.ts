/** Certificates: what one says of itself, and new ones with a key that never leaves the gateway. */
import { isIP } from "node:net";
import { domainToAscii } from "@sluice/mail-syntax";
import { Certificate } from "@sluice/settings";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { type MadeCertificate, makeRequest, makeSelfSigned } from "../store/certificate-making.ts";
import { type CertificateFacts, keyFits, readCertificates } from "../store/certificate-reading.ts";
import { loadSecret } from "../store/load-snapshot.ts";
import { actorOf, type Context } from "./context.ts";
import { Id } from "./settings.ts";
import { procedure, router } from "./trpc.ts";

export type CertificateView = {
  /** The certificate and its chain; null: there is none yet, or it cannot be read. */
  readonly chain: readonly CertificateFacts[] | null;
  readonly key: "fits" | "does not fit" | "not set";
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
  await ctx.parts.secrets.set(
    actor,
    { kind: "certificate", objectId: id, field: "privateKey" },
    privateKey,
  );
  return { version, request };
};

export const certificates = router({
  describe: procedure("view")
    .input(z.strictObject({ id: Id }))
    .query(async ({ ctx, input }): Promise<CertificateView> => {
      const { body } = await ctx.parts.drafts.get("certificate", input.id);
      const { certificate } = Certificate.parse(body);
      const { store, secretAccess } = ctx.parts;
      const key = await loadSecret(store, secretAccess, {
        kind: "certificate",
        objectId: input.id,
        field: "privateKey",
      });
      return {
        chain: readCertificates(certificate),
        key:
          key === null ? "not set" : keyFits(certificate, key) === true ? "fits" : "does not fit",
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
});
