/** The one reading of a schema that forms, settings pages and the reference share. */
import { z } from "zod";
import { type FieldMeta, fieldMeta, type Widget } from "./field.ts";

export type DescribedField = FieldMeta & {
  /** Keys from the schema's root to the value. */
  readonly path: readonly string[];
  /** What the value is when nothing was given; `undefined` when there is no such value. */
  readonly default: unknown;
  readonly optional: boolean;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** What a list holds. */
  readonly item?: DescribedItem | undefined;
};

export type DescribedItem = Partial<Omit<FieldMeta, "widget">> & {
  /** `object`: the item has fields of its own. */
  readonly widget: Widget | "object";
  readonly fields?: readonly DescribedField[] | undefined;
};

/** Fields with words, in the order of the schema; nested objects give longer paths. */
export const describeFields = (
  config: z.ZodObject,
  path: readonly string[] = [],
): DescribedField[] =>
  Object.entries(config.shape).flatMap(([key, type]) =>
    describe(type as z.ZodType, [...path, key]),
  );

const describe = (type: z.ZodType, path: readonly string[]): DescribedField[] => {
  const { inner, meta, ...rest } = unwrap(type);
  if (meta !== undefined) {
    const item = inner instanceof z.ZodArray ? describeItem(inner.element as z.ZodType) : undefined;
    return [{ ...meta, path, ...rest, ...limits(inner), ...(item && { item }) }];
  }
  return inner instanceof z.ZodObject ? describeFields(inner, path) : [];
};

type Unwrapped = {
  readonly inner: z.ZodType;
  readonly meta: FieldMeta | undefined;
  readonly default: unknown;
  readonly optional: boolean;
};

/** Takes default, prefault, optional, nullable and readonly off, down to the type that carries words. */
export const unwrap = (type: z.ZodType): Unwrapped => {
  let inner = type;
  let value: unknown;
  let isOptional = false;
  for (;;) {
    const meta = fieldMeta.get(inner);
    if (meta !== undefined) return { inner, meta, default: value, optional: isOptional };
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      value ??= inner.def.defaultValue;
      isOptional = true;
      inner = inner.def.innerType as z.ZodType;
    } else if (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) {
      isOptional = true;
      inner = inner.def.innerType as z.ZodType;
    } else if (inner instanceof z.ZodReadonly) {
      inner = inner.def.innerType as z.ZodType;
    } else return { inner, meta: undefined, default: value, optional: isOptional };
  }
};

const describeItem = (type: z.ZodType): DescribedItem => {
  const { inner, meta } = unwrap(type);
  if (meta !== undefined) return meta;
  if (inner instanceof z.ZodObject) return { widget: "object", fields: describeFields(inner) };
  if (inner instanceof z.ZodNumber) return { widget: "number" };
  return { widget: inner instanceof z.ZodBoolean ? "switch" : "text" };
};

const limits = (type: z.ZodType): { min?: number; max?: number } => {
  if (type instanceof z.ZodNumber) return finite(type.minValue, type.maxValue);
  if (type instanceof z.ZodString) return finite(type.minLength, type.maxLength);
  return {};
};

const finite = (min: number | null, max: number | null): { min?: number; max?: number } => ({
  ...(min !== null && Number.isFinite(min) && min !== Number.MIN_SAFE_INTEGER && { min }),
  ...(max !== null && Number.isFinite(max) && max !== Number.MAX_SAFE_INTEGER && { max }),
});

export type FieldValue = {
  readonly meta: FieldMeta;
  readonly path: readonly (string | number)[];
  readonly value: unknown;
};

/** Every value of a parsed config that has words, those inside lists too. */
export const fieldValues = (
  type: z.ZodType,
  value: unknown,
  path: readonly (string | number)[] = [],
): FieldValue[] => {
  const { inner, meta } = unwrap(type);
  const own = meta === undefined ? [] : [{ meta, path, value }];
  if (value === undefined || value === null) return own;
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    const element = inner.element as z.ZodType;
    return [
      ...own,
      ...value.flatMap((item, index) => fieldValues(element, item, [...path, index])),
    ];
  }
  if (inner instanceof z.ZodObject && typeof value === "object") {
    const entries = Object.entries(inner.shape as Record<string, z.ZodType>);
    const record = value as Readonly<Record<string, unknown>>; // it was parsed by that schema
    return [
      ...own,
      ...entries.flatMap(([key, member]) => fieldValues(member, record[key], [...path, key])),
    ];
  }
  return own;
};
