import { expect, test } from "vitest";
import { matchTotp, toBase32, totpCode, totpStep, totpUri } from "./totp.ts";

const secret = Buffer.from("12345678901234567890"); // RFC 6238, Appendix B

test.each([
  [59, "94287082"],
  [1111111109, "07081804"],
  [1111111111, "14050471"],
  [1234567890, "89005924"],
  [2000000000, "69279037"],
  [20000000000, "65353130"],
])("the code of second %i is that of the standard", (second, code) => {
  expect(totpCode(secret, totpStep(new Date(second * 1000)), 8)).toBe(code);
});

test("a code is good for a step before and after, once, and never a wrong one", () => {
  const now = new Date(1_111_111_111_000);
  const step = totpStep(now);
  const code = totpCode(secret, step);
  expect(matchTotp(secret, code, now, 0)).toBe(step);
  expect(matchTotp(secret, `${code.slice(0, 3)} ${code.slice(3)}`, now, 0)).toBe(step);
  expect(matchTotp(secret, code, new Date(now.getTime() + 30_000), 0)).toBe(step);
  expect(matchTotp(secret, code, new Date(now.getTime() + 61_000), 0)).toBeNull();
  expect(matchTotp(secret, code, now, step)).toBeNull();
  for (const wrong of ["", "000000", "1", `${code}0`, "abcdef"]) {
    expect(matchTotp(secret, wrong, now, 0)).toBeNull();
  }
});

test("the secret is written as authenticators read it", () => {
  expect(toBase32(secret)).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  expect(totpUri(secret, "anna", "mx.example.org")).toBe(
    "otpauth://totp/Sluice:anna%40mx.example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sluice&algorithm=SHA1&digits=6&period=30",
  );
});
