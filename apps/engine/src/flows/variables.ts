/**
 * What each kind of flow can read (`flow-schema/src/flows`): one small function for
 * each variable, called at most once a run and only when the script names it.
 */
import type { FlowKind } from "@sluice/flow-schema";
import type { Value } from "@sluice/hsl";
import type { AttemptResult, DeliveryInput } from "./delivery-input.ts";
import type { FlowHost } from "./flow-host.ts";
import type {
  AuthenticationInput,
  ConnectionFacts,
  ContentInput,
  RecipientInput,
} from "./flow-input.ts";
import {
  domainPart,
  listValue,
  localPart,
  recordValue,
  textRecordValue,
  textValue,
  transportName,
} from "./values.ts";

type Read<Input> = (input: Input, host: FlowHost) => Value;
type Table<Input> = Readonly<Record<string, Read<Input>>>;

const heloOf = (helo: string): Value =>
  helo === "" ? null : recordValue({ verb: "EHLO", host: textValue(helo) });
const sender = (host: FlowHost): string => host.facts.envelope?.sender ?? "";
const recipient = (host: FlowHost): string => host.facts.envelope?.recipient ?? "";

const address = (text: string): Value =>
  recordValue({ localpart: textValue(localPart(text)), domain: textValue(domainPart(text)) });

const session: Table<ConnectionFacts> = {
  senderip: (input, host) => host.facts.envelope?.clientAddress ?? input.clientAddress,
  senderport: (input) => input.clientPort,
  serverip: (input) => input.serverAddress,
  serverport: (input) => input.serverPort,
  serverid: (input) => `mailserver:${input.listenerId}`,
  senderhelo: (input, host) => textValue(host.facts.envelope?.helo ?? input.helo),
  tlsstarted: (input) => input.tls !== null,
  tlsprotocol: (input) => input.tls?.protocol ?? "",
  tlscipher: (input) => input.tls?.cipher ?? "",
  tlskeysize: (input) => input.tls?.keySize ?? 0,
  saslauthed: (input) => input.signIn !== null,
  saslusername: (input) => textValue(input.signIn),
  messageid: (input) => input.messageId ?? "",
  connection: (input, host) =>
    recordValue({
      id: input.sessionId,
      remoteip: host.facts.envelope?.clientAddress ?? input.clientAddress,
      remoteport: input.clientPort,
      remoteptr: null,
      localip: input.serverAddress,
      localport: input.serverPort,
      serverid: `mailserver:${input.listenerId}`,
      helo: heloOf(host.facts.envelope?.helo ?? input.helo),
      tls:
        input.tls === null
          ? null
          : recordValue({
              protocol: input.tls.protocol,
              cipher: input.tls.cipher,
              keysize: input.tls.keySize,
            }),
      auth:
        input.signIn === null
          ? null
          : recordValue({ mechanism: "", username: textValue(input.signIn) }),
    }),
};

const envelope: Table<unknown> = {
  sender: (_, host) => textValue(sender(host)),
  senderdomain: (_, host) => textValue(domainPart(sender(host))),
  senderlocalpart: (_, host) => textValue(localPart(sender(host))),
  recipient: (_, host) => textValue(recipient(host)),
  recipientdomain: (_, host) => textValue(domainPart(recipient(host))),
  recipientlocalpart: (_, host) => textValue(localPart(recipient(host))),
  transportid: (_, host) => transportName(host.facts.envelope?.transport ?? null),
};

const ipPolicy: Table<ConnectionFacts> = {
  ...session,
  protocol: () => "tcp",
  service: (input) => `mailserver:${input.listenerId}`,
  family: (input) => (input.clientAddress.includes(":") ? "ipv6" : "ipv4"),
  arguments: (input) =>
    recordValue({ remoteip: input.clientAddress, remoteport: input.clientPort }),
};

const authentication: Table<AuthenticationInput> = {
  ...session,
  saslusername: (input) => textValue(input.userName),
  saslpassword: (input) => textValue(input.password),
  saslmechanism: (input) => input.mechanism,
  saslstate: () => 0,
  saslresponse: (input) => textValue(`\0${input.userName}\0${input.password}`),
  arguments: (input) =>
    recordValue({
      username: textValue(input.userName),
      password: textValue(input.password),
      mechanism: input.mechanism,
      state: 0,
      response: textValue(`\0${input.userName}\0${input.password}`),
    }),
};

const transactionOf = (
  input: ConnectionFacts,
  host: FlowHost,
  recipients: readonly string[],
  parameters: Readonly<Record<string, string>>,
): Value =>
  recordValue({
    id: input.messageId ?? "",
    sender: textValue(sender(host)),
    senderaddress: address(sender(host)),
    senderparams: textRecordValue(parameters),
    recipients: listValue(recipients),
  });

