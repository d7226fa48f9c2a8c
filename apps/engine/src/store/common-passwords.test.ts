import { expect, test } from "vitest";
import { isCommonPassword } from "./common-passwords.ts";

test.each([
  "password1234",
  "Password123!!",
  "P@ssw0rd2026!",
  "123456789012",
  "987654321098",
  "qwertyuiopqwertyuiop",
  "1qaz2wsx3edc",
  "aaaaaaaaaaaaaa",
  "abababababab",
  "adminadmin123",
  "letmein-letmein",
  "welcome-welcome",
  "anna.meier2026",
])("%s is among the first ones guessed", (password) => {
  expect(isCommonPassword(password, "anna.meier")).toBe(true);
});

test.each([
  "correct horse battery staple",
  "Xk7!pq92-Lm4#",
  "493028475610",
  "my dog eats postmasters",
])("%s is not", (password) => {
  expect(isCommonPassword(password, "anna.meier")).toBe(false);
});
