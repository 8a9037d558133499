/** Numbers of 16 bits; `Float16Array` is not in Node 20, nor in every browser. */

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** Adding and subtracting it rounds a number below 2²³ to the nearest whole one, to the even one of two as near. */
const wholes = 1.5 * 2 ** 52;

/**
 * The bits of the nearest float16 number, of two that are as near the one whose last bit is 0.
 *
 * |x| = n · 2^(e − 10) with e = max(⌊log₂ |x|⌋, −14), n rounded to a whole number; the bits are 2¹⁰ (e + 14) + n, in which
 * an n of 2¹¹ is carried into the exponent, and one below 2¹⁰ is a subnormal number
 *
 * @param value - a float32 number
 * @returns 16 bits; those of ±infinity from 65,520 on, those of ±0 up to 2⁻²⁵
 *
 * Reference: IEEE 754-2019, sections 3.4 and 4.3.1.
 */
export function toFloat16(value: number): number {
  single[0] = value;
  const sign = (singleBits[0] >>> 16) & 0x8000;
  const exponent = Math.max(((singleBits[0] >>> 23) & 255) - 127, -14);
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (exponent > 15) return sign | 0x7c00;
  const steps = Math.abs(single[0]) * 2 ** (10 - exponent) + wholes - wholes;
  return sign | (((exponent + 14) << 10) + steps);
}

/** @returns the number that 16 bits stand for, which is a float32 number too */
export function fromFloat16(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 31
      ? fraction === 0
        ? Infinity
        : Number.NaN
      : exponent === 0
        ? fraction * 2 ** -24
        : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}
