/** The first comment of a script names its block and may bring a picture (hsl.md §1). */
import { lex } from "./lexer.ts";

export type BlockTitle = {
  readonly title: string | null;
  /** An http or https address. */
  readonly icon: string | null;
  /** Every `--webui-NAME=VALUE`, the icon's too, as written. */
  readonly options: Readonly<Record<string, string>>;
};

const option = /(?:^|\s)--webui-([a-zA-Z0-9-]+)=(\S*)/g;
const webAddress = /^https?:\/\/[^\s"'<>\\^`{|}]+$/i;

/** Title, icon and options of a script, from its first comment. */
export const blockTitle = (source: string): BlockTitle => {
  const comment = lex(source, () => {}).comments[0]?.text ?? "";
  const options = Object.fromEntries(
    [...comment.matchAll(option)].map(([, name = "", value = ""]) => [name, value]),
  );
  const title = comment.replace(option, " ").replace(/\s+/g, " ").trim();
  const icon = Object.hasOwn(options, "icon") ? options["icon"] : undefined;
  return {
    title: title === "" ? null : title,
    icon: icon !== undefined && webAddress.test(icon) ? icon : null,
    options,
  };
};
