/** What browsers and the bundler say when a script or a style of the app cannot be fetched. */
const words =
  /dynamically imported module|Importing a module script failed|Unable to preload CSS|Failed to fetch dynamically/i;

export const isPartMissing = (error: unknown): boolean =>
  error instanceof Error && words.test(error.message);
