import { useSuspenseQuery } from "@tanstack/react-query";
import { type Permission, type SignedInUser, trpc } from "../api.ts";

/** Who is signed in. Null for the moment in which a session has ended. */
export const useUser = (): SignedInUser | null =>
  useSuspenseQuery(trpc.signIn.status.queryOptions()).data.user;

export const useMay = (permission: Permission): boolean =>
  useUser()?.permissions.includes(permission) ?? false;
