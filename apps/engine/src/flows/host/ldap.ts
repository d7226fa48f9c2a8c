/**
 * Directories. A search or a bind ends in an answer or in "nobody could say", within
 * the times of the profile: servers are tried in order, a connection that a server
 * dropped is opened again, and a directory that does not answer is left alone for a
 * few seconds so that a dead one does not hold every session.
 *
 * One connection carries all searches of a profile; passwords are checked on
 * connections of their own, because a bind changes who the connection is.
 */
import type { Directory } from "@sluice/settings";
import {
  Client,
  type Entry,
  InvalidCredentialsError,
  InvalidDNSyntaxError,
  ResultCodeError,
} from "ldapts";
import { LRUCache } from "lru-cache";
import { type FilterTemplate, parseFilterTemplate } from "./ldap-filter.ts";

/** A profile with its clear password, as the revision has it. */
export type LdapProfile = Omit<Directory, "bindPassword" | "title"> & {
  readonly password: string | null;
};

export type LdapSearch =
  | { readonly kind: "entries"; readonly entries: readonly LdapEntry[] }
  | { readonly kind: "error"; readonly text: string };

export type LdapEntry = {
  readonly dn: string;
  /** Values are text, or bytes where they are no UTF-8. */
  readonly attributes: ReadonlyMap<string, readonly (string | Buffer)[]>;
};

export type LdapBind =
  | { readonly kind: "right" }
  | { readonly kind: "wrong" }
  | { readonly kind: "error"; readonly text: string };

export type Ldap = {
  readonly search: (profile: LdapProfile, value: string) => Promise<LdapSearch>;
  /** `name` is a DN, a name the user query finds, or what the server takes as it is (`user@domain`). */
  readonly bind: (profile: LdapProfile, name: string, password: string) => Promise<LdapBind>;
  readonly close: () => Promise<void>;
};

const sizeLimit = 100;
const restMilliseconds = 10_000;
const failuresBeforeRest = 3;
const idleBindConnections = 4;

export const createLdap = ({ now = () => Date.now() }: { now?: () => number } = {}): Ldap => {
  const templates = new LRUCache<string, FilterTemplate>({ max: 500 });
  const pools = new LRUCache<string, Pool>({
    max: 100,
    dispose: (pool) => pool.close(),
  });

  const template = (query: string): FilterTemplate => {
    const known = templates.get(query);
    if (known !== undefined) return known;
    const made = parseFilterTemplate(query);
    templates.set(query, made);
    return made;
  };

  const poolOf = (profile: LdapProfile): Pool => {
    const { servers, tls, verifyCertificate, bindDn, password, connectSeconds, querySeconds } =
      profile;
    const key = JSON.stringify([
      ...[servers, tls, verifyCertificate, bindDn, password, connectSeconds, querySeconds],
    ]);
    const known = pools.get(key);
    if (known !== undefined) return known;
    const made = createPool(profile, now);
    pools.set(key, made);
    return made;
  };

  const search = async (
    profile: LdapProfile,
    query: string,
    value: string,
    attributes: readonly string[],
  ): Promise<LdapSearch> => {
    if (value === "") return { kind: "entries", entries: [] }; // an empty value would fit too much
    try {
      const filter = template(query)(value);
      const found = await poolOf(profile).use((client) =>
        client.search(profile.base, {
          filter,
          scope: profile.scope,
          sizeLimit: sizeLimit + 1,
          timeLimit: Math.ceil(profile.querySeconds),
          attributes: [...attributes],
          derefAliases: "never",
        }),
      );
      if (found.searchEntries.length > sizeLimit) {
        return { kind: "error", text: `The query finds more than ${sizeLimit} entries.` };
      }
      return { kind: "entries", entries: found.searchEntries.map(entryOf) };
    } catch (error) {
      return { kind: "error", text: wordsOf(error) };
    }
  };

  const nameOf = async (profile: LdapProfile, name: string): Promise<string | LdapBind> => {
    if (/^[A-Za-z][A-Za-z0-9-]*\s*=|^\d+(\.\d+)+\s*=/.test(name) || profile.userQuery === "") {
      return name;
    }
    const found = await search(profile, profile.userQuery, name, ["1.1"]);
    if (found.kind === "error") return found;
    const [entry, ...others] = found.entries;
    if (entry === undefined) return { kind: "wrong" };
    if (others.length > 0) {
      return { kind: "error", text: `The user query finds ${found.entries.length} entries.` };
    }
    return entry.dn;
  };

  return {
    search: (profile, value) => search(profile, profile.query, value, profile.attributes),
    bind: async (profile, name, password) => {
      // a server takes an empty password for nobody's and says yes (RFC 4513 §5.1.2)
      if (name === "" || password === "" || password.includes("\0") || name.includes("\0")) {
        return { kind: "wrong" };
      }
      const dn = await nameOf(profile, name);
      if (typeof dn !== "string") return dn;
      try {
        return await poolOf(profile).check(dn, password);
      } catch (error) {
        return { kind: "error", text: wordsOf(error) };
      }
    },
    close: async () => {
      pools.clear();
    },
  };
};

type Pool = {
  /** Runs on the shared connection, as the profile's own user. */
  readonly use: <T>(work: (client: Client) => Promise<T>) => Promise<T>;
  readonly check: (dn: string, password: string) => Promise<LdapBind>;
  readonly close: () => void;
};

