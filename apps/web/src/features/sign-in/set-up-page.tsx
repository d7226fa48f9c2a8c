import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient, trpc } from "../../api.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { LinkButton } from "../../ui/links.tsx";
import { Entrance } from "./entrance.tsx";

const route = getRouteApi("/setup");

/** The first administrator, by the one-time link that the gateway printed. */
export const SetUpPage = () => {
  const router = useRouter();
  const { code } = route.useSearch();
  const status = useQuery(trpc.signIn.status.queryOptions());
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const setUp = useMutation(
    trpc.signIn.setUp.mutationOptions({
      onSuccess: async () => {
        queryClient.clear();
        await router.invalidate();
        router.history.push("/");
      },
    }),
  );
  if (status.data?.setupNeeded === false) {
    return (
      <Entrance title="Already set up">
        <Text>This gateway has an administrator.</Text>
        <LinkButton to="/sign-in" search={{ next: "/" }}>
          Sign in
        </LinkButton>
      </Entrance>
    );
  }
  if (code === "") {
    return (
      <Entrance title="Set up Sluice">
        <ErrorAlert error={status.error} />
        <Text>
          The first administrator is made with a link that the gateway prints when it starts. Open
          that link; it works once.
        </Text>
      </Entrance>
    );
  }
  const differs = again !== "" && again !== password;
  return (
    <Entrance title="Set up Sluice">
      <Text c="dimmed" size="sm">
        You become the first administrator. There is no default password.
      </Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (again === password) setUp.mutate({ code, name, password });
        }}
      >
        <Stack>
          <ErrorAlert error={setUp.error} />
          <TextInput
            label="Name"
            name="username"
            autoComplete="username"
            autoFocus
            required
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            description="At least 12 characters; a few words do well."
            name="new-password"
            autoComplete="new-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password again"
            name="repeat-password"
            autoComplete="new-password"
            required
            error={differs ? "The two differ." : null}
            value={again}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
          <Button type="submit" fullWidth loading={setUp.isPending} disabled={differs}>
            Create the administrator
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
};
