/** The query with one field's term set; an earlier term of that field goes. */
export const withTerm = (query: string, field: string, value: string): string => {
  const rest = query
    .replace(new RegExp(`(^|\\s)-?${field}:("[^"]*"|\\S+)`, "g"), " ")
    .replace(/\s+/g, " ")
    .trim();
  return [rest, `${field}:${value}`].filter((part) => part !== "").join(" ");
};
