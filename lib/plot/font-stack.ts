/** The family the figures name first; the fonts come with the package, so no machine lacks them. */
export const fontFamily = "DejaVu Sans";

/** What a browser without DejaVu falls back to; Verdana's advances are nearly the same. */
export const fontStack = `${fontFamily}, Verdana, Arial, sans-serif`;
