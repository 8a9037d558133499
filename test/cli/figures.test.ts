import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { drawFigures } from "../../lib/cli/figures";
import { keptFigures } from "../../lib/plot/kept-figures";
import { loadStudy } from "../../lib/study/records";
import { madeUpRecord } from "../study/records";
import { command } from "./in-process";

// The first figure loads Plotly, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "binvit-figures-"));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;
const newFolder = () => join(folder, `${++made}`);
const figures = async (...words: string[]) => {
  const out = newFolder();
  return { ...(await command(["figures", "--results", "stems", "--out", out, ...words])), out };
};
const read = (out: string, name: string) => readFileSync(join(out, name), "latin1");

describe("binvit figures", () => {
  test("draws the one that is asked for in the size, theme, title and kinds that are asked for", async () => {
    const words = [
      "--only",
      "paired-differences",
      "--format",
      "svg,pdf",
      "--format",
      "png",
      "--title",
      "Stems & scales",
    ];
    const look = ["--width", "1280", "--height", "720", "--font-size", "24", "--theme", "dark"];
    const { code, stdout, stderr, out } = await figures(...words, ...look);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^1 figure, SVG and PDF and PNG, in /m);
    expect(readdirSync(out).sort()).toEqual(["pdf", "png", "svg"].map((kind) => `paired-differences.${kind}`));
    const svg = read(out, "paired-differences.svg");
    expect(svg).toMatch(/^<svg [^>]*width="1280" height="720"/);
    expect(svg).toContain(">Stems &amp; scales<");
    expect(svg).toContain("fill: rgb(21, 24, 29)");
    expect(read(out, "paired-differences.pdf")).toContain("/MediaBox [0 0 960 540]");
    const png = readFileSync(join(out, "paired-differences.png"));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1280, 720]);
    const again = await figures(...words, ...look);
    for (const name of readdirSync(out)) expect(read(again.out, name)).toBe(read(out, name));
  });

  test("leaves a figure its height, or makes room for larger text", async () => {
    const { out } = await figures("--only", "accuracy-of-seeds", "--font-size", "32", "--format", "svg");
    const small = await figures("--only", "accuracy-of-seeds", "--format", "svg");
    const height = (svg: string) => Number(/height="(\d+)"/.exec(svg)?.[1]);
    const [large, usual] = [out, small.out].map((at) => height(read(at, "accuracy-of-seeds.svg")));
    expect(large).toBeGreaterThan(1.9 * usual);
  });

  test.each([
    [["--width", "12"], '--width expects a whole number from 320 to 8000, got "12".'],
    [["--height", "9e9"], "--height expects a whole number from 240 to 8000"],
    [["--font-size", "0"], "--font-size expects a whole number from 6 to 96"],
    [["--theme", "drak"], '--theme expects light or dark, got "drak". Did you mean dark?'],
    [["--format", "svg,jpg"], '--format expects svg, png or pdf, got "jpg".'],
    [["--format", ""], "--format expects svg, png or pdf"],
    [["--width", "500", "--font-size", "40"], "Give --width 1050 or more, or --font-size 19 or less."],
    [
      ["--height", "300", "--font-size", "40", "--width", "1920"],
      "Give --height 650 or more, or --font-size 18 or less.",
    ],
    [
      ["--only", "paired-difference"],
      'no figure "paired-difference". Did you mean paired-differences? Its figures: acc',
    ],
    [["--title", "Mine"], "--title is for one figure, these are 10: accuracy-by-component, "],
    [["--title", " ", "--only", "flip-share"], "--title expects 1 to 200 characters"],
  ])("refuses %j", async (words, message) => {
    const { code, stdout, stderr, out } = await figures(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(() => readdirSync(out)).toThrow("ENOENT"); // nothing was begun
  });

  test("says how high a figure of many rows has to be", async () => {
    const out = newFolder();
    const words = ["figures", "--results", "methods", "--out", out, "--only", "accuracy-of-seeds", "--format", "svg"];
    const { code, stderr } = await command([...words, "--width", "900", "--height", "420"]);
    expect(code).toBe(0);
    const [, needed] = /accuracy-of-seeds is crowded: it needs a height of (\d+) pixels/.exec(stderr) ?? [];
    expect(await command([...words, "--width", "900", "--height", needed])).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("all figures of the kit", () => {
  test("go apart from those that are kept where they look otherwise, and none is passed over in silence", async () => {
    const cwd = newFolder();
    mkdirSync(cwd);
    const words = [
      "--only",
      "accuracy-of-seeds",
      "--only",
      "quick/accuracy-table",
      "--theme",
      "dark",
      "--format",
      "svg",
    ];
    const { code, stdout, stderr } = await command(["figures", ...words], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const drawn = readdirSync(cwd, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".svg"));
    const place = join("runs", "kit-figures");
    for (const name of ["quick/accuracy-of-seeds", "quick/accuracy-table", "stems/accuracy-of-seeds"]) {
      expect(drawn).toContain(join(place, `${name}.svg`));
    }
    expect(drawn.filter((name) => !/(accuracy-of-seeds|quick.accuracy-table)\.svg$/.test(name))).toEqual([]);
    expect(stdout).toContain(`${drawn.length} figures, SVG, in ${place}/`);
    const left = /^Left out, as their records are not there yet: (.*)\.$/m.exec(stdout)?.[1].split(", ") ?? [];
    const studies = keptFigures.map(({ folder }) => folder);
    expect(studies.filter((name) => !left.includes(name) && !existsSync(join(kitRoot(), "figures", name)))).toEqual([]);
  });

  test.each([
    [["--only", "quick/accuracy-of-seed"], 'no figure "quick/accuracy-of-seed". Did you mean quick/accuracy-of-seeds?'],
    [["--only", "roofline"], 'no figure "roofline". Its figures: quick/accuracy-by-component, '],
    [["--only", "accuracy-of-seeds", "--title", "Mine"], "--title is for one figure, these are "],
    [["--results", "quik"], "No finished runs in quik. Did you mean quick?"],
    [["--results", "nowhere.json"], "Cannot read nowhere.json"],
    [["--results", join(kitRoot(), "package.json")], "package.json is not a diagnosis of this version. it.schema: "],
  ])("%j is refused before anything is drawn", async (words, message) => {
    const cwd = newFolder();
    mkdirSync(cwd);
    const { code, stdout, stderr } = await command(["figures", ...words], { cwd });
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe("studies of other kinds", () => {
  const names = (out: string) => readdirSync(out).map((name) => name.replace(/\.svg$/, ""));
  const options = { look: {}, formats: ["svg"] } as const;

  test("a figure that a study has not the data for is left out, and says so where it is asked for", async () => {
    const out = newFolder();
    const records = [madeUpRecord("float", 1, 0.9), madeUpRecord("mlp/channel", 1, 0.8)];
    await drawFigures(records, out, options);
    const left = ["accuracy-of-seeds", "accuracy-table", "flip-share", "paired-differences"];
    expect(names(out).filter((name) => left.includes(name))).toEqual([]);
    expect(names(out)).toContain("accuracy-by-component");
    await expect(drawFigures(records, out, { ...options, only: ["flip-share"] })).rejects.toThrow(
      "The study has not what flip-share shows. Its figures: accuracy-by-component, ",
    );
  });

  test("a figure without room says what it needs, and the others are drawn", async () => {
    const out = newFolder();
    const look = { width: 420, height: 260 };
    const drawn = drawFigures(loadStudy("quick"), out, {
      ...options,
      look,
      only: ["accuracy-by-component", "flip-share"],
    });
    await expect(drawn).rejects.toThrow(
      /^accuracy-by-component has no room for what it shows: it needs a height of \d+ pixels in this size of text, not 260\.$/,
    );
    expect(names(out)).toEqual(["flip-share"]);
  });

  test("a figure whose usual height has no room is higher, where no height is asked for", async () => {
    const out = newFolder();
    const parts = "a-very-long-name-of-a-part-of-the-model-that-nobody-can-abbreviate";
    const long = loadStudy("quick").map((record) => ({ ...record, name: record.name.replace(/^mlp\//, `${parts}/`) }));
    await drawFigures(long, out, { ...options, look: {}, only: ["accuracy-by-component"] });
    expect(names(out)).toEqual(["accuracy-by-component"]);
  });

  test("several data sets have figures of their own, with rows of the same names", async () => {
    const out = newFolder();
    const digits = loadStudy("stems").filter(({ name }) => name.startsWith("conv/"));
    const shapes = digits.map((record) => ({
      ...record,
      name: `${record.name} [name=shapes]`,
      dataset: { ...record.dataset, name: "shapes", sha256: "1".repeat(64) },
    }));
    await drawFigures([...digits, ...shapes], out, { ...options, only: ["accuracy-of-seeds"] });
    expect(names(out)).toEqual(["accuracy-of-seeds-digits", "accuracy-of-seeds-shapes"]);
    const svg = read(out, "accuracy-of-seeds-shapes.svg");
    expect(svg).toContain("every seed on shapes (");
    expect(svg).toContain(">channel<");
    expect(svg).not.toContain("[name=");
  });
});
