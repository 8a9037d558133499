import { describe, expect, test } from "vitest";
import { notInChromium, siteInChromium } from "./in-chromium";

describe.skipIf(notInChromium)(`the page of records${notInChromium}`, () => {
  const { opened, complaints } = siteInChromium();

  test("picks a row and no longer picks it, and marks the rows and points that are picked", async () => {
    const page = await opened("records.html");
    await page.waitForSelector("td button");
    const marked = () =>
      page.evaluate(`[
        document.querySelectorAll("td button[aria-pressed=true]").length,
        document.querySelectorAll("circle.picked").length,
        document.querySelectorAll(".picked-row").length,
      ]`);
    expect(await marked()).toEqual([2, 2, 2]);
    await page.click("td button[aria-pressed=true]");
    expect(await marked()).toEqual([1, 1, 1]);
    await page.click("td button[aria-pressed=true]");
    expect(await marked()).toEqual([0, 0, 0]);
    await page.click("td button");
    expect(await marked()).toEqual([1, 1, 1]);
    await page.close();
  });

  test("tells rows of one name apart, and gives one seed no interval", async () => {
    const page = await opened("records.html");
    await page.waitForSelector("td button");
    const titles = (await page.evaluate(
      "[...document.querySelectorAll('circle title')].map(({ textContent }) => textContent)",
    )) as string[];
    expect(titles.length).toBeGreaterThan(50);
    const names = titles.map((title) => title.split(": ")[0]);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(titles.filter((title) => / 1 seed/.test(title) && /…|seeds/.test(title))).toEqual([]);
    await page.close();
  });

  test("and it did not complain", () => {
    expect(complaints).toEqual([]);
  });
});
