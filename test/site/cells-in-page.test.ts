import { describe, expect, test } from "vitest";
import { notInChromium, siteInChromium } from "./in-chromium";
import type { Page } from "./playwright";

describe.skipIf(notInChromium)(`cells that run in a page${notInChromium}`, () => {
  const { opened, complaints } = siteInChromium();
  const first = ".runnable-cell";
  const run = async (page: Page, state: string) => {
    await page.click(`${first} .run`);
    await page.waitForFunction(`document.querySelector("${first}").dataset.state === "${state}"`, undefined, {
      timeout: 120_000,
    });
  };

  test.each(["**/worker-*.js", "**/digits*.csv*", "**/tfjs-backend-wasm*.wasm"])(
    "are run at the second try where %s did not come at the first",
    { timeout: 250_000 },
    async (file) => {
      const page = await opened("notebooks/02-binarization.html");
      await page.click(`${first} .cell-buttons button:nth-child(2)`);
      await page.evaluate(`document.querySelector("${first} code").textContent = "console.log('x'.repeat(999))"`);
      await page.route(file, (route) => route.abort());
      await run(page, "failed");
      await page.unroute(file);
      await run(page, "done");
      // What a run puts out is reached by the keyboard, if it is wide.
      await page.waitForFunction(`document.querySelector("${first} .outputs pre").tabIndex === 0`);
      await page.close();
    },
  );

  test("only what a run puts out is spoken, and who stops a cell is where it is run again", async () => {
    const page = await opened("notebooks/02-binarization.html");
    const live = () => page.evaluate(`document.querySelector("${first} .outputs").getAttribute("aria-live")`);
    expect(await live()).toBe("off");
    await page.click(`${first} .cell-buttons button:nth-child(2)`);
    await page.evaluate(`document.querySelector("${first} code").textContent = "for (;;) {}"`);
    await run(page, "running");
    expect(await live()).toBe("polite");
    await page.evaluate(`document.querySelector("${first} [aria-label^=Stop]").focus()`);
    await page.keyboard.press("Enter");
    await page.waitForFunction(`document.activeElement === document.querySelector("${first} .run")`);
    await page.close();
  });

  test("an error that comes when its cell has ended is shown, and leaves the names", { timeout: 150_000 }, async () => {
    const page = await opened("notebooks/02-binarization.html");
    await page.click(`${first} .cell-buttons button:nth-child(2)`);
    const put = (code: string) =>
      page.evaluate(`document.querySelector("${first} code").textContent = ${JSON.stringify(code)}`);
    const shows = (text: string) =>
      page.waitForFunction(`document.querySelector("${first} .outputs").textContent === ${JSON.stringify(text)}`);
    await put(`const kept = 42; setTimeout(() => { throw new Error("late") }, 300); kept`);
    await run(page, "done");
    await shows("42after the cell had ended: Error: late");
    await put(`Promise.reject(new Error("lost")); kept`);
    await run(page, "done");
    await shows("42after the cell had ended: Error: lost");
    await page.close();
  });

  test("what is wide is reached by the keyboard as long as it is", async () => {
    const page = await opened("notebooks/02-binarization.html");
    const put = (count: number) => page.evaluate(`window.wide.textContent = "x".repeat(${count})`);
    const isReached = (reached: boolean) => page.waitForFunction(`window.wide.hasAttribute("tabindex") === ${reached}`);
    await page.evaluate("document.querySelector('.vp-doc').append((window.wide = document.createElement('pre')))");
    for (const isWide of [true, false, true]) {
      await put(isWide ? 999 : 9);
      await isReached(isWide);
    }
    await page.close();
  });

  test("and no page complained of more than what did not come", () => {
    expect(complaints.filter((text) => !/ERR_FAILED|wasm|Failed to fetch/i.test(text))).toEqual([]);
  });
});
