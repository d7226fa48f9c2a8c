/** The keys of one signer, and what is loaded anew when they change. */
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { queryClient, type RouterOutputs, trpc } from "../../api.ts";

export type SigningKeyView = RouterOutputs["signers"]["keys"][number];
export type KeyUse = SigningKeyView["use"];

export const useSigningKeys = (
  id: string | null,
): UseQueryResult<readonly SigningKeyView[], unknown> =>
  useQuery({ ...trpc.signers.keys.queryOptions({ id: id ?? "" }), enabled: id !== null });

export const refreshSigners = async (): Promise<void> => {
  await Promise.all(
    [trpc.signers.pathKey(), trpc.settings.pathKey(), trpc.secrets.pathKey()].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
};
