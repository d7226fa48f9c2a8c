/**
 * ScanSPF, DKIMSDID, DKIMADSP and ScanDMARC on the message as it came in (`hsl.md` §8.4). A check
 * that DNS did not answer is a temporary error, never a pass and never "no policy".
 */
import { Readable } from "node:stream";
import { encodeText, type FunctionBody, HslArray, type RunContext, type Value } from "@sluice/hsl";
import { textsOf } from "../arguments.ts";
import { contentState, flowHost, runEnvelope } from "../flow-host.ts";
import type { MaybeLater } from "../flow-input.ts";
import type { Dns, DnsOptions } from "../host/dns.ts";
import { loadMailauth } from "../host/libraries.ts";
import { mailauthResolver } from "../host/mailauth-resolver.ts";
import { type Spf, type SpfResult, spfScore } from "../host/spf.ts";
import { gatewayOptions } from "./dns.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

const spfOf = (spf: Spf, run: RunContext): MaybeLater<SpfResult> => {
  const host = flowHost(run);
  const text = (name: string): string => textsOf(host.variable(name) ?? "")[0] ?? "";
  return spf.check(
    {
      address: text("senderip"),
      helo: text("senderhelo"),
      sender: runEnvelope(run).sender,
      receiver: host.hostName,
    },
    gatewayOptions(run),
  );
};

const dkimStates: Readonly<Record<string, string>> = {
  pass: "pass",
  fail: "fail",
  temperror: "temperror",
  permerror: "permerror",
  policy: "permerror",
  neutral: "fail", // the body has changed
};

/** What a domain says of mail that it did not sign (RFC 5617 §4.3). */
const signingPractice = async (dns: Dns, domain: string, options: DnsOptions): Promise<string> => {
  const exists = await dns.query(domain, "MX", options);
  if (exists.kind === "error") return "temperror";
  if (exists.kind === "none" && exists.reason === "NXDOMAIN") return "nxdomain";
  const found = await dns.query(`_adsp._domainkey.${domain}`, "TXT", options);
  if (found.kind === "error") return "temperror";
  if (found.kind === "none") return "none";
  const [only, ...more] = found.records.flatMap((record) =>
    record.type === "TXT" ? [record.text] : [],
  );
  const practice = /^dkim[ \t]*=[ \t]*([a-z0-9-]+)[ \t]*(?:;|$)/.exec(only ?? "")?.[1];
  if (more.length > 0 || practice === undefined) return "none"; // §4.1: as if there were none
  if (practice === "all") return "fail";
  return practice === "discardable" ? "discard" : "unknown";
};

export const senderChecks = ({ dns, spf }: { dns: Dns; spf: Spf }): Bodies => {
  const resolverOf = (run: RunContext) => mailauthResolver(dns, gatewayOptions(run));

  const verified = async (run: RunContext) => {
    const { dkimVerify } = await loadMailauth();
    const { content } = contentState(run).message;
    return dkimVerify(Readable.from(content.read()), {
      resolver: resolverOf(run),
      sender: runEnvelope(run).sender,
    });
  };

  return {
    ScanSPF: async (_args, run) => spfScore((await spfOf(spf, run)).result),
    DKIMSDID: async (args, run) => {
      const wanted = args[0] instanceof HslArray ? textsOf(args[0]) : null;
      const { results } = await verified(run);
      const found = new Map<string, string>();
      for (const { signingDomain, status } of results) {
        const domain = (signingDomain ?? "").toLowerCase();
        if (domain === "" || found.get(domain) === "pass") continue; // one good signature is enough
        found.set(domain, dkimStates[status.result] ?? "permerror");
      }
      const domains = wanted?.map((domain) => domain.toLowerCase()) ?? [...found.keys()];
      return HslArray.fromEntries(
        domains.map((domain) => [encodeText(domain), found.get(domain) ?? "skip"]),
      );
    },
    DKIMADSP: async (_args, run) => {
      const { headerFrom, results } = await verified(run);
      const [author = ""] = headerFrom;
      const domain = author.slice(author.lastIndexOf("@") + 1).toLowerCase();
      if (headerFrom.length !== 1 || domain === "") return "permerror"; // RFC 5617 §3: one author
      const own = results.filter(({ signingDomain }) => signingDomain?.toLowerCase() === domain);
      if (own.some(({ status }) => status.result === "pass")) return "pass";
      if (own.some(({ status }) => status.result === "temperror")) return "temperror";
      return signingPractice(dns, domain, gatewayOptions(run));
    },
    ScanDMARC: async (_args, run): Promise<Value> => {
      const [dkim, spfResult] = await Promise.all([verified(run), spfOf(spf, run)]);
      const { evaluateDmarc } = await loadMailauth();
      const { response, reason } = await evaluateDmarc({
        headerFrom: dkim.headerFrom,
        fromFields: dkim.fromFields,
        spfDomains: spfResult.result === "pass" ? [spfResult.domain] : [],
        dkimDomains: dkim.results
          .filter(({ status }) => status.result === "pass")
          .map(({ signingDomain }) => ({ domain: signingDomain ?? "" })),
        resolver: resolverOf(run),
      });
      if (response === false) return reason ?? "no-author-domain";
      const { status, policy } = response;
      const [author = ""] = dkim.headerFrom;
      const domain = status.header?.from ?? author.slice(author.lastIndexOf("@") + 1);
      // what was not answered may have been the pass that is missing
      const isUnsure =
        status.result === "temperror" ||
        (status.result === "fail" &&
          (spfResult.result === "temperror" ||
            dkim.results.some((signature) => signature.status.result === "temperror")));
      const result = isUnsure
        ? "temperror"
        : status.result === "pass"
          ? "none"
          : status.result === "fail"
            ? (policy ?? "none")
            : "policy_absent";
      return HslArray.fromEntries([[encodeText(domain.toLowerCase()), encodeText(result)]]);
    },
  };
};
