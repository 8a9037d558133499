/** The pointer moved on, or 0 if it is 0: a null pointer stands for what is left out. */
// @ts-ignore: decorator
@inline
export function onward(pointer: usize, elements: i32): usize {
  return pointer ? pointer + (<usize>elements << 2) : 0;
}
