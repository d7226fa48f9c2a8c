/**
 * Stored files as a script includes and imports them: `file:1`, `file://name` and
 * `name` all mean one. The language reads no YAML, so a YAML file reaches it as JSON.
 */
import { loadYaml } from "./host/libraries.ts";

export const scriptFiles =
  (file: (nameOrId: string) => Buffer | null) =>
  (name: string): string | null => {
    const plain = name.replace(/^file:(?:\/\/)?/, "");
    const text = file(plain)?.toString("utf8") ?? null;
    return text !== null && /\.ya?ml$/i.test(plain) ? asJson(text) : text;
  };

const asJson = (text: string): string => {
  try {
    return JSON.stringify(
      loadYaml().parse(text, { maxAliasCount: 100, prettyErrors: false }) ?? null,
    );
  } catch {
    return text; // the language then says that the file cannot be read
  }
};
