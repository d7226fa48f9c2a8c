export * from "./block.ts";
export * from "./compile.ts";
export * from "./field.ts";
export * from "./flow.ts";
export * from "./flow-kind.ts";
export * from "./problem.ts";
export * from "./services.ts";
