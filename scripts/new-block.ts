/**
 * Makes the folder of a new block, with tests that fail until it is written.
 *
 *   node scripts/new-block.ts TYPE KIND
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { flowKinds } from "@sluice/flow-schema";
import { generateRegistry } from "./generate-registry.ts";

const [type = "", kind = ""] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, "../packages/blocks/src");
const folder = path.join(root, type);

const refusal = (): string | null => {
  if (type === "" || kind === "") return "Usage: node scripts/new-block.ts TYPE KIND";
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(type)) {
    return `“${type}” is no name for a block: use small letters, digits and dashes.`;
  }
  if (!flowKinds.some((each) => each === kind)) {
    return `“${kind}” is no kind of flow. There are: ${flowKinds.join(", ")}.`;
  }
  return existsSync(folder) ? `There is a folder ${path.relative(process.cwd(), folder)}.` : null;
};

const title = (type.charAt(0).toUpperCase() + type.slice(1)).replaceAll("-", " ");

// The empty summary and the empty docs are what the suite complains of.
const definition = `import { defineBlock } from "@sluice/flow-schema";
import { hsl } from "@sluice/hsl";
import { z } from "zod";

export const block = defineBlock({
  type: "${type}",
  version: 1,
  title: "${title}",
  summary: "",
  category: "check",
  icon: "puzzle",
  flows: ["${kind}"],
  config: z.strictObject({}),
  defaults: {},
  example: {},
  outcomes: { yes: "Yes", no: "No" },
  tones: { no: "else" },
  label: () => "",
  script: (_config, to) => hsl\`
    if (true) {
      \${to("yes")}
    }
    \${to("no")}\`,
});
`;

const refused = refusal();
if (refused !== null) {
  console.error(refused);
  process.exit(1);
}
mkdirSync(folder);
writeFileSync(path.join(folder, "block.ts"), definition);
writeFileSync(path.join(folder, "docs.md"), "");
generateRegistry();
const shown = path.relative(process.cwd(), folder);
console.log(`Made ${shown}/block.ts and ${shown}/docs.md.

Now: say in block.ts what it does, explain it in docs.md, and run
  node_modules/.bin/vitest run --project unit packages/blocks -t ${type} -u`);
