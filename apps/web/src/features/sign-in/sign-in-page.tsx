import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient, trpc } from "../../api.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { safeNext } from "./after-sign-in.ts";
import { Entrance } from "./entrance.tsx";

const route = getRouteApi("/sign-in");

export const SignInPage = () => {
  const router = useRouter();
  const { next } = route.useSearch();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation(
    trpc.signIn.signIn.mutationOptions({
      onSuccess: async () => {
        queryClient.clear();
        await router.invalidate();
        router.history.push(safeNext(next));
      },
    }),
  );
  return (
    <Entrance title="Sign in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate({ name, password });
        }}
      >
        <Stack>
          <ErrorAlert error={signIn.error} />
          <TextInput
            label="Name"
            name="username"
            autoComplete="username"
            autoFocus
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" fullWidth loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
};