const recipientTable: Table<RecipientInput> = {
  ...session,
  ...envelope,
  senderparams: (input) => textRecordValue(input.senderParameters),
  recipientparams: (input) => textRecordValue(input.recipientParameters),
  recipients: (input) => listValue(input.recipientsSoFar),
  transaction: (input, host) =>
    transactionOf(input, host, input.recipientsSoFar, input.senderParameters),
  arguments: (input, host) =>
    recordValue({
      recipient: textValue(recipient(host)),
      address: address(recipient(host)),
      params: textRecordValue(input.recipientParameters),
      transportid: transportName(host.facts.envelope?.transport ?? null),
    }),
};

const messageOf = (host: FlowHost, size: number): Value =>
  recordValue({
    id: recordValue({
      transaction: host.facts.messageId ?? "",
      queue: host.facts.queueId === null ? null : Number(host.facts.queueId),
    }),
    sender: textValue(sender(host)),
    recipient: textValue(recipient(host)),
    recipientaddress: address(recipient(host)),
    transportid: transportName(host.facts.envelope?.transport ?? null),
    jobid: "",
    size,
    dsn: null,
  });

const content: Table<ContentInput> = {
  ...session,
  ...envelope,
  recipients: (input) => listValue(input.recipients),
  recipientdomains: (input) =>
    listValue([...new Set(input.recipients.map((one) => domainPart(one).toLowerCase()))]),
  directprocessing: (input) => input.directProcessing,
  actionid: (_, host) => host.facts.content?.actions.length ?? 0,
  message: (input, host) => messageOf(host, input.content.size),
  transaction: (input, host) => transactionOf(input, host, input.recipients, {}),
  arguments: () => recordValue({}),
};

type Delivering = DeliveryInput & { readonly attempt?: AttemptResult | undefined };

const destinationOf = (text: string): { host: string; port: number } => {
  const [first = ""] = text.split(/[,;]/);
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(first.trim());
  return match === null
    ? { host: first.trim(), port: 25 }
    : { host: match[1] ?? match[2] ?? "", port: Number(match[3]) };
};

/** What happens after the attempt when the flow says nothing. */
const defaultAction = (input: Delivering): string => {
  const code = input.attempt?.code ?? 0;
  if (code >= 200 && code < 300) return "DELETE";
  return code >= 500 || input.attempt?.isLast === true ? "BOUNCE" : "RETRY";
};

const delivery: Table<Delivering> = {
  ...envelope,
  attempted: (input) => input.attempt !== undefined,
  messageid: (input) => input.messageId,
  queueid: (input) => Number(input.queueId),
  senderip: (input) => input.envelope.clientAddress,
  saslusername: (input) => textValue(input.envelope.signIn),
  retry: (input) => input.attempts,
  retries: (input) => input.maximumAttempts,
  receivedtime: (input) => input.receivedAt.getTime() / 1000,
  actionid: () => 0,
  destination: (input) => textValue(destinationOf(input.destination).host),
  destinationport: (input) => destinationOf(input.destination).port,
  sourceip: (input) => input.attempt?.sourceAddress ?? "",
  serverip: (input) => input.attempt?.nextHopAddress ?? "",
  serverport: (input) => input.attempt?.nextHopPort ?? 0,
  errorcode: (input) => input.attempt?.code ?? 0,
  errormsg: (input) => textValue(input.attempt?.text),
  errorndr: (input) => input.attempt?.enhancedStatus ?? "",
  transfertime: (input) => input.attempt?.transferSeconds ?? 0,
  action: defaultAction,
  message: (input, host) => messageOf(host, input.size),
  arguments: (input) =>
    recordValue({
      retry: input.attempts,
      expired: input.attempt?.isLast ?? false,
      action: defaultAction(input),
      attempt:
        input.attempt === undefined
          ? null
          : recordValue({
              result: recordValue({
                code: input.attempt.code,
                enhanced: input.attempt.enhancedStatus ?? "",
                reason: textValue(input.attempt.text),
              }),
              error: input.attempt.code === 0,
              connection: recordValue({
                remoteip: input.attempt.nextHopAddress,
                remoteport: input.attempt.nextHopPort,
                localip: input.attempt.sourceAddress,
              }),
              duration: input.attempt.transferSeconds,
            }),
      dsn: null,
    }),
};

const tableFor = <Input>(table: Table<Input>): ReadonlyMap<string, (host: FlowHost) => Value> =>
  new Map(
    Object.entries(table).map(([name, read]) => [
      name,
      // the runner of a kind builds its hosts with the input of that kind
      (host: FlowHost) => read(host.input as Input, host),
    ]),
  );

export const variablesOf: Readonly<
  Record<FlowKind, ReadonlyMap<string, (host: FlowHost) => Value>>
> = {
  "ip-policy": tableFor(ipPolicy),
  authentication: tableFor(authentication),
  recipient: tableFor(recipientTable),
  content: tableFor(content),
  delivery: tableFor(delivery),
};
