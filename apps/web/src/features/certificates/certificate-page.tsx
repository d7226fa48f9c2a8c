import { useParams } from "@tanstack/react-router";
import { newObject } from "../settings-objects/object-kinds.ts";
import { ObjectPage } from "../settings-objects/object-page.tsx";
import { CertificateDetails } from "./certificate-details.tsx";
import { NewCertificate } from "./new-certificate.tsx";

export const CertificatePage = () => {
  const { id } = useParams({ from: "/shell/resources/certificates/$id" });
  if (id === newObject) return <NewCertificate />;
  return (
    <ObjectPage
      kind="certificate"
      id={id}
      idHelp=""
      overrides={{ certificate: null, request: null }}
    >
      <CertificateDetails id={id} />
    </ObjectPage>
  );
};
