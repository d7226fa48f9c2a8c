import { Button } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../../shell/user.ts";
import type { MailFacts } from "./list-choices.ts";

const AddToList = lazy(async () => ({ default: (await import("./add-to-list.tsx")).AddToList }));

/** Offered to who may change settings, where there is something to put onto a list. */
export const AddToListButton = ({
  facts,
  size,
}: {
  readonly facts: MailFacts;
  readonly size: string;
}) => {
  const mayEdit = useMay("edit");
  const [opened, setOpened] = useState(false);
  if (!mayEdit || (facts.clientAddress === null && (facts.sender ?? "") === "")) return null;
  return (
    <>
      <Button size={size} variant="default" onClick={() => setOpened(true)}>
        Add to a list
      </Button>
      {opened && (
        <Suspense fallback={null}>
          <AddToList facts={facts} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
};
