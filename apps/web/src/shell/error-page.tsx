import { Alert, Button, Container, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { ErrorAlert } from "../ui/error-alert.tsx";
import { isPartMissing } from "./missing-part.ts";

/** Caught at the edge of a page: the rail stays usable. */
export const ErrorPage = ({ error, reset }: ErrorComponentProps) => {
  const router = useRouter();
  return (
    <Container size="sm" py={48}>
      {isPartMissing(error) ? (
        <MissingPart />
      ) : (
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
      )}
    </Container>
  );
};

/** A part of the app did not come: nobody answered, or the gateway has a newer one. Loading anew serves both. */
const MissingPart = () => {
  useEffect(() => {
    const again = (): void => location.reload();
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, []);
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconPlugConnectedX />}
      title="This page could not be loaded"
    >
      <Text size="sm">
        The gateway does not answer, or it was upgraded since you opened this window. Nothing you
        saved is lost.
      </Text>
      <Button mt="sm" size="xs" variant="default" onClick={() => location.reload()}>
        Load again
      </Button>
    </Alert>
  );
};
