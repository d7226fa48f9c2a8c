/** Under the content flow of a domain: whether one answer after DATA serves all recipients, and what hinders it. */
import { Text } from "@mantine/core";
import { Domain } from "@sluice/settings";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../api.ts";
import { objectLink } from "../../shell/object-links.ts";
import { HrefAnchor } from "../../ui/links.tsx";
import { useObjectForm } from "../settings-objects/object-form-context.ts";

export const OneReplyNote = () => {
  const { value } = useObjectForm();
  const { contentFlow, oneReply } = Domain.safeParse(value).data ?? {};
  const { data } = useQuery({
    ...trpc.domains.oneReply.queryOptions({ contentFlow: contentFlow ?? "none" }),
    enabled: contentFlow !== undefined,
    retry: false,
  });
  if (contentFlow === undefined || data === undefined || data.kind === "unknown") return null;
  if (data.kind === "once") {
    return (
      <Text size="sm" c="dimmed">
        It does not look at the recipient: it runs once for a message, and all recipients share the
        answer after DATA.
      </Text>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      It looks at the recipient (
      {data.reasons.map(({ what, nodes }, index) => (
        <span key={what}>
          {index > 0 && ", "}
          {what}
          {nodes.length === 0 && " in an included file"}
          {nodes.map(({ node, title }, place) => (
            <span key={node}>
              {place === 0 ? " in " : ", "}
              <HrefAnchor
                href={objectLink("flow", { id: contentFlow, node }) ?? "/"}
                size="sm"
                underline="always"
              >
                {title}
              </HrefAnchor>
            </span>
          ))}
        </span>
      ))}
      ), so it runs for each recipient.{" "}
      {oneReply === "merge"
        ? "They share one answer after DATA: Reject before Defer, Quarantine, Delete, Deliver."
        : "A client that names several is asked to send them apart (452), for there is one answer after DATA."}{" "}
      Without direct processing, and with LMTP, each ends on its own.
    </Text>
  );
};
