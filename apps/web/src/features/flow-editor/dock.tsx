import { Button, Tabs } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { SeverityIcon } from "../../ui/severity.tsx";
import { useCompiled } from "./editor-context.tsx";
import { ProblemList } from "./problems/problem-list.tsx";
import { orderProblems } from "./problems/problem-order.ts";
import { ScriptView } from "./script-view/script-view.tsx";

export type DockTab = "problems" | "script";

type Props = {
  readonly tab: DockTab | null;
  readonly onTab: (tab: DockTab | null) => void;
  readonly current: number | null;
  readonly onGo: (index: number) => void;
};

/** Below the canvas: what is wrong, and the script that runs. */
export const Dock = ({ tab, onTab, current, onGo }: Props) => {
  const { problems } = useCompiled();
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
      aria-label="Problems and script"
      data-open={tab !== null || undefined}
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
          <Tabs.Tab value="script">Show script</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="problems" className="dock-body">
          <ProblemList problems={ordered} current={current} onGo={onGo} />
        </Tabs.Panel>
        <Tabs.Panel value="script" className="dock-body">
          <ScriptView />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
};
