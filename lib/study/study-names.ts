/** What each study asks, by the name that `binvit study NAME` knows; apart from `studies`, so that naming them loads no methods. */
export const studyQuestions = {
  quick: "the report's comparison in brief",
  report: "the report's comparison in full",
  "report-cifar10": "the report's comparison on photographs",
  methods: "published methods at equal budget",
  "methods-cifar10": "the same on photographs",
  stems: "patches or convolutions in front",
  "straight-through": "slopes of the sign in the backward pass",
  "straight-through-cifar10": "the same on photographs",
  "scale-gradient": "what gradient a scale has",
  "scale-gradient-cifar10": "the same on photographs",
  width: "1-bit and float models of equal bytes",
  "width-cifar10": "the same on photographs",
  "best-1-bit": "from float to one bit throughout, step by step",
  "best-1-bit-cifar10": "the same on photographs",
  "recipe-cifar10": "what a 1-bit model learns photographs better by",
} as const;

/** A name in `studies`. */
export type StudyName = keyof typeof studyQuestions;

/** All of them, in the order of `studies`. */
export const studyNames = Object.keys(studyQuestions) as StudyName[];
