/**
 * Sends domains that ask for it, once a day, how TLS to their servers came out
 * (RFC 8460): JSON, packed, by mail or to an https: address. Off unless the settings
 * say otherwise.
 *
 * Promises: one report for a day and a domain, whichever workers there are; a second
 * one, under the same id, only when a worker died in between. What could not be looked
 * up or delivered is tried again each hour until it is two days old.
 */
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { domainOf, parseMailbox } from "@sluice/mail-syntax";
import { signerFor } from "@sluice/settings";
import type pg from "pg";
import type { Snapshot } from "../../config/snapshot.ts";
import type { DkimSignature } from "../../flows/flow-host.ts";
import type { Dns } from "../../flows/host/dns.ts";
import type { Http } from "../../flows/host/http.ts";
import { signMessage } from "../../flows/sign-message.ts";
import { ownAcceptance } from "../../queue/own-acceptance.ts";
import type { AcceptMessage } from "../../queue/queue-entry.ts";
import { contentOfBytes } from "../../scanner/content-store.ts";
import { outboundTransport } from "../next-hop.ts";
import {
  type AppliedPolicy,
  type CountedSessions,
  type ReportFacts,
  reportFileName,
  reportJson,
} from "./report-json.ts";
import { reportMessage, reportSubject } from "./report-message.ts";
import { type ReportTarget, reportTargets } from "./report-record.ts";
import { createReportStore, type DueReport } from "./report-store.ts";

const packed = promisify(gzip);
const perTurn = 50;
const pollMilliseconds = 10 * 60_000;
/** Then it is given up (RFC 8460 §5.4: no longer than a day). */
const mostAttempts = 24;

export type TlsReporterOptions = {
  readonly pool: pg.Pool;
  readonly snapshot: () => Snapshot;
  readonly dns: Dns;
  readonly http: Http;
  readonly acceptMessage: AcceptMessage;
  readonly hostName: string;
  readonly clock: () => Date;
  readonly report: (text: string, error?: unknown) => void;
};

