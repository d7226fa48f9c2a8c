/** Statements → closures. Each counts as a step and knows its line, so a spent budget can name it. */
import type { Echo, Expression, If, Include, Statement, Switch } from "./ast.ts";
import { Thrown } from "./callable.ts";
import { compileAssignmentStep } from "./compile-assignment.ts";
import { compileCallStep } from "./compile-call.ts";
import type { Context } from "./compile-context.ts";
import { compileBarrier, compileTry } from "./compile-guard.ts";
import { compileImport } from "./compile-import.ts";
import { compileFor, compileForeach, compileForever, compileWhile } from "./compile-loop.ts";
import { peekVariable } from "./compile-variable.ts";
import type { Assigning } from "./compute.ts";
import {
  after,
  type Code,
  type Execute,
  type MaybeWait,
  type Signal,
  type Step,
  signal,
} from "./program.ts";
import type { Frame, Run } from "./run.ts";
import { looseEquals } from "./values/compare.ts";
import { toText, truthy } from "./values/convert.ts";
import type { Site } from "./values/errors.ts";
import type { Value } from "./values/value.ts";

const nothing: Step = { waits: false, run: () => signal.next };

export const compileStatement = (context: Context, node: Statement): Step => {
  const site = context.site(node);
  const plain = countedByItself(context, node, site);
  if (plain !== null) return withProbes(context, node, plain);
  const step = compileForm(context, node);
  if (step === nothing || node.kind === "Block") return withProbes(context, node, step);
  return withProbes(context, node, counted(step, site));
};

/** The commonest statements count themselves, which saves a call. */
const countedByItself = (context: Context, node: Statement, site: Site): Step | null => {
  if (node.kind === "If") return compileIf(context, node, site);
  return node.kind === "Expression" && node.expression.kind === "Assignment"
    ? compileAssignmentStep(context, node.expression, site)
    : null;
};

const counted = (step: Step, site: Site): Step => {
  if (step.waits) {
    const { run } = step;
    return {
      waits: true,
      run: (frame) => {
        frame.run.enter(site);
        return run(frame);
      },
    };
  }
  const { run } = step;
  return {
    waits: false,
    run: (frame) => {
      frame.run.enter(site);
      return run(frame);
    },
  };
};

const withProbes = (context: Context, node: Statement, step: Step): Step => {
  const ids = context.shared.probes.get(node);
  if (ids === undefined) return step;
  const fire = (run: Run): void => {
    for (const id of ids) run.host.probe?.(id);
  };
  const { run } = step;
  return {
    waits: step.waits,
    run: (frame: Frame) => {
      fire(frame.run);
      return run(frame);
    },
  } as Step; // waits exactly when the statement does
};

const compileForm = (context: Context, node: Statement): Step => {
  switch (node.kind) {
    case "Expression": {
      const { expression } = node;
      const call = expression.kind === "Call" ? compileCallStep(context, expression) : null;
      return call ?? effect(context.expression(expression), () => signal.next);
    }
    case "Echo":
      return compileEcho(context, node);
    case "Block":
      return context.block(node.body);
    case "If":
      return compileIf(context, node, context.site(node));
    case "While":
      return compileWhile(context, node);
    case "For":
      return compileFor(context, node);
    case "Forever":
      return compileForever(context, node);
    case "Foreach":
      return compileForeach(context, node);
    case "Switch":
      return compileSwitch(context, node);
    case "Break":
      return { waits: false, run: () => signal.break };
    case "Continue":
      return { waits: false, run: () => signal.continue };
    case "Return":
      return compileReturn(context, node.value);
    case "Throw": {
      const site = context.site(node);
      return effect(context.owned(node.value), (_frame, value) => {
        throw new Thrown(value, site);
      });
    }
    case "Try":
      return compileTry(context, node);
    case "Barrier":
      return compileBarrier(context, node);
    case "Include":
      return compileInclude(context, node);
    case "Import":
      return compileImport(context, node);
    case "Global":
    case "FunctionDeclaration":
    case "Class":
    case "Empty":
      return nothing;
  }
};

/** A statement that is one expression and something done with its value. */
const effect = (code: Code, act: (frame: Frame, value: Value) => Signal): Step => {
  if (!code.waits) {
    const { run } = code;
    return { waits: false, run: (frame) => act(frame, run(frame)) };
  }
  const { run } = code;
  return { waits: true, run: (frame) => after(run(frame), (value) => act(frame, value)) };
};

const compileReturn = (context: Context, value: Expression | null): Step => {
  if (value === null) return { waits: false, run: () => signal.return };
  return effect(context.expression(value), (frame, result) => {
    frame.result = result;
    return signal.return;
  });
};

const compileEcho = (context: Context, node: Echo): Step => {
  const named = secretsNamed(context, node.value);
  return effect(context.expression(node.value), (frame, value) => {
    const { run } = frame;
    run.lines += 1;
    if (run.lines > run.limits.outputLines) {
      throw run.exceeded("output", `more than ${run.limits.outputLines} lines of output`);
    }
    const hidden = named.map((peek) => peek(frame)).filter((secret) => typeof secret === "string");
    run.host.echo(masked(run, toText(value), hidden).slice(0, run.limits.outputBytes));
    return signal.next;
  });
};

/** Secret variables that the echoed expression names itself: hidden however short they are. */
const secretsNamed = (context: Context, node: Expression) => {
  const names = new Set<string>();
  const add = (name: string): void => {
    const binding = context.scope.binding(name);
    if (binding.kind === "context" && binding.signature.secret === true) names.add(name);
  };
  const look = (part: Expression): void => {
    if (part.kind === "Variable") add(part.name);
    if (part.kind === "String") for (const p of part.parts) if (typeof p !== "string") add(p.name);
    if (part.kind === "Binary") {
      look(part.left);
      look(part.right);
    }
  };
  look(node);
  return [...names].map((name) => peekVariable(context, name));
};

