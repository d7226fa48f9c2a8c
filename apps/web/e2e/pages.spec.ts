/** Every page of the menu, on a gateway with much mail: readable by everybody, nothing in the console, nothing cut off. */
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { navigation } from "../src/shell/navigation.ts";
import { makeAdministrator } from "./fixtures/administrator.ts";
import { startDevGateway } from "./fixtures/dev-gateway.ts";

let gateway: Awaited<ReturnType<typeof startDevGateway>>;
let state: Awaited<ReturnType<import("@playwright/test").BrowserContext["storageState"]>>;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(60_000);
  gateway = await startDevGateway(0, path.resolve(import.meta.dirname, "../dist"));
  const context = await browser.newContext();
  const page = await context.newPage();
  await makeAdministrator(page, gateway.address, await gateway.setupCode());
  state = await context.storageState();
  await context.close();
});

test.afterAll(() => gateway.close());

const more = ["/flows/spf-and-recipient", "/flows/spf-and-recipient?view=outline"];
const paths = [
  ...navigation.flatMap(({ entries }) => entries.map(({ to }) => String(to))),
  ...more,
];

for (const colorScheme of ["light", "dark"] as const) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    test(`every page, ${colorScheme}, ${width} pixels wide`, async ({ browser }) => {
      const context = await browser.newContext({
        storageState: state,
        colorScheme,
        viewport: { width, height },
      });
      const faults: string[] = [];
      for (const to of paths) {
        const page = await context.newPage();
        page.on("console", (message) => {
          if (message.type() === "error") faults.push(`${to}: ${message.text()}`);
        });
        page.on("pageerror", (error) => faults.push(`${to}: ${error.message}`));
        await page.goto(gateway.address + to);
        await expect(page.locator("h1").first()).toBeVisible();
        await expect(page.getByRole("status", { name: /Loading/ })).toHaveCount(0);
        const { violations } = await new AxeBuilder({ page })
          .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
          .analyze();
        for (const { id, nodes } of violations) faults.push(`${to}: ${id}: ${nodes[0]?.html}`);
        const overflow = await page.evaluate(() => {
          const root = document.scrollingElement;
          const main = document.querySelector("#main .shell-page");
          return [root, main].some((each) => each !== null && each.scrollWidth > each.clientWidth);
        });
        if (overflow) faults.push(`${to}: wider than the window`);
        await page.close();
      }
      expect(faults).toEqual([]);
      await context.close();
    });
  }
}
