/**
 * Plain data with fewer digits: what is measured is seldom known to more, and takes a third of the room.
 *
 * @param value - anything that JSON can hold, and NaN
 * @param digits - significant ones; whole numbers keep all of theirs
 * @returns a copy of the same form
 */
export function roundNumbers<T>(value: T, digits = 6): T {
  if (typeof value === "number") {
    return (Number.isInteger(value) || !Number.isFinite(value) ? value : Number(value.toPrecision(digits))) as T;
  }
  if (Array.isArray(value)) return value.map((one) => roundNumbers(one, digits)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, roundNumbers(one, digits)])) as T;
}
