/** Addresses that public names must not lead us to: loopback, private, link-local and their kin (RFC 6890). */
import { includesAddress, parseAddress, parseNetwork } from "@sluice/hsl";

const special = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
  "::/127",
  "64:ff9b::/96",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
].flatMap((text) => parseNetwork(text) ?? []);

/** True for anything that is no public unicast address, mapped IPv6 forms included. */
export const isSpecialAddress = (text: string): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  const address = parseAddress(mapped ?? text);
  return address === undefined || special.some((network) => includesAddress(network, address));
};
