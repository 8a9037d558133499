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
