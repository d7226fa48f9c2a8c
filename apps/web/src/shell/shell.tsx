import { AppShell, Burger } from "@mantine/core";
import { useDisclosure, useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useLocation, useRouter } from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState } from "react";
import { trpc } from "../api.ts";
import { Loading } from "../ui/loading.tsx";
import { Rail } from "./rail.tsx";
import { TopBar } from "./top-bar.tsx";
import { useGoKeys } from "./use-go-keys.ts";
import { useLiveNotices } from "./use-live-notices.ts";
import "./shell.css";

export const Shell = () => {
  const [opened, { toggle, close }] = useDisclosure();
  const [wish, setWish] = useLocalStorage({ key: "sluice-rail-narrow", defaultValue: false });
  // The canvas wants the room; whoever wants the rail there widens it for the time being.
  const isCanvas = useLocation({ select: ({ pathname }) => /^\/flows\/./.test(pathname) });
  const isRoomy = useMediaQuery("(min-width: 110em)", true, { getInitialValueInEffect: false });
  const [widened, setWidened] = useState(false);
  const yields = isCanvas && !isRoomy && !widened;
  const narrow = wish || yields;
  const setNarrow = (next: boolean): void => {
    if (isCanvas && !isRoomy) setWidened(!next);
    if (next || !yields || wish) setWish(next && !isCanvas);
  };
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  useSessionEnd();
  useLiveNotices();
  useGoKeys();
  const first = useRef(true);
  useEffect(() => {
    close();
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: narrow ? 56 : 220, breakpoint: 768, collapsed: { mobile: !opened } }}
      transitionDuration={0}
    >
      <a href="#main" className="shell-skip">
        Skip to the page
      </a>
      <AppShell.Header className="shell-header">
        <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
        <TopBar />
      </AppShell.Header>
      <AppShell.Navbar className="shell-rail" component="nav" aria-label="Main">
        <Rail narrow={narrow && !opened} onNarrow={setNarrow} />
      </AppShell.Navbar>
      <AppShell.Main ref={main} id="main" tabIndex={-1} className="shell-main">
        <div className="shell-page">
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </div>
      </AppShell.Main>
    </AppShell>
  );
};

/** When the session ends in the middle of work, the sign-in page comes with the way back. */
const useSessionEnd = (): void => {
  const router = useRouter();
  const { data } = useQuery(trpc.signIn.status.queryOptions());
  useEffect(() => {
    if (data !== undefined && data.user === null) void router.invalidate();
  }, [data, router]);
};
