import type { ReactNode } from "react";

/** Addresses, ids and replies: monospace, and never turned round by mixed writing directions. */
export const Mono = ({ children }: { readonly children: ReactNode }) => (
  <bdi style={{ fontFamily: "var(--mantine-font-family-monospace)", fontSize: "0.95em" }}>
    {children}
  </bdi>
);
