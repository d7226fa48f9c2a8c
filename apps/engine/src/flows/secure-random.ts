import { randomFillSync } from "node:crypto";

const pool = new Uint32Array(512);
let left = 0;

/** 0 ≤ x < 1 with 53 random bits, from the system's cryptographic source, drawn in batches. */
export const secureRandom = (): number => {
  if (left < 2) {
    randomFillSync(pool);
    left = pool.length;
  }
  const high = (pool[left - 1] ?? 0) >>> 5;
  const low = (pool[left - 2] ?? 0) >>> 6;
  pool[left - 1] = 0; // a number that was given out is nowhere to be read again
  pool[left - 2] = 0;
  left -= 2;
  return (high * 0x4000000 + low) / 0x20000000000000;
};
