/** Tree → text, in one layout. Parsing what it prints gives the same tree. */
import type {
  ArrayItem,
  ClassMember,
  Expression,
  Import,
  Parameter,
  Pattern,
  Program,
  Statement,
} from "./ast.ts";
import { binaryPrecedence, precedence, type StringPart } from "./token.ts";
import { numberToText } from "./values/convert.ts";

/** The script of a tree. */
export const print = (program: Program): string =>
  program.body.map((statement) => `${printStatement(statement, "")}\n`).join("");

const printStatement = (node: Statement, indent: string): string => {
  const inner = (body: Statement): string => printNested(body, indent);
  switch (node.kind) {
    case "Expression":
      return `${indent}${printExpression(node.expression)};`;
    case "Echo":
      return `${indent}echo ${printExpression(node.value)};`;
    case "Throw":
      return `${indent}throw ${printExpression(node.value)};`;
    case "Return":
      return `${indent}return${node.value === null ? "" : ` ${printExpression(node.value)}`};`;
    case "Break":
      return `${indent}break;`;
    case "Continue":
      return `${indent}continue;`;
    case "Empty":
      return `${indent};`;
    case "Block":
      return indent + printBody(node.body, indent);
    case "If": {
      const arms = node.arms.map(
        ({ test, body }, i) =>
          `${i === 0 ? "" : "else "}if (${printExpression(test)})${inner(body)}`,
      );
      if (node.otherwise !== null) arms.push(`else${inner(node.otherwise)}`);
      return arms.map((arm) => indent + arm).join("\n");
    }
    case "While":
      return `${indent}while (${printExpression(node.test)})${inner(node.body)}`;
    case "Forever":
      return `${indent}forever${inner(node.body)}`;
    case "For": {
      const test = node.test === null ? "" : ` ${printExpression(node.test)}`;
      const [init, step] = [printList(node.init), printList(node.step)];
      return `${indent}for (${init};${test};${step === "" ? "" : ` ${step}`})${inner(node.body)}`;
    }
    case "Foreach": {
      const key = node.key === null ? "" : `$${node.key.name} => `;
      const head = `${printExpression(node.subject)} as ${key}$${node.value.name}`;
      return `${indent}foreach (${head})${inner(node.body)}`;
    }
    case "Switch": {
      const cases = node.cases.map(({ test, body }) => {
        const label = test === null ? "default" : `case ${printExpression(test)}`;
        return `${indent}  ${label}:\n${lines(body, `${indent}    `)}`;
      });
      return `${indent}switch (${printExpression(node.subject)}) {\n${cases.join("")}${indent}}`;
    }
    case "Try": {
      const variable = node.variable === null ? "" : ` ($${node.variable.name})`;
      return `${indent}try ${printBody(node.body, indent)} catch${variable} ${printBody(node.handler, indent)}`;
    }
    case "Barrier": {
      const shared = node.shared === null ? "" : ` => $${node.shared.name}`;
      return `${indent}barrier ${printExpression(node.name)}${shared} ${printBody(node.body, indent)}`;
    }
    case "Global":
      return `${indent}global ${node.variables.map(({ name }) => `$${name}`).join(", ")};`;
    case "FunctionDeclaration": {
      const head = `${node.name}(${printParameters(node.parameters)})`;
      return `${indent}function ${head} ${printBody(node.body, indent)}`;
    }
    case "Class": {
      const members = node.members.map((member) => printMember(member, `${indent}  `));
      return `${indent}class ${node.name} {\n${members.join("")}${indent}}`;
    }
    case "Include":
      return `${indent}${node.isOnce ? "include_once" : "include"} ${printExpression(node.path)};`;
    case "Import":
      return `${indent}import ${printImport(node)};`;
  }
};

/** A statement after a condition: a block on the same line, else one level deeper. */
const printNested = (body: Statement, indent: string): string =>
  body.kind === "Block"
    ? ` ${printBody(body.body, indent)}`
    : `\n${printStatement(body, `${indent}  `)}`;

