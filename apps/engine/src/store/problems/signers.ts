/** What is wrong or doubtful about keys that sign. Pure. */
import type { Settings, Signer } from "@sluice/settings";
import { publicKeyBits, rsaBits } from "../signing-keys.ts";
import type { SettingsProblem } from "./problem.ts";

export const signerProblems = (settings: Settings): SettingsProblem[] => {
  const domains = new Map<string, string>();
  return [
    ...Object.entries(settings.signers).flatMap(([id, signer]): SettingsProblem[] => {
      const other = domains.get(signer.domain);
      domains.set(signer.domain, id);
      return [
        ...(other === undefined
          ? []
          : [
              {
                kind: "signer" as const,
                id,
                severity: "error" as const,
                rule: "signer-twice",
                message: `“${other}” signs for ${signer.domain} too; which of them would?`,
                cure: "Put the keys of a domain into one of them.",
                field: ["domain"],
              },
            ]),
        ...keyProblems(id, signer),
      ];
    }),
    ...rewritingProblems(settings),
  ];
};

const keyProblems = (id: string, signer: Signer): SettingsProblem[] => {
  const problems: SettingsProblem[] = [];
  const keys = Object.entries(signer.keys);
  for (const [selector, { algorithm, publicKey, use }] of keys) {
    const place = { kind: "signer" as const, id, field: ["keys", selector, "publicKey"] };
    const bits = publicKeyBits(algorithm, publicKey);
    if (bits === null) {
      problems.push({
        ...place,
        severity: "error",
        rule: "signing-key",
        message: `The public key of “${selector}” is no ${algorithm} key.`,
        cure: "Make the key again, or write what its DNS record has after p=.",
      });
    } else if (algorithm === "rsa-sha256" && bits < rsaBits.usual && use !== "retired") {
      problems.push({
        ...place,
        severity: bits < rsaBits.smallest ? "error" : "warning",
        rule: "signing-key",
        message: `The RSA key “${selector}” has ${bits} bits only.`,
        cure: "Make the next key with 2,048 bits and change over to it.",
      });
    }
  }
  if (keys.length > 0 && !keys.some(([, { use }]) => use === "active")) {
    problems.push({
      kind: "signer",
      id,
      severity: "advice",
      rule: "signing-key-none",
      message: `No key of ${signer.domain} is active: its mail is not signed.`,
      cure: "Publish the record of a key in DNS, check it, and activate the key.",
      field: ["keys"],
    });
  }
  return problems;
};

const rewritingBlocks: ReadonlySet<string> = new Set(["srs-rewrite", "srs-restore"]);

/** A block that rewrites senders needs a key for it. */
const rewritingProblems = ({ flows, signers }: Settings): SettingsProblem[] =>
  Object.entries(flows).flatMap(([id, flow]) =>
    Object.entries(flow.nodes).flatMap(([node, { block, config, disabled }]): SettingsProblem[] => {
      if (!rewritingBlocks.has(block)) return [];
      const signer = signers[String(config["signer"] ?? "")];
      if (signer === undefined || signer.srsKey !== undefined) return [];
      return [
        {
          kind: "flow",
          id,
          node,
          severity: disabled === true ? "advice" : "error",
          rule: "srs-key",
          message: `${signer.domain} has no key for sender rewriting.`,
          cure: "Make one on its page under Signing keys.",
          field: ["signer"],
        },
      ];
    }),
  );
