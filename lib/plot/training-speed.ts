import { interval } from "../study/interval";
import { rowName } from "../study/row-name";
import type { RunRecord } from "../train/record";
import type { Figure, Size } from "./figure";
import type { Heading } from "./heading";
import { distinct, requireRows } from "./inputs";
import { colorsOf, shapeOf } from "./palette";
import type { RowGroup } from "./row-columns";
import { rowPlot } from "./row-plot";

/** What is drawn of a run; `RunRecord`s will do. */
export type SpeedRun = Pick<RunRecord, "name" | "curve" | "seconds">;

/**
 * Training throughput, one line a configuration: every run as a dot, their mean with its interval.
 *
 * A run's throughput is the median over its epochs, which a pause of the machine does not move.
 *
 * @param runs - finished ones
 * @param heading - title and caption
 * @param size - of the whole figure; by default as high as its rows need
 * @returns the figure; x in images/s, linear from 0
 * @throws ConfigError if there are no runs
 */
export function trainingSpeed(runs: readonly SpeedRun[], heading: Heading = {}, size: Size = {}): Figure {
  requireRows(runs, "trainingSpeed", "run");
  const colors = colorsOf(distinct(runs.map((run) => rowName(run.name).scale)));
  const components = distinct(runs.map((run) => rowName(run.name).component));
  const groups = components.map((component): RowGroup => {
    const names = distinct(runs.map((run) => run.name)).filter((name) => rowName(name).component === component);
    return {
      title: components.length > 1 && names.some((name) => name !== component) ? component : "",
      rows: names.map((name) => {
        const own = runs.filter((run) => run.name === name);
        const values = own.map(({ curve }) => median(curve.map((epoch) => epoch.imagesPerSecond)));
        const { mean, low, high } = interval(values);
        const { scale } = rowName(name);
        const color = colors.get(scale)!;
        const seconds = own.reduce((sum, run) => sum + run.seconds, 0) / own.length;
        return {
          ...{ label: scale, mean, low: Math.max(0, low), high, color, symbol: shapeOf(scale, color) },
          values: values.length > 1 ? values : [],
          text: `${mean.toFixed(0)} images/s, ${seconds.toFixed(0)} s a run`,
        };
      }),
    };
  });
  const most = Math.max(...groups.flatMap(({ rows }) => rows.flatMap(({ high, values }) => [high, ...(values ?? [])])));
  return rowPlot(groups, { title: "images/s", range: [0, 1.06 * most || 1] }, heading, size);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
