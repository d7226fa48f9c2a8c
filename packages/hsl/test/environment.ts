/** The core library, and a few functions with sides that tests can see. */
import {
  coreLibrary,
  Ending,
  type Environment,
  type FunctionBody,
  type FunctionSignature,
  type Host,
  HslArray,
  type Limits,
  type Value,
} from "../src/index.ts";

const signature = (
  name: string,
  role: FunctionSignature["role"],
  mayWait = false,
): FunctionSignature => ({
  name,
  role,
  summary: "",
  parameters: [{ name: "values", kinds: ["any"], help: "", optional: true, rest: true }],
  returns: { kinds: ["any"], help: "" },
  mayWait,
});

const own: readonly (readonly [FunctionSignature, FunctionBody])[] = [
  [signature("Accept", "action"), (args) => new Ending("Accept", args)],
  [signature("Reject", "action"), (args) => new Ending("Reject", args)],
  [signature("SetRecipient", "modifier"), () => null],
  [signature("later", "lookup", true), async ([value = null]) => value],
  [signature("perhaps_later", "lookup", true), ([value = null]) => value],
  [
    signature("fail_later", "lookup", true),
    () => Promise.reject(new TypeError("a bug in the host")),
  ],
  [
    signature("fail", "function"),
    () => {
      throw new TypeError("a bug in the host");
    },
  ],
];

export const environment: Environment = {
  functions: new Map([
    ...coreLibrary.signatures,
    ...own.map(([signature]) => [signature.name, signature] as const),
  ]),
  variables: new Map(
    [
      { name: "sender", kinds: ["string" as const], help: "" },
      { name: "recipients", kinds: ["array" as const], help: "" },
      { name: "password", kinds: ["string" as const], help: "", secret: true },
      { name: "context", kinds: ["array" as const], help: "", writable: true },
    ].map((variable) => [variable.name, variable]),
  ),
};

export type FakeHost = Host & { readonly log: string[]; readonly written: Map<string, Value> };

export const fakeHost = (limits: Partial<Limits> = {}): FakeHost => {
  const log: string[] = [];
  const written = new Map<string, Value>();
  const given = new Map<string, Value>([
    ["sender", "bob@example.org"],
    ["recipients", HslArray.of("a@example.org", "b@example.org")],
    ["password", "hunter22"],
    ["context", new HslArray()],
  ]);
  return {
    log,
    written,
    functions: new Map([
      ...coreLibrary.bodies,
      ...own.map(([signature, body]) => [signature.name, body] as const),
    ]),
    variable: (name) => given.get(name),
    setVariable: (name, value) => written.set(name, value),
    echo: (line) => log.push(line),
    now: () => 1_000_000,
    monotonic: () => 0,
    random: () => 0.5,
    limits,
  };
};
