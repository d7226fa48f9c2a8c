/** `import`: a module's statements run once, at the first import that is reached; a data file is a value. */
import type { Import } from "./ast.ts";
import { Context } from "./compile-context.ts";
import { writeVariable } from "./compile-variable.ts";
import { after, type MaybeWait, type Signal, type Step, signal } from "./program.ts";
import { Frame } from "./run.ts";
import { HslArray } from "./values/array.ts";

export const compileImport = (context: Context, node: Import): Step => {
  const { names, shared } = context;
  if (node.what.kind === "ImportData") {
    const value = names.linked.data.get(node) ?? null;
    const { variable } = node.what;
    const write = writeVariable(context, variable.name, variable);
    return {
      waits: false,
      run: (frame) => {
        write(frame, value instanceof HslArray ? value.share() : value);
        return signal.next;
      },
    };
  }
  const unit = names.linked.modules.get(node);
  const module = unit === undefined ? undefined : names.modules.get(unit);
  if (module === undefined) return { waits: false, run: () => signal.next };
  const body = new Context(shared, module.scope, module.unit, null).block(module.unit.program.body);
  const { ranSlot } = module;
  const run = (frame: Frame): MaybeWait<Signal> => {
    const { run: state } = frame;
    if (state.globals[ranSlot] === true) return signal.next;
    state.globals[ranSlot] = true;
    const own = new Frame(state, state.globals, [], null, state.top);
    return after(body.run(own), (ended) => (ended === signal.end ? ended : signal.next));
  };
  if (body.waits) return { waits: true, run };
  return { waits: false, run: run as (frame: Frame) => Signal }; // its statements do not wait
};