const createPool = (profile: LdapProfile, now: () => number): Pool => {
  const { servers, bindDn, password } = profile;
  let shared: Promise<Client> | null = null;
  const idle: Client[] = [];
  let failures = 0;
  let restUntil = 0;
  let preferred = 0;

  /** Opens a connection to the first server that answers. */
  const open = async (prepare: (client: Client) => Promise<void>): Promise<Client> => {
    if (now() < restUntil)
      throw new Error("The directory did not answer and is left alone for now.");
    let last: unknown = new Error("The directory has no server.");
    for (let index = 0; index < servers.length; index++) {
      const at = (preferred + index) % servers.length;
      const client = clientFor(profile, servers[at] ?? "");
      try {
        await encrypt(client, profile, servers[at] ?? "");
        await prepare(client);
        preferred = at;
        failures = 0;
        return client;
      } catch (error) {
        await quietly(client.unbind());
        if (error instanceof ResultCodeError) throw error; // this server answered, and it was no
        last = error;
      }
    }
    failures += 1;
    if (failures >= failuresBeforeRest) restUntil = now() + restMilliseconds;
    throw last;
  };

  const signIn = async (client: Client): Promise<void> => {
    // a simple bind even when anonymous: it shows that the server answers
    await client.bind(bindDn, bindDn === "" ? "" : (password ?? ""));
  };

  const connection = async (): Promise<Client> => {
    const known = shared;
    if (known !== null) {
      const client = await known.catch(() => null);
      if (client?.isConnected === true && client.isBound) return client;
      if (client !== null) await quietly(client.unbind());
      if (shared === known) shared = null;
    }
    shared ??= open(signIn);
    try {
      return await shared;
    } catch (error) {
      shared = null;
      throw error;
    }
  };

  return {
    use: async (work) => {
      if (bindDn !== "" && (password ?? "") === "") {
        throw new Error("The bind password is not set.");
      }
      for (let attempt = 0; ; attempt++) {
        const client = await connection();
        try {
          return await work(client);
        } catch (error) {
          if (error instanceof ResultCodeError) throw error;
          // the connection is in doubt: nobody uses it again
          shared = null;
          await quietly(client.unbind());
          if (attempt > 0 || isTimeout(error)) throw error;
        }
      }
    },
    check: async (dn, given) => {
      for (;;) {
        const kept = idle.pop();
        if (kept !== undefined && !kept.isConnected) continue;
        const client = kept ?? (await open(async () => {}));
        try {
          await client.bind(dn, given);
          keep(client);
          return { kind: "right" };
        } catch (error) {
          if (error instanceof InvalidCredentialsError || error instanceof InvalidDNSyntaxError) {
            keep(client);
            return { kind: "wrong" };
          }
          await quietly(client.unbind());
          if (kept !== undefined && !(error instanceof ResultCodeError) && !isTimeout(error)) {
            continue; // it had been dropped meanwhile
          }
          throw error;
        }
      }
    },
    close: () => {
      void shared?.then((client) => quietly(client.unbind())).catch(() => {}); // never opened
      for (const client of idle.splice(0)) void quietly(client.unbind());
    },
  };

  function keep(client: Client): void {
    if (idle.length < idleBindConnections && client.isConnected) idle.push(client);
    else void quietly(client.unbind());
  }
};

const clientFor = (profile: LdapProfile, server: string): Client =>
  new Client({
    url: `${profile.tls === "ldaps" ? "ldaps" : "ldap"}://${withPort(server, profile.tls)}`,
    connectTimeout: profile.connectSeconds * 1000,
    timeout: profile.querySeconds * 1000,
    strictDN: false, // a user principal name is no DN
    ...(profile.tls === "ldaps" ? { tlsOptions: tlsOptions(profile, server) } : {}),
  });

const withPort = (server: string, tls: Directory["tls"]): string =>
  /:\d+$/.test(server) && !/^[^[]*:[^\]]*:/.test(server)
    ? server
    : `${server}:${tls === "ldaps" ? 636 : 389}`;

const tlsOptions = (profile: LdapProfile, server: string) => {
  const host = server.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return {
    rejectUnauthorized: profile.verifyCertificate,
    ...(/[A-Za-z]/.test(host) && !host.includes(":") ? { servername: host } : {}),
  };
};

const encrypt = async (client: Client, profile: LdapProfile, server: string): Promise<void> => {
  if (profile.tls === "starttls") await client.startTLS(tlsOptions(profile, server));
};

const quietly = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => {}); // it is gone already

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && /tim(?:e|ed) ?out/i.test(error.message);

const wordsOf = (error: unknown): string =>
  error instanceof ResultCodeError
    ? `The directory said: ${error.message} (${error.code})`
    : error instanceof Error
      ? error.message
      : "The directory did not answer.";

const entryOf = (entry: Entry): LdapEntry => ({
  dn: entry.dn,
  attributes: new Map(
    Object.entries(entry).flatMap(([name, value]) => {
      if (name === "dn") return [];
      const values = Array.isArray(value) ? value : [value];
      return values.length === 0 ? [] : [[name, values] as const];
    }),
  ),
});
