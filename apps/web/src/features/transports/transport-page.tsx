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
          <>
            <ReferenceField
              label="Fallback"
              help="Takes the mail while no host of this destination can be reached. What a host answers, even “try again later”, stands. None: the mail waits for the next attempt."
              path={["fallback"]}
              reference="transport"
            />
            <ReferenceField
              label="Delivery flow"
              help="Runs before and after each attempt, for recipients whose domain has none of its own."
              path={["deliveryFlow"]}
              reference="flow"
              flowKind="delivery"
            />
          </>
        ),
        TLS: (
          <>
            <ReferenceField
              label="Server's certificate"
              help="The certificate the server must show, under any name, or the authority that signed it. With “Required” it is asked for as well. None: the authorities that the world trusts."
              path={["tls", "certificate"]}
              reference="certificate"
            />
            <ReferenceField
              label="Client certificate"
              help="Shown to servers that ask for one. It needs its private key here."
              path={["tls", "clientCertificate"]}
              reference="certificate"
            />
          </>
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
        help="Looks the hosts up, connects to each, says EHLO, starts TLS and signs in as delivery would, and shows what each step answered. No mail is sent."
        lookupLabel="Recipient's domain"
        lookupHelp="For “lookup-mx”: whose mail servers to ask for."
        action="Test now"
        secretField="password"
        run={(input) => api.transports.test.mutate(input)}
      />
    </ObjectPage>
  );
};
