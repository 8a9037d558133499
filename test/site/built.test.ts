import { posix } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { type BuiltPage, builtBase, builtFiles, builtPages, notBuilt, read, valuesOf } from "./built-site";

/** What pages may weigh, bytes as they are sent (compressed), and the whole as it lies on the disk. */
const most = {
  html: 90_000,
  ownScript: 12_000,
  /** The page that runs packed models brings the engine. */
  withEngine: 45_000,
  /** The page whose cells run brings them as they are recorded. */
  withCells: 22_000,
  /** TypeScript, TensorFlow.js and the kit, when the first cell is run. */
  worker: 1_450_000,
  sharedScript: 90_000,
  style: 30_000,
  search: 250_000,
  all: 40e6,
};

const zipped = (path: string): number => gzipSync(read(path)).length;

describe.skipIf(notBuilt)(`the built site${notBuilt}`, () => {
  let pages: BuiltPage[];
  let files: Map<string, number>;
  let base: string;

  beforeAll(() => {
    [pages, files, base] = [builtPages(), builtFiles(), builtBase()];
  });

  test("has a page for everything, each in a language, with a title and one first heading", () => {
    expect(pages.length).toBeGreaterThan(30);
    for (const { path, html } of pages) {
      expect(html, path).toMatch(/^<!DOCTYPE html>\s*<html lang="en"/);
      expect(html, path).toMatch(/<title>[^<]{5,}<\/title>/);
      expect(html.match(/<h1[ >]/g), path).toHaveLength(1);
    }
  });

  test("has headings in order: none skips a level", () => {
    for (const { path, html } of pages) {
      const [, main] = /<main[ >]([\s\S]*)<\/main>/.exec(html)!;
      let last = 0;
      for (const [, digit] of main.matchAll(/<h([1-6])[ >]/g)) {
        expect(Number(digit), `${path}: h${digit} after h${last}`).toBeLessThanOrEqual(last + 1);
        last = Number(digit);
      }
    }
  });

  test("has no link to a page, a file or an anchor that is not there", () => {
    const anchors = new Map(pages.map(({ path, html }) => [path, new Set(valuesOf(html, "id"))]));
    const broken: string[] = [];
    let inside = 0;
    for (const { path, html } of pages) {
      for (const target of [...valuesOf(html, "href", "a"), ...valuesOf(html, "src", "img")]) {
        if (/^[a-z]+:/i.test(target)) continue;
        inside++;
        const [to, anchor] = target.replace(/\?[^#]*/, "").split("#");
        const absolute = to.startsWith("/") ? to : posix.join(base, posix.dirname(path), to);
        const file = to === "" ? path : absolute.slice(base.length).replace(/(^|\/)$/, "$1index.html");
        const isThere = absolute.startsWith(base) || to === "" ? files.has(decodeURI(file)) : false;
        const isAnchor = !anchor || anchors.get(file)?.has(decodeURIComponent(anchor));
        if (!isThere || !isAnchor) broken.push(`${path}: ${target}`);
      }
    }
    expect(inside).toBeGreaterThan(1000);
    expect(broken).toEqual([]);
  });

  test("says of every picture in words what it shows", () => {
    let pictures = 0;
    for (const { path, html } of pages) {
      for (const [tag] of html.matchAll(/<img\b[^>]*>/g)) {
        expect(/ alt="([^"]*)"/.exec(tag)?.[1].length ?? 0, `${path}: ${tag}`).toBeGreaterThan(10);
        expect(tag, path).toMatch(/ loading="lazy"/);
        pictures++;
      }
    }
    expect(pictures).toBeGreaterThan(100);
  });

  test("has every id once", () => {
    for (const { path, html } of pages) {
      const ids = valuesOf(html, "id");
      expect(
        ids.filter((id, i) => ids.indexOf(id) !== i),
        path,
      ).toEqual([]);
    }
  });

  test("asks no other server for anything", () => {
    for (const { path, html } of pages) {
      const asked = [...valuesOf(html, "src"), ...valuesOf(html, "href", "link")];
      expect(
        asked.filter((target) => /^(https?:)?\/\//.test(target)),
        path,
      ).toEqual([]);
    }
  });

  test("weighs little: each page's own HTML and script, what all share, and the whole", () => {
    const scriptsOf = (html: string) =>
      [...valuesOf(html, "src", "script"), ...valuesOf(html, "href", 'link rel="modulepreload"')]
        .map((target) => target.slice(base.length))
        .filter((target) => target.endsWith(".js"));
    const shared = pages
      .map(({ html }) => scriptsOf(html))
      .reduce((all, some) => all.filter((one) => some.includes(one)));
    const sum = (scripts: readonly string[]) => scripts.reduce((bytes, script) => bytes + zipped(script), 0);
    for (const { path, html } of pages) {
      expect(gzipSync(html).length, path).toBeLessThan(most.html);
      const own = scriptsOf(html).filter((script) => !shared.includes(script));
      expect(own.filter((script) => /plotly/.test(script))).toEqual([]);
      const withCells = html.includes('class="notebook-controls"') ? most.withCells : most.ownScript;
      expect(sum(own), path).toBeLessThan(/^(draw|picture)\.html$/.test(path) ? most.withEngine : withCells);
    }
    expect(sum(shared)).toBeLessThan(most.sharedScript);
    for (const file of files.keys()) {
      if (/\bworker-/.test(file)) expect(zipped(file), file).toBeLessThan(most.worker);
      if (file.endsWith(".css")) expect(zipped(file), file).toBeLessThan(most.style);
      if (file.includes("localSearchIndex")) expect(zipped(file), file).toBeLessThan(most.search);
    }
    expect([...files.values()].reduce((sum, size) => sum + size, 0)).toBeLessThan(most.all);
  });
});
