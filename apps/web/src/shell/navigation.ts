/** The left rail: one entry for each feature, in the order of ui.md's map. */
import {
  type Icon,
  IconAt,
  IconHistory,
  IconPlugConnected,
  IconSend,
  IconSitemap,
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
    ],
  },
];
