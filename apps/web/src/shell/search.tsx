/** Search and commands: pages, flows, settings by name; messages by id, address, domain or client. It says what it recognised. */
import {
  createSpotlight,
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from "@mantine/spotlight";
import "@mantine/spotlight/styles.css";
import { IconArrowRight, IconMail, IconSettings, IconSitemap } from "@tabler/icons-react";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { trpc } from "../api.ts";
import { navigation } from "./navigation.ts";
import { kindWords, objectLink } from "./object-links.ts";
import { recognise } from "./recognise.ts";
import { useUser } from "./user.ts";

const [store, spotlight] = createSpotlight();

/** Settings that are found by their id; flows are found by their titles too. */
const objectKinds = [
  "domain",
  "listener",
  "transport",
  "directory",
  "file",
  "certificate",
] as const;

export const Search = ({ onClose }: { readonly onClose: () => void }) => {
  const navigate = useNavigate();
  const permissions = useUser()?.permissions ?? [];
  const { data: flows = [] } = useQuery(trpc.flows.list.queryOptions());
  const lists = useQueries({
    queries: objectKinds.map((kind) => trpc.settings.list.queryOptions({ kind })),
  });
  const [query, setQuery] = useState("");
  useEffect(() => spotlight.open(), []);
  const router = useRouter();
  const readings: SpotlightActionData[] = recognise(query).map(({ label, description, href }) => ({
    ...{ id: href, label, description, keywords: [query.trim()] },
    leftSection: <IconMail size={18} />,
    onClick: () => router.history.push(href),
  }));
  const objects: SpotlightActionData[] = objectKinds.flatMap((kind, at) =>
    (lists[at]?.data ?? []).flatMap(({ id, state }): SpotlightActionData[] => {
      const href = state === "deleted" ? null : objectLink(kind, { id });
      if (href === null) return [];
      return [
        {
          id: `${kind} ${id}`,
          label: id,
          description: kindWords[kind],
          leftSection: <IconSettings size={18} />,
          onClick: () => router.history.push(href),
        },
      ];
    }),
  );
  const pages: SpotlightActionData[] = navigation.flatMap(({ entries }) =>
    entries
      .filter(({ permission }) => permission === undefined || permissions.includes(permission))
      .map(({ label, to, synonyms = [] }) => ({
        id: `page ${label}`,
        label,
        leftSection: <IconArrowRight size={18} />,
        keywords: [...synonyms],
        onClick: () => void navigate({ to }),
      })),
  );
  const flowActions: SpotlightActionData[] = flows.map((flow) => ({
    id: `flow ${flow.id}`,
    label: flow.title,
    description: `Flow ${flow.id}`,
    leftSection: <IconSitemap size={18} />,
    keywords: [flow.id, flow.kind],
    onClick: () => void navigate({ to: "/flows/$flow", params: { flow: flow.id }, search: {} }),
  }));
  const actions: SpotlightActionGroupData[] = [
    { group: "Mail", actions: readings },
    { group: "Pages", actions: pages },
    { group: "Flows", actions: flowActions },
    { group: "Settings", actions: query.trim() === "" ? [] : objects },
  ].filter((group) => group.actions.length > 0);
  return (
    <Spotlight
      store={store}
      actions={actions}
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={onClose}
      shortcut={null}
      nothingFound="Nothing has this name. Mail is found by message id, address, domain or client."
      highlightQuery
      attributes={{ content: { "aria-label": "Search" } }}
      scrollable
      centered={false}
      overlayProps={{ blur: 0, backgroundOpacity: 0.35 }}
      maxHeight={420}
      searchProps={{
        placeholder: "Page, flow, domain, mail address, client or message id",
        "aria-label": "Search",
      }}
    />
  );
};
