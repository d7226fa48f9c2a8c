import { Autocomplete, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api.ts";

type Props = {
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
};

const shown = 50;

/** The id of a message whose content is here: in the queue, or held in a quarantine. */
export const StoredMessageInput = ({ value, error, onChange }: Props) => {
  const stored = useQuery({
    queryKey: ["scripting", "stored-messages"],
    queryFn: async () => {
      const [queued, held] = await Promise.all([
        api.queue.list.query({ limit: shown }),
        api.quarantine.list.query({ limit: shown }),
      ]);
      return new Map([...queued.rows, ...held.rows].map((row) => [row.messageId, row] as const));
    },
    staleTime: 30_000,
  });
  return (
    <Autocomplete
      label="Stored message"
      description="The script then sees that message, as long as it is in the queue or in a quarantine. Empty: a sample."
      placeholder="Message id"
      value={value}
      error={error}
      limit={shown}
      maxDropdownHeight={320}
      data={[...(stored.data?.keys() ?? [])]}
      filter={({ options, search }) =>
        options.filter((option) => {
          if ("items" in option) return false;
          const row = stored.data?.get(option.value);
          const text = `${option.value} ${row?.subject} ${row?.sender} ${row?.recipient}`;
          return text.toLowerCase().includes(search.trim().toLowerCase());
        })
      }
      renderOption={({ option }) => {
        const row = stored.data?.get(option.value);
        return (
          <div>
            <Text size="sm" lineClamp={1}>
              {row === undefined || row.subject === "" ? "No subject" : row.subject}
            </Text>
            <Text size="xs" c="dimmed" lineClamp={1}>
              {row?.sender || "<>"} → {row?.recipient}
            </Text>
          </div>
        );
      }}
      onChange={onChange}
    />
  );
};
