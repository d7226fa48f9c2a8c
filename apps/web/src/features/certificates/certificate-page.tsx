import { useParams } from "@tanstack/react-router";
import { ObjectPage } from "../settings-objects/object-page.tsx";
import { SecretField } from "../settings-objects/secret-field.tsx";

export const CertificatePage = () => {
  const { id } = useParams({ from: "/shell/resources/certificates/$id" });
  return (
    <ObjectPage
      kind="certificate"
      id={id}
      initial={{ certificate: "" }}
      idHelp="Short and lasting, such as “main”. Listeners choose it; scripts name it pki:ID. Small letters, digits, dots and dashes."
      after={{
        "": (
          <SecretField
            label="Private key"
            help="PEM. Without it the certificate is one of another server, to be pinned by a transport."
            kind="certificate"
            field="privateKey"
            multiline
          />
        ),
      }}
    />
  );
};
