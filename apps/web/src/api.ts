/** The one place that names the engine, by type only. */
import type { AppRouter, ErrorData, RouterInputs, RouterOutputs } from "@sluice/engine/api";
import { QueryCache, QueryClient } from "@tanstack/react-query";
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
  TRPCClientError,
} from "@trpc/client";
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { forwardOnly } from "./forward-only.ts";
import { proofLink } from "./proof-link.ts";
import { askProof } from "./shell/proof.ts";

export type { ErrorData, RouterInputs, RouterOutputs };
export type SignedInUser = NonNullable<RouterOutputs["signIn"]["status"]["user"]>;
export type Permission = SignedInUser["permissions"][number];
export type ObjectKind = RouterInputs["settings"]["list"]["kind"];
export type DraftRow = RouterOutputs["settings"]["list"][number];
export type SettingsProblem = RouterOutputs["settings"]["problems"][number];
export type ObjectChange = RouterOutputs["settings"]["changes"][number];

const url = "/trpc";

export const api: TRPCClient<AppRouter> = createTRPCClient<AppRouter>({
  links: [
    forwardOnly(),
    proofLink(askProof),
    splitLink({
      condition: ({ type }) => type === "subscription",
      true: httpSubscriptionLink({ url }),
      false: httpBatchLink({ url, maxItems: 20 }),
    }),
  ],
});

/** What a failed call says, whatever failed; `code` is OFFLINE when nobody answered. */
export type ApiError = {
  readonly code: ErrorData["code"] | "OFFLINE";
  readonly message: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

export const readError = (error: unknown): ApiError => {
  if (error instanceof TRPCClientError) {
    const data = error.data as ErrorData | null | undefined; // the router's own error formatter made it
    if (data != null) return { code: data.code, message: error.message, detail: data.detail };
    return { code: "OFFLINE", message: "The gateway does not answer.", detail: {} };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "INTERNAL", message, detail: {} };
};

const isFinal = (error: unknown): boolean =>
  !["OFFLINE", "STORAGE_UNREACHABLE"].includes(readError(error).code);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && !isFinal(error),
    },
  },
  queryCache: new QueryCache({
    onError: (error) => {
      if (readError(error).code !== "UNAUTHORIZED") return;
      // The session is over: whoever shows the status leads to the sign-in page.
      void queryClient.invalidateQueries({ queryKey: trpc.signIn.status.queryKey() });
    },
  }),
});

export const trpc: TRPCOptionsProxy<AppRouter> = createTRPCOptionsProxy<AppRouter>({
  client: api,
  queryClient,
});
