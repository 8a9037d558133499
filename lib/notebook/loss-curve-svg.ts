import { fontStack } from "../plot/font-stack";
import { palette } from "../plot/palette";
import type { EpochRecord } from "../train/record";

/** Of the picture, pixels. */
export const curveSize = { width: 480, height: 270 } as const;

const { width, height } = curveSize;
const plot = { left: 48, top: 30, right: width - 12, bottom: height - 36 };

/** @returns what the picture is of, as its title and its alternative text begin */
export const curveTitle = (hasTraining: boolean): string =>
  `${hasTraining ? "Training and validation" : "Validation"} loss over the epochs`;

/** What is drawn of the epochs. */
export interface LossCurveForm {
  /** Epochs there will be: the length of the axis. */
  readonly epochs: number;
  /** Whether the training loss can stand beside the validation loss. */
  readonly hasTraining: boolean;
}

/**
 * Training and validation loss over the epochs so far, drawn by hand: fast enough to redraw after every epoch.
 *
 * @param records - epochs so far, in order
 * @param form - how long the axis is, and which curves
 * @returns the text of an SVG file
 */
export function lossCurveSvg(records: readonly EpochRecord[], { epochs, hasTraining }: LossCurveForm): string {
  const drawn = (record: EpochRecord) => [...(hasTraining ? [record.trainLoss] : []), record.validationLoss];
  const top = Math.max(1e-6, ...records.flatMap(drawn));
  const x = (epoch: number) => plot.left + ((plot.right - plot.left) * (epoch - 1)) / Math.max(1, epochs - 1);
  const y = (loss: number) => plot.bottom - ((plot.bottom - plot.top) * loss) / top;
  const curve = (color: string, loss: (record: EpochRecord) => number) => {
    const points = records.map((record) => `${x(record.epoch).toFixed(1)},${y(loss(record)).toFixed(1)}`).join(" ");
    const [end = "0,0"] = points.split(" ").slice(-1);
    const [endX, endY] = end.split(",");
    return (
      `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="2"/>` +
      (records.length > 0 ? `<circle cx="${endX}" cy="${endY}" r="3" fill="${color}"/>` : "")
    );
  };
  const text = (atX: number, atY: number, anchor: string, content: string, color = "#222222") =>
    `<text x="${atX}" y="${atY}" text-anchor="${anchor}" fill="${color}">${content}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `role="img" font-family="${fontStack}" font-size="12">`,
    `<title>${curveTitle(hasTraining)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<path d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}" fill="none" stroke="#999999"/>`,
    text(plot.left - 6, plot.top + 4, "end", top.toPrecision(3)),
    text(plot.left - 6, plot.bottom + 4, "end", "0"),
    text(plot.left, plot.bottom + 16, "middle", "1"),
    text(plot.right, plot.bottom + 16, "end", String(epochs)),
    text((plot.left + plot.right) / 2, plot.bottom + 30, "middle", "epoch"),
    text(plot.left, 18, "start", "cross entropy"),
    text(plot.right, 18, "end", "validation", palette[1]),
    ...(hasTraining
      ? [text(plot.right - 92, 18, "end", "training", palette[0]), curve(palette[0], (record) => record.trainLoss)]
      : []),
    curve(palette[1], (record) => record.validationLoss),
    "</svg>",
  ].join("\n");
}
