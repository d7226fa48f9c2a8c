/** The left rail: one entry for each feature, in the order of ui.md's map. */
import {
  type Icon,
  IconAddressBook,
  IconArchive,
  IconAt,
  IconCertificate,
  IconDevices,
  IconFileText,
  IconFolders,
  IconGitCommit,
  IconHistory,
  IconKey,
  IconKeyOff,
  IconLayoutDashboard,
  IconListSearch,
  IconLock,
  IconMailPause,
  IconPlugConnected,
  IconScript,
  IconSend,
  IconSettings,
  IconShieldSearch,
  IconSitemap,
  IconTableOptions,
  IconUsers,
} from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import type { Permission } from "../api.ts";

export type NavigationEntry = {
  readonly label: string;
  readonly to: NonNullable<LinkProps["to"]>;
  readonly icon: Icon;
  /** Only for those who may. */
  readonly permission?: Permission;
  /** More words the search finds it by. */
  readonly synonyms?: readonly string[];
  /** In the menu of the person, not in the rail. */
  readonly isPersonal?: true;
  /** The second key after G. */
  readonly goKey?: string;
};

export type NavigationGroup = {
  /** null: stands without a heading. */
  readonly title: string | null;
  readonly entries: readonly NavigationEntry[];
};

export const navigation: readonly NavigationGroup[] = [
  {
    title: null,
    entries: [
      {
        label: "Overview",
        to: "/",
        icon: IconLayoutDashboard,
        goKey: "o",
        synonyms: ["dashboard", "numbers"],
      },
      {
        label: "Flows",
        to: "/flows",
        icon: IconSitemap,
        goKey: "f",
        synonyms: ["blocks", "policy"],
      },
    ],
  },
  {
    title: "Mail",
    entries: [
      {
        label: "History",
        to: "/mail/history",
        icon: IconHistory,
        synonyms: ["messages", "tracking", "search mail"],
        goKey: "h",
      },
      {
        label: "Queues",
        to: "/mail/queues",
        icon: IconMailPause,
        synonyms: ["outgoing", "incoming", "deferred", "retry", "hold"],
        goKey: "q",
      },
      {
        label: "Quarantine",
        to: "/mail/quarantine",
        icon: IconArchive,
        synonyms: ["held", "spam", "release"],
        goKey: "u",
      },
      {
        label: "TLS to others",
        to: "/mail/tls",
        icon: IconLock,
        synonyms: ["TLSRPT", "DANE", "MTA-STS", "encryption", "RFC 8460"],
      },
      {
        label: "Log",
        to: "/logs",
        icon: IconListSearch,
        synonyms: ["lines", "grep", "trace"],
        goKey: "g",
      },
    ],
  },
  {
    title: "Routing",
    entries: [
      {
        label: "Listeners",
        to: "/routing/listeners",
        icon: IconPlugConnected,
        synonyms: ["port", "TLS", "server", "STARTTLS"],
        goKey: "l",
      },
      {
        label: "Domains",
        to: "/routing/domains",
        icon: IconAt,
        synonyms: ["aliases", "recipients", "relay"],
        goKey: "d",
      },
      {
        label: "Transports",
        to: "/routing/transports",
        icon: IconSend,
        synonyms: ["outgoing", "smarthost", "MX", "retry", "destination"],
        goKey: "t",
      },
      {
        label: "Assignment map",
        to: "/routing/map",
        icon: IconTableOptions,
        synonyms: ["which flow runs", "routing table", "relay table", "domain match"],
      },
    ],
  },
  {
    title: "Resources",
    entries: [
      {
        label: "LDAP profiles",
        to: "/resources/directories",
        icon: IconAddressBook,
        synonyms: ["directory", "active directory", "bind"],
      },
      {
        label: "Files",
        to: "/resources/files",
        icon: IconFileText,
        synonyms: ["lists", "accounts", "upload"],
      },
      {
        label: "Certificates",
        to: "/resources/certificates",
        icon: IconCertificate,
        synonyms: ["TLS", "PEM", "private key"],
      },
      {
        label: "Signing keys",
        to: "/resources/signing-keys",
        icon: IconKey,
        synonyms: ["DKIM", "ARC", "SRS", "selector", "signature"],
      },
      {
        label: "Quarantine folders",
        to: "/resources/quarantines",
        icon: IconFolders,
        synonyms: ["retention"],
      },
      {
        label: "Scripting console",
        to: "/resources/scripts",
        icon: IconScript,
        synonyms: ["HSL", "try a script", "dry run"],
      },
    ],
  },
  {
    title: "System",
    entries: [
      {
        label: "Gateway settings",
        to: "/system/gateway",
        icon: IconSettings,
        synonyms: ["host name", "postmaster", "retention", "resolvers", "DNS servers", "days"],
      },
      {
        label: "Revisions",
        to: "/system/revisions",
        icon: IconGitCommit,
        synonyms: ["rollback", "publish", "versions"],
      },
      {
        label: "Users",
        to: "/system/users",
        icon: IconUsers,
        permission: "manage",
        synonyms: ["roles", "password", "administrator"],
      },
      {
        label: "Unused secrets",
        to: "/system/unused-secrets",
        icon: IconKeyOff,
        permission: "manage",
        synonyms: ["private key", "superseded", "old keys", "delete a key"],
      },
      {
        label: "Audit",
        to: "/system/audit",
        icon: IconShieldSearch,
        synonyms: ["who changed what"],
      },
      {
        label: "Your sessions",
        to: "/system/sessions",
        icon: IconDevices,
        isPersonal: true,
        synonyms: ["my password", "signed in"],
      },
    ],
  },
];
