/** What is wrong or doubtful in a flow before its text is looked at. */

import { configProblems } from "./config-problems.ts";
import type { ReferenceKind } from "./field.ts";
import { findCycles } from "./graph.ts";
import { type PreparedFlow, type PreparedNode, passThroughOf, wiresOf } from "./prepared-flow.ts";
import type { FlowProblem } from "./problem.ts";

type References = ((kind: ReferenceKind, id: string) => boolean) | undefined;

export const flowProblems = (flow: PreparedFlow, references?: References): FlowProblem[] => [
  ...entryProblems(flow),
  ...[...flow.nodes.values()].flatMap((node) => [
    ...nodeProblems(node, flow),
    ...configProblems(node, flow.kind, references),
    ...wireProblems(node, flow),
  ]),
  ...cycleProblems(flow),
  ...attemptProblems(flow),
  ...uncheckedAcceptProblems(flow),
];

const entryProblems = (flow: PreparedFlow): FlowProblem[] => {
  if (flow.entry === undefined) {
    if (flow.nodes.size === 0) return [];
    return [
      {
        severity: "error",
        rule: "no-entry",
        message: "No block runs first.",
        cure: "Choose the block that runs first.",
      },
    ];
  }
  if (flow.nodes.has(flow.entry)) return [];
  return [
    {
      severity: "error",
      rule: "no-entry",
      message: `The block that runs first, “${flow.entry}”, is not in the flow.`,
      cure: "Choose the block that runs first.",
    },
  ];
};

const nodeProblems = (prepared: PreparedNode, flow: PreparedFlow): FlowProblem[] => {
  const { id, node, block, title } = prepared;
  if (block === undefined) {
    return [
      {
        severity: "error",
        rule: "block-unknown",
        message: `There is no block “${node.block}”.`,
        cure: "Remove it, or install the Sluice it was made with.",
        node: id,
      },
    ];
  }
  const problems: FlowProblem[] = [];
  if (node.version > block.version) {
    problems.push({
      severity: "error",
      rule: "block-version",
      message: `“${title}” was made with a later version of its block (${node.version}; this one is ${block.version}).`,
      cure: "Install that Sluice, or set the block up again.",
      node: id,
    });
  }
  if (!block.flows.includes(flow.kind)) {
    problems.push({
      severity: "error",
      rule: "block-not-here",
      message: `“${block.title}” does not work in the flow ${flow.definition.title}.`,
      cure: "Remove it.",
      node: id,
    });
  }
  if (!flow.reachable.has(id)) {
    // what hangs on a switched-off block waits for it to be switched on
    const waits = wiredFromEntry(flow).has(id);
    problems.push({
      severity: waits ? "advice" : "warning",
      rule: "block-unreachable",
      message: waits
        ? `Only switched-off blocks lead to “${title}”.`
        : `Nothing leads to “${title}”.`,
      cure: waits ? "Switch them on when they are set up." : "Wire an outcome to it, or remove it.",
      node: id,
    });
  }
  return problems;
};

/** Every node that wires lead to, those of switched-off blocks too. */
const wiredFromEntry = (flow: PreparedFlow): ReadonlySet<string> => {
  const found = new Set<string>();
  const pending = flow.entry === undefined ? [] : [flow.entry];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    pending.push(...Object.values(flow.nodes.get(id)?.node.outcomes ?? {}));
  }
  return found;
};

const wireProblems = (prepared: PreparedNode, flow: PreparedFlow): FlowProblem[] => {
  const { id, node, outcomes, title } = prepared;
  const problems: FlowProblem[] = [];
  for (const [outcome, target] of Object.entries(node.outcomes)) {
    if (!flow.nodes.has(target)) {
      problems.push({
        severity: "error",
        rule: "wire-dangling",
        message: `“${title}” leads to “${target}”, which is not in the flow.`,
        cure: "Wire the outcome to another block.",
        node: id,
        outcome,
      });
    } else if (outcomes !== undefined && !Object.hasOwn(outcomes, outcome)) {
      problems.push({
        severity: "warning",
        rule: "outcome-unknown",
        message: `“${title}” has no outcome “${outcome}”; its wire does nothing.`,
        cure: "Remove the wire.",
        node: id,
        outcome,
      });
    }
  }
  return [...problems, ...unwiredProblems(prepared, flow), ...switchedOffProblems(prepared, flow)];
};

