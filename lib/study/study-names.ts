/** What `binvit study NAME` knows; apart from `studies`, so that naming them loads none of the methods. */
export const studyNames = [
  "quick",
  "report",
  "report-cifar10",
  "methods",
  "methods-cifar10",
  "stems",
  "straight-through",
  "straight-through-cifar10",
  "scale-gradient",
  "scale-gradient-cifar10",
  "width",
  "width-cifar10",
] as const;

/** A name in `studies`. */
export type StudyName = (typeof studyNames)[number];
