/** Notices as others read them: Python's email package and flufl.bounce. */
import { spawnSync } from "node:child_process";

const script = `
import sys, json, email, email.policy
from flufl.bounce import all_failures
data = sys.stdin.buffer.read()
old = email.message_from_bytes(data)
temporary, permanent = all_failures(old)
message = email.message_from_bytes(data, policy=email.policy.default)
parts = [p for p in message.iter_parts()]
status = parts[1].get_payload()
def fields(part): return {k.lower(): str(v) for k, v in part.items()}
print(json.dumps({
  "type": message.get_content_type(),
  "reportType": message.get_param("report-type"),
  "header": {k.lower(): str(v) for k, v in message.items()},
  "defects": [repr(d) for p in message.walk() for d in p.defects],
  "text": parts[0].get_content(),
  "types": [p.get_content_type() for p in parts],
  "status": [fields(p) for p in status],
  "original": parts[2].as_string(),
  "temporary": sorted(a.decode() for a in temporary),
  "permanent": sorted(a.decode() for a in permanent),
}))
`;

export type ReadNotice = {
  readonly type: string;
  readonly reportType: string;
  readonly header: Readonly<Record<string, string>>;
  readonly defects: readonly string[];
  readonly text: string;
  readonly types: readonly string[];
  /** Fields of the message, then those of each recipient. */
  readonly status: readonly Readonly<Record<string, string>>[];
  readonly original: string;
  /** Addresses flufl.bounce finds. */
  readonly temporary: readonly string[];
  readonly permanent: readonly string[];
};

export const readNotice = (bytes: Buffer): ReadNotice => {
  const { stdout, stderr, status } = spawnSync("/usr/bin/python3", ["-c", script], {
    input: bytes,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ReadNotice; // what the script above prints
};
