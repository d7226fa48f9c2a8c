/** Parts of a message as a flow sees and changes them; what leaves is read by another MIME parser. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { ContentVerdict } from "../../src/flows/verdict.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { testWithPeer } from "../support/peers.ts";

const withPython = testWithPeer("python3");

const lines = (...all: readonly string[]): Buffer => Buffer.from(all.join("\r\n"), "latin1");
const plain = lines("From: ann@example.com", "Subject: Hello", "", "Good day.", "");
const rich = lines(
  "From: ann@example.com",
  "Subject: Report",
  "MIME-Version: 1.0",
  'Content-Type: multipart/mixed; boundary="out"',
  "",
  "--out",
  'Content-Type: multipart/alternative; boundary="in"',
  "",
  "--in",
  "Content-Type: text/plain; charset=iso-8859-1; format=flowed",
  "Content-Transfer-Encoding: 8bit",
  "",
  "Gr\xfc\xdfe",
  "--in",
  "Content-Type: text/html; charset=iso-8859-1",
  "Content-Transfer-Encoding: quoted-printable",
  "",
  "<html><body><p>Gr=FC=DFe</p></body></html>",
  "--in--",
  "--out",
  'Content-Type: text/plain; name="notes.txt"',
  'Content-Disposition: attachment; filename="notes.txt"',
  "",
  "secret",
  "--out",
  'Content-Type: application/pdf; name="a.pdf"',
  "Content-Transfer-Encoding: base64",
  "",
  "JVBERi0xLjc=",
  "--out--",
  "",
);

const run = async (script: string, message: Buffer = rich) => {
  const flows = createTestFlows({ settings: { flows: { f: scriptFlow("content", script) } } });
  const { verdict, trace } = await flows.content("f", message);
  expect(trace?.error ?? null).toBeNull();
  return { echoed: flows.echoed(), leaves: leaves(verdict, message), verdict };
};

/** The message as the next hop gets it. */
const leaves = ({ header, content }: ContentVerdict, message: Buffer): Buffer => {
  const body = content?.memory ?? message;
  const old = content?.header ?? body.subarray(0, body.indexOf("\r\n\r\n") + 4);
  return Buffer.concat([header ?? old, body.subarray(old.length)]);
};

const program = `
import email, email.policy, json, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = [[p.get_content_type(), p.get_filename(), p.get_content().replace(chr(13), "") if p.get_content_maintype() == "text" else None]
         for p in mail.walk() if not p.is_multipart()]
defects = [str(d) for p in mail.walk() for d in p.defects]
print(json.dumps([parts, defects]))`;

const read = (message: Buffer): [string, string | null, string | null][] => {
  const answer = execFileSync("python3", ["-c", program], { input: message, encoding: "utf8" });
  const [parts, defects]: [[string, string | null, string | null][], string[]] = JSON.parse(answer);
  expect(defects).toEqual([]);
  return parts;
};

test("finds parts, reads them, and leaves a message it only reads as it came", async () => {
  const { echoed, verdict } = await run(`
    $mail = MIME("0");
    foreach ($mail->findByType("^text/") as $part) echo $part->getID() . " " . $part->getType() . " " . $part->getSize();
    foreach ($mail->findByFileName("/[.]pdf$/") as $part) echo $part->getFileName() . " " . $part->getBody();
    echo count($mail->getParts()) . " " . count(MIME("1")->getParts());
    echo MIME("1.1")->getHeader("content-type");`);
  expect(echoed).toEqual([
    "1.1 text/plain 5",
    "1.2 text/html 38",
    "2 text/plain 6",
    "a.pdf %PDF-1.7",
    "3 2",
    "text/plain; charset=iso-8859-1; format=flowed",
  ]);
  expect([verdict.header, verdict.content]).toEqual([null, undefined]);
});

withPython("changes a part, removes one and adds one; the rest keeps every byte", async () => {
  const { leaves: message, echoed } = await run(`
    MIME("1.2")->setBody("<p>" . "caf\\xc3\\xa9 " * 40 . "</p>", "text/html; charset=utf-8");
    MIME("3")->remove();
    $new = MIME();
    $new->setBody("a,b\\r\\n1,2\\r\\n", "text/csv");
    $new->addHeader("Content-Disposition", "attachment; filename=table.csv");
    GetMailMessage()->appendPart($new);
    echo count(MIME("0")->getParts());
    AddHeader("X-Changed", "yes");`);
  expect(echoed).toEqual(["2"]);
  expect(read(message)).toEqual([
    ["text/plain", null, "Grüße"],
    ["text/html", null, `<p>${"café ".repeat(40)}</p>`],
    ["text/plain", "notes.txt", "secret"],
    ["text/csv", "table.csv", "a,b\n1,2\n"],
  ]);
  const text = message.toString("latin1");
  expect(text.startsWith("X-Changed: yes\r\nFrom: ann@example.com\r\n")).toBe(true);
  expect(text).toContain("8bit\r\n\r\nGr\xfc\xdfe\r\n--in\r\n");
  expect(Math.max(...text.split("\r\n").map((line) => line.length))).toBeLessThan(100);
});

