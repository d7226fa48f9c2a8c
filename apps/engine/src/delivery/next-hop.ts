/** Which transport takes a copy, and the name of its next hop: what concurrency, back-off, pause and grouping go by. */
import { domainOf, parseMailbox } from "@sluice/mail-syntax";
import type { Settings } from "@sluice/settings";
import { destinationOf } from "./destination.ts";

/** As DNS knows it, small letters; a literal stays one; "" for what is no address. */
export const recipientDomain = (recipient: string): string => {
  const mailbox = parseMailbox(recipient);
  return mailbox === null ? "" : domainOf(mailbox).toLowerCase();
};

/** The transport's id, and behind it the domain where MX records of the recipient's domain decide. */
export const nextHopName = (
  settings: Settings,
  entry: { readonly transport: string | null; readonly recipient: string },
): string => {
  if (entry.transport === null) return "";
  const transport = settings.transports[entry.transport];
  if (transport === undefined) return entry.transport;
  const read = destinationOf(transport);
  const followsRecipient =
    read.ok && read.destination.kind === "lookup-mx" && read.destination.name === null;
  return followsRecipient
    ? `${entry.transport}/${recipientDomain(entry.recipient)}`
    : entry.transport;
};

/** The transport in a next hop's name. */
export const transportOfHop = (nextHop: string): string => nextHop.split("/", 1)[0] ?? "";

/**
 * The way out for mail that names no transport and is for no domain of ours: what
 * the listener sends out through, else the first transport that looks up MX.
 */
export const outboundTransport = (settings: Settings, listener: string | null): string | null => {
  const own = listener === null ? undefined : settings.listeners[listener]?.outboundTransport;
  if (own !== undefined) return own;
  const byMx = Object.keys(settings.transports)
    .sort()
    .find((id) => {
      const transport = settings.transports[id];
      if (transport === undefined) return false;
      const read = destinationOf(transport);
      return read.ok && read.destination.kind === "lookup-mx" && read.destination.name === null;
    });
  return byMx ?? null;
};

/** The delivery flow of a copy: its domain's, else its transport's. */
export const deliveryFlowId = (
  settings: Settings,
  entry: { readonly domain: string | null; readonly transport: string | null },
): string | undefined =>
  (entry.domain === null ? undefined : settings.domains[entry.domain]?.deliveryFlow) ??
  (entry.transport === null ? undefined : settings.transports[entry.transport]?.deliveryFlow);
