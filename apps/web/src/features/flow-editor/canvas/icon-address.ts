/** Pictures that scripts name: fetched once by the gateway, shown from its copy. */
import { createContext, use } from "react";

/** URL of a picture → address of the gateway's copy. */
export const IconAddresses = createContext<ReadonlyMap<string, string>>(new Map());

export const useIconAddress = (url: string | undefined): string | null => {
  const addresses = use(IconAddresses);
  return url === undefined ? null : (addresses.get(url) ?? null);
};
