import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromFloat16, toFloat16 } from "../../lib/base/float16";

const all = Array.from({ length: 2 ** 16 }, (_, bits) => bits);
const isNumber = (bits: number) => (bits & 0x7c00) !== 0x7c00;

/** The float32 number next to one, away from 0 or towards it. */
function next(value: number, by: 1 | -1): number {
  const word = new Uint32Array(Float32Array.of(value).buffer);
  word[0] += by;
  return new Float32Array(word.buffer)[0];
}

describe("float16", () => {
  test("its numbers are numpy's", () => {
    // numpy.arange(65536, dtype="<u2").view("<f2").astype("<f4"), without NaN: hashlib.sha256(x[x == x].tobytes())
    const values = Float32Array.from(all.filter((bits) => isNumber(bits) || (bits & 1023) === 0).map(fromFloat16));
    expect(createHash("sha256").update(new Uint8Array(values.buffer)).digest("hex")).toBe(
      "680bbc22915f61aa1bbfc7265bc3882a6aa42d299bfd2c571807196e5544de2e",
    );
    expect(fromFloat16(0x7e00)).toBeNaN();
    expect(fromFloat16(0xfc01)).toBeNaN();
  });

  test("any of its numbers comes back, sign of zero and infinity included", () => {
    for (const bits of all.filter((bits) => isNumber(bits) || (bits & 1023) === 0)) {
      expect(toFloat16(fromFloat16(bits))).toBe(bits);
    }
    expect(toFloat16(Number.NaN) & 0x7fff).toBeGreaterThan(0x7c00);
  });

  test("what lies between two becomes the nearer one, in the middle that of even bits", () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      // The number after the largest is infinity, which rounding takes to be 2¹⁶.
      const [below, above] = [fromFloat16(bits), bits === 0x7bff ? 2 ** 16 : fromFloat16(bits + 1)];
      const middle = (below + above) / 2; // has one more bit: a float32 number
      for (const sign of [0, 0x8000]) {
        const signed = (value: number) => (sign ? -value : value);
        expect(toFloat16(signed(middle))).toBe(sign | (bits % 2 === 0 ? bits : bits + 1));
        expect(toFloat16(signed(next(middle, -1)))).toBe(sign | bits);
        expect(toFloat16(signed(next(middle, 1)))).toBe(sign | (bits + 1));
      }
    }
  });

  test("rounds as numpy does", () => {
    // x = (numpy.arange(2**17, dtype="<u4") * 32749).view("<f4"); x[abs(x) < 1e30].astype("<f2"), hashlib.sha256
    const words = Uint32Array.from({ length: 2 ** 17 }, (_, i) => i * 32749);
    const values = [...new Float32Array(words.buffer)].filter((value) => Math.abs(value) < 1e30);
    const bits = Uint16Array.from(values, toFloat16);
    expect(createHash("sha256").update(new Uint8Array(bits.buffer)).digest("hex")).toBe(
      "94e8c334ae9364bc5686eb465b78757fd4dd8a964b786551956889e28fc52dd5",
    );
  });
});
