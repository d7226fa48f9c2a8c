import { useParams } from "@tanstack/react-router";
import { api } from "../../api.ts";
import { CheckPanel } from "../settings-objects/check-panel.tsx";
import { ObjectPage } from "../settings-objects/object-page.tsx";
import { SecretField } from "../settings-objects/secret-field.tsx";

export const DirectoryPage = () => {
  const { id } = useParams({ from: "/shell/resources/directories/$id" });
  return (
    <ObjectPage
      kind="directory"
      id={id}
      initial={{ servers: [""] }}
      idHelp="Short and lasting, such as “main”. Blocks choose it; scripts name it ldap:ID. Small letters, digits, dots and dashes."
      after={{
        "": (
          <SecretField
            label="Bind password"
            help="Of the bind DN above."
            kind="directory"
            field="bindPassword"
          />
        ),
      }}
    >
      <CheckPanel
        title="Test the profile"
        help="Connects, binds, and searches once when there is a value to look up."
        lookupLabel="Value to look up"
        lookupHelp="Takes the place of %s in the query: an address, for example."
        action="Test now"
        secretField="bindPassword"
        run={(input) => api.directories.test.mutate(input)}
      />
    </ObjectPage>
  );
};
