import { useParams } from "@tanstack/react-router";
import { ObjectPage } from "../settings-objects/object-page.tsx";
import { ReferenceField } from "../settings-objects/reference-field.tsx";

export const QuarantineFolderPage = () => {
  const { id } = useParams({ from: "/shell/resources/quarantines/$id" });
  return (
    <ObjectPage
      kind="quarantine"
      id={id}
      initial={{ title: "" }}
      idHelp="Short and lasting, such as “spam”. Blocks choose it; scripts name it mailquarantine:ID. Small letters, digits, dots and dashes."
      after={{
        "": (
          <ReferenceField
            label="Transport of released mail"
            help="None: that of the recipient's domain."
            path={["transport"]}
            reference="transport"
          />
        ),
      }}
    />
  );
};
