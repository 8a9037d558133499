declare module "plotly.js-cartesian-dist-min" {
  const plotly: typeof import("plotly.js");
  export default plotly;
}

declare module "*?url" {
  const address: string;
  export default address;
}

// The package of this name; the bare one is Node's module.
declare module "assert/" {
  export { default } from "node:assert";
}
