import { expect, test } from "vitest";
import { darkGround } from "../../lib/plot/dark";
import { rowPlot } from "../../lib/plot/row-plot";
import { figure, resized } from "../../lib/plot/theme";
import { fitted, narrow } from "../../site/browser/fitted";

const place = { width: 700, isDark: false, isTouched: false };
const heading = { title: "Accuracy", caption: "One line, and what to see in it." };
const line = (name: string) => ({ type: "scatter" as const, name, x: [1, 2], y: [3, 4] });
const lines = figure([line("float"), line("binary")], { showlegend: true }, heading);

test("the heading is left to the page, and the plot keeps its height", () => {
  const { layout } = fitted(lines, place);
  expect(layout.title).toBeUndefined();
  const height = (of: typeof layout) => of.height! - of.margin!.t! - of.margin!.b!;
  expect(height(layout)).toBe(height(lines.layout));
  // As if it had been made without one, but for a few pixels above.
  const bare = figure([...lines.data], { showlegend: true }, {});
  expect(Math.abs(layout.height! - bare.layout.height!)).toBeLessThan(10);
});

test("a figure is no wider than there is room, and no wider than it was made", () => {
  expect(fitted(lines, place).layout.width).toBe(700);
  expect(fitted(resized(lines, { width: 480 }), place).layout.width).toBe(480);
});

test("on a phone each entry of the legend has a line, and the plot keeps its height", () => {
  const { layout } = fitted(lines, { ...place, width: 320 });
  expect(layout).toMatchObject({ width: 320, legend: { entrywidth: 1, orientation: "h" }, font: { size: 12 } });
  const height = (of: typeof layout) => of.height! - of.margin!.t! - of.margin!.b!;
  expect(height(layout)).toBe(height(lines.layout));
});

test("a grid of pictures shrinks as a picture does, until its names could not be read", () => {
  const grid = figure(
    [{ type: "heatmap", z: [[1]] }],
    { annotations: [{ text: "head 1", font: { size: 14 } }] },
    heading,
  );
  const { width, height } = fitted(grid, { ...place, width: 900 }).layout as { width: number; height: number };
  const half = fitted(grid, { ...place, width: 675 }).layout;
  expect([half.width, half.height]).toEqual([675, Math.round(0.75 * height)]);
  expect(half.annotations![0].font!.size).toBe(14 * 0.75);
  expect(fitted(grid, { ...place, width: 320 }).layout.width).toBe(0.6 * width);
});

test("rows keep their names, their numbers, and room for what is drawn between them", () => {
  const text = "98.7 (98.0 … 99.3)";
  const row = {
    label: "a long name of a row",
    mean: 0.5,
    low: 0.4,
    high: 0.6,
    text,
    color: "#000000",
    symbol: "circle",
  };
  const { layout } = fitted(rowPlot([{ title: "mlp", rows: [row] }], { title: "accuracy" }), { ...place, width: 312 });
  const { l = 0, r = 0 } = layout.margin!;
  expect(layout.width! - l - r).toBeGreaterThanOrEqual(120);
  expect(layout.width).toBeLessThan(narrow);
});

test("points with many names keep the width that these need", () => {
  const named = (count: number) =>
    figure([line("float")], { annotations: Array.from({ length: count }, (_, i) => ({ text: `${i}`, x: i })) }, {});
  expect(fitted(named(8), { ...place, width: 320 }).layout.width).toBe(320);
  expect(fitted(named(9), { ...place, width: 320 }).layout.width).toBeGreaterThan(500);
  expect(fitted(named(9), { ...place, width: 320 }).layout.width).toBeLessThan(narrow);
});

test("it is dark in the dark, and lets a finger scroll the page", () => {
  expect(fitted(lines, { ...place, isDark: true }).layout.paper_bgcolor).toBe(darkGround);
  expect(fitted(lines, { ...place, isTouched: true }).layout.dragmode).toBe(false);
  expect(fitted(lines, place).layout.dragmode).toBeUndefined();
});
