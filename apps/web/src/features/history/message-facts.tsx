import { Mono } from "../../ui/mono.tsx";
import { byteSize } from "../../ui/size.ts";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import type { MessageView } from "../flow-editor/trace/trace-types.ts";
import "./message-page.css";

/** Who sent what to whom, from where. */
export const MessageFacts = ({ record }: { readonly record: MessageView["record"] }) => {
  const {
    at,
    sender,
    recipients,
    subject,
    size,
    clientAddress,
    helo,
    signIn,
    listener,
    messageId,
  } = record;
  return (
    <dl className="message-facts">
      <dt>Time</dt>
      <dd>
        <Time at={at} />
      </dd>
      <dt>Sender</dt>
      <dd>
        <Mono>{sender === null || sender === "" ? "<>" : visibleText(sender)}</Mono>
      </dd>
      <dt>{recipients.length === 1 ? "Recipient" : "Recipients"}</dt>
      <dd>
        {recipients.length === 0 && "none"}
        {recipients.map((recipient) => (
          <div key={recipient}>
            <Mono>{visibleText(recipient)}</Mono>
          </div>
        ))}
      </dd>
      {subject !== "" && (
        <>
          <dt>Subject</dt>
          <dd>
            <bdi>{visibleText(subject)}</bdi>
          </dd>
        </>
      )}
      {size > 0 && (
        <>
          <dt>Size</dt>
          <dd>{byteSize(size)}</dd>
        </>
      )}
      <dt>Client</dt>
      <dd>
        <Mono>{clientAddress ?? "unknown"}</Mono>
        {helo !== "" && (
          <>
            {" "}
            as <Mono>{visibleText(helo)}</Mono>
          </>
        )}
      </dd>
      {signIn !== null && (
        <>
          <dt>Signed in</dt>
          <dd>
            <Mono>{visibleText(signIn)}</Mono>
          </dd>
        </>
      )}
      <dt>Listener</dt>
      <dd>{listener}</dd>
      <dt>Message id</dt>
      <dd>
        <Mono>{messageId}</Mono>
      </dd>
    </dl>
  );
};
