import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient, readError, trpc } from "../../api.ts";
import { CodeInput } from "../../ui/code-input.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { safeNext } from "./after-sign-in.ts";
import { Entrance } from "./entrance.tsx";

const route = getRouteApi("/sign-in");

export const SignInPage = () => {
  const router = useRouter();
  const { next } = route.useSearch();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, setNeedsCode] = useState(false);
  const signIn = useMutation(
    trpc.signIn.signIn.mutationOptions({
      onError: (error) => {
        if (readError(error).code === "CODE_NEEDED") setNeedsCode(true);
      },
      onSuccess: async () => {
        queryClient.clear();
        await router.invalidate();
        router.history.push(safeNext(next));
      },
    }),
  );
  const isQuestion = signIn.error !== null && readError(signIn.error).code === "CODE_NEEDED";
  return (
    <Entrance title="Sign in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate({ name, password, ...(needsCode && { code }) });
        }}
      >
        <Stack>
          {!isQuestion && <ErrorAlert error={signIn.error} />}
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
          {needsCode && <CodeInput focused value={code} onChange={setCode} />}
          <Button type="submit" fullWidth loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
};
