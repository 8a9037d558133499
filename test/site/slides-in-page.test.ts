import { describe, expect, test } from "vitest";
import { notInChromium, siteInChromium } from "./in-chromium";
import type { Page } from "./playwright";

describe.skipIf(notInChromium)(`a notebook as slides${notInChromium}`, () => {
  const { opened, complaints } = siteInChromium();
  const areShown = (page: Page, shown: boolean) =>
    page.waitForFunction(`!document.querySelector(".slide-controls") === ${!shown}`);
  const counter = (page: Page) => page.evaluate("document.querySelector('.slide-controls span').textContent");
  const search = (page: Page) => page.evaluate("location.search");

  test("is where its link leads; Back and Forward go between slides and page", async () => {
    const page = await opened("notebooks/05-binarize-mhsa.html");
    await page.click(".downloads a[href='?slides']");
    await areShown(page, true);
    await page.evaluate("history.back()");
    await areShown(page, false);
    expect(await search(page)).toBe("");
    await page.evaluate("history.forward()");
    await areShown(page, true);
    expect(await search(page)).toBe("?slides=1");
    await page.click(".slide-controls button:last-child");
    await areShown(page, false);
    await page.close();
  });

  test.each(["abc", "1.5", "-7"])("begins at its first slide where the address says %s", async (odd) => {
    const page = await opened(`notebooks/02-binarization.html?slides=${odd}`);
    await areShown(page, true);
    expect(await counter(page)).toMatch(/^1 \/ /);
    expect(await page.evaluate("document.querySelector('.vp-doc h1').offsetParent !== null")).toBe(true);
    await page.close();
  });

  test("is gone through to the end of each slide, and back the same way", async () => {
    const page = await opened("notebooks/05-binarize-mhsa.html?slides");
    await areShown(page, true);
    const state = () =>
      page.evaluate(`(({ scrollTop, clientHeight, scrollHeight }) => ({
        slide: Number.parseInt(document.querySelector(".slide-controls span").textContent),
        top: scrollTop,
        bottom: scrollTop + clientHeight,
        height: scrollHeight,
      }))(document.documentElement)`) as Promise<{ slide: number; top: number; bottom: number; height: number }>;
    let before = await state();
    let screens = 0;
    while (before.slide < 6) {
      const isAll = before.height - before.bottom <= 24;
      await page.waitForFunction(
        `document.querySelector(".slide-controls .forth").textContent.trim() === "${isAll ? "Next" : "More ↓"}"`,
      );
      if (before.slide % 2) await page.keyboard.press("PageDown");
      else await page.click(".slide-controls .forth");
      const after = await state();
      expect(after.slide).toBe(before.slide + (isAll ? 1 : 0));
      if (isAll) {
        expect(after.top).toBe(0);
      } else {
        screens++;
        expect(after.top).toBeGreaterThan(before.top);
        // What was at the edge is still in sight.
        expect(after.top).toBeLessThan(before.bottom - 100);
      }
      before = after;
    }
    expect(screens).toBeGreaterThan(1);
    let presses = 0;
    while (before.slide > 1 || before.top > 24) {
      await page.keyboard.press("PageUp");
      before = await state();
      expect(++presses).toBeLessThan(40);
    }
    expect(presses).toBeGreaterThan(6);
    await page.close();
  });

  test("has what cells put out as large as their code, and one margin on a phone", async () => {
    const page = await opened("notebooks/05-binarize-mhsa.html?slides", { screen: "phone" });
    await areShown(page, true);
    const sizes =
      await page.evaluate(`[".output td", "pre.output", ".cell-buttons button", "div[class*=language-] code"].map(
      (selector) => getComputedStyle(document.querySelector(".vp-doc " + selector)).fontSize,
    )`);
    expect(sizes).toEqual(["16px", "16px", "16px", "16px"]);
    expect(await page.evaluate("document.querySelector('.vp-doc').clientWidth")).toBe(312);
    await page.close();
  });

  test("leaves keys to a cell that is edited", async () => {
    const page = await opened("notebooks/02-binarization.html?slides");
    await areShown(page, true);
    while (!(await page.evaluate("document.querySelector('.runnable-cell').offsetParent"))) {
      await page.keyboard.press("ArrowRight");
    }
    const before = await search(page);
    await page.click(".runnable-cell .cell-buttons button:nth-child(2)");
    for (const key of ["ArrowRight", "ArrowLeft", "Home", "End", "PageDown", "PageUp", "Escape"]) {
      await page.keyboard.press(key);
      expect(await search(page), key).toBe(before);
    }
    await page.close();
  });

  test("and no page complained", () => {
    expect(complaints).toEqual([]);
  });
});
