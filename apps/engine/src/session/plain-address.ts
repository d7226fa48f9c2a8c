import { isIP, SocketAddress } from "node:net";

/** One spelling for each address, so that counters and lists find it; IPv4 inside IPv6 is IPv4. */
export const plainAddress = (address: string | undefined): string => {
  if (address === undefined || !address.includes(":")) return address ?? "";
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (isIP(plain) !== 6) return plain;
  const short = new SocketAddress({ address: plain, family: "ipv6" }).address;
  return short.startsWith("::ffff:") && short.includes(".") ? short.slice(7) : short;
};
