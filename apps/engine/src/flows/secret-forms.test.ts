import { expect, test } from "vitest";
import { withoutSecret } from "./secret-forms.ts";

const secret = "correct horse";

test.each(["", "a", "ab", "abc", "\0bob\0", "äx"])(
  "base64 of a text with the secret behind %j",
  (before) => {
    for (const after of ["", "!", "!!", "!!!"]) {
      for (const encoding of ["base64", "base64url"] as const) {
        const encoded = Buffer.from(`${before}${secret}${after}`).toString(encoding);
        const [head, tail, ...more] = withoutSecret(encoded, secret).split("***");
        expect(more).toEqual([]);
        // at most the bits that share a character with a neighbour are left
        expect(Buffer.from(head ?? "", "base64").toString().length).toBeLessThanOrEqual(
          before.length,
        );
        expect((tail ?? "").replaceAll("=", "").length).toBeLessThanOrEqual(after.length * 2 + 1);
      }
    }
  },
);

test("other text stays as it is", () => {
  const text = Buffer.from("nothing of the kind stands in here").toString("base64");
  expect(withoutSecret(text, secret)).toBe(text);
});

test("of a password of three letters only itself is hidden", () => {
  expect(withoutSecret("abc YWJj", "abc")).toBe("*** YWJj");
});
