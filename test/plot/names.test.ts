import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Font, Glyph, Path } from "opentype.js";
import { afterAll, describe, expect, test, vi } from "vitest";
import { accuracyByComponent } from "../../lib/plot/accuracy-by-component";
import { bars } from "../../lib/plot/bars";
import { toPng, toSvg } from "../../lib/plot/export";
import { readFontFile } from "../../lib/plot/font-file";
import { fontsOf } from "../../lib/plot/fonts";
import { FurtherFonts } from "../../lib/plot/further-fonts";
import { colorsOf, symbolsOf } from "../../lib/plot/palette";
import { trainingCurves } from "../../lib/plot/training-curves";
import { sampleAccuracy, sampleRun } from "./samples";

// The first figure loads Plotly, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "binvit-fonts-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a name is drawn as it is", () => {
  const odd = [
    "<b>bold</b>",
    "a & b &lt; c",
    'say "no"',
    "x<br>y",
    "<a href='//x'>z</a>",
    "日本語/学習済み",
    "\u0001\ud800",
  ];
  const shown = odd.map((name) => name.replace("\u0001\ud800", "��"));
  /** What stands in each text of an SVG file. */
  const texts = (svg: string) =>
    [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/gs)].map(([, inner]) =>
      inner
        .replace(/<[^>]*>/g, "")
        .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
        .replace(/&quot;/g, '"')
        .replace(/&amp;/g, "&"),
    );

  test("on an axis, in a legend, as a title and in a caption", async () => {
    for (const name of odd) {
      const svg = await toSvg(bars([{ name, value: 1 }], name, { title: name, caption: `${name} caption` }));
      const drawn = texts(svg);
      const wanted = shown[odd.indexOf(name)];
      expect(drawn.filter((text) => text === wanted)).toHaveLength(2); // tick label and axis title
      expect(drawn.join("\n")).toContain(`${wanted}${wanted} caption`);
      await expect(toPng(bars([{ name, value: 1 }], name), { scale: 0.2 })).resolves.toBeInstanceOf(Buffer);
    }
  });

  test("as a panel, a component and a scale", async () => {
    const runs = odd.slice(0, 3).flatMap((name) => [sampleRun(`${name}/p<q>/r`, 1), sampleRun(`${name}/s`, 1)]);
    const drawn = texts(await toSvg(trainingCurves(runs, "loss")));
    for (const text of [...odd.slice(0, 2).filter((name) => !name.includes("/")), "p<q>/r", "s"])
      expect(drawn).toContain(text);
    const rows = [sampleAccuracy("a<sub>b</sub>", "c<i>d</i>", 0.5)];
    const compared = texts(await toSvg(accuracyByComponent(rows)));
    for (const text of ["a<sub>b</sub>", "c<i>d</i>"]) expect(compared).toContain(text);
  });

  test("and what is called like a property of every object has a colour and a symbol too", () => {
    for (const name of ["constructor", "toString", "__proto__"]) {
      expect(colorsOf([name]).get(name)).toMatch(/^#/);
      expect(symbolsOf([name]).get(name)).toBe("pentagon");
    }
  });
});

test("a Japanese caption is wrapped, and no line begins with what closes a sentence", async () => {
  const caption = "注意機構の重みを一ビットにしても、係数があれば正解率はほとんど下がらない。".repeat(3);
  const svg = await toSvg(bars([{ name: "一", value: 1 }], "正解率", { caption }));
  const lines = [...svg.matchAll(/<tspan class="line"[^>]*>(.*?)<\/tspan><\/tspan>/gs)].map(([, text]) =>
    text.replace(/<[^>]*>/g, ""),
  );
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.join("")).toBe(caption);
  for (const line of lines) expect(line).not.toMatch(/^[、。]/);
});

describe("letters that DejaVu lacks", () => {
  /** A font of one square letter, as on a machine that has it. */
  function writeFont(name: string, letter: string): string {
    const square = new Path();
    for (const [x, y] of [
      [100, 0],
      [900, 0],
      [900, 800],
      [100, 800],
    ])
      x === 100 && y === 0 ? square.moveTo(x, y) : square.lineTo(x, y);
    square.close();
    const glyphs = [
      new Glyph({ name: ".notdef", unicode: 0, advanceWidth: 600, path: new Path() }),
      new Glyph({ name: "letter", unicode: letter.codePointAt(0)!, advanceWidth: 1000, path: square }),
    ];
    const font = new Font({
      familyName: name,
      styleName: "Regular",
      unitsPerEm: 1000,
      ascender: 800,
      descender: -200,
      glyphs,
    });
    const path = join(folder, `${name}.otf`);
    writeFileSync(path, Buffer.from(font.toArrayBuffer()));
    return path;
  }

  test("of Japanese come with the kit", () => {
    expect(fontsOf("精度 あいう アイウ 学習率、％")).toEqual({
      files: expect.arrayContaining([expect.stringMatching(/KosugiMaru_400Regular\.ttf$/)]),
      missing: [],
    });
    expect(fontsOf("αβ ‖W − αB‖² × … –").files).toHaveLength(4);
  });

  test("are taken from a font of the machine, or named", () => {
    const hangul = writeFont("Own", "한");
    writeFileSync(join(folder, "broken.ttf"), "no font");
    const others = new FurtherFonts([folder, join(folder, "nowhere")]);
    expect(fontsOf("한 글\u200b\ufe0f", others)).toEqual({ files: expect.arrayContaining([hangul]), missing: ["글"] });
  });

  test("that no font has are said, not drawn in silence", async () => {
    const said: string[] = [];
    const figure = bars([{ name: "\u{1fbff}\u{10ffff}", value: 1 }], "y");
    await toPng(figure, { scale: 0.2, onMissingLetters: (message) => said.push(message) });
    expect(said).toEqual([
      expect.stringMatching(/^No font here has the letters .*\u{10ffff}: they are drawn as boxes\. Install/u),
    ]);
    await toPng(bars([{ name: "精度", value: 1 }], "y"), {
      scale: 0.2,
      onMissingLetters: (message) => said.push(message),
    });
    expect(said).toHaveLength(1);
  });

  test("are read from a collection as from a single font", () => {
    const path = createRequire(__filename).resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf");
    const single = readFileSync(path);
    const moved = Buffer.from(single);
    for (let i = 0; i < single.readUInt16BE(4); i++) {
      const at = 12 + 16 * i + 8;
      moved.writeUInt32BE(single.readUInt32BE(at) + 16, at);
    }
    const header = Buffer.from(
      "ttcf\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0001\u0000\u0000\u0000\u0010",
      "latin1",
    );
    writeFileSync(join(folder, "both.ttc"), Buffer.concat([header, moved]));
    for (const font of [readFontFile(path)!, readFontFile(join(folder, "both.ttc"))!]) {
      expect(["a", "α", "😀"].map((letter) => font.has(letter.codePointAt(0)!))).toEqual([true, true, true]);
      expect(["日", "\uffff"].map((letter) => font.has(letter.codePointAt(0)!))).toEqual([false, false]);
    }
  });
});
