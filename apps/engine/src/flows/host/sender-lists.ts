/**
 * Lists of senders that are refused or welcome: a stored file, one sender a line, or a
 * recipient and a sender. A sender is an address, a domain (`example.org`, `%@example.org`)
 * or `*`; so is a recipient. Lines that begin with `//` or `#` are remarks.
 */

export type SenderList = { readonly has: (sender: string, recipient: string) => boolean };

/** An address as it is, a domain as `@domain`, everybody as `*`. */
const patternOf = (word: string): string => {
  const lower = word.toLowerCase();
  if (lower === "*" || lower === "%" || lower === "%@%") return "*";
  const domain = /^(?:[%*]?@)?([^@%*]+)$/.exec(lower)?.[1];
  return domain === undefined || lower === "<>" ? lower : `@${domain}`;
};

/** What an address is listed under. */
const namesOf = (address: string): string[] => {
  const lower = address === "" ? "<>" : address.toLowerCase();
  const at = lower.lastIndexOf("@");
  // a null sender is nobody: only what names it means it
  return at < 0 ? [lower] : [lower, lower.slice(at), "*"];
};

export const parseSenderList = (content: Buffer): SenderList => {
  const senders = new Map<string, Set<string>>();
  for (const line of content.toString("utf8").split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "" || /^(?:\/\/|#)/.test(words[0] ?? "")) continue;
    const [first = "", second] = words;
    const [recipient, sender] = second === undefined ? ["*", first] : [first, second];
    const pattern = patternOf(recipient);
    const listed = senders.get(pattern) ?? new Set<string>();
    listed.add(patternOf(sender));
    senders.set(pattern, listed);
  }
  return {
    has: (sender, recipient) => {
      const names = namesOf(sender);
      return [...namesOf(recipient), "*"].some((name) => {
        const listed = senders.get(name);
        return listed !== undefined && names.some((one) => listed.has(one));
      });
    },
  };
};
