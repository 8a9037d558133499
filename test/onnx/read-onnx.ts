/** What an ONNX file says of itself, read without the code that wrote it. */
export interface OnnxFile {
  readonly irVersion: number;
  readonly operatorSet: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly operators: readonly string[];
}

interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

/** Reads the fields of a protocol buffer message: numbers, and whatever has a length. */
function fields(message: Uint8Array): Field[] {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const found: Field[] = [];
  while (at < message.length) {
    const key = varint();
    const wireType = key % 8;
    const value = wireType === 5 ? 4 : varint();
    const bytes = wireType === 0 ? new Uint8Array(0) : message.subarray(at, at + value);
    at += bytes.length;
    found.push({ number: (key - wireType) / 8, value, bytes });
  }
  return found;
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

/** Field numbers as in onnx.proto. */
export function readOnnx(file: Uint8Array): OnnxFile {
  const all = (message: Uint8Array, number: number) => fields(message).filter((field) => field.number === number);
  const [graph] = all(file, 7);
  const [operators] = all(file, 8);
  const properties = all(file, 14).map(({ bytes }) => [1, 2].map((number) => text(all(bytes, number)[0].bytes)));
  return {
    irVersion: all(file, 1)[0].value,
    operatorSet: all(operators.bytes, 2)[0].value,
    metadata: Object.fromEntries(properties),
    operators: all(graph.bytes, 1).map(({ bytes }) => text(all(bytes, 4)[0].bytes)),
  };
}
