/** Plotly's names of the axes of one plot among several: as traces and annotations say them, and as keys of a layout. */
export interface AxisNames {
  readonly x: "x" | `x${number}`;
  readonly y: "y" | `y${number}`;
  readonly xaxis: "xaxis" | `xaxis${number}`;
  readonly yaxis: "yaxis" | `yaxis${number}`;
}

/** @returns the names of the i-th plot's axes, from 0; those of the first have no number */
export function axisNames(i: number): AxisNames {
  const number = i === 0 ? ("" as const) : (`${i + 1}` as `${number}`);
  return { x: `x${number}`, y: `y${number}`, xaxis: `xaxis${number}`, yaxis: `yaxis${number}` };
}
