/** What can be done to an object as a whole, at the top of its page. */
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { api, type DraftRow, queryClient, trpc } from "../../api.ts";
import { DeleteObject } from "./delete-object.tsx";
import { type FormKind, formKinds, objectPath } from "./object-kinds.ts";
import { RenameObject } from "./rename-object.tsx";
import type { useUses } from "./used-by.tsx";

type Props = {
  readonly kind: FormKind;
  readonly row: DraftRow;
  readonly uses: ReturnType<typeof useUses>;
  readonly onDiscarded: (fresh: DraftRow) => void;
  /** Before the page is left: what was typed is no more. */
  readonly onGone: () => void;
};

export const ObjectActions = ({ kind, row, uses, onDiscarded, onGone }: Props) => {
  const router = useRouter();
  const { one, path, single = false } = formKinds[kind];
  const isDeleted = row.state === "deleted";
  return (
    <>
      {(row.state === "changed" || isDeleted) && (
        <Discard kind={kind} id={row.id} isDeleted={isDeleted} onDone={onDiscarded} />
      )}
      {!isDeleted && !single && (
        <>
          <RenameObject
            kind={kind}
            id={row.id}
            onRenamed={(id) => {
              onGone();
              router.history.replace(objectPath(kind, id));
            }}
          />
          <DeleteObject
            kind={kind}
            id={row.id}
            noun={one}
            version={row.version}
            uses={uses}
            onDeleted={() => {
              onGone();
              router.history.push(path);
            }}
          />
        </>
      )}
    </>
  );
};

type DiscardProps = {
  readonly kind: FormKind;
  readonly id: string;
  readonly isDeleted: boolean;
  readonly onDone: (fresh: DraftRow) => void;
};

const Discard = ({ kind, id, isDeleted, onDone }: DiscardProps) => {
  const discard = useMutation({
    mutationFn: async () => {
      await api.settings.discard.mutate({ kind, id });
      return api.settings.get.query({ kind, id });
    },
    onSuccess: async (fresh) => {
      onDone(fresh);
      await queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() });
    },
  });
  return (
    <Button variant="default" loading={discard.isPending} onClick={() => discard.mutate()}>
      {isDeleted ? "Bring back" : "Back to what is live"}
    </Button>
  );
};
