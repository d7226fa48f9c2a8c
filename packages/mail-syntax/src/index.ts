export * from "./address-list.ts";
export * from "./date.ts";
export * from "./delivery-status.ts";
export * from "./encoded-word.ts";
export * from "./header.ts";
export * from "./header-edit.ts";
export * from "./idna.ts";
export * from "./key-record.ts";
export {
  addressOfLiteral,
  domainOf,
  formatMailbox,
  isAddressLiteral,
  isDomain,
  type Mailbox,
  mailboxLimits,
  parseMailbox,
} from "./mailbox.ts";
export {
  decodeUtf8,
  encodeUtf8,
  isAscii,
  isUtf8,
  toByteString,
  toOctets,
  utf8Length,
} from "./octets.ts";
export * from "./path.ts";
export * from "./reply.ts";
export * from "./status-code.ts";
export * from "./xtext.ts";
