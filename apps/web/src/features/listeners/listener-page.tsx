import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { trpc } from "../../api.ts";
import { ObjectPage } from "../settings-objects/object-page.tsx";
import { ReferenceField } from "../settings-objects/reference-field.tsx";
import { ReferenceListField } from "../settings-objects/reference-list-field.tsx";

export const ListenerPage = () => {
  const { id } = useParams({ from: "/shell/routing/listeners/$id" });
  const { data: status } = useQuery(trpc.listeners.status.queryOptions());
  const failures = (status ?? []).filter(
    ({ listener, state }) => listener === id && state === "failed",
  );
  return (
    <ObjectPage
      kind="listener"
      id={id}
      idHelp="Short and lasting, such as “inbound” or “submission”. Scripts name it mailserver:ID. Small letters, digits, dots and dashes."
      overrides={{
        "tls.certificates": (
          <ReferenceListField
            label="Certificates"
            help="The first is the default; others are chosen by the name the client asks for. Any mode but “Off” needs at least one."
            path={["tls", "certificates"]}
            reference="certificate"
          />
        ),
      }}
      after={{
        Flows: (
          <>
            <ReferenceField
              label="IP policy flow"
              help="Runs when a client connects. None: everybody may go on."
              path={["ipPolicyFlow"]}
              reference="flow"
              flowKind="ip-policy"
            />
            <ReferenceField
              label="Authentication flow"
              help="Runs when a client signs in. None: AUTH is not offered."
              path={["authenticationFlow"]}
              reference="flow"
              flowKind="authentication"
            />
            <ReferenceField
              label="Outbound transport"
              help="Mail of signed-in users for domains that are not ours leaves through this. None: it is refused."
              path={["outboundTransport"]}
              reference="transport"
            />
          </>
        ),
      }}
    >
      {failures.map(({ worker, error, address, port }) => (
        <Alert
          key={worker}
          color="red"
          variant="light"
          icon={<IconAlertTriangle />}
          title={`${worker} cannot open ${address}:${port}`}
        >
          {error ?? "It gave no reason."} Is another program on this port, or does Sluice lack the
          right to open it?
        </Alert>
      ))}
    </ObjectPage>
  );
};
