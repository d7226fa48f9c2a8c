import { useParams } from "@tanstack/react-router";
import { ObjectPage } from "../settings-objects/object-page.tsx";
import { KeysPanel } from "./keys-panel.tsx";
import { RewritingKey } from "./rewriting-key.tsx";

export const SignerPage = () => {
  const { id } = useParams({ from: "/shell/resources/signing-keys/$id" });
  return (
    <ObjectPage
      kind="signer"
      id={id}
      initial={{ domain: "" }}
      idHelp="Short and lasting; the domain's name serves. Blocks choose it; scripts name it signer:ID. Small letters, digits, dots and dashes."
    >
      <KeysPanel />
      <RewritingKey />
    </ObjectPage>
  );
};
