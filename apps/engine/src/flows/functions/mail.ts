/** mail and GetMailQueueMetric (`hsl.md` §7.8, §8.4). */
import { decodeBytes, type FunctionBody, HslArray, ScriptError, toText } from "@sluice/hsl";
import { GatewayError } from "../../errors.ts";
import { optionNumber, optionsAt, optionText, textAt } from "../arguments.ts";
import { flowHost } from "../flow-host.ts";
import type { OwnMail } from "../host/own-mail.ts";
import { objectId, textValue } from "../values.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

const textsOf = (value: unknown): Record<string, string> =>
  value instanceof HslArray
    ? Object.fromEntries(
        [...value].map(([key, inner]) => [decodeBytes(String(key)), decodeBytes(toText(inner))]),
      )
    : {};

export const mailFunctions = ({ mail }: { mail: OwnMail }): Bodies => ({
  mail: async (args, run) => {
    const host = flowHost(run);
    const options = optionsAt(args, 4);
    const transport = optionText(options, "transportid");
    const headers = Object.entries(textsOf(options.get("headers")));
    for (const [name, value] of headers) {
      if (!/^[!-9;-~]{1,76}$/.test(name) || /[\r\n\0]/.test(value)) {
        throw new ScriptError("wrong-argument", `mail: ${JSON.stringify(name)} is no header field`);
      }
    }
    const [subject, sender, recipient] = [textAt(args, 2), textAt(args, 0), textAt(args, 1)];
    const names = [optionText(options, "sender_name"), optionText(options, "recipient_name")];
    if ([subject, sender, recipient, ...names].some((text) => /[\r\n\0]/.test(text ?? ""))) {
      throw new ScriptError("wrong-argument", "mail: an address or the subject has a line break");
    }
    if (host.observer.isDry) {
      host.note("info", `mail to ${textValue(recipient)} is not sent in a dry run`);
      return "";
    }
    try {
      const id = await mail.send({
        sender,
        recipient,
        subject,
        body: textAt(args, 3),
        senderName: names[0] ?? "",
        recipientName: names[1] ?? "",
        transport: transport === undefined ? null : objectId("mailtransport", transport),
        headers,
        metadata: textsOf(options.get("metadata")),
        hostName: host.hostName,
        revision: host.snapshot.revision,
        flow: host.flow.id,
      });
      return id;
    } catch (error) {
      if (error instanceof GatewayError) throw new ScriptError("mail-failed", error.message);
      throw error;
    }
  },
  GetMailQueueMetric: async (args) => {
    const options = optionsAt(args, 0);
    const given = options.get("filter");
    const filter = given instanceof HslArray ? given : new HslArray();
    const transport = optionText(filter, "transportid");
    const metadata = Object.entries(textsOf(filter)).flatMap(([key, value]) =>
      key.startsWith("metadata.") ? [[key.slice("metadata.".length), value] as const] : [],
    );
    return mail.metric({
      metric: optionText(options, "metric") === "bytes" ? "bytes" : "count",
      filter: {
        sender: optionText(filter, "sender"),
        senderDomain: optionText(filter, "senderdomain"),
        recipientDomain: optionText(filter, "recipientdomain"),
        transport: transport === undefined ? undefined : objectId("mailtransport", transport),
        retry: optionNumber(filter, "retry"),
        metadata: Object.fromEntries(metadata),
      },
    });
  },
});
