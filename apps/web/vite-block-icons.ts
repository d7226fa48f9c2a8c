/**
 * Makes `virtual:block-icons`: the icons that blocks name, and no others of the
 * thousands there are. A new block brings its icon by naming it.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "vite";

const name = "virtual:block-icons";
const blocksFolder = path.resolve(import.meta.dirname, "../../packages/blocks/src");

/** Icon names of every block, sorted. */
const iconNames = (): string[] => {
  const names = readdirSync(blocksFolder)
    .map((folder) => path.join(blocksFolder, folder, "block.ts"))
    .filter((file) => existsSync(file))
    .flatMap((file) => /^ {2}icon: "([a-z0-9-]+)"/m.exec(readFileSync(file, "utf8"))?.[1] ?? []);
  return [...new Set([...names, "help-circle"])].sort();
};

const component = (icon: string): string =>
  `Icon${icon.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}`;

export const blockIcons = (): Plugin => ({
  name: "block-icons",
  resolveId: (source) => (source === name ? `\0${name}` : null),
  load: (id) => {
    if (id !== `\0${name}`) return null;
    const icons = iconNames();
    return [
      `import { ${icons.map(component).join(", ")} } from "@tabler/icons-react";`,
      `export const blockIcons = { ${icons.map((icon) => `"${icon}": ${component(icon)}`).join(", ")} };`,
    ].join("\n");
  },
});