const lines = (body: readonly Statement[], indent: string): string =>
  body.map((statement) => `${printStatement(statement, indent)}\n`).join("");

const printBody = (body: readonly Statement[], indent: string): string =>
  body.length === 0 ? "{}" : `{\n${lines(body, `${indent}  `)}${indent}}`;

const printMember = (member: ClassMember, indent: string): string => {
  const words = [
    ...(member.isPrivate ? ["private "] : []),
    ...(member.isStatic ? ["static "] : []),
    ...(member.kind === "Property" && member.isReadonly ? ["readonly "] : []),
  ].join("");
  if (member.kind === "Property") {
    const value = member.value === null ? "" : ` = ${printExpression(member.value)}`;
    return `${indent}${words}$${member.name}${value};\n`;
  }
  const name = member.name === "constructor" ? "constructor" : `function ${member.name}`;
  const head = `${words}${name}(${printParameters(member.parameters)})`;
  return `${indent}${head} ${printBody(member.body, indent)}\n`;
};

const printImport = ({ what, path }: Import): string => {
  const from = `from ${printExpression(path)}`;
  switch (what.kind) {
    case "ImportNamespace":
      return `* as ${what.local} ${from}`;
    case "ImportData": {
      const options = what.options === null ? "" : ` with ${printExpression(what.options)}`;
      return `$${what.variable.name} ${from}${options}`;
    }
    case "ImportList": {
      const items = what.items.map(({ name, local, isVariable }) => {
        const sigil = isVariable ? "$" : "";
        return local === name ? sigil + name : `${sigil}${name} as ${sigil}${local}`;
      });
      return `{ ${items.join(", ")} } ${from}`;
    }
  }
};

const printParameters = (parameters: readonly Parameter[]): string =>
  parameters
    .map(({ name, fallback, isRest }) => {
      if (isRest) return `...$${name}`;
      return fallback === null ? `$${name}` : `$${name} = ${printExpression(fallback)}`;
    })
    .join(", ");

const printList = (list: readonly Expression[]): string =>
  list.map((e) => printExpression(e)).join(", ");

/** `level`: how tightly the place binds; looser expressions get parentheses. */
const printExpression = (node: Expression, level: number = precedence.assignment): string => {
  const text = printBare(node);
  return levelOf(node) < level ? `(${text})` : text;
};

const levelOf = (node: Expression): number => {
  switch (node.kind) {
    case "Assignment":
      return precedence.assignment;
    case "Conditional":
      return precedence.conditional;
    case "Coalesce":
      return precedence.coalesce;
    case "Binary":
      return node.operator === "**" ? precedence.power : (binaryPrecedence.get(node.operator) ?? 0);
    case "Unary":
    case "Cache":
      return precedence.unary;
    case "Update":
      return node.isPrefix ? precedence.unary : precedence.postfix;
    case "Number":
      return node.value < 0 ? precedence.unary : precedence.postfix + 1;
    default:
      return precedence.postfix + 1;
  }
};

