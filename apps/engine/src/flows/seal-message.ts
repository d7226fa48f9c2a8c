/**
 * ARC (RFC 8617): what the checks said when the message came in, sealed for the next
 * host over the bytes that leave. The chain is judged on the message as it came; one
 * that failed is sealed as failed, and one that was sealed so is left alone. Where
 * DNS gives no answer nobody can say whether it failed: then nothing is sent.
 */
import type { Content } from "../scanner/content.ts";
import type { ArcKey } from "./flow-host.ts";
import type { Dns, DnsOptions } from "./host/dns.ts";
import { loadMailauth } from "./host/libraries.ts";
import { mailauthResolver } from "./host/mailauth-resolver.ts";
import { bytesOf } from "./sign-message.ts";

export type Sealed =
  | { readonly kind: "sealed"; readonly header: Buffer }
  /** By the rules it gets no seal of ours. */
  | { readonly kind: "left"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

export type SealOptions = {
  readonly key: ArcKey;
  /** As it came in. */
  readonly received: Content;
  /** As it leaves, signatures included. */
  readonly header: Buffer;
  readonly body: Content;
  readonly arrival: {
    readonly clientAddress: string;
    readonly helo: string;
    readonly sender: string;
    readonly receiver: string;
  };
  readonly dns: Dns;
  readonly dnsOptions: DnsOptions;
  readonly now: Date;
};

/** Why the library makes no set, where RFC 8617 wants none (§4.2.1, §5.1 step 2). */
const noSealWanted: ReadonlySet<string> = new Set(["EARCCHAINFAILED", "EINVALIDINSTANCE"]);

export const sealMessage = async (options: SealOptions): Promise<Sealed> => {
  const { key, received, header, body, arrival, now } = options;
  const { authenticate, createSeal } = await loadMailauth();
  const unanswered = new Set<string>();
  const checked = await authenticate(bytesOf(received.header, received), {
    ip: arrival.clientAddress,
    helo: arrival.helo,
    ...(arrival.sender === "" ? {} : { sender: arrival.sender }),
    mta: arrival.receiver,
    strict: true,
    disableBimi: true,
    resolver: mailauthResolver(options.dns, options.dnsOptions, (name) => unanswered.add(name)),
  });
  const { arc } = checked;
  if (arc === false) return { kind: "failed", why: "the chain was not judged" };
  const chain = arc.status.result;
  if (chain === "fail") {
    const unknown = [...unanswered].find((name) => name.includes("._domainkey."));
    if (unknown !== undefined) {
      return { kind: "failed", why: `DNS gave no answer for ${unknown}` };
    }
    if (arc.status.shouldSeal !== true) {
      return { kind: "left", why: "its chain was sealed as failed before" };
    }
  }
  const { headers, errors } = await createSeal(bytesOf(header, body), {
    seal: {
      signingDomain: key.domain,
      selector: key.selector,
      privateKey: key.privateKey,
      algorithm: key.algorithm,
      cv: chain,
      authResults: arc.authResults ?? "",
      signTime: now,
    },
    strict: true,
  });
  const [error] = errors;
  if (error !== undefined || headers.length === 0) {
    const why = error?.err.message ?? "no seal could be made";
    return noSealWanted.has(codeOf(error?.err)) ? { kind: "left", why } : { kind: "failed", why };
  }
  const set = Buffer.from(`${headers.join("\r\n")}\r\n`, "latin1");
  return { kind: "sealed", header: Buffer.concat([set, header]) };
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";
