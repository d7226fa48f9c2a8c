import { Stack, Text } from "@mantine/core";
import type { SettingsProblem } from "../api.ts";
import { HrefAnchor } from "../ui/links.tsx";
import { SeverityIcon } from "../ui/severity.tsx";
import { kindWords, objectLink } from "./object-links.ts";

type Props = { readonly problems: readonly SettingsProblem[]; readonly onFollow?: () => void };

/** Problems of the whole draft, each with the way to its place. */
export const SettingsProblems = ({ problems, onFollow }: Props) => (
  <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
    {problems.map((problem, index) => {
      const { kind, id, node, field = [], message, cure, severity } = problem;
      const link = objectLink(kind, { id, node });
      const inside = [...(node === undefined ? [] : [`block ${node}`]), ...field];
      const place = [`${kindWords[kind]} ${id}`, ...inside].join(" › ");
      return (
        <li key={index} style={{ display: "flex", gap: 8 }}>
          <span style={{ paddingTop: 2 }}>
            <SeverityIcon severity={severity} />
          </span>
          <div>
            <Text size="sm">{message}</Text>
            <Text size="xs" c="dimmed">
              {link === null ? (
                place
              ) : (
                <HrefAnchor href={link} onFollow={onFollow} size="xs">
                  {place}
                </HrefAnchor>
              )}
              {cure !== undefined && ` · ${cure}`}
            </Text>
          </div>
        </li>
      );
    })}
  </Stack>
);
