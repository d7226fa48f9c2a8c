/**
 * ScanSA and ScanCLAM (`hsl.md` §8.4) on the message as it came in. A scan that could not
 * be made is an error of the script, so that the flow's fall-back defers; with
 * `extended_result` the script gets the reason and decides itself.
 */
import {
  encodeText,
  type FunctionBody,
  HslArray,
  type RunContext,
  ScriptError,
  type Value,
} from "@sluice/hsl";
import type { Content } from "../../scanner/content.ts";
import { optionFlag, optionNumber, optionsAt, optionText } from "../arguments.ts";
import { contentState, flowHost } from "../flow-host.ts";
import type { Clamd, VirusScan } from "../host/clamd.ts";
import { type Place, parsePlace } from "../host/conversation.ts";
import type { Spamd, SpamScan } from "../host/spamd.ts";
import { listValue, recordValue, textValue } from "../values.ts";

export type Scanners = { readonly spamd: Spamd; readonly clamd: Clamd };

const tooBig = "NOT_SCANNED_TOO_BIG";

const placesOf = (texts: readonly string[], defaultPort: number): Place[] =>
  texts.flatMap((text) => parsePlace(text, defaultPort) ?? []);

const secondsOf = (options: HslArray, otherwise: number): number =>
  Math.min(Math.max(optionNumber(options, "timeout") ?? otherwise, 0.1), 150);

const failed = (name: string, text: string, isExtended: boolean, run: RunContext): Value => {
  if (!isExtended) throw new ScriptError("scan-failed", `${name}: ${text}`);
  flowHost(run).note("warn", encodeText(`${name}: ${text}`));
  return recordValue({ error: textValue(text) });
};

/** Runs for the recipients of one message ask once; what failed is asked again. */
const createMemory = <Scan extends { readonly kind: string }>() => {
  const known = new WeakMap<Content, Map<string, Promise<Scan>>>();
  return (content: Content, key: string, scan: () => Promise<Scan>): Promise<Scan> => {
    const scans = known.get(content) ?? new Map<string, Promise<Scan>>();
    known.set(content, scans);
    const before = scans.get(key);
    if (before !== undefined) return before;
    const forget = (): void => void scans.delete(key);
    const asked = scan().then(
      (result) => {
        if (result.kind === "error") forget();
        return result;
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    scans.set(key, asked);
    return asked;
  };
};

export const scannerFunctions = ({
  spamd,
  clamd,
}: Scanners): Readonly<Record<string, FunctionBody>> => {
  const spamOnce = createMemory<SpamScan>();
  const virusOnce = createMemory<VirusScan>();

  const scanSpam = async (
    name: string,
    options: HslArray,
    given: { readonly isRules: boolean },
    run: RunContext,
  ): Promise<Value> => {
    const host = flowHost(run);
    const { content } = contentState(run).message;
    const { gateway } = host.snapshot.settings;
    const isExtended = optionFlag(options, "extended_result", false);
    const withRules = given.isRules || isExtended;
    const places = placesOf(gateway.spamd, 783);
    if (places.length === 0) {
      return failed(
        name,
        "no SpamAssassin server is set in Settings › Gateway › Scanners",
        isExtended,
        run,
      );
    }
    const most = gateway.spamdMaximumKilobytes * 1000;
    if (most > 0 && content.size > most) {
      host.note("info", `${name}: ${content.size} bytes are more than SpamAssassin is shown`);
      const rules = HslArray.fromEntries([[tooBig, 0] as const]);
      if (isExtended) return recordValue({ score: 0, spam: false, rules });
      return given.isRules ? rules : 0;
    }
    const user = optionText(options, "user") ?? "";
    if (!/^[A-Za-z0-9._@+-]{0,128}$/.test(user)) {
      throw new ScriptError("wrong-argument", `${name}: this is no user name`);
    }
    const seconds = secondsOf(options, gateway.scanSeconds);
    const key = [withRules, user, ...gateway.spamd].join("\n");
    const scan = await spamOnce(content, key, () =>
      spamd.scan({
        ...{ places, withRules, user, seconds, size: content.size },
        message: () => content.read(),
        signal: host.signal,
      }),
    );
    if (scan.kind === "error") return failed(name, scan.text, isExtended, run);
    const { score, threshold, isSpam } = scan;
    const rules = scan.rules === null ? null : HslArray.fromEntries([...scan.rules]);
    if (isExtended) {
      return recordValue({ score, threshold, spam: isSpam, ...(rules === null ? {} : { rules }) });
    }
    if (!given.isRules) return score;
    return rules ?? failed(name, "SpamAssassin's report has no table of rules", false, run);
  };

  return {
    ScanSA: (args, run) => {
      const options = optionsAt(args, 0);
      return scanSpam("ScanSA", options, { isRules: optionFlag(options, "rules", false) }, run);
    },
    ScanSARules: (_args, run) => scanSpam("ScanSARules", new HslArray(), { isRules: true }, run),
    ScanCLAM: async (args, run) => {
      const host = flowHost(run);
      const options = optionsAt(args, 0);
      const isExtended = optionFlag(options, "extended_result", false);
      const { content } = contentState(run).message;
      const { gateway } = host.snapshot.settings;
      const places = placesOf(gateway.clamd, 3310);
      if (places.length === 0) {
        return failed(
          "ScanCLAM",
          "no ClamAV server is set in Settings › Gateway › Scanners",
          isExtended,
          run,
        );
      }
      const seconds = secondsOf(options, gateway.scanSeconds);
      const scan = await virusOnce(content, gateway.clamd.join("\n"), () =>
        clamd.scan({ places, seconds, message: () => content.read(), signal: host.signal }),
      );
      if (scan.kind === "error") return failed("ScanCLAM", scan.text, isExtended, run);
      const names = listValue(scan.found);
      return isExtended ? recordValue({ result: names }) : names;
    },
  };
};
