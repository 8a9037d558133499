/**
 * Whether the compiler of this machine fuses neighbouring 128-bit operations into operations of 256 bits
 * (lib/kernels/tier.ts switches that on and asks). Then other tile shapes are the fast ones; results are the same bits.
 */
export let wide: bool = false;

/** Chooses the shapes; all kernels look at it at their start. */
export function setWide(on: bool): void {
  wide = on;
}
