import { describe, expect, test } from "vitest";
import { FileError } from "../../lib/base/errors";
import { decodeSafetensors, encodeSafetensors, type FloatArrays } from "../../lib/base/safetensors";

const arrays: FloatArrays = {
  weight: { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, -0, 1e-38) },
  alpha: { shape: [1, 1], data: Float32Array.of(7) },
  "blocks.0.bias": { shape: [3], data: Float32Array.of(0.1, 0.2, 0.3) },
};

/** A file with the given header, and `bytes` bytes of data. */
function file(header: unknown, bytes: number): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(bytes)]);
}

const entry = (from: number, to: number, shape = [(to - from) / 4]) => ({
  dtype: "F32",
  shape,
  data_offsets: [from, to],
});

describe("safetensors", () => {
  test("come back with every bit, shape and string of metadata", () => {
    const { arrays: back, metadata } = decodeSafetensors(encodeSafetensors(arrays, { a: "ä" }), "w");
    expect(back).toEqual(arrays);
    expect(Object.is(back.weight.data[4], -0)).toBe(true);
    expect(metadata).toEqual({ a: "ä" });
  });

  test("hold numbers of 16 and 8 bits, and are read with them where they may occur", () => {
    const narrow = {
      half: { shape: [3], data: Int16Array.of(-32_768, 32_767, 1) },
      whole: { shape: [2, 1], data: Int8Array.of(-128, 127) },
      bits: { shape: [2], data: Uint8Array.of(255, 1) },
    };
    const encoded = encodeSafetensors({ ...arrays, ...narrow });
    const { arrays: back } = decodeSafetensors(encoded, "w", { dtypes: ["F32", "I16", "I8", "U8"] });
    expect(back).toEqual({ ...arrays, ...narrow });
    const header = Buffer.from(encoded).toString("latin1");
    expect(header).toContain('"half":{"dtype":"I16","shape":[3]');
    expect(header).toContain('"whole":{"dtype":"I8","shape":[2,1]');
    expect(() => decodeSafetensors(encoded, "w")).toThrow(/"bits" has type "U8", expected F32/);
  });

  test("are the same bytes whatever the order of the names, with data on an 8-byte boundary", () => {
    const encoded = encodeSafetensors(arrays);
    const reversed = Object.fromEntries(Object.entries(arrays).reverse());
    expect(encodeSafetensors(reversed)).toEqual(encoded);
    expect(Number(Buffer.from(encoded).readBigUInt64LE(0)) % 8).toBe(0);
  });

  test("are read from the middle of a buffer, and written from one", () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const encoded = encodeSafetensors({ part: { shape: [2], data } });
    const shifted = Buffer.concat([Buffer.alloc(3), encoded]).subarray(3);
    expect(decodeSafetensors(shifted, "w").arrays.part.data).toEqual(Float32Array.of(1, 2));
  });

  test("of bytes and floats side by side come back, where bytes are asked for", () => {
    const mixed = { signs: { shape: [3], data: Uint8Array.of(1, 0, 255) }, ...arrays };
    const encoded = encodeSafetensors(mixed);
    expect(decodeSafetensors(encoded, "w", { dtypes: ["F32", "U8"] }).arrays).toEqual(mixed);
    expect(() => decodeSafetensors(encoded, "w")).toThrow(/"signs" has type "U8", expected F32\./);
  });

  test.each(["__proto__", "constructor", "toString"])(
    "may name a tensor %s, and have no other of such names",
    (name) => {
      const { arrays: back, metadata } = decodeSafetensors(
        file(`{"${name}":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4),
        "w",
      );
      expect(Object.keys(back)).toEqual([name]);
      expect(back.hasOwnProperty).toBeUndefined();
      expect(metadata[name]).toBeUndefined();
      const again = decodeSafetensors(encodeSafetensors(back, { ["__proto__"]: "text" }), "w");
      expect(Object.keys(again.arrays)).toEqual([name]);
      expect(Object.entries(again.metadata)).toEqual([["__proto__", "text"]]);
    },
  );

  test("cut off anywhere are refused", () => {
    const whole = encodeSafetensors(arrays);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length), "cut.safetensors")).toThrow(FileError);
    }
    expect(() => decodeSafetensors(Buffer.concat([whole, Buffer.alloc(1)]), "w")).toThrow(/bytes of data expected/);
  });

  test.each([
    ["a header that is not JSON", file("{nonsense", 0), /header is not JSON/],
    ["a header that is a list", file([1], 0), /header is not an object/],
    ["a header that is null", file("null", 0), /header is not an object/],
    ["a header longer than the file", Buffer.from("ffffffffffffff7f", "hex"), /header claims/],
    ["another type", file({ w: { ...entry(0, 4), dtype: "F16" } }, 4), /"w" has type "F16", expected F32/],
    ["a shape of another size", file({ w: entry(0, 8, [3]) }, 8), /"w" needs 12 bytes, its offsets span 8/],
    ["a negative shape", file({ w: entry(0, 4, [-1]) }, 4), /"w" has no valid shape/],
    ["no shape", file({ w: { ...entry(0, 4), shape: undefined } }, 4), /"w" has no valid shape/],
    ["no offsets", file({ w: { dtype: "F32", shape: [1] } }, 4), /"w" has no valid data_offsets/],
    ["offsets beyond the end", file({ w: entry(0, 8) }, 4), /"w" ends at byte 8, the file has 4/],
    ["offsets that overlap", file({ v: entry(0, 8), w: entry(4, 8) }, 8), /data expected at offset 8, got 4/],
    ["offsets with a gap", file({ v: entry(0, 4), w: entry(8, 12) }, 12), /data expected at offset 4, got 8/],
    ["data that no tensor claims", file({ w: entry(0, 4) }, 8), /4 bytes of data expected, 8 found/],
    ["an entry that is null", file({ w: null }, 0), /"w" is not described by an object/],
    ["an entry that is a text", file({ w: "F32" }, 0), /"w" is not described by an object/],
    ["a header nested without end", file("[".repeat(200_000) + "]".repeat(200_000), 0), /header is not JSON/],
    ["a name with lines", file({ "a\nb": null }, 0), /tensor "a\\nb" is/],
    ["metadata that is null", file({ __metadata__: null }, 0), /metadata is not an object of texts/],
    ["metadata that is no text", file({ __metadata__: { a: 1 } }, 0), /metadata is not an object of texts/],
  ])("with %s are refused with the path and the reason", (_, bytes, reason) => {
    expect(() => decodeSafetensors(bytes, "my/weights")).toThrow(FileError);
    expect(() => decodeSafetensors(bytes, "my/weights")).toThrow(reason);
    expect(() => decodeSafetensors(bytes, "my/weights")).toThrow(/^my\/weights is not a sound weight file/);
  });
});

test("an array that is not of its shape is refused before a file is made", () => {
  expect(() => encodeSafetensors({ w: { shape: [3], data: new Float32Array(2) } })).toThrow(FileError);
});
