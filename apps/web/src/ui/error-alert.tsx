import { Alert, List, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { z } from "zod";
import { readError } from "../api.ts";
import { errorWords } from "./error-words.ts";

type Props = {
  readonly error: unknown;
  /** Something to do about it. */
  readonly children?: ReactNode;
};

const Detail = z.object({
  issues: z
    .array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() }))
    .optional(),
  usedBy: z.array(z.object({ kind: z.string(), id: z.string() })).optional(),
});

/** A failed call in words, chosen by its code. Draws nothing when there is no error. */
export const ErrorAlert = ({ error, children }: Props) => {
  if (error === null || error === undefined) return null;
  const read = readError(error);
  const { title, cure } = errorWords(read);
  const detail = Detail.safeParse(read.detail);
  const issues = detail.data?.issues ?? [];
  const usedBy = detail.data?.usedBy ?? [];
  return (
    <Alert color="red" variant="light" title={title} icon={<IconAlertTriangle />} role="alert">
      {issues.length === 0 && usedBy.length === 0 && <Text size="sm">{read.message}</Text>}
      {cure !== undefined && <Text size="sm">{cure}</Text>}
      {issues.length > 0 && (
        <List size="sm">
          {issues.map(({ path, message }) => (
            <List.Item key={`${path.join(".")} ${message}`}>
              {path.length > 0 && <strong>{path.join(" › ")}: </strong>}
              {message}
            </List.Item>
          ))}
        </List>
      )}
      {usedBy.length > 0 && (
        <List size="sm">
          {usedBy.map(({ kind, id }) => (
            <List.Item key={`${kind}/${id}`}>{`${kind} ${id}`}</List.Item>
          ))}
        </List>
      )}
      {children}
    </Alert>
  );
};
