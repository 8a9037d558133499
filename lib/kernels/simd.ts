/** A module whose one function makes a SIMD register: `v128.const 0; drop`. */
const probe = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number and version
  ...[1, 4, 1, 0x60, 0, 0], // a type: no parameters, no results
  ...[3, 2, 1, 0], // a function of that type
  ...[10, 23, 1, 21, 0, 0xfd, 12, ...new Array<number>(16).fill(0), 0x1a, 0x0b], // its code
);

/** @returns whether WebAssembly here has the SIMD instructions that the compiled kernels need */
export const hasSimd = (): boolean => WebAssembly.validate(probe);
