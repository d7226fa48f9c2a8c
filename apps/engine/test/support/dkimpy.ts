/** Another implementation's judgement of signatures and seals: dkimpy, with the test's own DNS records. */
import { execFileSync } from "node:child_process";
import { requirePeer } from "./peers.ts";

export type Judgement = {
  /** Of each DKIM-Signature, from top to bottom. */
  readonly dkim: readonly boolean[];
  readonly arc: {
    /** Chain validation of the whole message: pass, fail or none. */
    readonly cv: string;
    readonly instances: readonly { instance: number; cv: string; as: boolean; ams: boolean }[];
    readonly reason: string;
  };
};

const script = `
import base64, json, sys, dkim
given = json.load(sys.stdin)
message = base64.b64decode(given["message"])
records = {name.rstrip(".").lower(): text for name, text in given["records"].items()}
def ask(name, timeout=5):
    name = name.decode() if isinstance(name, bytes) else name
    text = records.get(name.rstrip(".").lower())
    return None if text is None else text.encode()
def one(index):
    try:
        return dkim.DKIM(message).verify(idx=index, dnsfunc=ask)
    except dkim.DKIMException:
        return False
header = message.split(b"\\r\\n\\r\\n")[0]
count = sum(1 for line in header.split(b"\\r\\n") if line.lower().startswith(b"dkim-signature:"))
cv, results, reason = dkim.ARC(message).verify(dnsfunc=ask)
instances = [{"instance": r["instance"], "cv": r["cv"].decode(), "as": bool(r["as-valid"]),
  "ams": bool(r["ams-valid"])} for r in results]
text = lambda value: value.decode() if isinstance(value, bytes) else str(value)
print(json.dumps({"dkim": [one(i) for i in range(count)],
  "arc": {"cv": text(cv), "instances": instances, "reason": text(reason)}}))
`;

/** `records`: DNS name → text of its TXT record. */
export const judgeByDkimpy = (
  message: Buffer,
  records: Readonly<Record<string, string>>,
): Judgement => {
  const input = JSON.stringify({ message: message.toString("base64"), records });
  const output = execFileSync(requirePeer("python3"), ["-c", script], {
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"], // it says there why a signature is bad
  });
  return JSON.parse(output) as Judgement; // made by the script above
};
