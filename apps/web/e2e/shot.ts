/**
 * Pictures of pages, light and dark, wide and narrow, and what axe finds on them.
 *
 *   node apps/web/e2e/shot.ts OUT [page …] [--light] [--wide] [--axe]
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Page } from "@playwright/test";
import { startDevGateway } from "./fixtures/dev-gateway.ts";
import { pages } from "./fixtures/shot-pages.ts";

const words = process.argv.slice(2);
const flags = new Set(words.filter((word) => word.startsWith("--")));
const [out = "shots", ...wanted] = words.filter((word) => !word.startsWith("--"));
mkdirSync(out, { recursive: true });

const web = process.env["WEB_FOLDER"] ?? path.resolve(import.meta.dirname, "../dist");
const gateway = await startDevGateway(0, web);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
  ],
});
const own = [...flags]
  .find((flag) => flag.startsWith("--size="))
  ?.slice(7)
  .split("x")
  .map(Number);
const sizes =
  own !== undefined
    ? [{ name: "own", width: own[0] ?? 1900, height: own[1] ?? 1100 }]
    : flags.has("--wide")
      ? [{ name: "wide", width: 1440, height: 900 }]
      : [
          { name: "wide", width: 1440, height: 900 },
          { name: "narrow", width: 390, height: 844 },
        ];
const schemes = flags.has("--light") ? (["light"] as const) : (["light", "dark"] as const);

const say = (page: Page, name: string): void => {
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) console.log(`${name}: ${message.text()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) console.log(`${name}: ${response.status()} ${response.url()}`);
  });
  page.on("pageerror", (error) => console.log(`${name}: ${error.message}`));
};

try {
  const context = await browser.newContext();
  const first = await context.newPage();
  say(first, "set-up");
  await first.goto(`${gateway.address}/setup?code=${await gateway.setupCode()}`);
  if (wanted.length === 0 || wanted.includes("set-up"))
    await first.screenshot({ path: path.join(out, "set-up.png") });
  await first.locator("input[name=username]").fill("anna");
  await first.locator("input[name=new-password]").fill("correct horse battery staple");
  await first.locator("input[name=repeat-password]").fill("correct horse battery staple");
  await first.getByRole("button", { name: "Create the administrator" }).click();
  await first.waitForURL(/\/(flows|$)/);
  await first.close();
  const state = await context.storageState();
  for (const colorScheme of schemes) {
    for (const { name: size, width, height } of sizes) {
      const visitor = await browser.newContext({
        storageState: state,
        colorScheme,
        viewport: { width, height },
      });
      for (const [name, visit] of Object.entries(pages)) {
        if (wanted.length > 0 && !wanted.includes(name)) continue;
        const page = await visitor.newPage();
        const title = `${name}-${size}-${colorScheme}`;
        say(page, title);
        try {
          await visit(page, gateway.address);
          await page.screenshot({ path: path.join(out, `${title}.png`) });
          if (flags.has("--axe")) {
            const { violations } = await new AxeBuilder({ page }).analyze();
            for (const { id, nodes, help } of violations) {
              console.log(`${title}: ${id}: ${help}`);
              for (const node of nodes.slice(0, 3))
                console.log(
                  `    ${node.html.slice(0, 160)} ${node.failureSummary?.split("\n")[1] ?? ""}`,
                );
            }
          }
        } catch (error) {
          console.log(`${title}: ${error instanceof Error ? error.message : String(error)}`);
          await page.screenshot({ path: path.join(out, `${title}-failed.png`) });
        }
        await page.close();
      }
      await visitor.close();
    }
  }
} finally {
  await browser.close();
  await gateway.close();
}
