/** What somebody typed into the search is, besides a name: each reading with where it leads. */
export type Reading = {
  readonly label: string;
  readonly description: string;
  readonly href: string;
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=$|:\d+$)/i;
const ipv4 = /^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/;
const ipv6 = /^(?=.*:.*:)[0-9a-f:.]+(\/\d{1,3})?$/i;
const domain = /^(?=.*\.)[\p{L}\p{N}.-]+$/u;

export const recognise = (typed: string): readonly Reading[] => {
  const text = typed.trim();
  if (text === "") return [];
  const id = uuid.exec(text)?.[0]?.toLowerCase();
  if (id !== undefined) {
    return [
      {
        label: `Message ${id}`,
        description: "A message id: opens what happened to it",
        href: `/mail/m/${id}`,
      },
    ];
  }
  if (ipv4.test(text) || ipv6.test(text)) {
    return [inHistory(`Mail from the client ${text}`, "An address of a client", `ip:${text}`)];
  }
  if (/^\d{1,19}$/.test(text)) {
    return [
      {
        label: `Lines about queue id ${text}`,
        description: "A number: looked up as a queue id in the log",
        href: `/logs?q=${encodeURIComponent(`"${text}"`)}`, // in quotes: an address takes a bare number for one
      },
    ];
  }
  const isAddress = /^[^\s@]*@[^\s@]+$/.test(text);
  if (isAddress || domain.test(text)) {
    const value = isAddress ? text : `@${text}`;
    const what = isAddress ? "A mail address" : "A domain";
    return [
      inHistory(`Mail from ${text}`, what, `from:${value}`),
      inHistory(`Mail to ${text}`, what, `to:${value}`),
    ];
  }
  return [];
};

const inHistory = (label: string, what: string, query: string): Reading => ({
  label,
  description: `${what}: opens History`,
  href: `/mail/history?q=${encodeURIComponent(query)}`,
});
