/** Search and commands: pages, flows by name, a message by its id. It says what it recognised. */
import {
  createSpotlight,
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from "@mantine/spotlight";
import "@mantine/spotlight/styles.css";
import { IconArrowRight, IconMail, IconSitemap } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { trpc } from "../api.ts";
import { navigation } from "./navigation.ts";
import { useUser } from "./user.ts";

const [store, spotlight] = createSpotlight();

const messageId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=$|:\d+$)/i;

export const Search = ({ onClose }: { readonly onClose: () => void }) => {
  const navigate = useNavigate();
  const permissions = useUser()?.permissions ?? [];
  const { data: flows = [] } = useQuery(trpc.flows.list.queryOptions());
  const [query, setQuery] = useState("");
  useEffect(() => spotlight.open(), []);
  const id = messageId.exec(query.trim())?.[0]?.toLowerCase();
  const message: SpotlightActionData[] =
    id === undefined
      ? []
      : [
          {
            id: `message ${id}`,
            label: `Message ${id}`,
            description: "A message id: opens what happened to it",
            leftSection: <IconMail size={18} />,
            keywords: [query.trim()],
            onClick: () => void navigate({ to: "/mail/m/$id", params: { id } }),
          },
        ];
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
    { group: "Message", actions: message },
    { group: "Pages", actions: pages },
    { group: "Flows", actions: flowActions },
  ].filter((group) => group.actions.length > 0);
  return (
    <Spotlight
      store={store}
      actions={actions}
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={onClose}
      shortcut={null}
      nothingFound="Nothing has this name. A message is found by its id."
      highlightQuery
      attributes={{ content: { "aria-label": "Search" } }}
      scrollable
      centered={false}
      overlayProps={{ blur: 0, backgroundOpacity: 0.35 }}
      maxHeight={420}
      searchProps={{ placeholder: "Page, flow or message id", "aria-label": "Search" }}
    />
  );
};
