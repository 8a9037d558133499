/** A pointer that may be 0, the null pointer: it stands for what is left out. */
export type Nullable = usize;

/** The pointer moved on, or 0 if it is 0. */
// @ts-ignore: decorator
@inline
export function onward(pointer: Nullable, elements: i32): Nullable {
  return pointer ? pointer + (<usize>elements << 2) : 0;
}
