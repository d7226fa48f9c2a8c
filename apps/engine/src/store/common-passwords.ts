/** Passwords of twelve characters and more that are guessed first: sequences, repetitions, well-known words joined. */

const words = [
  "password",
  "passwort",
  "motdepasse",
  "contrasena",
  "administrator",
  "administrateur",
  "admin",
  "root",
  "welcome",
  "willkommen",
  "letmein",
  "changeme",
  "default",
  "secret",
  "geheim",
  "qwerty",
  "qwertz",
  "azerty",
  "iloveyou",
  "football",
  "baseball",
  "princess",
  "superman",
  "sunshine",
  "monkey",
  "dragon",
  "master",
  "shadow",
  "trustno1",
  "mailserver",
  "postmaster",
  "gateway",
  "sluice",
  "company",
  "summer",
  "winter",
  "spring",
  "autumn",
  "test",
  "user",
  "login",
  "abc",
  "123",
];

const rows = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "1234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiop",
  "yxcvbnm",
  "azertyuiop",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/** Takes away the words every guesser begins with: when nearly no letter is left, nothing was chosen. */
export const isCommonPassword = (password: string, name: string): boolean => {
  const plain = password.toLowerCase();
  if (new Set(plain).size < 5) return true;
  for (const row of [...rows, ...rows.map((text) => [...text].reverse().join(""))]) {
    if (row.repeat(Math.ceil(plain.length / row.length) + 1).includes(plain)) return true;
  }
  const spelled = plain
    .replaceAll("@", "a")
    .replaceAll("$", "s")
    .replaceAll("0", "o")
    .replaceAll("3", "e");
  const own = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part.length >= 3);
  let rest = spelled;
  for (const word of [...words, ...own].sort((a, b) => b.length - a.length)) {
    rest = rest.replaceAll(word, "");
  }
  return rest !== spelled && rest.replace(/[^a-z]/g, "").length < 4;
};
