/** What a new gateway still needs before mail flows, each step with the page it is done on. */
import { Card, Code, List, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck, IconCircle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { z } from "zod";
import { trpc } from "../../api.ts";
import { HrefAnchor } from "../../ui/links.tsx";

/** What is read here of a listener and a domain; their whole schemas would load the language too. */
const PortOf = z.object({ port: z.int() });
const TransportOf = z.object({ transport: z.string().min(1) });

type Props = { readonly revision: number | null; readonly changes: number; readonly mail: number };

type Step = {
  readonly words: string;
  readonly done: boolean;
  readonly href: string | null;
  readonly help: ReactNode;
};

export const GettingStarted = ({ revision, changes, mail }: Props) => {
  const domains = useQuery(trpc.settings.list.queryOptions({ kind: "domain" }));
  const transports = useQuery(trpc.settings.list.queryOptions({ kind: "transport" }));
  const listeners = useQuery(trpc.settings.list.queryOptions({ kind: "listener" }));
  if (domains.data === undefined || transports.data === undefined) return null;
  const present = domains.data.filter(({ state }) => state !== "deleted");
  const port = PortOf.safeParse(listeners.data?.[0]?.body).data?.port ?? 2525;
  const domain = present[0]?.id ?? "example.org";
  const isRouted = present.some(({ body }) => TransportOf.safeParse(body).success);
  const hasTransport = transports.data.some(({ state }) => state !== "deleted");
  const steps: readonly Step[] = [
    {
      words: "Say where mail goes: a transport",
      done: hasTransport,
      href: hasTransport ? "/routing/transports" : "/routing/transports/~new",
      help: "The address and port of the mail server behind this gateway. Its page tests the connection.",
    },
    {
      words: "Say for whom: a domain with that transport",
      done: isRouted,
      href:
        present[0] === undefined
          ? "/routing/domains/~new"
          : `/routing/domains/${encodeURIComponent(present[0].id)}`,
      help: "Until there is one, every recipient is refused: nothing is relayed.",
    },
    {
      words: "Publish",
      // later changes wait for their own publishing; whoever has mail has begun
      done: isRouted && (revision ?? 0) > 1 && (changes === 0 || mail > 0),
      href: null,
      help: "The button with the number of changes, at the top of every page, shows what will change.",
    },
    {
      words: "Send a test message, and open it in History",
      done: mail > 0,
      href: "/mail/history",
      help: (
        <>
          {"From a machine that reaches the listener: "}
          <Code>{`swaks --server ${location.hostname}:${port} --to postmaster@${domain}`}</Code>
        </>
      ),
    },
  ];
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length) return null;
  return (
    <Card withBorder padding="md" component="section" aria-label="Getting started">
      <Title order={2}>Getting started</Title>
      <Text size="sm" c="dimmed" mb="sm">{`${done} of ${steps.length} done.`}</Text>
      <List spacing="sm" center={false} listStyleType="none">
        {steps.map(({ words, done: isDone, href, help }) => (
          <List.Item
            key={words}
            icon={
              <ThemeIcon
                size={22}
                radius="xl"
                variant="transparent"
                color={isDone ? "var(--tone-accept)" : "var(--tone-else)"}
              >
                {isDone ? <IconCheck size={18} /> : <IconCircle size={18} />}
              </ThemeIcon>
            }
          >
            <Text fw={600} size="sm">
              {href === null || isDone ? words : <HrefAnchor href={href}>{words}</HrefAnchor>}
              <span className="visually-hidden">{isDone ? ", done" : ", to do"}</span>
            </Text>
            {!isDone && (
              <Text size="sm" c="dimmed">
                {help}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </Card>
  );
};
