/** The kit's version, the same as in lib/package.json; a test compares them. */
export const version = "0.6.0";
