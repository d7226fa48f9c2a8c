/** `cache [options] f(…)`: the answer of an earlier call with the same arguments, while it is fresh. */
import type { Cache } from "./ast.ts";
import { waiting } from "./code.ts";
import { compileArguments, compileCall, compileTarget } from "./compile-call.ts";
import type { Context } from "./compile-context.ts";
import { after, type Code, type MaybeWait } from "./program.ts";
import type { Frame } from "./run.ts";
import { HslArray } from "./values/array.ts";
import { toNumber, toText, truthy } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { countWork } from "./values/meter.ts";
import type { Value } from "./values/value.ts";

const defaultTtlSeconds = 60;
const defaultSize = 32;

export const compileCache = (context: Context, node: Cache): Code => {
  const site = context.site(node);
  const options = context.expression(node.options);
  const { callee } = node.call;
  const name = callee.kind === "Name" ? callee.name : "";
  const args = compileArguments(context, node.call.args, true);
  const target = compileTarget(context, node.call);
  if (target === null) return compileCall(context, node.call);
  return waiting((frame) =>
    after(options.run(frame), (chosen) =>
      after(args.run(frame), (values) => {
        const settings = chosen instanceof HslArray ? chosen : new HslArray();
        const cached = new CachedCall(frame, name, settings, values, site);
        return cached.answer(() => target.apply(frame, values));
      }),
    ),
  );
};

class CachedCall {
  private readonly frame: Frame;
  private readonly options: HslArray;
  private readonly site: Site;
  private readonly space: string;
  private readonly key: string;
  private readonly isPerMessage: boolean;

  constructor(frame: Frame, name: string, options: HslArray, args: readonly Value[], site: Site) {
    this.frame = frame;
    this.options = options;
    this.site = site;
    this.space = `${toText(options.get("namespace"))}\0${name}`;
    this.key = cacheKey(filtered(args, options.get("argv_filter")));
    this.isPerMessage = truthy(options.get("per_message"));
  }

  answer(call: () => MaybeWait<Value>): MaybeWait<Value> {
    const old = this.stored();
    if (old !== undefined && !truthy(this.options.get("force"))) return old;
    return after(call(), (result) => after(this.updated(old, result), (value) => this.keep(value)));
  }

  private stored(): Value | undefined {
    const { run } = this.frame;
    if (this.isPerMessage) return run.perMessageCache.get(`${this.space}\0${this.key}`);
    return run.host.cache?.get(this.space, this.key);
  }

  private updated(old: Value | undefined, result: Value): MaybeWait<Value> {
    const update = this.options.get("update_function");
    return update === null ? result : this.call(update, [old ?? null, result]);
  }

  private keep(value: Value): MaybeWait<Value> {
    const { run } = this.frame;
    if (value instanceof HslArray) value.share();
    if (this.isPerMessage) {
      run.perMessageCache.set(`${this.space}\0${this.key}`, value);
      return value;
    }
    return after(this.ttl(value), (ttl) => {
      const size = toNumber(this.options.get("size")) || defaultSize;
      const lru = !this.options.has("lru") || truthy(this.options.get("lru"));
      if (ttl > 0) run.host.cache?.set(this.space, this.key, value, { ttlSeconds: ttl, size, lru });
      return value;
    });
  }

  private ttl(value: Value): MaybeWait<number> {
    const override = this.options.get("ttl_override");
    const isKey = value === null || typeof value !== "object";
    if (override instanceof HslArray && isKey && override.has(toText(value))) {
      return toNumber(override.get(toText(value)));
    }
    const chooser = this.options.get("ttl_function");
    if (chooser !== null) return after(this.call(chooser, [value]), toNumber);
    return this.options.has("ttl") ? toNumber(this.options.get("ttl")) : defaultTtlSeconds;
  }

  private call(fn: Value, args: Value[]): MaybeWait<Value> {
    const { run } = this.frame;
    return run.program.callValue(run, fn, args, this.site);
  }
}

/** The arguments that make the key: all, or those whose positions (from 1) are listed. */
const filtered = (args: readonly Value[], filter: Value): readonly Value[] =>
  filter instanceof HslArray
    ? filter.toList().map((position) => args[toNumber(position) - 1] ?? null)
    : args;

const longestKey = 8 * 1024 * 1024;

/** Unambiguous text for a list of plain values. */
const cacheKey = (values: readonly Value[]): string => {
  let key = "";
  const put = (text: string): void => {
    key += text;
    if (key.length > longestKey) {
      throw new ScriptError("budget-string", "the arguments are too large for a cache's key");
    }
  };
  const putValue = (value: Value): void => {
    if (value instanceof HslArray) {
      put("[");
      for (const [name, item] of value) {
        put(`${typeof name}:${String(name).length}:${name}=`);
        putValue(item);
      }
      put("]");
      return;
    }
    if (typeof value === "object" && value !== null) {
      throw new ScriptError(
        "wrong-type",
        "a function or an object cannot be part of a cache's key",
      );
    }
    const text = toText(value);
    put(`${value === null ? "none" : typeof value}:${text.length}:${text};`);
  };
  for (const value of values) putValue(value);
  countWork(key.length >> 3);
  return key;
};
