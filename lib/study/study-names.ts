/** What `binvit study NAME` knows; apart from `studies`, so that naming them loads none of the methods. */
export const studyNames = ["quick", "report", "methods", "stems"] as const;

/** A name in `studies`. */
export type StudyName = (typeof studyNames)[number];
