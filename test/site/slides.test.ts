import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { afterRouteChange, type Routes } from "../../site/browser/after-route-change";
import { aScreenOn, blockOf, cutSlides, isMoreAbove, isMoreBelow, startSlides } from "../../site/browser/slides";

test("a slide begins at each title, and where a second piece of code or picture would follow", () => {
  expect(cutSlides([])).toEqual([]);
  expect(cutSlides(["title", "text", "title", "text", "code", "text", "code", "picture", "text", "code"])).toEqual([
    [0, 1],
    [2, 3, 4, 5],
    [6, 7, 8],
    [9],
  ]);
  expect(cutSlides(["text", "picture", "picture", "title"])).toEqual([[0, 1], [2], [3]]);
  expect(cutSlides(["code", "text", "lead", "code", "lead", "picture"])).toEqual([
    [0, 1],
    [2, 3, 4, 5],
  ]);
});

test("what is done after a change of route comes after what was done before, until it is taken away", async () => {
  const done: string[] = [];
  const router: Routes = { onAfterRouteChange: (to) => done.push(to) };
  const forget = afterRouteChange(router, () => done.push("looked"));
  await router.onAfterRouteChange?.("/a?slides");
  forget();
  await router.onAfterRouteChange?.("/a");
  expect(done).toEqual(["/a?slides", "looked", "/a"]);
});

test("cells that run are code, one a slide; what holds the outlines of formulas is no slide", () => {
  const { document } =
    new JSDOM(`<main><h2>T</h2><div class="runnable-cell"><div class="language-ts"></div></div><p>so:</p>
    <div class="runnable-cell"><div class="language-ts"></div><figure></figure></div>
    <div><figure></figure></div><svg class="glyphs"></svg></main>`).window;
  const parts = [...document.querySelector("main")!.children] as HTMLElement[];
  expect(parts.slice(0, 4).map(blockOf)).toEqual(["title", "code", "lead", "code"]);
  const slides = startSlides(parts);
  expect(slides.count).toBe(2);
  slides.show(0);
  expect(parts.map((part) => part.classList.contains("off-slide"))).toEqual([false, false, true, true, true, false]);
});

test("parts of a page are shown slide by slide, and all of them in the end", () => {
  const { document } = new JSDOM(`<main><h1>T</h1><p>a</p><h2>U</h2><div class="language-ts"></div>
    <div class="language-text output"></div><div><figure></figure></div><h3>V</h3></main>`).window;
  const parts = [...document.querySelector("main")!.children] as HTMLElement[];
  expect(parts.map(blockOf)).toEqual(["title", "text", "title", "code", "text", "picture", "text"]);
  const slides = startSlides(parts);
  const shown = () => parts.map((part, i) => (part.classList.contains("off-slide") ? -1 : i)).filter((i) => i >= 0);
  expect(slides.count).toBe(2);
  expect([slides.show(0), shown()]).toEqual([0, [0, 1]]);
  expect([slides.show(9), shown()]).toEqual([1, [2, 3, 4, 5, 6]]);
  expect(slides.show(-3)).toBe(0);
  // An address may say anything: ?slides=abc, ?slides=1.5.
  expect([slides.show(Number("abc") - 1), shown()]).toEqual([0, [0, 1]]);
  expect([slides.show(1.5), shown()]).toEqual([1, [2, 3, 4, 5, 6]]);
  expect(slides.show(Number.POSITIVE_INFINITY)).toBe(1);
  slides.stop();
  expect(shown()).toHaveLength(7);
});

test("a slide longer than the screen is gone through by screens that overlap, to its end and back", () => {
  const page = { screen: 700, height: 1900 };
  const tops = [0];
  while (isMoreBelow({ top: tops.at(-1)!, ...page })) tops.push(aScreenOn({ top: tops.at(-1)!, ...page }, 1));
  expect(tops).toEqual([0, 560, 1120, 1200]);
  const back = [1200];
  while (isMoreAbove({ top: back.at(-1)!, ...page })) back.push(aScreenOn({ top: back.at(-1)!, ...page }, -1));
  expect(back).toEqual([1200, 640, 80, 0]);
  // Nothing but a margin is out of sight.
  expect(isMoreBelow({ top: 0, screen: 700, height: 720 })).toBe(false);
});
