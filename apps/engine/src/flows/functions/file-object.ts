/** Bytes to read piece by piece: a stored file (`File`), or the message (`GetMailFile`). */
import { defineNativeClass, type NativeMethod, type RunContext, type Value } from "@sluice/hsl";
import { isGiven, numberAt } from "../arguments.ts";

/** The bytes, and how far they were read. */
type Reading = { readonly bytes: Buffer; at: number };

const take = (reading: Reading, end: number, run: RunContext): string => {
  const from = reading.at;
  reading.at = Math.min(reading.bytes.length, Math.max(from, end));
  const taken = reading.bytes.subarray(from, reading.at);
  run.charge(taken.length >> 6, taken.length);
  return taken.toString("latin1");
};

const fileMethods: Readonly<Record<string, NativeMethod<Reading>>> = {
  read: {
    least: 0,
    most: 1,
    run: (file, args, run) =>
      take(file, isGiven(args, 0) ? file.at + numberAt(args, 0) : file.bytes.length, run),
  },
  readline: {
    least: 0,
    most: 0,
    run: (file, _args, run) => {
      if (file.at >= file.bytes.length) return false;
      const end = file.bytes.indexOf(10, file.at);
      return take(file, end < 0 ? file.bytes.length : end + 1, run).replace(/\r?\n$/, "");
    },
  },
  seek: {
    least: 1,
    most: 1,
    run: (file, args) => {
      const to = Math.trunc(numberAt(args, 0));
      if (!(to >= 0 && to <= file.bytes.length)) return false;
      file.at = to;
      return true;
    },
  },
  tell: { least: 0, most: 0, run: ({ at }) => at },
  size: { least: 0, most: 0, run: ({ bytes }) => bytes.length },
  close: {
    least: 0,
    most: 0,
    run: (file) => {
      file.at = file.bytes.length;
      return null;
    },
  },
};

export const fileClass = defineNativeClass<Reading>("File", new Map(Object.entries(fileMethods)));

export const fileObject = (bytes: Buffer): Value => fileClass.make({ bytes, at: 0 });
