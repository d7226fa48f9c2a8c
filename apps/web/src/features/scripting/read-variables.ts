/** Variables given to a dry run, one on each line: `senderip = 192.0.2.1`. JSON where the value is JSON, else text. */
export type Variables =
  | { readonly ok: true; readonly variables: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string };

export const readVariables = (text: string): Variables => {
  const variables: Record<string, unknown> = {};
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const parts = /^\$?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line);
    if (parts === null) {
      return { ok: false, message: `Line ${index + 1}: write “name = value”.` };
    }
    const [, name = "", value = ""] = parts;
    variables[name] = readValue(value);
  }
  return { ok: true, variables };
};

const readValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
