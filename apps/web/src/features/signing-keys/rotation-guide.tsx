/** How a key is changed for the next one, and at which step this domain is. */
import { List, Text, Title } from "@mantine/core";
import type { SigningKeyView } from "./signers-api.ts";

type Step = { readonly title: string; readonly words: string };

const steps: readonly Step[] = [
  {
    title: "Prepare the next key.",
    words: "Add a key of the same kind with a new selector. Nothing is signed with it yet.",
  },
  {
    title: "Publish its record.",
    words:
      "Put the TXT record into DNS and press Check DNS until it matches. Wait as long as the zone's TTL, so that every resolver has it.",
  },
  {
    title: "Activate it.",
    words:
      "Activate the next key and retire the old one, then publish the draft. Mail is signed with the next key from then on.",
  },
  {
    title: "Leave the old record in DNS for a week.",
    words:
      "Mail that was signed with the old key may wait in queues, and is verified when it arrives.",
  },
  {
    title: "Remove the old key.",
    words: "Remove it here, publish the draft, and take its record out of DNS.",
  },
];

/** null: there is nothing under way. */
const stepOf = (keys: readonly SigningKeyView[]): number | null => {
  const has = (use: SigningKeyView["use"]): boolean => keys.some((key) => key.use === use);
  if (has("prepared")) return 1;
  if (has("retired")) return 3;
  return null;
};

export const RotationGuide = ({ keys }: { readonly keys: readonly SigningKeyView[] }) => {
  const current = stepOf(keys);
  return (
    <section aria-labelledby="rotation">
      <Title order={2} size="h5" id="rotation" mb={4}>
        Changing a key
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        Change keys about once a year, and at once when a private key may have been seen.
      </Text>
      <List type="ordered" size="sm" spacing={4}>
        {steps.map(({ title, words }, index) => (
          <List.Item key={title} {...(index === current && { "aria-current": "step" as const })}>
            <strong>{title}</strong> {words}
            {index === current && (
              <Text span size="sm" fw={600}>
                {" "}
                ← You are here.
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </section>
  );
};
