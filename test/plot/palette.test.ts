import { expect, test } from "vitest";
import { binarizers } from "../../lib/binarize/registry";
import { colorsOf, darker, shapeOf, transparent } from "../../lib/plot/palette";

test("every named binarizer has a colour of its own, the same in any company", () => {
  const names = Object.keys(binarizers);
  const together = colorsOf(names);
  expect(new Set(together.values()).size).toBe(names.length);
  for (const name of names) expect(colorsOf([name]).get(name)).toBe(together.get(name));
});

test("unknown names take colours that no known name beside them has", () => {
  const colors = colorsOf(["mine", "channel", "yours"]);
  expect(new Set(colors.values()).size).toBe(3);
});

test("shades keep the hue", () => {
  expect(darker("#ff8000")).toBe("#bf6000");
  expect(transparent("#ff8000", 0.5)).toBe("rgba(255, 128, 0, 0.5)");
});

test("of configurations that were told apart one keeps the colour, and all that have float inputs are open", () => {
  const names = ["channel [epochs=1]", "channel [epochs=3]", "learned", "channel-w1a32 [epochs=3]"];
  const colors = colorsOf(names);
  expect(colors.get(names[0]!)).toBe(colorsOf(["channel"]).get("channel"));
  expect(new Set(colors.values()).size).toBe(4);
  expect([...colors.keys()]).toEqual(names);
  expect(names.map((name) => shapeOf(name, colors.get(name)!).endsWith("-open"))).toEqual([false, false, false, true]);
});

test("markers are open where weights alone are in bits, of the shape of the same scale in two bits", () => {
  const shapes = ["channel", "channel-w1a32", "learned W1A32"].map((name) =>
    shapeOf(name, colorsOf([name]).get(name)!),
  );
  expect(shapes[0]).not.toMatch(/-open$/);
  expect(shapes[1]).toBe(`${shapes[0]}-open`);
  expect(shapes[2]).toMatch(/-open$/);
});
