import { Button, Container } from "@mantine/core";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { ErrorAlert } from "../ui/error-alert.tsx";

/** Caught at the edge of a page: the rail stays usable. */
export const ErrorPage = ({ error, reset }: ErrorComponentProps) => {
  const router = useRouter();
  return (
    <Container size="sm" py={48}>
      <ErrorAlert error={error}>
        <Button
          mt="sm"
          size="xs"
          variant="default"
          onClick={() => {
            reset();
            void router.invalidate();
          }}
        >
          Try again
        </Button>
      </ErrorAlert>
    </Container>
  );
};
