/** The sender against the lists of Settings › Gateway › Lists (`hsl.md` §8.3, §8.4). */
import { reading } from "../signature-table.ts";

export const blacklist = reading(
  "Blacklist",
  "Looks the sender up in the file of refused senders: `sender`, or `recipient sender`, in each line.",
  [],
  ["number", "1 listed, 0 not listed (or no list is set), −1 when the file is not there."],
  ["file-store", "session"],
  { since: "classic" },
);

export const scanBWList = reading(
  "ScanBWList",
  "Looks the sender up in the files of welcome and of refused senders; who is welcome is not refused.",
  [],
  ["number", "0 welcome, 50 on no list, 100 refused."],
  ["file-store", "message"],
  { since: "classic", errors: "An error when a file that the settings name is not there." },
);
