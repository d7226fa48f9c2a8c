/** An id for a file of this name: small letters, digits, dots and dashes. */
export const fileId = (name: string): string => {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 64)
    .replace(/[.-]+$/, "");
  return id === "" ? "file" : id;
};
