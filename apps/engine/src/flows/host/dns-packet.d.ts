/** The part of dns-packet that we use; the package has no types of its own. */
declare module "dns-packet" {
  export type Question = { name: string; type: string; class?: string };
  export type Answer = {
    name: string;
    type: string;
    ttl?: number;
    class?: string;
    data?: unknown;
    flag_do?: boolean;
    udpPayloadSize?: number;
    extendedRcode?: number;
    ednsVersion?: number;
    flags?: number;
    options?: unknown[];
  };
  export type Packet = {
    type?: "query" | "response";
    id?: number;
    flags?: number;
    rcode?: string;
    flag_tc?: boolean;
    flag_ad?: boolean;
    flag_aa?: boolean;
    questions?: Question[];
    answers?: Answer[];
    authorities?: Answer[];
    additionals?: Answer[];
  };
  export const RECURSION_DESIRED: number;
  export const AUTHENTIC_DATA: number;
  export const DNSSEC_OK: number;
  export const encode: (packet: Packet) => Buffer;
  export const decode: (bytes: Uint8Array) => Packet;
}
