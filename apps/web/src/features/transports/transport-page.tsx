import { useParams } from "@tanstack/react-router";
import { api } from "../../api.ts";
import { CheckPanel } from "../settings-objects/check-panel.tsx";
import { ObjectPage } from "../settings-objects/object-page.tsx";
import { ReferenceField } from "../settings-objects/reference-field.tsx";
import { SecretField } from "../settings-objects/secret-field.tsx";

export const TransportPage = () => {
  const { id } = useParams({ from: "/shell/routing/transports/$id" });
  return (
    <ObjectPage
      kind="transport"
      id={id}
      idHelp="Short and lasting, such as “internal” or “world”. Domains choose it; scripts name it mailtransport:ID. Small letters, digits, dots and dashes."
      after={{
        "": (
          <ReferenceField
            label="Fallback"
            help="Tried when this destination cannot be reached. None: the mail waits for the next attempt."
            path={["fallback"]}
            reference="transport"
          />
        ),
        TLS: (
          <ReferenceField
            label="Client certificate"
            help="Shown to servers that ask for one."
            path={["tls", "certificate"]}
            reference="certificate"
          />
        ),
        "Sign-in": (
          <SecretField
            label="Password"
            help="For SMTP AUTH, with the user name above."
            kind="transport"
            field="password"
          />
        ),
      }}
    >
      <CheckPanel
        title="Test the transport"
        help="Connects, says EHLO, starts TLS and signs in as delivery would. No mail is sent."
        lookupLabel="Recipient's domain"
        lookupHelp="For “lookup-mx”: whose mail servers to ask for."
        action="Test now"
        secretField="password"
        run={(input) => api.transports.test.mutate(input)}
      />
    </ObjectPage>
  );
};
