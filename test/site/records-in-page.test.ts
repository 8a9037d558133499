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

  test("begins with MLP and MHSA by channels beside floats, by their exact names", async () => {
    const page = await opened("records.html");
    await page.waitForSelector(".picked-row");
    const names =
      "[...document.querySelectorAll('.picked-row p')].map(({ textContent }) => textContent.split(/[: ]/)[0])";
    expect(await page.evaluate(names)).toEqual(["mlp+mhsa/channel", "float"]);
    await page.close();
  });

  test("says what a pick did, and leads from far down in the table to the curves", async () => {
    const page = await opened("records.html", { screen: "phone" });
    await page.waitForSelector("td button");
    await page.evaluate(`[...document.querySelectorAll("td button")].at(-1).click()`);
    await page.waitForSelector("tr:last-child a");
    const said = () => page.evaluate("document.querySelector('.spoken[aria-live]').textContent");
    expect(await said()).toMatch(/^\S+.* added to the curves, float.* removed from the curves; 2 chosen\.$/);
    await page.click("tr:last-child a");
    await page.waitForFunction(`(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(
      document.querySelector("#curves").getBoundingClientRect(),
    )`);
    await page.close();
  });

  test("says that no configuration has a name, without a table of none", async () => {
    const page = await opened("records.html");
    await page.waitForSelector("td button");
    await page.fill("input[type=search].control", "no such");
    await page.waitForFunction("!document.querySelector('.table-scroll')");
    expect(await page.evaluate("document.querySelector('.vp-doc').textContent")).toMatch(
      /No configuration has this name: 0 of \d+\./,
    );
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
