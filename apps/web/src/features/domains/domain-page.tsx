import { useParams } from "@tanstack/react-router";
import { ObjectPage } from "../settings-objects/object-page.tsx";
import { ReferenceField } from "../settings-objects/reference-field.tsx";
import { OneReplyNote } from "./one-reply-note.tsx";

export const DomainPage = () => {
  const { id } = useParams({ from: "/shell/routing/domains/$id" });
  return (
    <ObjectPage
      kind="domain"
      id={id}
      idLabel="Name in the settings"
      idHelp="As a rule the domain itself: what stands after the @ of an address, such as example.org, or “any” for every domain without an entry of its own. When the same domain stands on several listeners, or its name has letters beyond a to z, choose another name here and write the domain below."
      after={{
        Listener: (
          <ReferenceField
            label="Listener"
            help="Only for mail that comes in there. None: for every listener."
            path={["listener"]}
            reference="listener"
          />
        ),
        Flows: (
          <>
            <ReferenceField
              label="Recipient flow"
              help="Decides at RCPT who is known. None: every user of the domain is accepted."
              path={["recipientFlow"]}
              reference="flow"
              flowKind="recipient"
            />
            <ReferenceField
              label="Mail content flow"
              help="Decides after DATA. None: everything is delivered."
              path={["contentFlow"]}
              reference="flow"
              flowKind="content"
            />
            <OneReplyNote />
            <ReferenceField
              label="Delivery flow"
              help="Runs around each attempt to deliver. None: the transport's own settings count."
              path={["deliveryFlow"]}
              reference="flow"
              flowKind="delivery"
            />
          </>
        ),
        Delivery: (
          <ReferenceField
            label="Transport"
            help="Where mail for this domain goes, unless a flow chooses another."
            path={["transport"]}
            reference="transport"
          />
        ),
      }}
    />
  );
};
