import { Button } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { lazy, Suspense, useId, useState } from "react";
import { Loading } from "../../ui/loading.tsx";
import type { TextChange as Change } from "./change-words.ts";
import "./text-change.css";

const ScriptDiff = lazy(async () => ({
  default: (await import("../flow-editor/script-view/script-diff.tsx")).ScriptDiff,
}));

/** The lines of a text that came and went, when they are asked for. */
export const TextChange = ({ place, before, after }: Change) => {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const Icon = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <Button
        size="compact-xs"
        variant="subtle"
        className="text-change"
        leftSection={<Icon size={14} />}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? "Hide" : "Show"} the lines of {place}
      </Button>
      {isOpen && (
        <div id={id}>
          <Suspense fallback={<Loading />}>
            <ScriptDiff label={`Lines of ${place}`} before={before} after={after} />
          </Suspense>
        </div>
      )}
    </div>
  );
};
