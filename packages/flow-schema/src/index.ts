export * from "./block.ts";
export { type BlockProblem, blockProblems } from "./block-problems.ts";
export * from "./compile.ts";
export { contentRule } from "./content-rule.ts";
export {
  dependsOnRecipient,
  type RecipientReason,
  recipientReasons,
} from "./depends-on-recipient.ts";
export {
  type DescribedField,
  type DescribedItem,
  describeFields,
  type FieldValue,
  fieldValues,
} from "./describe-fields.ts";
export { type DescribedOrigin, describeOrigin, describeOrigins } from "./describe-origin.ts";
export { environmentFor, hostFunctions } from "./environment.ts";
export { exampleOutcomes, exampleScript } from "./example-script.ts";
export * from "./field.ts";
export * from "./flow.ts";
export * from "./flow-kind.ts";
export { flowKindDefinitions } from "./flows/flow-kinds.ts";
export { hostClasses } from "./host-functions/classes.ts";
export { functionExamples, withExample } from "./host-functions/examples.ts";
export * from "./origin.ts";
export * from "./problem.ts";
export { scriptFieldDiagnostics } from "./script-field.ts";
export { scriptDiagnostics } from "./script-problems.ts";
export * from "./services.ts";
export type { HostFunction } from "./signature-table.ts";
export { template, templateNames, unknownNames } from "./template.ts";
export { upgradeFlow } from "./upgrade-flow.ts";
export { splitImports, verbatim } from "./verbatim.ts";
