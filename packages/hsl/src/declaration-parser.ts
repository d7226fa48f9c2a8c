/** Named functions, classes and imports. */
import type {
  ClassDeclaration,
  ClassMember,
  FunctionDeclaration,
  Import,
  ImportItem,
} from "./ast.ts";
import { type Cursor, spanOf } from "./cursor.ts";
import { isReserved } from "./lexer.ts";
import { parseParameters, parsePrimary } from "./primary-parser.ts";
import type { Span } from "./source.ts";

export const parseFunctionDeclaration = (cursor: Cursor): FunctionDeclaration => {
  const { start } = cursor.next();
  const { name, nameSpan } = parseNewName(cursor, "a function");
  const parameters = parseParameters(cursor);
  const body = cursor.parseBody();
  const { end } = cursor.previous;
  return { kind: "FunctionDeclaration", name, nameSpan, parameters, body, start, end };
};

const parseNewName = (cursor: Cursor, what: string): { name: string; nameSpan: Span } => {
  const { token } = cursor;
  if (token.kind !== "name") cursor.unexpected(`Expected the name of ${what}`);
  if (isReserved(token.text)) {
    cursor.report("error", "foreign-word", token, `\`${token.text}\` cannot name ${what}.`);
  }
  cursor.next();
  return { name: token.text, nameSpan: spanOf(token) };
};

export const parseClass = (cursor: Cursor): ClassDeclaration => {
  const { start } = cursor.next();
  const { name, nameSpan } = parseNewName(cursor, "a class");
  const cure =
    cursor.token.text === "extends"
      ? "A class inherits nothing: keep an object of the other class in a member."
      : undefined;
  const brace = cursor.expectOperator("{", "before the members of the class", { cure });
  const members: ClassMember[] = [];
  while (!cursor.isOperator("}") && cursor.token.kind !== "end") {
    const member = cursor.recover(() => parseMember(cursor));
    if (member !== null) members.push(member);
  }
  const { end } = cursor.close(brace);
  return { kind: "Class", name, nameSpan, members, start, end };
};

const parseMember = (cursor: Cursor): ClassMember => {
  const { start } = cursor.token;
  const modifiers = new Set<string>();
  while (["private", "static", "readonly"].includes(cursor.token.text)) {
    modifiers.add(cursor.next().text);
  }
  const isStatic = modifiers.has("static");
  const isPrivate = modifiers.has("private");
  const isReadonly = modifiers.has("readonly");
  if (cursor.token.kind === "variable") {
    const { name } = cursor.expectVariable("a member");
    const value = cursor.takeOperator("=") ? cursor.parseExpression() : null;
    cursor.expectSemicolon();
    const { end } = cursor.previous;
    return { kind: "Property", name, value, isStatic, isPrivate, isReadonly, start, end };
  }
  if (isReadonly) cursor.unexpected("Expected a variable after `readonly`");
  const isConstructor = cursor.takeKeyword("constructor");
  if (!isConstructor && !cursor.takeKeyword("function")) {
    cursor.unexpected("Expected a variable, a function or the constructor", {
      cure: "A method is written: function name() { … }",
    });
  }
  const name = isConstructor ? "constructor" : cursor.expectMemberName();
  const parameters = parseParameters(cursor);
  const body = cursor.parseBody();
  const { end } = cursor.previous;
  return { kind: "Method", name, parameters, body, isStatic, isPrivate, start, end };
};

/** `import { f, g as h } from "m";`, `import * as ns from "m";`, `import $d from "f.json";` */
export const parseImport = (cursor: Cursor): Import => {
  const { start } = cursor.next();
  const what = parseImported(cursor);
  cursor.expectKeyword("from", "before the name of the module");
  const path = cursor.expectLiteral("the name of a module");
  let options = null;
  if (what.kind === "ImportData" && cursor.takeKeyword("with")) {
    const array = parsePrimary(cursor);
    if (array.kind !== "Array")
      cursor.fail("bad-import", array, "`with` takes options between brackets.");
    options = array;
  }
  cursor.expectSemicolon();
  const { end } = cursor.previous;
  const whole =
    what.kind === "ImportData" && options?.kind === "Array" ? { ...what, options } : what;
  return { kind: "Import", what: whole, path, start, end };
};

const parseImported = (cursor: Cursor): Import["what"] => {
  const { start } = cursor.token;
  if (cursor.token.kind === "variable") {
    const variable = cursor.expectVariable("a variable");
    return { kind: "ImportData", variable, options: null, start, end: variable.end };
  }
  if (cursor.takeOperator("*")) {
    cursor.expectKeyword("as", "after `*`");
    const { name } = parseNewName(cursor, "a namespace");
    return { kind: "ImportNamespace", local: name, start, end: cursor.previous.end };
  }
  const open = cursor.expectOperator("{", "after `import`");
  const items: ImportItem[] = [];
  while (!cursor.isOperator("}")) {
    items.push(parseImportItem(cursor));
    if (!cursor.takeOperator(",")) break;
  }
  const { end } = cursor.close(open);
  return { kind: "ImportList", items, start, end };
};

const parseImportItem = (cursor: Cursor): ImportItem => {
  const { start } = cursor.token;
  const isVariable = cursor.token.kind === "variable";
  const take = (): string =>
    isVariable ? cursor.expectVariable("a variable").name : parseNewName(cursor, "a function").name;
  const name = take();
  const local = cursor.takeKeyword("as") ? take() : name;
  return { kind: "ImportItem", name, local, isVariable, start, end: cursor.previous.end };
};
