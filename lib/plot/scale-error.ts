import type { Figure } from "./figure";
import { type Heading, ink } from "./heading";
import { requireRows } from "./inputs";
import { palette } from "./palette";
import { axisTitle, figure } from "./theme";

/** How far αB is from W, over α. */
export interface ScaleErrorCurve {
  readonly alpha: ArrayLike<number>;
  /** ‖W − αB‖² at each α. */
  readonly error: ArrayLike<number>;
  /** The closed form: α* = mean|W|, and the error there. */
  readonly minimum: { readonly alpha: number; readonly error: number };
}

/**
 * The parabola ‖W − αB‖², B = sign(W), with its minimum at α* = mean|W|.
 *
 * @param curve - samples of it and the minimum in closed form
 * @param heading - title and caption
 * @returns the figure
 * @throws ConfigError if there are no samples
 */
export function scaleError(curve: ScaleErrorCurve, heading: Heading = {}): Figure {
  requireRows(curve.alpha, "scaleError", "sample of α");
  const { alpha, error } = curve.minimum;
  return figure(
    [
      {
        type: "scatter",
        mode: "lines",
        name: "‖W − αB‖²",
        x: Array.from(curve.alpha),
        y: Array.from(curve.error),
        line: { color: palette[0], width: 3 },
      },
      {
        type: "scatter",
        mode: "markers",
        name: "α* = mean|W|",
        x: [alpha],
        y: [error],
        marker: { size: 13, color: palette[1] },
      },
    ],
    {
      xaxis: { title: axisTitle("α") },
      yaxis: { title: axisTitle("‖W − αB‖²"), rangemode: "tozero" },
      shapes: [
        {
          type: "line",
          x0: alpha,
          x1: alpha,
          yref: "paper",
          y0: 0,
          y1: 1,
          line: { color: ink.frame, width: 1.5, dash: "dash" },
          layer: "below",
        },
      ],
      annotations: [
        {
          text: `α* = mean|W| = ${Number(alpha.toPrecision(3))}`,
          x: alpha,
          y: 0.9,
          yref: "paper",
          xanchor: "left",
          xshift: 8,
          showarrow: false,
        },
      ],
    },
    heading,
  );
}
