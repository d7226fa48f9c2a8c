export * from "./from-files.ts";
export * from "./objects.ts";
export * from "./paths.ts";
export * from "./to-files.ts";
