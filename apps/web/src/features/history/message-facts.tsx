import { CopyButton } from "../../ui/copy-button.tsx";
import { MailOutcomePill } from "../../ui/mail-outcome.tsx";
import { Mono } from "../../ui/mono.tsx";
import { byteSize } from "../../ui/size.ts";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import type { MessageView } from "../flow-editor/trace/trace-types.ts";
import { recipientOutcomes } from "./recipient-outcomes.ts";
import "./message-page.css";

/** Who sent what to whom, from where. */
export const MessageFacts = ({ view }: { readonly view: MessageView }) => {
  const { record } = view;
  const recipients = recipientOutcomes(view);
  const isAlike = new Set(recipients.map(({ outcome }) => outcome)).size <= 1;
  const { at, sender, subject, size, clientAddress, helo, signIn, listener, messageId } = record;
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
        {recipients.map(({ recipient, outcome, reply }) => (
          <div key={recipient} className="message-recipient">
            <Mono>{visibleText(recipient)}</Mono>
            {!isAlike && (
              <>
                <MailOutcomePill outcome={outcome} />
                {reply !== null && <span className="message-reply">{visibleText(reply)}</span>}
              </>
            )}
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
        <Mono>{messageId}</Mono> <CopyButton text={messageId} label="Copy the message id" />
      </dd>
    </dl>
  );
};
