import { fontStack } from "../plot/font-stack";
import { palette } from "../plot/palette";
import type { RunStatus } from "../study/status";

const [width, height] = [640, 280];
const plot = { left: 44, top: 14, right: 430, bottom: height - 34 };

/** Rows that the legend has room for. */
const mostNamed = 14;

/**
 * Validation accuracy of the runs of a study over their epochs, as far as they are; one colour a row, drawn by hand.
 *
 * @returns the text of an SVG file
 */
export function studyCurvesSvg(runs: readonly RunStatus[]): string {
  const names = [...new Set(runs.map(({ run }) => run.row.name))];
  const epochs = Math.max(2, ...runs.map(({ run }) => run.config.training.epochs));
  const x = (epoch: number) => plot.left + ((plot.right - plot.left) * (epoch - 1)) / (epochs - 1);
  const y = (accuracy: number) => plot.bottom - (plot.bottom - plot.top) * accuracy;
  const color = (name: string) => palette[names.indexOf(name) % palette.length];
  const text = (atX: number, atY: number, anchor: string, content: string) =>
    `<text x="${atX}" y="${atY}" text-anchor="${anchor}" fill="#222222">${content}</text>`;
  const curves = runs.map(({ run, curve }) => {
    const points = curve.map(
      ({ epoch, validationAccuracy }) => `${x(epoch).toFixed(1)},${y(validationAccuracy).toFixed(1)}`,
    );
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${color(run.row.name)}" stroke-width="1.5"/>`;
  });
  const legend = names
    .slice(0, mostNamed)
    .flatMap((name, i) => [
      `<rect x="${plot.right + 16}" y="${plot.top + 17 * i}" width="12" height="12" fill="${color(name)}"/>`,
      text(plot.right + 34, plot.top + 11 + 17 * i, "start", escapeXml(name)),
    ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `role="img" font-family="${fontStack}" font-size="12">`,
    "<title>Validation accuracy of every run over its epochs</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<path d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}" fill="none" stroke="#999999"/>`,
    ...[0, 0.5, 1].map((share) => text(plot.left - 6, y(share) + 4, "end", `${100 * share}%`)),
    text(plot.left + 6, plot.top + 4, "start", "validation accuracy"),
    text(plot.left, plot.bottom + 16, "middle", "1"),
    text(plot.right, plot.bottom + 16, "middle", String(epochs)),
    text((plot.left + plot.right) / 2, plot.bottom + 28, "middle", "epoch"),
    ...curves,
    ...legend,
    "</svg>",
  ].join("\n");
}

const escapeXml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
