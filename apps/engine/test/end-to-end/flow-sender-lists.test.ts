/** Blacklist() and ScanBWList() with files of the file store. */
import { expect, test } from "vitest";
import { createTestFlows, scriptFlow } from "../support/flows.ts";

const gateway = { blacklist: "refused", whitelist: "welcome" };
const files = {
  refused: "bad.example\nbob@example.org ann@example.com\n",
  welcome: "friend@bad.example\n",
};

const flowsWith = (store: Readonly<Record<string, string>>) =>
  createTestFlows({
    settings: {
      gateway,
      flows: {
        rcpt: scriptFlow(
          "recipient",
          'if (Blacklist() == 1) Reject("no"); echo Blacklist(); Accept();',
        ),
        mail: scriptFlow("content", "echo ScanBWList();"),
      },
    },
    files: store,
  });

test("a listed sender is refused, for the recipients it is listed for", async () => {
  const flows = flowsWith(files);
  const answer = async (recipient: string, sender: string): Promise<string> =>
    (await flows.recipient("rcpt", recipient, { sender })).verdict.kind;
  expect(await answer("bob@example.org", "ann@example.com")).toBe("reject");
  expect(await answer("eve@example.org", "ann@example.com")).toBe("accept");
  expect(await answer("eve@example.org", "x@bad.example")).toBe("reject");
  for (const sender of ["x@bad.example", "friend@bad.example", "x@good.example"]) {
    await flows.content("mail", "Subject: x\r\n\r\n", { sender });
  }
  expect(flows.echoed()).toEqual(["0", "100", "0", "50"]);
  expect(flows.flow("mail").dependsOnRecipient).toBe(true);
});

test("a list that is not there is no empty list", async () => {
  const flows = flowsWith({ welcome: "" });
  await flows.recipient("rcpt", "bob@example.org");
  expect(flows.echoed()).toEqual(["-1"]);
  const { verdict } = await flows.content("mail", "Subject: x\r\n\r\n");
  expect(verdict.answer.kind).toBe("defer");
});
