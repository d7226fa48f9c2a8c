/** What the engine lends to flows: one part for each file of `flows/host`, made once a process. */
import type { BlockServices } from "@sluice/flow-schema/execution";
import type { TlsResult } from "../delivery/connector.ts";
import type { MtaSts } from "../delivery/mta-sts.ts";
import type { BackgroundRequests } from "./host/background-requests.ts";
import type { Clamd } from "./host/clamd.ts";
import type { Counters } from "./host/counters.ts";
import type { Dns } from "./host/dns.ts";
import type { Dnsbl } from "./host/dnsbl.ts";
import type { FileStore } from "./host/file-store.ts";
import type { Http } from "./host/http.ts";
import type { Ldap } from "./host/ldap.ts";
import type { OwnMail } from "./host/own-mail.ts";
import type { Reputation } from "./host/reputation.ts";
import type { ScriptStats } from "./host/script-stats.ts";
import type { SharedMemory } from "./host/shared-memory.ts";
import type { Slots } from "./host/slots.ts";
import type { SmtpLookup } from "./host/smtp-lookup.ts";
import type { Spamd } from "./host/spamd.ts";
import type { Spf } from "./host/spf.ts";
import type { SrsAddresses } from "./host/srs-addresses.ts";

export type FlowServices = {
  readonly dns: Dns;
  readonly dnsbl: Dnsbl;
  readonly spf: Spf;
  readonly ldap: Ldap;
  readonly http: Http;
  readonly smtpLookup: SmtpLookup;
  readonly mtaSts: MtaSts;
  /** How TLS to other servers came out. */
  readonly onTls: ((result: TlsResult) => void) | undefined;
  readonly files: FileStore;
  readonly counters: Counters;
  readonly slots: Slots;
  readonly reputation: Reputation;
  readonly mail: OwnMail;
  readonly spamd: Spamd;
  readonly clamd: Clamd;
  readonly requests: BackgroundRequests;
  /** null: without a database. */
  readonly sharedMemory: SharedMemory | null;
  /** null: without a database. */
  readonly srsAddresses: SrsAddresses | null;
  readonly stats: ScriptStats;
  /** The same for functions that blocks bring, under the names of `services.ts` in flow-schema. */
  readonly forBlocks: BlockServices;
};
