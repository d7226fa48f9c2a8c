import { HslArray } from "../values/array.ts";
import { toText } from "../values/convert.ts";
import type { Value } from "../values/value.ts";
import { includesAddress, parseAddress, parseNetwork, reversedAddress } from "./address.ts";
import {
  gives,
  isGiven,
  optional,
  parameter,
  textAt,
  valueAt,
  wrongArgument,
} from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

const inNetworks = (ip: string, networks: Value): boolean => {
  const address = parseAddress(ip);
  const list = networks instanceof HslArray ? networks.toList() : [networks];
  for (const one of list) {
    const network = parseNetwork(toText(one));
    if (network === undefined) {
      throw wrongArgument(
        "in_network",
        1,
        `(network): "${toText(one).slice(0, 80)}" is no address, address/bits or first-last`,
      );
    }
    if (address !== undefined && includesAddress(network, address)) return true;
  }
  return false;
};

const normal = (domain: string): string => domain.toLowerCase().replace(/\.$/, "");

/** A leading dot asks for strictly below. */
const isSubdomain = (domain: string, of: string): boolean => {
  const child = normal(domain);
  const parent = normal(of);
  if (parent === "" || child === "") return false;
  if (parent.startsWith(".")) return child.endsWith(parent) && child.length > parent.length;
  return child === parent || child.endsWith(`.${parent}`);
};

export const networkFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "in_network",
      role: "function",
      summary: "Tells whether an IP address is in a network.",
      parameters: [
        parameter("ip", "string", "The address, IPv4 or IPv6."),
        parameter(
          "network",
          "string|array",
          'An address, "192.0.2.0/24" or "192.0.2.1-192.0.2.9"; or a list of these.',
        ),
      ],
      returns: gives("boolean", "True when it is; false for the other family and for no address."),
      aliases: ["inet_includes"],
      errors: "A network that cannot be read is an error.",
      since: "classic",
      example: {
        script:
          'echo in_network("192.0.2.7", "192.0.2.0/24"); echo in_network("2001:db8::1", "10.0.0.0/8");',
        log: ["1", "0"],
      },
    },
    (args) => inNetworks(textAt(args, 0).trim(), valueAt(args, 1)),
  ),
  defineFunction(
    {
      name: "is_subdomain",
      role: "function",
      summary: "Tells whether a domain is another one or below it.",
      parameters: [
        parameter("domain", "string", "The domain to look at."),
        parameter("parent", "string", "The other one; with a leading dot, only what is below it."),
      ],
      returns: gives(
        "boolean",
        "True when it is; capital letters and a dot at the end do not matter.",
      ),
      aliases: ["domain_includes"],
      since: "classic",
      example: {
        script:
          'echo is_subdomain("mx.Example.com", "example.com"); echo is_subdomain("badexample.com", "example.com");',
        log: ["1", "0"],
      },
    },
    (args) => isSubdomain(textAt(args, 0), textAt(args, 1)),
  ),
  defineFunction(
    {
      name: "inet_reverse",
      role: "function",
      summary: "Writes an IP address backwards, as DNS is asked for it.",
      parameters: [
        parameter("ip", "string", "The address, IPv4 or IPv6."),
        optional("zone", "string", "What follows; in-addr.arpa or ip6.arpa when left out."),
      ],
      returns: gives("string", "The name."),
      errors: "A text that is no address is an error.",
      source: "RFC 1035 §3.5, RFC 5782 §2",
      since: "modern",
      example: {
        script: 'echo inet_reverse("192.0.2.7"); echo inet_reverse("192.0.2.7", "bl.example");',
        log: ["7.2.0.192.in-addr.arpa", "7.2.0.192.bl.example"],
      },
    },
    (args) => {
      const address = parseAddress(textAt(args, 0).trim());
      if (address === undefined) throw wrongArgument("inet_reverse", 0, "(ip) is no IP address");
      const arpa = address.family === 4 ? "in-addr.arpa" : "ip6.arpa";
      const zone = isGiven(args, 1) ? textAt(args, 1) : arpa;
      return zone === "" ? reversedAddress(address) : `${reversedAddress(address)}.${zone}`;
    },
  ),
];
