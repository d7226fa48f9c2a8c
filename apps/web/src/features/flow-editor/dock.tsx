import { Button, Tabs } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { Loading } from "../../ui/loading.tsx";
import { SeverityIcon } from "../../ui/severity.tsx";
import { useCompiled, useEditor } from "./editor-context.tsx";
import { ProblemList } from "./problems/problem-list.tsx";
import { orderProblems } from "./problems/problem-order.ts";

const ScriptView = lazy(async () => ({
  default: (await import("./script-view/script-view.tsx")).ScriptView,
}));
const TestBench = lazy(async () => ({
  default: (await import("./test-bench/test-bench.tsx")).TestBench,
}));

export type DockTab = "problems" | "test" | "script";

type Props = {
  readonly tab: DockTab | null;
  readonly onTab: (tab: DockTab | null) => void;
  readonly current: number | null;
  readonly onGo: (index: number) => void;
};

/** Below the canvas: what is wrong, and the script that runs. */
export const Dock = ({ tab, onTab, current, onGo }: Props) => {
  const { problems } = useCompiled();
  const readOnly = useEditor((state) => state.readOnly);
  const ordered = orderProblems(problems);
  const counts = (["error", "warning", "advice"] as const)
    .map((severity) => ({
      severity,
      count: problems.filter((problem) => problem.severity === severity).length,
    }))
    .filter(({ count }) => count > 0);
  return (
    <section
      className="dock"
      aria-label="Problems, trial and script"
      data-open={tab ?? undefined}
      data-region="dock"
    >
      <Button
        className="dock-toggle"
        size="compact-sm"
        variant="subtle"
        color="gray"
        aria-expanded={tab !== null}
        aria-label={tab === null ? "Open the dock" : "Close the dock"}
        onClick={() => onTab(tab === null ? "problems" : null)}
      >
        {tab === null ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
      </Button>
      <Tabs
        value={tab}
        onChange={(next) => onTab(next as DockTab | null)}
        allowTabDeactivation
        className="dock-tabs"
        keepMounted={false}
      >
        <Tabs.List className="dock-list">
          <Tabs.Tab value="problems">
            <span className="dock-counts">
              Problems
              {counts.map(({ severity, count }) => (
                <span key={severity} className="dock-count">
                  <SeverityIcon severity={severity} size={14} /> {count}
                </span>
              ))}
            </span>
          </Tabs.Tab>
          {!readOnly && <Tabs.Tab value="test">Try it</Tabs.Tab>}
          <Tabs.Tab value="script">Show script</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="problems" className="dock-body">
          <ProblemList problems={ordered} current={current} onGo={onGo} />
        </Tabs.Panel>
        <Tabs.Panel value="test" className="dock-body">
          <Suspense fallback={<Loading />}>
            <TestBench />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="script" className="dock-body">
          <Suspense fallback={<Loading />}>
            <ScriptView />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </section>
  );
};
