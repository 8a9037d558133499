type Plotly = typeof import("plotly.js");

let loading: Promise<Plotly> | undefined;

/** Plotly with lines, bars and heatmaps, half a megabyte compressed: loaded when the first figure asks, and once. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= import("plotly.js-cartesian-dist-min").then((module) => module.default);
  loading.catch(() => {
    loading = undefined; // the next figure tries again
  });
  return loading;
}
