import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { readJson } from "../../lib/base/read-json";
import { parseRecord } from "../../lib/train/parse-record";
import type { RunRecord } from "../../lib/train/record";
import type { Point } from "../../site/browser/digits/drawing";
import { sampleDigits } from "../../site/browser/digits/samples";
import { builtPages } from "./built-site";
import { notInChromium, ofTheSite, screens, siteInChromium } from "./in-chromium";
import type { Page } from "./playwright";

const readRecordFile = (name: string): RunRecord =>
  parseRecord(readJson(join(kitRoot(), "data", "results", "quick", `${name}.json`)), name);

describe.skipIf(notInChromium)(`the site in Chromium${notInChromium}`, () => {
  const site = siteInChromium();
  const { opened, complaints } = site;

  /** What a page draws as it is scrolled through. */
  async function scrolledThrough(page: Page): Promise<void> {
    const height = (await page.evaluate("document.documentElement.scrollHeight")) as number;
    for (let y = 0; y < height; y += 1000) {
      await page.evaluate(`scrollTo(0, ${y})`);
      await page.waitForTimeout(50);
    }
    await page.waitForFunction("!document.querySelector('.plot-figure:not(.is-drawn) .plot')");
  }

  const kinds = [
    "index.html",
    "notebooks/index.html",
    "notebooks/05-binarize-mhsa.html",
    "docs/packed-model.html",
    "train.html",
    "draw.html",
    "picture.html",
    "api/binarize.html",
    "machines.html",
    "records.html",
  ];
  const looks = kinds.flatMap((path) =>
    (["desktop", "phone"] as const).flatMap((screen) =>
      (["light", "dark"] as const).map((scheme) => [path, screen, scheme] as const),
    ),
  );

  test.each(looks)("axe finds nothing to complain of in %s, %s, %s", async (path, screen, scheme) => {
    const page = await opened(path, { screen, colorScheme: scheme });
    await scrolledThrough(page);
    await page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true");
    await page.evaluate(readFileSync(ofTheSite.resolve("axe-core/axe.min.js"), "utf8"));
    // VitePress shows the keys of its search inside of the button, whose name is Search.
    const found = (await page.evaluate(
      `axe.run({ exclude: ".DocSearch-Button" }, { resultTypes: ["violations"] })`,
    )) as {
      violations: { id: string; help: string; nodes: { html: string }[] }[];
    };
    expect(found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html.slice(0, 200)}`)).toEqual([]);
    await page.close();
  });

  test.each([320, 360])("no page scrolls sideways on a phone of %d pixels", { timeout: 120_000 }, async (width) => {
    const page = await site.browser.newPage({ viewport: { width, height: 740 }, isMobile: true, hasTouch: true });
    for (const { path } of builtPages()) {
      await page.goto(site.address + path, { waitUntil: "load" });
      await page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true");
      expect(await page.evaluate("document.documentElement.scrollWidth"), path).toBe(width);
    }
    await page.close();
  });

  test("paper has the content alone, and all of it in the width of A4", async () => {
    const page = await site.browser.newPage({ viewport: { width: 718, height: 1000 } });
    for (const path of ["notebooks/11-methods-compared.html", "docs/packed-model.html", "train.html", "records.html"]) {
      await page.goto(site.address + path, { waitUntil: "networkidle" });
      await page.emulateMedia({ media: "print" });
      const cut = await page.evaluate(`[...document.querySelectorAll(".vp-doc :is(pre, .table-scroll)")]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ className, textContent }) => className + ": " + textContent.slice(0, 80))`);
      expect(cut, path).toEqual([]);
      const around = ".VPNav, .VPLocalNav, .VPSidebar, .VPDocFooter, .notebook-controls, .cell-buttons";
      const printed = `[...document.querySelectorAll("${around}")].filter((one) => one.checkVisibility()).map((one) => one.className)`;
      expect(await page.evaluate(printed), path).toEqual([]);
    }
    await page.close();
  });

  test.each([320, 768, 900, 1024, 1280])("the navigation bar fits, %d pixels wide", async (width) => {
    const page = await site.browser.newPage({ viewport: { width, height: 700 } });
    await page.goto(`${site.address}train.html`, { waitUntil: "load" });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const ends = (await page.evaluate(`[...document.querySelectorAll(".VPNavBar a, .VPNavBar button")]
      .filter((entry) => entry.checkVisibility({ visibilityProperty: true }))
      .map((entry) => entry.getBoundingClientRect())
      .flatMap(({ left, right }) => [left, right])`)) as number[];
    expect(ends.length).toBeGreaterThan(4);
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ends)).toBeLessThanOrEqual(width);
    await page.close();
  });

  test.each(["light", "dark"] as const)("what has the keyboard has a ring around it, %s", async (colorScheme) => {
    const page = await opened("train.html", { colorScheme });
    const ring = () =>
      page.evaluate(`(({ matches, type, style }) => matches && type + " " + style)({
        matches: document.activeElement.matches("input, select, textarea"),
        type: document.activeElement.type,
        style: getComputedStyle(document.activeElement).outlineStyle,
      })`);
    await page.evaluate("document.querySelector('.vp-doc h1').setAttribute('tabindex', '-1')");
    await page.evaluate("document.querySelector('.vp-doc h1').focus()");
    const seen = new Set<unknown>();
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press("Tab");
      seen.add(await ring());
    }
    seen.delete(false);
    expect(seen.size).toBeGreaterThan(1);
    expect([...seen].filter((one) => !String(one).endsWith(" solid"))).toEqual([]);
    await page.close();
  });

  test("a figure is a picture until it is scrolled to, then it is drawn, and Plotly comes once", async () => {
    const page = await opened("notebooks/03-scaling-factors.html");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const drawn = () => page.evaluate("document.querySelectorAll('.plot-figure.is-drawn .main-svg').length");
    expect(await drawn()).toBe(0);
    await scrolledThrough(page);
    expect(await drawn()).toBeGreaterThan(4);
    expect(asked.filter((url) => url.includes("plotly"))).toHaveLength(1);
    await page.close();
  });

  test("in the dark a figure is drawn in the kit's dark colours, and changes with the page", async () => {
    const page = await opened("index.html", { colorScheme: "dark" });
    await scrolledThrough(page);
    const ground = () =>
      page.evaluate(
        "document.querySelector('.plot .main-svg').style.background || getComputedStyle(document.querySelector('.plot .main-svg')).backgroundColor",
      );
    expect(await ground()).toBe("rgb(21, 24, 29)");
    await page.click(".VPSwitchAppearance");
    await page.waitForFunction(
      "getComputedStyle(document.querySelector('.plot .main-svg')).backgroundColor === 'rgb(255, 255, 255)'",
    );
    await page.close();
  });

  test("without Plotly the picture stays", async () => {
    const page = await site.browser.newPage({ viewport: screens.desktop });
    await page.route("**/*plotly*", (route) => route.abort());
    await page.goto(`${site.address}index.html`, { waitUntil: "networkidle" });
    await page.evaluate("scrollTo(0, 600)");
    await page.waitForTimeout(500);
    const picture = "document.querySelector('.plot-figure img')";
    await page.waitForFunction(`${picture}?.complete && ${picture}.naturalWidth > 0`);
    expect(await page.evaluate("document.querySelectorAll('.main-svg').length")).toBe(0);
    await page.close();
  });

  test("the keyboard reaches the content, the search, a folded solution and a wide table", async () => {
    const page = await opened("notebooks/11-methods-compared.html");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent.trim()")).toBe("Skip to content");
    await page.evaluate("document.querySelector('details summary').focus()");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.querySelector('details').open")).toBe(true);
    const reached = (await page.evaluate(
      "[...document.querySelectorAll('.table-scroll')].map((table) => [table.scrollWidth > table.clientWidth, table.tabIndex === 0])",
    )) as [boolean, boolean][];
    expect(reached.some(([isWide]) => isWide)).toBe(true);
    expect(reached.filter(([isWide, isReached]) => isWide !== isReached)).toEqual([]);
    await page.keyboard.press("Control+k");
    await page.waitForSelector("input.search-input");
    await page.keyboard.type("parabola");
    await page.waitForSelector(".result");
    await page.keyboard.press("Enter");
    await page.waitForURL(/(03-scaling-factors|machines)\.html#/);
    await page.close();
  });

  test("a model is trained in the page to over 90% within 30 seconds, with the weights of Node", {
    timeout: 180_000,
  }, async () => {
    const page = await opened("train.html");
    await page.click("input[value=mhsa]");
    await page.click("form button.main");
    await page.waitForSelector(".result:nth-child(2)", { timeout: 120_000 });
    const [binary, float] = (await page.evaluate(`[...document.querySelectorAll(".result")].map((row) => ({
      accuracy: row.querySelector(".accuracy").textContent,
      sha256: row.querySelector("code").title,
      seconds: Number.parseFloat(row.querySelector(".seconds").textContent),
    }))`)) as { accuracy: string; sha256: string; seconds: number }[];
    for (const [name, found] of Object.entries({ "mlp-channel": binary, float })) {
      const record = readRecordFile(`${name}-s1`);
      expect(found.sha256, name).toBe(record.weightsSha256);
      expect(found.accuracy, name).toBe(`${(100 * record.test.accuracy).toFixed(1)}%`);
    }
    expect(Number.parseFloat(binary.accuracy)).toBeGreaterThan(90);
    // Of a machine of its own: what else runs takes its share of the cores (Windows does not say how much).
    const crowd = Math.max(1, loadavg()[0] / availableParallelism());
    expect(binary.seconds).toBeLessThan(30 * crowd);
    await page.close();
  });

  test("from the first page to training it is two taps on a phone, to drawing one", async () => {
    const page = await opened("index.html", { screen: "phone" });
    await page.click(".home .actions a[href='/train.html']");
    await page.click("form button.main");
    await page.waitForSelector("p.state", { timeout: 60_000 });
    await page.goto(`${site.address}index.html`, { waitUntil: "load" });
    await page.click(".home .actions a[href='/draw.html']");
    await page.waitForSelector("canvas", { timeout: 60_000 });
    await page.close();
  });

  test("every stroke is answered by both models, and a flipped layer answers otherwise", async () => {
    const page = await opened("draw.html");
    await page.waitForSelector(".one-bit .facts");
    const said = () => page.evaluate("document.querySelector('.spoken').textContent") as Promise<string>;
    for (const digit of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      await page.click(`button[aria-label='Draw a ${digit}']`);
      expect(await said()).toMatch(new RegExp(`^float: ${digit}, \\d+%; one bit: ${digit}, \\d+%$`));
    }
    await page.click(".paper button.main");
    expect(await said()).toBe("Nothing is drawn.");
    const box = (await page.evaluate(
      "(({ x, y, width }) => ({ x, y, width }))(document.querySelector('.sheet').getBoundingClientRect())",
    )) as { x: number; y: number; width: number };
    const to = ([x, y]: Point) => page.mouse.move(box.x + (x * box.width) / 100, box.y + (y * box.width) / 100);
    const answers: string[] = [];
    for (const [from, ...points] of sampleDigits[4]) {
      await to(from);
      await page.mouse.down();
      for (const point of points) await to(point);
      await page.mouse.up();
      answers.push(await said());
    }
    expect(answers[0]).not.toBe(answers[1]);
    expect(answers[1]).toMatch(/^float: 4, .*one bit: 4, /);
    await page.fill("input[type=range]", "50");
    await page.waitForFunction("document.querySelector('.flipped').textContent.includes('6144 of 12288')");
    expect(await said()).not.toBe(answers[1]);
    await page.close();
  });

  test("a picture of one's own is answered; what is no picture is refused, and the last one stays", async () => {
    const page = await opened("picture.html");
    const said = () => page.evaluate("document.querySelector('.spoken').textContent") as Promise<string>;
    await page.waitForFunction(`document.querySelector(".best").textContent.trim() !== "…"`);
    expect(await said()).toMatch(/^[a-z]+, \d+%$/);
    const shown = await page.evaluate("document.querySelector('canvas').toDataURL()");
    // A picture of two halves, which the page makes a file of: its middle square keeps both.
    await page.evaluate(`new Promise((resolve) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [400, 300];
      const context = canvas.getContext("2d");
      context.fillStyle = "rgb(200, 40, 40)";
      context.fillRect(0, 0, 200, 300);
      context.fillStyle = "rgb(40, 40, 200)";
      context.fillRect(200, 0, 200, 300);
      canvas.toBlob((blob) => resolve((window.halves = new File([blob], "halves.png", { type: "image/png" }))));
    })`);
    const choose = (file: string) =>
      page.evaluate(`(() => {
        const files = new DataTransfer();
        files.items.add(${file});
        const input = document.querySelector("input[type=file]");
        input.files = files.files;
        input.dispatchEvent(new Event("change"));
      })()`);
    await choose("window.halves");
    await page.waitForFunction(`document.querySelector("canvas").getAttribute("aria-label").includes("halves.png")`);
    expect(await page.evaluate("document.querySelector('canvas').toDataURL()")).not.toBe(shown);
    const seen = (x: number) =>
      page.evaluate(`[...document.querySelector("canvas.seen").getContext("2d").getImageData(${x}, 16, 1, 1).data]`);
    expect([await seen(4), await seen(28)]).toEqual([
      [200, 40, 40, 255],
      [40, 40, 200, 255],
    ]);
    await choose(`new File(["no picture"], "notes.txt")`);
    await page.waitForSelector("[role=alert]");
    expect(await page.evaluate("document.querySelector('[role=alert]').textContent")).toContain(
      "notes.txt is no picture",
    );
    expect(await page.evaluate("document.querySelector('canvas').getAttribute('aria-label')")).toContain("halves.png");
    await page.close();
  });

  test("a notebook is shown as slides, by keys, and left as it was", async () => {
    const page = await opened("notebooks/02-binarization.html?slides");
    await page.waitForSelector(".slide-controls");
    const shown = () =>
      page.evaluate(`[...document.querySelector(".vp-doc > div").children].filter((part) => part.offsetParent).length`);
    const counter = () => page.evaluate("document.querySelector('.slide-controls span')?.textContent");
    expect(await counter()).toMatch(/^1 \/ \d\d$/);
    const first = await shown();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await counter()).toMatch(/^3 \//);
    expect(await page.evaluate("location.search")).toBe("?slides=3");
    await page.evaluate(`
      const wide = document.createElement("div");
      wide.tabIndex = 0; // as what scrolls sideways has
      document.querySelector(".vp-doc > div").append(wide);
      wide.focus();
    `);
    await page.keyboard.press("ArrowRight");
    expect(await counter()).toMatch(/^3 \//);
    await page.evaluate("document.activeElement.remove()");
    await page.keyboard.press("End");
    expect(await page.evaluate("document.querySelector('.slide-controls').textContent")).toMatch(/(\d+) \/ \1/);
    await page.keyboard.press("Escape");
    await page.waitForFunction("!document.querySelector('.slide-controls')");
    expect(await shown()).toBeGreaterThan(first as number);
    await page.close();
  });

  /** How the cells of a page stand, and what each has put out. */
  const cellsOf = (page: Page) =>
    page.evaluate(`[...document.querySelectorAll(".runnable-cell")].map((cell) => ({
      state: cell.dataset.state,
      texts: [...cell.querySelectorAll(".outputs pre, .outputs table")].map((text) => text.innerText.trim()),
      pictures: cell.querySelectorAll(".outputs figure, .outputs img.drawing").length,
    }))`) as Promise<{ state: string; texts: string[]; pictures: number }[]>;

  test.each(["02-binarization", "03-scaling-factors"])(
    "the cells of %s put out here what they did in the kernel",
    {
      timeout: 300_000,
    },
    async (name) => {
      const page = await opened(`notebooks/${name}.html`);
      const recorded = await cellsOf(page);
      await page.click(".notebook-controls button");
      await page.waitForFunction(
        `!document.querySelector(".notebook-controls button").textContent.includes("Stop") &&
        document.querySelector(".notebook-controls span").textContent.includes(" of ")`,
        undefined,
        { timeout: 280_000 },
      );
      expect(await cellsOf(page)).toEqual(recorded.map((cell) => ({ ...cell, state: "done" })));
      await page.close();
    },
  );

  test("a cell runs after those above it, as it was changed; what fails is told, and the next try has the names", {
    timeout: 180_000,
  }, async () => {
    const page = await opened("notebooks/02-binarization.html");
    const third = (part: string) => `.runnable-cell[id-of-test] ${part}`;
    await page.evaluate(`document.querySelectorAll(".runnable-cell")[3].setAttribute("id-of-test", "")`);
    const put = async (code: string) => {
      await page.evaluate(`document.querySelector("${third("code")}").textContent = ${JSON.stringify(code)}`);
      await page.click(third(".run"));
      await page.waitForFunction(
        `["done", "failed"].includes(document.querySelector(".runnable-cell[id-of-test]").dataset.state)`,
        undefined,
        { timeout: 120_000 },
      );
      return (await cellsOf(page)).map(({ state, texts }) => [state, ...texts]);
    };
    await page.click(third("button:nth-child(2)"));
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toMatch(/^Code of cell 4\./);
    const failed = await put("const once = 1;\nnowhere(a);");
    expect(failed.slice(0, 4).map(([state]) => state)).toEqual(["done", "done", "done", "failed"]);
    expect(failed[3][1]).toBe("ReferenceError: nowhere is not defined");
    expect(failed[4][0]).toBe("recorded");
    expect((await put("a.length + b.length"))[3]).toEqual(["done", "16"]);
    expect((await put("const x: = 1;"))[3][1]).toMatch(/^SyntaxError: line 1: /);
    await page.close();
  });

  test("and no page complained", () => {
    expect(complaints).toEqual([]);
  });
});
