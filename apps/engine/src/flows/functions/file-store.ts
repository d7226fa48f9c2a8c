/** file, file_get_contents, in_file (`hsl.md` §7.7). */
import { type FunctionBody, HslArray, type RunContext, ScriptError } from "@sluice/hsl";
import { bytesAt, optionFlag, optionNumber, optionsAt, optionText, textAt } from "../arguments.ts";
import { flowHost } from "../flow-host.ts";
import type { FileStore } from "../host/file-store.ts";
import { fileObject } from "./file-object.ts";

type Bodies = Readonly<Record<string, FunctionBody>>;

export const fileStoreFunctions = (files: FileStore): Bodies => {
  const read = (run: RunContext, name: string): Buffer | null => {
    const host = flowHost(run);
    const content = files.read(host.snapshot, name);
    if (content === null) host.note("warn", `there is no file ${name}`);
    return content;
  };

  return {
    file: (args, run) => {
      const content = read(run, textAt(args, 0));
      if (content === null) return new HslArray();
      const { limits } = flowHost(run);
      run.charge(content.length >> 6, content.length);
      const lines = content
        .toString("latin1")
        .replace(/\r?\n$/, "")
        .split(/\r?\n/);
      if (lines.length > limits.arrayItems) {
        throw new ScriptError("budget-array", `the file has more than ${limits.arrayItems} lines`);
      }
      return content.length === 0 ? new HslArray() : HslArray.fromList(lines);
    },
    file_get_contents: (args, run) => {
      const content = read(run, textAt(args, 0));
      if (content === null) return "";
      if (content.length > flowHost(run).limits.stringBytes) {
        throw new ScriptError("budget-string", "the file is too long for a string");
      }
      return content.toString("latin1");
    },
    File: (args, run) => {
      const name = textAt(args, 0);
      const content = files.read(flowHost(run).snapshot, name);
      if (content === null) throw new ScriptError("no-file", `there is no file ${name}`);
      return fileObject(content);
    },
    in_network_file: (args, run) => {
      const host = flowHost(run);
      const name = textAt(args, 1);
      const held = files.holds(host.snapshot, name, textAt(args, 0));
      if (held === "missing") {
        host.note("warn", `there is no file ${name}`);
        return -1;
      }
      return held;
    },
    in_file: (args, run) => {
      const host = flowHost(run);
      const options = optionsAt(args, 2);
      const isCsv = (optionText(options, "type") ?? "text/plain") === "text/csv";
      const delimiter = options.get("delimiter");
      const hasHeader = isCsv && optionFlag(options, "assoc", true);
      const name = textAt(args, 1);
      const found = files.find(host.snapshot, name, bytesAt(args, 0), {
        type: isCsv ? "csv" : "plain",
        delimiter: typeof delimiter === "string" && delimiter !== "" ? delimiter : null,
        hasHeader,
        column: Math.max(0, Math.trunc(optionNumber(options, "index") ?? 0)),
        ignoreCase: optionFlag(options, "ignore_case", false),
      });
      const answer = (line: Awaited<typeof found>): ReturnType<FunctionBody> => {
        if (line === "missing") {
          host.note("warn", `there is no file ${name}`);
          return options.has("on_error") ? options.get("on_error") : new HslArray();
        }
        if (line === null) return new HslArray();
        if (line.columns === null) return HslArray.fromList([...line.words]);
        const { columns } = line;
        return HslArray.fromEntries(
          line.words.map((word, index) => [columns[index] ?? index, word]),
        );
      };
      // until then nobody waits: an index that is there answers at once
      return found instanceof Promise
        ? found.then(async (line) => await answer(line))
        : answer(found);
    },
  };
};