export type TlsReporter = {
  /** Whatever is due now. */
  readonly run: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const submitterOf = (from: string): string => {
  const mailbox = parseMailbox(from);
  return mailbox === null ? "" : domainOf(mailbox);
};

/** Why there is no report this time; it may be better in an hour. */
class NotNow extends Error {}

export const createTlsReporter = (options: TlsReporterOptions): TlsReporter => {
  const { pool, dns, http, clock } = options;
  const store = createReportStore(pool);
  let isClosed = false;

  const targetsOf = async (domain: string): Promise<readonly ReportTarget[]> => {
    const servers = options.snapshot().settings.gateway.resolvers;
    const answer = await dns.query(`_smtp._tls.${domain}`, "TXT", { servers });
    if (answer.kind === "error") throw new NotNow(`no answer from DNS (${answer.reason})`);
    if (answer.kind === "none") return [];
    return reportTargets(
      answer.records.flatMap((record) => (record.type === "TXT" ? [record.text] : [])),
    );
  };

  /** TLSA records as they stand now; the port is the one of mail between domains. */
  const tlsaOf = async (sessions: readonly CountedSessions[]): Promise<AppliedPolicy> => {
    const servers = options.snapshot().settings.gateway.resolvers;
    const hosts = [...new Set(sessions.map(({ host }) => host))].filter((host) => host !== "");
    const lines: string[] = [];
    for (const host of hosts.slice(0, 20)) {
      const answer = await dns.query(`_25._tcp.${host}`, "TLSA", { servers });
      if (answer.kind !== "answers") continue;
      for (const record of answer.records) {
        if (record.type !== "TLSA") continue;
        const { usage, selector, matchingType, certificate } = record;
        lines.push(`${usage} ${selector} ${matchingType} ${certificate.toString("hex")}`);
      }
    }
    return { lines, hosts };
  };

  const factsOf = async (due: DueReport, from: string): Promise<ReportFacts> => {
    const { gateway } = options.snapshot().settings;
    const sessions = await store.sessions(due);
    const policies = new Map<CountedSessions["policyType"], AppliedPolicy>();
    const sts = await store.stsPolicy(due.domain);
    if (sts !== null) policies.set("sts", sts);
    const tlsa = sessions.filter(({ policyType }) => policyType === "tlsa");
    if (tlsa.length > 0) policies.set("tlsa", await tlsaOf(tlsa));
    return {
      organization: gateway.hostName || options.hostName,
      contact: from,
      reportId: `${due.day}.${due.domain}@${gateway.hostName || options.hostName}`,
      day: due.day,
      domain: due.domain,
      sessions,
      policies,
    };
  };

  /** RFC 8460 §5.3: receivers believe only what the sender's domain signed. */
  const signaturesFor = (from: string): readonly DkimSignature[] => {
    const { settings, secret } = options.snapshot();
    const mailbox = parseMailbox(from);
    const found = mailbox === null ? null : signerFor(settings.signers, domainOf(mailbox));
    if (found === null) return [];
    const { id, signer } = found;
    return Object.entries(signer.keys).flatMap(([selector, { use, algorithm }]) => {
      if (use !== "active") return [];
      const privateKey = secret("signer", id, `keys/${selector}/privateKey`);
      if (privateKey === null) throw new NotNow(`the private key ${selector} of ${id} is not set`);
      return [
        {
          ...{ selector, algorithm, privateKey, domain: signer.domain },
          canonicalization: `${signer.headerCanonicalization}/${signer.bodyCanonicalization}`,
          headers: null,
          discardChanges: false,
          validSeconds: signer.validDays * 86_400,
        },
      ];
    });
  };

  const mailTo = async (
    to: string,
    from: string,
    facts: ReportFacts,
    file: { readonly name: string; readonly bytes: Buffer },
  ): Promise<void> => {
    const snapshot = options.snapshot();
    const { settings, revision } = snapshot;
    const at = clock();
    const messageId = randomUUID();
    const about = { ...facts, submitter: submitterOf(from) };
    const written = await reportMessage({
      ...about,
      ...{ messageId, at, from, to },
      hostName: settings.gateway.hostName || options.hostName,
      fileName: file.name,
      report: file.bytes,
    });
    const signatures = signaturesFor(from);
    const content = contentOfBytes(written);
    const signed =
      signatures.length === 0 ? null : await signMessage(content, null, signatures, at);
    if (signed?.kind === "failed") throw new NotNow(`it cannot be signed: ${signed.why}`);
    const body = written.subarray(content.header.length);
    await options.acceptMessage(
      ownAcceptance({
        ...{ messageId, at, revision, flow: null, recipient: to, sender: from },
        bytes: signed === null ? written : Buffer.concat([signed.header, body]),
        transport: settings.gateway.tlsReportTransport ?? outboundTransport(settings, null),
        subject: reportSubject(about),
        notify: ["NEVER"],
      }),
    );
  };

  const post = async (url: string, bytes: Buffer): Promise<void> => {
    const { gateway } = options.snapshot().settings;
    const answer = await http.fetch({
      url,
      method: "POST",
      headers: [["Content-Type", "application/tlsrpt+gzip"]],
      body: bytes,
      timeoutSeconds: 60,
      connectSeconds: 10,
      verifyPeer: true,
      redirects: 0,
      maximumBytes: 64 * 1024,
      allowPrivate: [],
      resolvers: gateway.resolvers,
    });
    if (answer.kind === "error") throw new NotNow(answer.text);
    if (answer.status < 200 || answer.status > 299)
      throw new NotNow(`the server answered ${answer.status}`);
  };

  /** Where it went; "" when nobody wants it. */
  const send = async (due: DueReport): Promise<string> => {
    const from = options.snapshot().settings.gateway.tlsReportSender;
    const targets = await targetsOf(due.domain);
    if (targets.length === 0) return "";
    const facts = await factsOf(due, from);
    const bytes = await packed(Buffer.from(JSON.stringify(reportJson(facts))));
    const name = reportFileName(submitterOf(from), facts);
    const reached: string[] = [];
    const failures: string[] = [];
    for (const target of targets) {
      const where = target.kind === "mail" ? `mailto:${target.address}` : target.url;
      try {
        if (target.kind === "mail") await mailTo(target.address, from, facts, { name, bytes });
        else await post(target.url, bytes);
        reached.push(where);
      } catch (error) {
        failures.push(`${where}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    // one of several is enough: a second report to those that have it would help nobody
    if (reached.length === 0) throw new NotNow(failures.join("; "));
    return [...reached, ...failures].join("; ");
  };

  const handle = async (due: DueReport): Promise<void> => {
    try {
      const where = await send(due);
      await store.settle(due, where === "" ? "none" : "sent", where);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const isOver = due.attempts >= mostAttempts;
      await store.settle(due, isOver ? "failed" : "due", text);
      if (isOver)
        options.report(`the report on TLS to ${due.domain} of ${due.day} was given up: ${text}`);
    }
  };

  const run = async (): Promise<void> => {
    const { gateway } = options.snapshot().settings;
    while (!isClosed && gateway.tlsReports && gateway.tlsReportSender !== "") {
      const due = await store.claim(clock(), perTurn);
      for (const one of due) await handle(one);
      if (due.length < perTurn) return;
    }
  };

  let running: Promise<void> | null = null;
  const turn = (): Promise<void> => {
    running ??= run()
      .catch((error: unknown) => options.report("reports on TLS could not be sent", error))
      .finally(() => {
        running = null;
      });
    return running;
  };
  const timer = setInterval(() => void turn(), pollMilliseconds);
  timer.unref();

  return {
    run: turn,
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      await running;
    },
  };
};
