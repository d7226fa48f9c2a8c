/** Publishing: what changes, what is doubtful, and a message that says why. */
import {
  Button,
  Checkbox,
  Group,
  Modal,
  ScrollArea,
  Stack,
  Text,
  Textarea,
  Title,
} from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient, trpc } from "../../api.ts";
import { SettingsProblems } from "../../shell/settings-problems.tsx";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Loading } from "../../ui/loading.tsx";
import { ChangeList } from "./change-list.tsx";

export const PublishDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const changes = useQuery({ ...trpc.settings.changes.queryOptions(), staleTime: 0 });
  const problems = useQuery({ ...trpc.settings.problems.queryOptions(), staleTime: 0 });
  const mayEdit = useMay("edit");
  const [message, setMessage] = useState("");
  const [accepted, setAccepted] = useState(false);
  const publish = useMutation(
    trpc.settings.publish.mutationOptions({
      onSuccess: async ({ revision }) => {
        announce(`Revision ${revision} is published.`);
        onClose();
        await queryClient.invalidateQueries();
      },
    }),
  );
  const errors = (problems.data ?? []).filter(({ severity }) => severity === "error");
  const warnings = (problems.data ?? []).filter(({ severity }) => severity === "warning");
  const isLoading = changes.isPending || problems.isPending;
  const isBlocked = errors.length > 0 || (warnings.length > 0 && !accepted);
  return (
    <Modal opened onClose={onClose} title="Publish the draft" size="xl">
      {isLoading ? (
        <Loading />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            publish.mutate({ message, acceptWarnings: accepted });
          }}
        >
          <Stack>
            <ErrorAlert error={changes.error ?? problems.error} />
            <ScrollArea.Autosize
              mah="50vh"
              offsetScrollbars="y"
              viewportProps={{ tabIndex: 0, role: "region", "aria-label": "Changes and problems" }}
            >
              <Stack>
                <section aria-labelledby="publish-changes">
                  <Title order={3} id="publish-changes" mb={4}>
                    What changes
                  </Title>
                  <ChangeList changes={changes.data ?? []} />
                </section>
                {errors.length > 0 && (
                  <section aria-labelledby="publish-errors">
                    <Title order={3} id="publish-errors" mb={4}>
                      Errors
                    </Title>
                    <Text size="sm" mb={6}>
                      Nothing can be published until these are gone. What is live stays live.
                    </Text>
                    <SettingsProblems problems={errors} onFollow={onClose} />
                  </section>
                )}
                {warnings.length > 0 && (
                  <section aria-labelledby="publish-warnings">
                    <Title order={3} id="publish-warnings" mb={4}>
                      Warnings
                    </Title>
                    <SettingsProblems problems={warnings} onFollow={onClose} />
                  </section>
                )}
              </Stack>
            </ScrollArea.Autosize>
            {warnings.length > 0 && errors.length === 0 && (
              <Checkbox
                label={
                  warnings.length === 1
                    ? "I accept the warning"
                    : `I accept the ${warnings.length} warnings`
                }
                checked={accepted}
                onChange={(event) => setAccepted(event.currentTarget.checked)}
              />
            )}
            <Textarea
              label="Message"
              description="Says to your colleagues, and to you in a year, why this changed."
              required
              maxLength={1000}
              autosize
              minRows={2}
              data-autofocus
              value={message}
              onChange={(event) => setMessage(event.currentTarget.value)}
            />
            <ErrorAlert error={publish.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button
                type="submit"
                loading={publish.isPending}
                disabled={
                  !mayEdit || isBlocked || message.trim() === "" || changes.data?.length === 0
                }
              >
                Publish
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
};
