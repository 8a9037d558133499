import { existsSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { chromium } from "../deploy/chromium";
import { notBuilt, serveSite } from "./built-site";
import type { Browser, Page } from "./playwright";

/** Finds the packages that the site alone has. */
export const ofTheSite = createRequire(join(kitRoot(), "site", "package.json"));
const isInstalled = existsSync(join(kitRoot(), "site", "node_modules", "playwright-core"));

/** Why the built site cannot be opened in a browser, in brackets behind a test's name; empty where it can. */
export const notInChromium =
  notBuilt ||
  (existsSync(chromium) ? "" : ` (skipped without ${chromium})`) ||
  (isInstalled ? "" : " (skipped: the site's packages are not installed, npm ci in site/)");

export const screens = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } } as const;

/** The built site in Chromium, from the first test of a file to the last. */
export interface SiteInChromium {
  readonly browser: Browser;
  /** Of the first page, with a slash at its end. */
  readonly address: string;
  /** What pages complained of so far. */
  readonly complaints: string[];
  /** Opens a page, whose errors are kept among the complaints; `before` is told of it while it is still empty. */
  opened(path: string, options?: OpenOptions): Promise<Page>;
}

/** How a page is opened. */
export interface OpenOptions {
  readonly screen?: keyof typeof screens;
  readonly colorScheme?: "light" | "dark";
  readonly before?: (page: Page) => Promise<void>;
}

/** Starts the site and the browser before the tests of a `describe`, and ends both behind them. */
export function siteInChromium(): SiteInChromium {
  const complaints: string[] = [];
  let browser: Browser;
  let server: Server;
  let address: string;

  beforeAll(async () => {
    const playwright = ofTheSite("playwright-core") as { chromium: { launch(options: object): Promise<Browser> } };
    browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
    ({ server, address } = await serveSite());
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function opened(path: string, { screen = "desktop", colorScheme = "light", before }: OpenOptions = {}) {
    const isPhone = screen === "phone";
    const page = await browser.newPage({
      viewport: screens[screen],
      colorScheme,
      isMobile: isPhone,
      hasTouch: isPhone,
    });
    page.on("pageerror", (error) => complaints.push(`${path}: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`${path}: ${message.text()}`);
    });
    await before?.(page);
    await page.goto(address + path, { waitUntil: "networkidle" });
    // What a test changes before Vue has taken over the page, Vue takes back.
    await page.waitForFunction("document.querySelector('#app')?.__vue_app__ !== undefined");
    return page;
  }

  return {
    complaints,
    opened,
    // There is none before the first test.
    get browser() {
      return browser;
    },
    get address() {
      return address;
    },
  };
}
