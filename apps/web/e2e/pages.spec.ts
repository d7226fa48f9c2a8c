/** Every page of the menu, on a gateway with much mail: readable by everybody, nothing in the console, nothing cut off. */
import path from "node:path";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { navigation } from "../src/shell/navigation.ts";
import { makeAdministrator } from "./fixtures/administrator.ts";
import { axeOn } from "./fixtures/axe.ts";
import { startDevGateway } from "./fixtures/dev-gateway.ts";

let gateway: Awaited<ReturnType<typeof startDevGateway>>;
let state: Awaited<ReturnType<BrowserContext["storageState"]>>;

test.beforeAll(async ({ browser }) => {
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

/** What glides has arrived: a colour on its way is nobody's. */
const settled = async (page: Page, colorScheme: string): Promise<void> => {
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((each) => each instanceof CSSTransition)
        .map(({ finished }) => finished),
    ),
  );
};

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

for (const [turn, viewport] of sizes.entries()) {
  test.describe(`${viewport.width} pixels wide`, () => {
    let context: BrowserContext;
    test.beforeAll(async ({ browser }) => {
      context = await browser.newContext({ storageState: state, viewport });
    });
    test.afterAll(() => context.close());

    for (const [index, to] of paths.entries()) {
      // each page is opened in the one scheme and turned to the other; with the next width the other way round
      const isLightFirst = (index + turn) % 2 === 0;
      test(to, async () => {
        const faults: string[] = [];
        const page = await context.newPage();
        page.on("console", (message) => {
          if (message.type() === "error") faults.push(message.text());
        });
        page.on("pageerror", (error) => faults.push(error.message));
        const [first, second] = isLightFirst
          ? (["light", "dark"] as const)
          : (["dark", "light"] as const);
        await page.emulateMedia({ colorScheme: first });
        await page.goto(gateway.address + to);
        for (const colorScheme of [first, second]) {
          await page.emulateMedia({ colorScheme });
          await expect(page.locator("h1").first()).toBeVisible();
          await expect(page.getByRole("status", { name: /Loading/ })).toHaveCount(0);
          await settled(page, colorScheme);
          const { violations } = await axeOn(page)
            .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
            .analyze();
          for (const { id, nodes } of violations)
            faults.push(`${colorScheme}: ${id}: ${nodes[0]?.html}`);
          const overflow = await page.evaluate(() => {
            const root = document.scrollingElement;
            const main = document.querySelector("#main .shell-page");
            return [root, main].some(
              (each) => each !== null && each.scrollWidth > each.clientWidth,
            );
          });
          if (overflow) faults.push(`${colorScheme}: wider than the window`);
        }
        expect(faults).toEqual([]);
        await page.close();
      });
    }
  });
}
