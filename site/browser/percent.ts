/** @returns a share of 0 … 1 as `93%`, or with digits after the point */
export const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)}%`;
