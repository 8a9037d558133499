import { expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import { placeLabels } from "../../lib/plot/label-places";
import { textWidth } from "../../lib/plot/text-box";

const area = { left: 0, right: 800, top: 0, bottom: 400 };

test("labels of crowded points cover neither each other nor a point and stay inside", () => {
  const random = new Random(3);
  const points = Array.from({ length: 12 }, (_, i) => ({
    x: 100 + 600 * random.uniform(),
    y: 60 + 30 * (i % 4) + 10 * random.uniform(),
    text: `component-${i}/channel`,
  }));
  const boxes = placeLabels(points, 14, area).map(({ dx, dy }, i) => {
    const width = textWidth(points[i].text, { size: 14, bold: false, italic: false });
    return { left: points[i].x + dx - width / 2, right: points[i].x + dx + width / 2, y: points[i].y + dy };
  });
  for (const [i, box] of boxes.entries()) {
    expect(box.left).toBeGreaterThanOrEqual(area.left);
    expect(box.right).toBeLessThanOrEqual(area.right);
    for (const other of boxes.slice(i + 1)) {
      const apart = box.right < other.left || other.right < box.left || Math.abs(box.y - other.y) >= 14;
      expect(apart).toBe(true);
    }
    for (const point of points) {
      const inside = point.x > box.left && point.x < box.right && Math.abs(point.y - box.y) < 7;
      expect(inside).toBe(false);
    }
  }
});

test("a lone point has its label beside it, to the right", () => {
  const [place] = placeLabels([{ x: 400, y: 200, text: "mlp" }], 14, area);
  expect(place.isNear).toBe(true);
  expect(place.dy).toBe(0);
  expect(place.dx).toBeGreaterThan(0);
});
