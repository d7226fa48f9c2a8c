import { Button } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { trpc } from "../api.ts";
import { takesLetters } from "./use-go-keys.ts";

const PublishDialog = lazy(async () => ({
  default: (await import("../features/publish/publish-dialog.tsx")).PublishDialog,
}));

/** How much is not live yet; opens the publish dialog. */
export const ChangesChip = () => {
  const { data: changes } = useQuery(trpc.settings.changes.queryOptions());
  const [opened, { open, close }] = useDisclosure();
  const count = changes?.filter(({ kind }) => kind !== "layout").length ?? 0;
  const words = count === 0 ? "Positions moved" : count === 1 ? "1 change" : `${count} changes`;
  const moved = (changes?.length ?? 0) > 0;
  useHotkeys(
    [["shift+P", (event) => moved && !isTyping(event.target) && open(), { preventDefault: false }]],
    [],
  );
  return (
    <>
      {moved && (
        <Button
          size="xs"
          variant="light"
          leftSection={<IconUpload size={15} />}
          onClick={open}
          aria-haspopup="dialog"
          className="changes-chip"
          aria-label={`${words}: publish`}
        >
          {count === 0 ? (
            <span className="changes-word">{words}</span>
          ) : (
            <>
              <span>{`${count} `}</span>
              <span className="changes-word">{count === 1 ? "change" : "changes"}</span>
            </>
          )}
        </Button>
      )}
      {opened && (
        <Suspense fallback={null}>
          <PublishDialog onClose={close} />
        </Suspense>
      )}
    </>
  );
};

const isTyping = (target: EventTarget | null): boolean =>
  takesLetters(target) &&
  target instanceof Element &&
  target.closest("[role=application], [role=grid], [role=treegrid]") === null;
