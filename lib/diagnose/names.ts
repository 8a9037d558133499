/** What can be asked of a finished run, as the command line names it, in the order it is answered. */
export const diagnosticNames = [
  "scale-error",
  "attention-entropy",
  "attention-maps",
  "gradient-mismatch",
  "residual-bypass",
  "calibration",
  "loss-slice",
  "flip-share",
] as const;

/** A name in `diagnosticNames`. */
export type DiagnosticName = (typeof diagnosticNames)[number];
