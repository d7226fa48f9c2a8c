/** An authenticator app, as far as tests need one: it reads the secret and tells the code of a moment. */
import { totpCode, totpStep } from "../../src/store/totp.ts";

/** The bytes of a secret as an authenticator reads it. */
export const secretBytes = (base32: string): Buffer => {
  const bits = [...base32]
    .map((letter) =>
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
    )
    .join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

export const codeAt = (secret: Buffer, at: Date): string => totpCode(secret, totpStep(at));
