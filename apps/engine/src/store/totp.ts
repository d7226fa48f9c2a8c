/** Time-based one-time codes (RFC 6238): six digits, SHA-1, thirty seconds, as every authenticator knows them. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const stepSeconds = 30;
const digits = 6;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export const makeTotpSecret = (): Buffer => randomBytes(20);

/** RFC 4648 §6, without padding. */
export const toBase32 = (bytes: Uint8Array): string => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? [])
    .map((group) => alphabet[Number.parseInt(group.padEnd(5, "0"), 2)])
    .join("");
};

export const totpStep = (now: Date): number => Math.floor(now.getTime() / 1000 / stepSeconds);

export const totpCode = (secret: Uint8Array, step: number, length = digits): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** length).padStart(length, "0");
};

/**
 * The step a code belongs to, one before and one after now included; null: it is
 * wrong, or not newer than `lastStep`, for a code is taken once.
 */
export const matchTotp = (
  secret: Uint8Array,
  code: string,
  now: Date,
  lastStep: number,
): number | null => {
  const given = Buffer.from(code.replace(/\s/g, ""));
  const current = totpStep(now);
  for (const step of [current - 1, current, current + 1]) {
    const right = Buffer.from(totpCode(secret, step));
    if (step > lastStep && given.length === right.length && timingSafeEqual(given, right)) {
      return step;
    }
  }
  return null;
};

/** What an authenticator reads from the QR code. */
export const totpUri = (secret: Uint8Array, name: string, host: string): string => {
  const label = `${encodeURIComponent("Sluice")}:${encodeURIComponent(`${name}@${host}`)}`;
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=Sluice&algorithm=SHA1&digits=${digits}&period=${stepSeconds}`;
};
