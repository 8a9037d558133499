import { describe, expect, test } from "vitest";
import { notInChromium, siteInChromium } from "./in-chromium";
import type { Page } from "./playwright";

describe.skipIf(notInChromium)(`the page to draw on${notInChromium}`, () => {
  const { opened, complaints } = siteInChromium();
  const textOf = (page: Page, selector: string) =>
    page.evaluate(`document.querySelector("${selector}").textContent.replaceAll(/\\s+/g, " ").trim()`);

  /** The page with an empty sheet, and how to move over it, in hundredths of it. */
  async function emptySheet() {
    const page = await opened("draw.html");
    await page.waitForSelector(".one-bit .facts");
    await page.click(".paper button.main");
    const box = (await page.evaluate(
      "(({ x, y, width }) => ({ x, y, width }))(document.querySelector('.sheet').getBoundingClientRect())",
    )) as { x: number; y: number; width: number };
    const to = (x: number, y: number) => page.mouse.move(box.x + (x * box.width) / 100, box.y + (y * box.width) / 100);
    const sheet = () => page.evaluate("document.querySelector('.sheet').toDataURL()");
    return { page, box, to, sheet };
  }

  test("says nothing of an empty sheet: no class, no attention", async () => {
    const { page } = await emptySheet();
    expect(await textOf(page, ".flipped")).toMatch(/^0 of \d+ bits flipped; nothing is drawn\./);
    expect(await textOf(page, ".one-bit .digit")).toBe("? one bit");
    const labels = (await page.evaluate(
      "[...document.querySelectorAll('.maps canvas')].map((map) => map.getAttribute('aria-label'))",
    )) as string[];
    expect(labels.length).toBeGreaterThan(4);
    expect(labels.filter((label) => !label.endsWith("nothing is drawn"))).toEqual([]);
    await page.click("button[aria-label='Draw a 4']");
    expect(await textOf(page, ".flipped")).toContain("the 1-bit model says 4 (");
    await page.close();
  });

  test("is drawn on by the first finger or button alone", async () => {
    const { page, box, to, sheet } = await emptySheet();
    const empty = await sheet();
    await to(20, 20);
    await page.mouse.down({ button: "right" });
    await to(70, 70);
    await page.mouse.up({ button: "right" });
    expect(await sheet()).toBe(empty);
    const byAnother = (type: string) =>
      page.evaluate(`document.querySelector(".sheet").dispatchEvent(new PointerEvent("${type}", {
        pointerId: 77, pointerType: "touch", isPrimary: false, buttons: 1,
        clientX: ${box.x + 0.9 * box.width}, clientY: ${box.y + 0.1 * box.width},
      }))`);
    await page.mouse.down();
    await to(20, 80);
    const line = await sheet();
    expect(line).not.toBe(empty);
    for (const type of ["pointerdown", "pointermove", "pointerup"]) await byAnother(type);
    expect(await sheet()).toBe(line);
    await to(60, 80);
    await page.mouse.up();
    const corner = await sheet();
    expect(corner).not.toBe(line);
    await to(60, 20);
    expect(await sheet()).toBe(corner);
    await page.close();
  });

  test("sees what is drawn on the sheet, not where the pen went beside it", async () => {
    const seen = async (end: number) => {
      const { page, to } = await emptySheet();
      await to(40, 20);
      await page.mouse.down();
      await to(50, 100);
      await to(50, end);
      await page.mouse.up();
      const shown = await page.evaluate("document.querySelector('.seen canvas').toDataURL()");
      await page.close();
      return shown;
    };
    expect(await seen(160)).toBe(await seen(101));
  });

  test("says that it cannot answer where there is no WebAssembly", async () => {
    const page = await opened("draw.html", {
      before: (page) => page.addInitScript("delete globalThis.WebAssembly"),
    });
    await page.waitForSelector("[role=alert]");
    expect(await textOf(page, "[role=alert]")).toMatch(/^The models do not run here: /);
    await page.close();
  });

  test("has its bits flipped by keyboard, and says where", async () => {
    const page = await opened("draw.html");
    await page.waitForSelector(".one-bit .facts");
    const cursor = () => page.evaluate("getComputedStyle(document.querySelector('.bits .cursor')).display");
    expect(await cursor()).toBe("none");
    await page.evaluate("document.querySelector('.flipped button').focus()");
    await page.keyboard.press("Tab");
    expect(await cursor()).toBe("block");
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
    const before = (await textOf(page, ".bits .spoken")) as string;
    expect(before).toMatch(/^row 2, column 3: [−+]1$/);
    await page.keyboard.press("Enter");
    const after = before.endsWith("−1") ? before.replace("−1", "+1") : before.replace("+1", "−1");
    expect(await textOf(page, ".bits .spoken")).toBe(after);
    expect(await textOf(page, ".flipped")).toMatch(/^1 of /);
    await page.keyboard.press("Space");
    expect(await textOf(page, ".bits .spoken")).toBe(before);
    expect(await textOf(page, ".flipped")).toMatch(/^0 of /);
    await page.close();
  });

  test("and it did not complain", () => {
    expect(complaints).toEqual([]);
  });
});