const shortestSecret = 4; // hiding every "a" would hide the rest of the log

const masked = (run: Run, text: string, named: readonly string[]): string => {
  let line = text;
  const known = run.program.secrets.map((slot) => run.context[slot]);
  for (const secret of [...known, ...named]) {
    const isHidden = typeof secret === "string" && secret !== "";
    if (isHidden && (secret.length >= shortestSecret || named.includes(secret))) {
      line = line.replaceAll(secret, "***");
    }
  }
  return line;
};

const compileIf = (context: Context, node: If, site: Site): Step => {
  const arms = node.arms.map(({ test, body }) => ({
    test: context.expression(test),
    body: context.statement(body),
  }));
  const otherwise = node.otherwise === null ? nothing : context.statement(node.otherwise);
  const parts = [otherwise, ...arms.flatMap(({ test, body }) => [test, body])];
  const from = (frame: Frame, start: number): MaybeWait<Signal> => {
    for (let i = start; i < arms.length; i++) {
      const arm = arms[i];
      if (arm === undefined) continue;
      const value = arm.test.run(frame);
      if (value instanceof Promise) {
        return value.then((tested) => (truthy(tested) ? arm.body.run(frame) : from(frame, i + 1)));
      }
      if (truthy(value)) return arm.body.run(frame);
    }
    return otherwise.run(frame);
  };
  if (parts.some(({ waits }) => waits)) {
    return counted({ waits: true, run: (frame) => from(frame, 0) }, site);
  }
  const [first] = arms;
  if (arms.length === 1 && first !== undefined && !first.test.waits && !first.body.waits) {
    const { operand } = first.test;
    const [body, other] = [first.body.run, otherwise.run as Execute];
    return {
      waits: false,
      run: (frame) => {
        frame.run.enter(site);
        return operand.isTrue(frame) ? body(frame) : other(frame);
      },
    };
  }
  // no part of it waits
  return counted({ waits: false, run: (frame) => from(frame, 0) as Signal }, site);
};

const compileSwitch = (context: Context, node: Switch): Step => {
  const subject = context.expression(node.subject);
  const tests = node.cases.map(({ test }) => (test === null ? null : context.expression(test)));
  const bodies = node.cases.map(({ body }) => context.block(body));
  const fallback = node.cases.findIndex(({ test }) => test === null);
  const find = (frame: Frame, value: Value, start: number): MaybeWait<number> => {
    for (let i = start; i < tests.length; i++) {
      const tested = tests[i]?.run(frame);
      if (tested === undefined) continue;
      if (tested instanceof Promise) {
        return tested.then((test) => (looseEquals(value, test) ? i : find(frame, value, i + 1)));
      }
      if (looseEquals(value, tested)) return i;
    }
    return fallback < 0 ? bodies.length : fallback;
  };
  const runFrom = (frame: Frame, start: number): MaybeWait<Signal> => {
    for (let i = start; i < bodies.length; i++) {
      const ended = bodies[i]?.run(frame) ?? signal.next;
      if (ended instanceof Promise) {
        return ended.then((s) => (s === signal.next ? runFrom(frame, i + 1) : leaveSwitch(s)));
      }
      if (ended !== signal.next) return leaveSwitch(ended);
    }
    return signal.next;
  };
  const run = (frame: Frame): MaybeWait<Signal> =>
    after(subject.run(frame), (value) =>
      after(find(frame, value, 0), (index) => runFrom(frame, index)),
    );
  const parts = [subject, ...tests, ...bodies];
  if (parts.some((part) => part?.waits === true)) return { waits: true, run };
  return { waits: false, run: run as Execute }; // no part of it waits
};

const leaveSwitch = (ended: Signal): Signal => (ended === signal.break ? signal.next : ended);

/** The file's statements, in the scope they are included into. */
const compileInclude = (context: Context, node: Include): Step => {
  const unit = context.names.linked.includes.get(node);
  return unit === undefined ? nothing : context.inUnit(unit).block(unit.program.body);
};

/** Statements one after another, until one of them leaves. */
export const compileBlock = (context: Context, body: readonly Statement[]): Step => {
  const steps = body.map((node) => context.statement(node)).filter((step) => step !== nothing);
  const [first, second, third] = steps;
  if (first === undefined) return nothing;
  if (second === undefined) return first;
  if (steps.some(({ waits }) => waits)) {
    return { waits: true, run: (frame) => runSteps(steps, frame, 0) };
  }
  const runs = steps.map(({ run }) => run as Execute); // none of them waits
  const { next } = signal;
  if (third === undefined) {
    const [one, two] = [runs[0] ?? nothing.run, runs[1] ?? nothing.run] as [Execute, Execute];
    return { waits: false, run: (frame) => one(frame) || two(frame) };
  }
  const assignings = steps.map((step) => (step.waits ? null : (step.assigning ?? null)));
  return {
    waits: false,
    run: (frame) => {
      for (let i = 0; i < runs.length; i++) {
        const assigning = assignings[i] as Assigning | null; // i is within the lists
        if (assigning === null) {
          const ended = (runs[i] as Execute)(frame);
          if (ended !== next) return ended;
        } else {
          assigning.execute(frame);
        }
      }
      return next;
    },
  };
};

const runSteps = (steps: readonly Step[], frame: Frame, start: number): MaybeWait<Signal> => {
  for (let i = start; i < steps.length; i++) {
    const ended = steps[i]?.run(frame) ?? signal.next;
    if (ended instanceof Promise) {
      return ended.then((s) => (s === signal.next ? runSteps(steps, frame, i + 1) : s));
    }
    if (ended !== signal.next) return ended;
  }
  return signal.next;
};
