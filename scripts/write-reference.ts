/**
 * Writes docs/reference from the sources that run: functions, blocks, flow kinds,
 * settings, errors.   node scripts/write-reference.ts [--check]
 * With --check nothing is written, and stale or surplus pages are an error.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { blocks } from "@sluice/blocks/definitions";
import {
  type AnyBlock,
  type DescribedField,
  describeFields,
  type FlowKindDefinition,
  flowKindDefinitions,
  hostClasses,
  hostFunctions,
  withExample,
} from "@sluice/flow-schema";
import { coreFunctions, type FunctionSignature, functionReference } from "@sluice/hsl";
import { objectSchemas } from "@sluice/settings";
import { environmentVariables } from "../apps/engine/src/config/environment.ts";
import { errorCatalogue } from "../apps/engine/src/errors.ts";

const root = path.resolve(import.meta.dirname, "..");
const folder = path.join(root, "docs/reference");
const note = "<!-- Written by pnpm docs:reference. Change the source, not this page. -->\n\n";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const functionPages = (): Map<string, string> => {
  const pages = new Map<string, string>();
  const kindsOf = new Map<string, string[]>();
  const signatures = new Map<string, FunctionSignature>();
  /** An action may be another in each kind of flow. */
  const variants = new Map<string, { signature: FunctionSignature; titles: string[] }[]>();
  for (const { signature } of coreFunctions) signatures.set(signature.name, signature);
  for (const signature of hostFunctions) signatures.set(signature.name, signature);
  for (const definition of Object.values(flowKindDefinitions)) {
    for (const action of definition.actions) {
      const alike = (variants.get(action.name) ?? []).find(
        ({ signature }) => JSON.stringify(signature) === JSON.stringify(action),
      );
      if (alike !== undefined) alike.titles.push(definition.title);
      else {
        const variant = { signature: action, titles: [definition.title] };
        variants.set(action.name, [...(variants.get(action.name) ?? []), variant]);
      }
      signatures.set(action.name, action);
      kindsOf.set(action.name, [...(kindsOf.get(action.name) ?? []), definition.title]);
    }
  }
  const rows: string[] = [];
  for (const [name, signature] of [...signatures].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kinds = kindsOf.get(name);
    const where = kinds === undefined ? "" : `\n**Flows** ${kinds.join(", ")}\n`;
    const others = (variants.get(name) ?? [])
      .filter((one) => one.signature !== signature && !one.titles.includes(kinds?.at(-1) ?? ""))
      .map(
        ({ signature: other, titles }) =>
          `\n## In flows of the kind ${titles.join(", ")}\n\n${functionReference(other).replace(/^# .*\n+/, "")}`,
      );
    pages.set(
      `functions/${name}.md`,
      note +
        functionReference(withExample(signature), hostClasses.get(signature.gives ?? "")) +
        where +
        others.join(""),
    );
    rows.push(
      `| [${name}](functions/${name}.md) | ${cell(signature.summary)} | ${kinds?.join(", ") ?? "all"} |`,
    );
  }
  pages.set(
    "functions.md",
    `${note}# Functions\n\n| Function | | Flows |\n| --- | --- | --- |\n${rows.join("\n")}\n`,
  );
  return pages;
};

const fieldTable = (fields: readonly DescribedField[]): string =>
  fields.length === 0
    ? "No settings.\n"
    : `| Setting | | |\n| --- | --- | --- |\n${fields
        .map(
          (field) => `| ${cell(field.label)} | \`${field.path.join(".")}\` | ${cell(field.help)} |`,
        )
        .join("\n")}\n`;

const blockPage = (block: AnyBlock): string => {
  const docs = path.join(root, "packages/blocks/src", block.type);
  const config = block.config.parse(block.example);
  const outcomes: Record<string, string> =
    typeof block.outcomes === "function" ? block.outcomes(config) : block.outcomes;
  const words = Object.entries(outcomes).map(([id, text]) => `- \`${id}\`: ${text}`);
  const kinds = block.flows.map((kind) => flowKindDefinitions[kind].title).join(", ");
  return [
    `${note}# ${block.title}\n`,
    `${block.summary}\n`,
    `**Flows** ${kinds}\n`,
    `## Settings\n\n${fieldTable(describeFields(block.config))}`,
    `## Outcomes\n\n${words.length === 0 ? "An ending: the flow stops here." : words.join("\n")}\n`,
    `## Script\n\n\`\`\`\n${readFileSync(path.join(docs, "block.script.hsl"), "utf8").trimEnd()}\n\`\`\`\n`,
    readFileSync(path.join(docs, "docs.md"), "utf8").replace(/^# .*\n+/, ""),
  ].join("\n");
};

