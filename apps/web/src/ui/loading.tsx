import { Center, Loader } from "@mantine/core";

export const Loading = ({ label = "Loading" }: { readonly label?: string }) => (
  <Center py={64} role="status" aria-label={label}>
    <Loader size="sm" />
  </Center>
);