/** A list that is switched off must not refuse everybody; blocks that name what they do then are meant so. */
const switchedOffProblems = (prepared: PreparedNode, flow: PreparedFlow): FlowProblem[] => {
  const { id, block, title, isDisabled, outcomes = {} } = prepared;
  if (!isDisabled || block?.passThrough !== undefined || !flow.reachable.has(id)) return [];
  const outcome = passThroughOf(prepared) ?? "";
  const target = flow.nodes.get(prepared.wires.get(outcome) ?? "");
  const ends = target?.block?.ends;
  if (target === undefined || (ends !== "reject" && ends !== "defer" && ends !== "quarantine")) {
    return [];
  }
  return [
    {
      severity: "warning",
      rule: "switched-off-refuses",
      message: `“${title}” is switched off, and everything goes on with “${outcomes[outcome] ?? outcome}” to “${target.title}”.`,
      cure: "Remove the block, or wire this outcome to what shall happen while it is off.",
      node: id,
      outcome,
    },
  ];
};

const unwiredProblems = (prepared: PreparedNode, flow: PreparedFlow): FlowProblem[] => {
  const { id, outcomes = {}, title, isDisabled } = prepared;
  if (!flow.reachable.has(id)) return [];
  const { end, unchecked, actions } = flow.definition;
  const canDefer = actions.some(({ name }) => name === "Defer" || name === "Reschedule");
  const onlyTaken = isDisabled ? passThroughOf(prepared) : undefined;
  return Object.entries(outcomes).flatMap(([outcome, words]): FlowProblem[] => {
    if (prepared.wires.has(outcome) || (isDisabled && outcome !== onlyTaken)) return [];
    if (outcome !== "error") {
      // What follows an attempt by default is what most flows want.
      if (prepared.block?.dividesAttempt === true) return [];
      return [
        {
          severity: "advice",
          rule: "outcome-unwired",
          message: `“${words}” of “${title}” leads nowhere: ${end.words}.`,
          cure: "Wire it, so that the flow says what happens.",
          node: id,
          outcome,
        },
      ];
    }
    if (canDefer) return [];
    return [
      {
        severity: "warning",
        rule: "error-unwired",
        message: `“${words}” of “${title}” leads nowhere: ${unchecked.words}.`,
        cure: "Wire it to what shall happen when the check gets no answer.",
        node: id,
        outcome,
      },
    ];
  });
};

const cycleProblems = (flow: PreparedFlow): FlowProblem[] =>
  findCycles(flow).map((cycle) => ({
    severity: "error",
    rule: "cycle",
    message: `These blocks lead back to themselves: ${cycle
      .map((id) => `“${flow.nodes.get(id)?.title ?? id}”`)
      .join(" → ")}.`,
    cure: "Take one of the wires away; a flow only goes forward.",
    node: cycle[0],
  }));

const attemptProblems = (flow: PreparedFlow): FlowProblem[] => {
  const attempts = [...flow.nodes.values()].filter(({ block }) => block?.dividesAttempt === true);
  const problems = attempts.slice(1).map(
    ({ id, title }): FlowProblem => ({
      severity: "error",
      rule: "second-attempt",
      message: `“${title}” is the second attempt of this flow.`,
      cure: "Lead all ways to one attempt.",
      node: id,
    }),
  );
  const off = attempts.filter(({ isDisabled }) => isDisabled);
  return [
    ...problems,
    ...off.map(
      ({ id, title }): FlowProblem => ({
        severity: "error",
        rule: "attempt-off",
        message: `“${title}” is switched off: what follows it would run without an attempt.`,
        cure: "Switch it on, or remove it.",
        node: id,
      }),
    ),
  ];
};

/** Advice: a way from the entry to an accepting end on which nothing was asked. */
const uncheckedAcceptProblems = (flow: PreparedFlow): FlowProblem[] => {
  if (flow.kind !== "recipient" && flow.kind !== "authentication") return [];
  const seen = new Set<string>();
  const problems: FlowProblem[] = [];
  const pending = flow.entry === undefined ? [] : [flow.entry];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const prepared = flow.nodes.get(id);
    if (prepared === undefined || seen.has(id)) continue;
    seen.add(id);
    const asks = ["check", "lookup", "script", "control"].includes(prepared.block?.category ?? "");
    if (asks && !prepared.isDisabled) continue;
    if (prepared.block?.ends === "accept" && !prepared.isDisabled) {
      problems.push({
        severity: flow.kind === "authentication" ? "warning" : "advice",
        rule: "accept-unchecked",
        message: `“${prepared.title}” is reached without any check.`,
        cure: "Put a check before it.",
        node: id,
      });
    }
    pending.push(...wiresOf(prepared).values());
  }
  return problems;
};
