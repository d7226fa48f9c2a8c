import ipaddr from "ipaddr.js";

/** Whether the text is an address, a network in CIDR form, or a range `a-b` of one family. */
export const isNetwork = (text: string): boolean => {
  if (text.includes("/")) return ipaddr.isValidCIDR(text);
  const [first = "", last, ...more] = text.split("-").map((part) => part.trim());
  if (more.length > 0 || !isAddress(first)) return false;
  return (
    last === undefined ||
    (isAddress(last) && ipaddr.parse(first).kind() === ipaddr.parse(last).kind())
  );
};

// The library also reads 0x7f.1 and 127.1, which nobody writes in a list.
const isAddress = (text: string): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(":") && ipaddr.IPv6.isValid(text));
