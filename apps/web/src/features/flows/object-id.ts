/** An id for a new object, made from its title; a number is added while it is taken. */
export const idFromTitle = (title: string, taken: ReadonlySet<string>): string => {
  const base =
    title
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 56)
      .replace(/-+$/, "") || "flow";
  if (!taken.has(base)) return base;
  for (let number = 2; ; number++) {
    const id = `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
};
