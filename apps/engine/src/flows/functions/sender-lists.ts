/** Blacklist and ScanBWList (`hsl.md` §8.3, §8.4): the sender against the lists of the settings. */
import { type FunctionBody, type RunContext, ScriptError } from "@sluice/hsl";
import { flowHost, runEnvelope } from "../flow-host.ts";
import { parseSenderList, type SenderList } from "../host/sender-lists.ts";

const known = new WeakMap<Buffer, SenderList>();

/** "missing": the settings name a file that is not there. */
const isOn = (which: "blacklist" | "whitelist", run: RunContext): boolean | "missing" => {
  const { snapshot } = flowHost(run);
  const id = snapshot.settings.gateway[which];
  if (id === undefined || id === "") return false;
  const content = snapshot.file(id);
  if (content === null) return "missing";
  const list = known.get(content) ?? parseSenderList(content);
  known.set(content, list);
  const { sender, recipient } = runEnvelope(run);
  return list.has(sender, recipient);
};

export const recipientLists: Readonly<Record<string, FunctionBody>> = {
  Blacklist: (_args, run) => {
    const found = isOn("blacklist", run);
    if (found === "missing") {
      flowHost(run).note("warn", "the file of refused senders is not there");
      return -1;
    }
    return found ? 1 : 0;
  },
};

export const contentLists: Readonly<Record<string, FunctionBody>> = {
  ScanBWList: (_args, run) => {
    const [white, black] = [isOn("whitelist", run), isOn("blacklist", run)];
    if (white === true) return 0;
    if (white === "missing" || black === "missing") {
      throw new ScriptError("scan-failed", "ScanBWList: a list of senders is not there");
    }
    return black ? 100 : 50;
  },
};
