/** @returns a number and what is counted, as English has it: `1 run`, `3 runs` */
export const howMany = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;
