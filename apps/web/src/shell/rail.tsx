import { Box, Tooltip, UnstyledButton } from "@mantine/core";
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { type NavigationEntry, navigation } from "./navigation.ts";
import { useUser } from "./user.ts";

/** Rows are as high as the window lets them be without scrolling. */
const entryCount = navigation.flatMap(({ entries }) => entries).length;

type Props = { readonly narrow: boolean; readonly onNarrow: (narrow: boolean) => void };

export const Rail = ({ narrow, onNarrow }: Props) => {
  const permissions = useUser()?.permissions ?? [];
  return (
    <Box className="rail" __vars={{ "--rail-entries": String(entryCount) }}>
      {navigation.map(({ title, entries }) => {
        const allowed = entries.filter(
          ({ permission, isPersonal }) =>
            isPersonal !== true && (permission === undefined || permissions.includes(permission)),
        );
        if (allowed.length === 0) return null;
        return (
          <Fragment key={title ?? ""}>
            {title !== null && !narrow && <div className="rail-group">{title}</div>}
            {allowed.map((entry) => (
              <RailLink key={entry.label} entry={entry} narrow={narrow} />
            ))}
          </Fragment>
        );
      })}
      <div className="rail-foot">
        <UnstyledButton
          className="rail-link"
          visibleFrom="sm"
          onClick={() => onNarrow(!narrow)}
          aria-expanded={!narrow}
          aria-label={narrow ? "Widen the menu" : "Narrow the menu"}
        >
          {narrow ? (
            <IconLayoutSidebarLeftExpand size={20} />
          ) : (
            <IconLayoutSidebarLeftCollapse size={20} />
          )}
          {!narrow && <span>Narrow</span>}
        </UnstyledButton>
      </div>
    </Box>
  );
};

const RailLink = ({
  entry,
  narrow,
}: {
  readonly entry: NavigationEntry;
  readonly narrow: boolean;
}) => {
  const { icon: Icon, label, to } = entry;
  return (
    <Tooltip label={label} position="right" disabled={!narrow}>
      <Link to={to} className="rail-link" aria-label={label} activeOptions={{ exact: to === "/" }}>
        <Icon size={20} stroke={1.6} aria-hidden />
        {!narrow && <span>{label}</span>}
      </Link>
    </Tooltip>
  );
};
