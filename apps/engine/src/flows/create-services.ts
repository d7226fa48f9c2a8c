/** Makes the services of a process: whatever keeps connections or caches exists once. */
import type pg from "pg";
import type { TlsResult } from "../delivery/connector.ts";
import { createMtaSts, fetchPolicyOverHttps } from "../delivery/mta-sts.ts";
import { createMtaStsStore } from "../delivery/mta-sts-store.ts";
import { GatewayError } from "../errors.ts";
import type { AcceptMessage } from "../queue/queue-entry.ts";
import { contentState, flowHost } from "./flow-host.ts";
import { createBackgroundRequests } from "./host/background-requests.ts";
import { createClamd } from "./host/clamd.ts";
import { createCounters } from "./host/counters.ts";
import { createDns } from "./host/dns.ts";
import { createDnsbl } from "./host/dnsbl.ts";
import { createFileStore } from "./host/file-store.ts";
import { createHttp } from "./host/http.ts";
import { createLdap } from "./host/ldap.ts";
import { createOwnMail } from "./host/own-mail.ts";
import { createReputation } from "./host/reputation.ts";
import { createScriptStats } from "./host/script-stats.ts";
import { createSharedMemory } from "./host/shared-memory.ts";
import { createSlots } from "./host/slots.ts";
import { createSmtpLookup } from "./host/smtp-lookup.ts";
import { createSpamd } from "./host/spamd.ts";
import { createSpf } from "./host/spf.ts";
import { createSrsAddresses } from "./host/srs-addresses.ts";
import type { FlowServices } from "./services.ts";

export type ServiceParts = {
  /** null: without a database; memory is then out of reach, counters are this process's. */
  readonly pool: pg.Pool | null;
  readonly accept: AcceptMessage;
  /** What an administrator should know: a list that lists the world, counters out of reach. */
  readonly alarm: (text: string, error?: unknown) => void;
  /** How TLS to other servers came out. */
  readonly onTls?: ((result: TlsResult) => void) | undefined;
};

/** Answers every query with the reason there is none. */
const noDatabase = new Proxy({} as pg.Pool, {
  get: () => () => Promise.reject(new GatewayError("STORAGE_UNREACHABLE", "There is no database.")),
});

export const createFlowServices = ({
  pool: given,
  accept,
  alarm,
  onTls,
}: ServiceParts): FlowServices & { readonly close: () => Promise<void> } => {
  const pool = given ?? noDatabase;
  const dns = createDns();
  const dnsbl = createDnsbl({ dns, alarm });
  const spf = createSpf({ dns });
  const ldap = createLdap();
  const http = createHttp({ dns });
  const smtpLookup = createSmtpLookup();
  const mtaSts = createMtaSts({
    dns,
    fetchPolicy: fetchPolicyOverHttps(http),
    report: alarm,
    ...(given === null ? {} : { store: createMtaStsStore(given) }),
  });
  const files = createFileStore();
  const counters = createCounters({ pool: given, report: alarm });
  const slots = createSlots({ pool, report: alarm });
  const reputation = createReputation({ pool, dnsbl, http, report: alarm });
  const ownMail = createOwnMail({ pool, accept });
  const mail = given === null ? { ...ownMail, metric: async () => 0 } : ownMail; // no queue is an empty one
  const spamd = createSpamd();
  const clamd = createClamd();
  const requests = createBackgroundRequests();
  const sharedMemory = given === null ? null : createSharedMemory({ pool: given });
  const stats = createScriptStats({ pool, report: alarm });
  return {
    ...{
      dns,
      dnsbl,
      spf,
      ldap,
      http,
      smtpLookup,
      mtaSts,
      onTls,
      files,
      counters,
      slots,
      reputation,
      mail,
      spamd,
      clamd,
      requests,
      sharedMemory,
      srsAddresses: given === null ? null : createSrsAddresses(given),
      stats,
    },
    forBlocks: {
      dns,
      ldap,
      http,
      "smtp-lookup": smtpLookup,
      "file-store": files,
      counters,
      reputation,
      scanners: { spamd, clamd },
      memory: sharedMemory,
      mail,
      message: contentState,
      session: flowHost,
    },
    close: async () => {
      await Promise.all([ldap.close(), http.close(), stats.close()]);
    },
  };
};