withPython("what makes a part gives it back, so that calls can follow each other", async () => {
  const { leaves: message } = await run(`
    $both = MIME()->setType("multipart/alternative")
      ->appendPart(MIME()->setBody("plain", "text/plain"))
      ->appendPart(MIME()->addHeader("X-A", "1")->setBody("<p>", "text/html"));
    echo MIME("0")->appendPart($both)->getID();`);
  expect(read(message).slice(-2)).toEqual([
    ["text/plain", null, "plain"],
    ["text/html", null, "<p>"],
  ]);
});

withPython("a message that is not closed can take another part", async () => {
  const open = rich.subarray(0, rich.lastIndexOf("\r\n--out--"));
  const { leaves: message } = await run(
    '$p = MIME(); $p->setBody("more", "text/plain"); MIME("0")->appendPart($p);',
    open,
  );
  expect(read(message).at(-1)).toEqual(["text/plain", null, "more"]);
});

withPython("a message of one part becomes a multipart of it and of what is appended", async () => {
  const single = lines(
    "Received: from a by b; Tue, 24 Nov 2026 10:00:00 +0000",
    "From: ann@example.com",
    "Content-Type: text/plain; charset=iso-8859-1",
    "Subject: Hello",
    "Content-Transfer-Encoding: 8bit",
    "",
    "Gr\xfc\xdfe",
    "",
  );
  const add = (name: string): string =>
    `$p = MIME(); $p->setBody("${name}", "text/csv"); $p->addHeader("Content-Disposition", "attachment; filename=${name}.csv"); MIME("0")->appendPart($p);`;
  const { leaves: message, echoed } = await run(
    `${add("one")}${add("two")} echo MIME("0")->isMultipart(); AddHeader("X-Changed", "yes");`,
    single,
  );
  expect(echoed).toEqual(["1"]);
  expect(read(message)).toEqual([
    ["text/plain", null, "Grüße\n"],
    ["text/csv", "one.csv", "one"],
    ["text/csv", "two.csv", "two"],
  ]);
  const text = message.toString("latin1");
  expect(text).toContain(
    "\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe\r\n\r\n--",
  );
  expect(text.slice(0, text.indexOf("\r\n\r\n"))).toMatch(
    /^X-Changed: yes\r\nReceived: .*\r\nFrom: ann@example.com\r\nSubject: Hello\r\n/,
  );
  expect(text.match(/^MIME-Version: 1\.0/gm)).toHaveLength(1);
  expect(text.slice(0, text.indexOf("\r\n\r\n"))).toContain("Content-Transfer-Encoding: 8bit");
});

withPython(
  "a part inside a multipart, and a plain message without MIME, take another part",
  async () => {
    const script = '$p = MIME(); $p->setBody("more", "text/plain"); ';
    const inner = await run(`${script} MIME("2")->appendPart($p); MIME("1.2")->remove();`);
    expect(read(inner.leaves)).toEqual([
      ["text/plain", null, "Grüße"],
      ["text/plain", "notes.txt", "secret"],
      ["text/plain", null, "more"],
      ["application/pdf", "a.pdf", null],
    ]);
    const bare = await run(
      `MIME("0")->setBody("New day."); ${script} MIME("0")->appendPart($p);`,
      plain,
    );
    expect(read(bare.leaves)).toEqual([
      ["text/plain", null, "New day."],
      ["text/plain", null, "more"],
    ]);
    const dropped = await run(
      `${script} MIME("0")->appendPart($p); DiscardMailDataChanges();`,
      plain,
    );
    expect(dropped.leaves).toEqual(plain);
  },
);

withPython("new parts may stand inside one another", async () => {
  const { leaves: message, echoed } = await run(
    `$text = MIME(); $text->setBody("words", "text/plain");
     $html = MIME(); $html->setBody("<p>words</p>", "text/html");
     $both = MIME(); $both->setType("multipart/alternative");
     $both->appendPart($text); $both->appendPart($html);
     MIME("0")->appendPart($both);
     echo $both->toString() =~ "^Content-Type: multipart/alternative; boundary=";`,
    plain,
  );
  expect(echoed).toEqual(["1"]);
  expect(read(message)).toEqual([
    ["text/plain", null, "Good day.\n"],
    ["text/plain", null, "words"],
    ["text/html", null, "<p>words</p>"],
  ]);
});