const printBare = (node: Expression): string => {
  switch (node.kind) {
    case "Number":
      return numberToText(node.value);
    case "Boolean":
      return node.value ? "true" : "false";
    case "None":
      return "none";
    case "String":
      return `"${node.parts.map(printPart).join("")}"`;
    case "Regex":
      return `#/${node.pattern}/${node.flags}`;
    case "Array":
      return `[${node.items.map(printItem).join(", ")}]`;
    case "Variable":
      return `$${node.name}`;
    case "Name":
      return node.isBuiltin ? `builtin ${node.name}` : node.name;
    case "Scoped":
      return `${node.scope}::${node.isVariable ? "$" : ""}${node.name}`;
    case "Call": {
      const args = node.args.map(
        ({ value, isSpread }) => (isSpread ? "..." : "") + printExpression(value),
      );
      return `${postfixed(node.callee)}(${args.join(", ")})`;
    }
    case "Index": {
      const index = node.index === null ? "" : printExpression(node.index);
      return `${postfixed(node.object)}[${node.isPath ? "..." : ""}${index}]`;
    }
    case "Slice": {
      const bounds = [node.first, node.last, node.step].map((e) =>
        e === null ? "" : printExpression(e),
      );
      return `${postfixed(node.object)}[${bounds[0]} : ${bounds[1]} : ${bounds[2]}]`;
    }
    case "Member":
      return `${postfixed(node.object)}->${node.name}`;
    case "Unary":
      return `${node.operator} ${printExpression(node.operand, precedence.unary)}`;
    case "Update":
      return node.isPrefix
        ? `${node.operator} ${printExpression(node.target, precedence.unary)}`
        : `${postfixed(node.target)}${node.operator}`;
    case "Binary":
      return printBinary(node);
    case "Coalesce":
      return `${printExpression(node.left, precedence.binary)} ?? ${printExpression(node.right, precedence.coalesce)}`;
    case "Conditional": {
      const test = printExpression(node.test, precedence.coalesce);
      const otherwise = printExpression(node.otherwise, precedence.conditional);
      if (node.consequent === null) return `${test} ?: ${otherwise}`;
      return `${test} ? ${printExpression(node.consequent)} : ${otherwise}`;
    }
    case "Assignment": {
      const target =
        node.target.kind === "Pattern" ? printPattern(node.target) : postfixed(node.target);
      return `${target} ${node.operator} ${printExpression(node.value)}`;
    }
    case "Function": {
      const captures = node.captures.map(({ name }) => `$${name}`).join(", ");
      const closure = node.captures.length === 0 ? "" : ` closure (${captures})`;
      return `function (${printParameters(node.parameters)})${closure} ${printBody(node.body, "")}`;
    }
    case "Match": {
      const arms = node.arms.map(
        ({ tests, value }) =>
          `${tests === null ? "default" : printList(tests)} => ${printExpression(value)}`,
      );
      return `match (${printExpression(node.subject)}) { ${arms.join(", ")} }`;
    }
    case "Cache":
      return `cache ${printExpression(node.options)} ${printExpression(node.call)}`;
    case "Isset":
      return `isset(${printList(node.targets)})`;
    case "Unset":
      return `unset(${printList(node.targets)})`;
  }
};

const postfixed = (node: Expression): string => printExpression(node, precedence.postfix);

const printBinary = (node: Extract<Expression, { kind: "Binary" }>): string => {
  const level = levelOf(node);
  if (node.operator === "**") {
    const right = printExpression(node.right, precedence.unary);
    return `${printExpression(node.left, precedence.postfix)} ** ${right}`;
  }
  const left = printExpression(node.left, level);
  return `${left} ${node.operator} ${printExpression(node.right, level + 1)}`;
};

const printItem = ({ key, value, isSpread }: ArrayItem): string => {
  if (isSpread) return `...${printExpression(value)}`;
  return key === null
    ? printExpression(value)
    : `${printExpression(key)} => ${printExpression(value)}`;
};

const printPattern = ({ items }: Pattern): string => {
  const printed = items.map(({ key, target, fallback, isRest }) => {
    const place = target.kind === "Pattern" ? printPattern(target) : printExpression(target);
    if (isRest) return `...${place}`;
    const whole = fallback === null ? place : `${place} = ${printExpression(fallback)}`;
    return key === null ? whole : `${printExpression(key)} => ${whole}`;
  });
  return `[${printed.join(", ")}]`;
};

const printPart = (part: StringPart): string =>
  typeof part === "string" ? part.replace(/[^ -~]|[\\"$]/g, escapeByte) : `\${${part.name}}`;

const escapeByte = (byte: string): string => {
  if (byte === "\\" || byte === '"' || byte === "$") return `\\${byte}`;
  if (byte === "\n") return "\\n";
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`;
};