const flowSection = (definition: FlowKindDefinition): string => {
  const variables = definition.variables.map(
    (variable) =>
      `| \`$${variable.name}\` | ${variable.kinds.join(" or ")} | ${cell(variable.help)} |`,
  );
  const actions = definition.actions.map(
    (action) => `| [${action.name}](functions/${action.name}.md) | ${cell(action.summary)} |`,
  );
  return [
    `## ${definition.title}\n`,
    `${definition.summary}\n`,
    `- At the end of the script: ${definition.end.words}`,
    `- When a look-up could not be made and its outcome is not wired: ${definition.unchecked.words}`,
    `- When the script fails: ${definition.onError.words}\n`,
    `| Variable | Type | |\n| --- | --- | --- |\n${variables.join("\n")}\n`,
    `| Action | |\n| --- | --- |\n${actions.join("\n")}\n`,
  ].join("\n");
};

const pages = functionPages();
for (const block of blocks.values()) pages.set(`blocks/${block.type}.md`, blockPage(block));
pages.set(
  "blocks.md",
  `${note}# Blocks\n\n| Block | | Flows |\n| --- | --- | --- |\n${[...blocks.values()]
    .map(
      (block) =>
        `| [${block.title}](blocks/${block.type}.md) | ${cell(block.summary)} | ${block.flows.join(", ")} |`,
    )
    .join("\n")}\n`,
);
pages.set(
  "flows.md",
  `${note}# Flows\n\n${Object.values(flowKindDefinitions).map(flowSection).join("\n")}`,
);
pages.set(
  "settings.md",
  `${note}# Settings\n\n${Object.entries(objectSchemas)
    .filter(([kind]) => kind !== "flow" && kind !== "layout")
    .map(
      ([kind, schema]) =>
        `## ${kind}\n\n${"shape" in schema ? fieldTable(describeFields(schema)) : ""}`,
    )
    .join("\n")}`,
);
pages.set(
  "errors.md",
  `${note}# Errors\n\nEvery failure the gateway expects. A client is told the reply; the log has the cause.\n\n| Code | Reply to a client | Whose to mend |\n| --- | --- | --- |\n${Object.entries(
    errorCatalogue,
  )
    .map(
      ([code, { reply, fault }]) =>
        `| ${code} | ${reply === "" ? "–" : `\`${reply}\``} | ${fault} |`,
    )
    .join("\n")}\n`,
);

pages.set(
  "environment.md",
  `${note}# Environment\n\nAll of it is optional; everything else is in the settings. A variable that is empty is not set; one that is wrong stops the start and says why.\nThe command line reads the same variables.\n\n| Variable | Without it | |\n| --- | --- | --- |\n${Object.entries(
    environmentVariables,
  )
    .map(([name, variable]) => `| \`${name}\` | ${variable.default} | ${cell(variable.help)} |`)
    .join(
      "\n",
    )}\n\nA secret of the settings may be a reference to a variable (\`secret: env NAME\`): it is looked up in what \`sluice start\` was given.\n\n\`npm start\` passes everything on. Its own packages come by npm's usual settings (a registry, a proxy, a cache).\n`,
);

const existing = (): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .filter((file) => readFileSync(path.join(folder, file), "utf8").startsWith(note))
    : [];

const stale = [...pages].filter(([file, text]) => {
  const target = path.join(folder, file);
  return !existsSync(target) || readFileSync(target, "utf8") !== text;
});
const surplus = existing().filter((file) => !pages.has(file));

if (process.argv.includes("--check")) {
  for (const [file] of stale) console.error(`docs/reference/${file} is not what the sources say`);
  for (const file of surplus) console.error(`docs/reference/${file} describes nothing that exists`);
  if (stale.length + surplus.length > 0) {
    console.error("Run pnpm docs:reference.");
    process.exit(1);
  }
} else {
  for (const file of surplus) rmSync(path.join(folder, file));
  for (const [file, text] of stale) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  console.log(
    `docs/reference: ${pages.size} pages, ${stale.length} written, ${surplus.length} removed`,
  );
}