test.each([
  ['MIME("9");', "there is no part 9"],
  ['MIME("0")->setBody("x");', "multipart"],
  ['MIME("0")->setHeader("Content-Type", "text/plain");', "cannot be changed"],
  ['MIME("1.1")->appendPart(MIME()); MIME("1.1")->setBody("x");', "a multipart has no body"],
  ["$a = MIME(); $b = MIME(); $a->appendPart($b); $b->appendPart($a);", "cannot hold itself"],
  ['$a = MIME(); $a->setBody("x"); $a->appendPart(MIME());', "takes no other part"],
  ['MIME("1.1")->setType("text/html");', "setType"],
  ['MIME("1.1")->addHeader("X", "a\\r\\nBcc: b@example.org");', "line break"],
  ['MIME("1.1")->size();', "size"],
])("%s is an error, and the mail is deferred", async (script, words) => {
  const flows = createTestFlows({ settings: { flows: { f: scriptFlow("content", script) } } });
  const { verdict, trace } = await flows.content("f", rich);
  expect(trace?.error?.message).toContain(words);
  expect(verdict.answer.kind).toBe("defer");
});

test("a removed attachment is found no more, until the changes are discarded", async () => {
  const { echoed } = await run(`$pdf = GetAttachmentsByName("pdf$");
RemoveAttachments($pdf);
echo GetAttachmentsByName("pdf$");
echo GetAttachmentsByType("pdf$");
DiscardMailDataChanges();
echo GetAttachmentsByName("pdf$") === $pdf;
Deliver();`);
  expect(echoed).toEqual(["[]", "[]", "1"]);
});

test("reads the file of the mail, with changes or without", async () => {
  const { echoed } = await run(
    `
    AddHeader("X-New", "1");
    $file = GetMailFile();
    echo $file->size();
    echo $file->readline();
    $file->seek(6);
    echo $file->read(3) . $file->tell();
    $changed = GetMailFile(["changes" => true]);
    echo $changed->readline();
    while (($line = $changed->readline()) !== false) $last = $line;
    echo $last;`,
    plain,
  );
  expect(echoed).toEqual([
    String(plain.length),
    "From: ann@example.com",
    "ann9",
    "X-New: 1",
    "Good day.",
  ]);
});

withPython("a footer stands in the plain text and in the HTML, and in no attachment", async () => {
  const { leaves: message, echoed } = await run('echo WrapMessage("Müller & Söhne\\nBerlin");');
  expect(echoed).toEqual(["2"]);
  expect(read(message).slice(0, 3)).toEqual([
    ["text/plain", null, "Grüße\nMüller & Söhne\nBerlin\n"],
    [
      "text/html",
      null,
      "<html><body><p>Grüße</p><p>M&#252;ller &amp; S&#246;hne<br>\nBerlin</p>\n</body></html>",
    ],
    ["text/plain", "notes.txt", "secret"],
  ]);
});

withPython("a banner stands above a plain message", async () => {
  const { leaves: message } = await run(
    'WrapMessage("From outside", none, ["position" => "top"]);',
    plain,
  );
  expect(read(message)).toEqual([["text/plain", null, "From outside\nGood day.\n"]]);
});

test("the block goes on by whether the message could be changed", async () => {
  const flows = createTestFlows({
    settings: {
      flows: {
        f: {
          kind: "content",
          title: "Test",
          entry: "footer",
          nodes: {
            footer: {
              block: "footer",
              version: 1,
              config: { text: "Example Ltd", html: "<p>Example</p>", position: "bottom" },
              outcomes: { next: "yes", unchanged: "no" },
            },
            yes: { block: "deliver", version: 1, config: {} },
            no: { block: "defer", version: 1, config: {} },
          },
        },
      },
    },
  });
  const { verdict } = await flows.content("f", plain);
  expect(verdict.answer.kind).toBe("accept");
  expect(verdict.content?.memory?.toString()).toMatch(/Good day\.\r\nExample Ltd\r\n$/);
  const secret = "Content-Type: application/pkcs7-mime\r\n\r\nMIAGCSqGSIb3DQEH\r\n";
  expect((await flows.content("f", secret)).verdict.answer.kind).toBe("defer");
});

test("a text of many megabytes is left as it is", async () => {
  const long = Buffer.concat([plain, Buffer.alloc(5_000_000, "all work and no play\r\n")]);
  const { echoed, verdict } = await run('echo WrapMessage("x");', long);
  expect([...echoed, verdict.content]).toEqual(["0", undefined]);
});

test("signed and encrypted mail gets no footer", async () => {
  const signed = Buffer.from(
    rich.toString("latin1").replace("multipart/mixed", "multipart/signed"),
    "latin1",
  );
  const { echoed, verdict } = await run('echo WrapMessage("x");', signed);
  expect(echoed).toEqual(["0"]);
  expect(verdict.content).toBeUndefined();
});

test("all changes can be taken back", async () => {
  const { verdict } = await run('WrapMessage("x"); MIME("3")->remove(); DiscardMailDataChanges();');
  expect([verdict.header, verdict.content]).toEqual([null, undefined]);
});
