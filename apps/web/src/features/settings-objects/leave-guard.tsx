import { Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";

/** Asks before unsaved changes are left behind. */
export const LeaveGuard = ({ unsaved }: { readonly unsaved: () => boolean }) => {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: unsaved,
    enableBeforeUnload: unsaved,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      opened={status === "blocked"}
      onClose={() => reset?.()}
      title="Leave without saving?"
      action="Leave and lose the changes"
      onConfirm={() => proceed?.()}
    >
      <Text>What you changed on this page is not in the draft yet.</Text>
    </ConfirmDialog>
  );
};
