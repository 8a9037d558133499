import type { Point, Stroke } from "./drawing";

/** Points of an ellipse from one angle to another, degrees clockwise from the right. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  const steps = 16;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)] as const;
  });
}

/** A way to write each digit, on a sheet of 100×100: for who has no pen. */
export const sampleDigits: readonly (readonly Stroke[])[] = [
  [arc(50, 50, 22, 34, -90, 270)],
  [
    [
      [38, 30],
      [52, 16],
      [52, 84],
    ],
  ],
  [[...arc(50, 34, 20, 18, 190, 380), [34, 84], [72, 84]]],
  [[...arc(48, 33, 19, 17, 200, 450), ...arc(48, 67, 22, 18, -90, 150)]],
  [
    [
      [58, 16],
      [30, 60],
      [74, 60],
    ],
    [
      [60, 38],
      [60, 86],
    ],
  ],
  [[[70, 16], [36, 16], [34, 46], ...arc(50, 62, 22, 22, -110, 130)]],
  [[[62, 16], ...arc(50, 64, 19, 20, 200, 560)]],
  [
    [
      [30, 18],
      [70, 18],
      [46, 84],
    ],
  ],
  [[...arc(50, 33, 17, 17, 90, 450), ...arc(50, 67, 20, 18, -90, 270)]],
  [[...arc(50, 35, 19, 19, 0, 360), [66, 60], [56, 86]]],
];
