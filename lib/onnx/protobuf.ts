/**
 * Messages in the protocol buffer wire format, as much of it as writing an ONNX file takes.
 *
 * A message is its fields one after the other, each a key and a value; key = number · 8 + wire type. Wire types: 0 a
 * variable-length integer, 2 a length and that many bytes, 5 four bytes.
 *
 * Reference: Google, *Protocol Buffers: Encoding*, 2008.
 */

/** The bytes of one field. */
export type Field = Uint8Array;

/** @returns the fields one after the other: the bytes of a message */
export const message = (...fields: readonly Field[]): Uint8Array => Buffer.concat(fields);

/**
 * A whole number, or several of them as one field each.
 *
 * @param values - negative ones are stored as the 64-bit two's complement
 */
export const integers = (number: number, ...values: readonly number[]): Field =>
  message(...values.map((value) => Buffer.concat([key(number, 0), varint(BigInt(value))])));

/** A number in four bytes. */
export function float(number: number, value: number): Field {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(number, 5), bytes]);
}

/** A message, raw bytes, or text in UTF-8. */
export function bytes(number: number, content: Uint8Array | string): Field {
  const body = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([key(number, 2), varint(BigInt(body.length)), body]);
}

const key = (number: number, wireType: number): Uint8Array => varint(BigInt(8 * number + wireType));

// Seven bits a byte, least significant first; the top bit says that more follow.
function varint(value: bigint): Uint8Array {
  const groups: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) groups.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...groups, Number(rest));
}
