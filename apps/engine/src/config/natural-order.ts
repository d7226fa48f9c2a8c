/** Names as a person sorts them: customer-2 before customer-10. */
const collator = new Intl.Collator("en", { numeric: true });

export const byNaturalOrder = (a: string, b: string): number => collator.compare(a, b);
