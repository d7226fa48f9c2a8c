/** Users. The password comes on standard input, never as an argument that others can see. */
import { text } from "node:stream/consumers";
import { ask } from "./connect.ts";
import { type Command, CommandError, oneWord } from "./invocation.ts";

export const userAdd: Command = async (invocation) => {
  const name = oneWord(invocation, "user name");
  const { role } = invocation;
  if (role !== "administrator" && role !== "operator" && role !== "auditor") {
    throw new CommandError(2, "Give --role administrator, operator or auditor.");
  }
  if (process.stdin.isTTY) process.stderr.write("Password, then Enter and Ctrl-D: ");
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (password === "") throw new CommandError(2, "Give the password on standard input.");
  const value = await ask((api) => api.users.add.mutate({ name, role, password }));
  return { text: `${value.name} may sign in as ${value.role}.\n`, value };
};

export const userResetSecondFactor: Command = async (invocation) => {
  const name = oneWord(invocation, "user name");
  await ask((api) => api.users.removeSecondFactor.mutate({ name }));
  return { text: `${name} signs in with the password alone.\n`, value: { name } };
};
