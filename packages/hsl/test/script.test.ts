// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is HSL's own form
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, decodeBytes, hsl, literal, mark, parse, Script } from "../src/index.ts";
import { environment, fakeHost } from "./environment.ts";

const echoed = (script: string): string[] => {
  const host = fakeHost();
  compile(script, environment).script?.run(host);
  return host.log.map(decodeBytes);
};

describe("the hsl tag", () => {
  test("writes values as literals", () => {
    const values = [1, "a"] as const;
    expect(hsl`f(${"x"}, ${1.5}, ${true}, ${values}, ${{ k: null }}, ${-1});`.text).toBe(
      'f("x", 1.5, true, [1, "a"], ["k" => none], -1);',
    );
  });

  test("keeps a hostile setting inside its string", () => {
    const { text } = hsl`Reject(${'"); Accept(); ("'});`;
    expect(text).toBe('Reject("\\"); Accept(); (\\"");');
    expect(parse(text).program.body).toHaveLength(1);
  });

  test("puts a minus sign in parentheses where it would join another", () => {
    expect(hsl`$a -${-1}`.text).toBe("$a -(-1)");
  });

  test("puts scripts in as they are, and lists of them on lines", () => {
    const inner = hsl.raw("echo 1;");
    expect(
      hsl`if (true) {
  ${[inner, hsl`echo ${2};`]}
}`.text,
    ).toBe("if (true) {\n  echo 1;\n  echo 2;\n}");
  });

  test("does not indent inside strings", () => {
    const inner = hsl.raw('echo "a\nb";\necho 1;');
    expect(
      hsl`{
  ${inner}
}`.text,
    ).toBe('{\n  echo "a\nb";\n  echo 1;\n}');
  });

  test("lets a template begin on its own line", () => {
    expect(
      hsl`
      if (true) {
        ${hsl.raw("echo 1;\necho 2;")}
      }
    `.text,
    ).toBe("if (true) {\n  echo 1;\n  echo 2;\n}");
  });

  test("knows its own scripts", () => {
    expect(Script.isScript(hsl`x`)).toBe(true);
    expect(Script.isScript({ text: "x", marks: [] })).toBe(false);
  });

  test("remembers where marked pieces end up, however deep they are indented", () => {
    const inner = mark(2, hsl.raw("echo 1;\necho 2;"));
    const outer = mark(
      1,
      hsl`if (true) {
  ${inner}
}`,
    );
    const whole = hsl`{
    ${outer}
    ${mark(3, hsl.raw("echo 3;"))}
}`;
    const parts = whole.marks.map(({ id, start, end }) => [id, whole.text.slice(start, end)]);
    expect(parts).toEqual([
      [1, "if (true) {\n      echo 1;\n      echo 2;\n    }"],
      [2, "echo 1;\n      echo 2;"],
      [3, "echo 3;"],
    ]);
  });

  test("any text survives as a literal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const script = `echo ${literal(text)};`;
        expect(script).not.toMatch(/[\n\r\u202e]/);
        expect(echoed(script)).toEqual([text]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a template", () => {
  test("fills in allowed variables and nothing else", () => {
    const { text } = hsl.template('$sender and $password cost $5 "${sender}" $senders', ["sender"]);
    expect(text).toBe('"$sender and \\$password cost \\$5 \\"${sender}\\" \\$senders"');
    expect(echoed(`echo ${text};`)).toEqual([
      'bob@example.org and $password cost $5 "bob@example.org" $senders',
    ]);
  });

  test("any text without allowed variables stays as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(echoed(`echo ${hsl.template(text, [])};`)).toEqual([text]);
      }),
    );
  });
});
