import { Button, Kbd } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { ChangesChip } from "./changes-chip.tsx";
import { ProblemBell } from "./problem-bell.tsx";
import { UserMenu } from "./user-menu.tsx";

const Search = lazy(async () => ({ default: (await import("./search.tsx")).Search }));

export const TopBar = () => {
  const [opened, { open, close }] = useDisclosure();
  useHotkeys([["mod+K", open]], []);
  return (
    <>
      <Link to="/" className="brand">
        <img src="/favicon.svg" alt="" width={22} height={22} />
        <span>Sluice</span>
      </Link>
      <div style={{ flex: 1 }} />
      <Button
        variant="default"
        size="xs"
        leftSection={<IconSearch size={15} />}
        rightSection={<Kbd size="xs">Ctrl K</Kbd>}
        onClick={open}
        visibleFrom="sm"
        aria-keyshortcuts="Control+K Meta+K"
      >
        Search
      </Button>
      <Button
        variant="subtle"
        color="gray"
        size="xs"
        px={8}
        hiddenFrom="sm"
        aria-label="Search"
        onClick={open}
      >
        <IconSearch size={18} />
      </Button>
      <ChangesChip />
      <ProblemBell />
      <UserMenu />
      {opened && (
        <Suspense fallback={null}>
          <Search onClose={close} />
        </Suspense>
      )}
    </>
  );
};
