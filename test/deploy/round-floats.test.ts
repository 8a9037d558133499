import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { fromFloat16, toFloat16 } from "../../lib/base/float16";
import type { PackedModel, PackedTensor } from "../../lib/deploy/packed-model";
import { roundFloats } from "../../lib/deploy/round-floats";
import { inFullWidth } from "../../lib/deploy/sizes";
import { smallModel } from "../vit/small-model";
import { anyParameters, pack } from "./simulation";

const config = smallModel({ mlpDim: 120, binarize: { mlp: "channel" } });
const bias = "blocks.1.mlp.fc1.bias"; // 120 numbers in each block
let exact: PackedModel;

beforeAll(async () => {
  await useBackend("wasm");
  exact = pack(config, anyParameters(config, 1));
});

/** A model in which the first numbers of a tensor are these. */
function changed(name: string, values: readonly number[]): PackedModel {
  const { shape, data } = exact.tensors[name];
  const copy = Float32Array.from(data);
  copy.set(values);
  return { ...exact, tensors: { ...exact.tensors, [name]: { shape, data: copy } } };
}

const floats = ({ tensors }: PackedModel): [string, PackedTensor][] =>
  Object.entries(tensors).filter(([, { data }]) => data instanceof Float32Array);

describe("rounding the floats of a packed model", () => {
  test("to 32 bits changes nothing", () => expect(roundFloats(exact, 32)).toBe(exact));

  test("to 16 makes each the nearest float16 number, and leaves signs as they are", () => {
    const rounded = roundFloats(exact, 16);
    for (const [name, { data }] of Object.entries(exact.tensors)) {
      const after = rounded.tensors[name];
      if (data instanceof Uint8Array) expect(after).toBe(exact.tensors[name]);
      else expect(after).toEqual({ ...after, bits: 16, data: data.map((value) => fromFloat16(toFloat16(value))) });
    }
    expect(inFullWidth(rounded)).toEqual([]);
  });

  test("to 8 makes each a multiple of a step of four bits, nearest but for 0, and keeps its sign", () => {
    const rounded = roundFloats(exact, 8);
    const ofEight = floats(rounded).filter(([, { bits }]) => bits === 8);
    expect(ofEight.map(([name]) => name)).toContain("blocks.1.attention.qkv.weight");
    for (const [name, { data, shape, steps }] of ofEight) {
      const before = exact.tensors[name].data;
      expect(steps!.length).toBe(/weight$|kernel$/.test(name) ? shape.at(-1) : 1);
      steps!.forEach((step, column) => {
        const largest = Math.max(
          ...Array.from(before)
            .filter((_, i) => i % steps!.length === column)
            .map(Math.abs),
        );
        expect(127 * step).toBeGreaterThanOrEqual(largest);
        expect(127 * step * (8 / 9)).toBeLessThan(largest); // the next smaller one would not reach it
        expect(Math.fround(step * 2 ** (3 - Math.floor(Math.log2(step)))) % 1).toBe(0);
      });
      data.forEach((value, i) => {
        const step = steps![i % steps!.length];
        const q = value / step;
        expect(q % 1 === 0 && Math.abs(q) <= 127).toBe(true);
        expect(Math.sign(value)).toBe(Math.sign(before[i]));
        const error = Math.abs(value - before[i]);
        expect(error).toBeLessThanOrEqual(Math.abs(q) === 1 ? step : step / 2);
      });
    }
  });

  test("has 16 bits in place of 8 where steps would take more than is saved", () => {
    const { tensors } = roundFloats(exact, 8);
    expect(tensors["head.bias"].bits).toBe(16);
    expect(tensors["blocks.0.norm1.gamma"].bits).toBe(16); // 8 numbers in 2 blocks
    expect(tensors[bias].bits).toBe(8);
  });

  test.each([
    [16, "a number that would be infinite", [65_520]],
    [16, "nothing but numbers that float16 is coarse for", Array.from({ length: 120 }, () => 2 ** -14.1)],
    [8, "nothing but numbers whose step would be too small", Array.from({ length: 120 }, () => 2 ** -101)],
  ] as const)("to %i leaves a tensor with %s as it is, in every block", (bits, _, values) => {
    const model = changed(bias, values);
    const rounded = roundFloats(model, bits);
    for (const block of [0, 1]) {
      const name = `blocks.${block}.mlp.fc1.bias`;
      expect(rounded.tensors[name]).toEqual(model.tensors[name]);
    }
    expect(rounded.tensors["blocks.1.mlp.fc2.bias"].bits).toBe(16);
    expect(inFullWidth(rounded)).toEqual(["blocks.mlp.fc1.bias"]);
  });

  test("to 16 takes the largest float16 number, and what would become 0 keeps its sign", () => {
    const values = [65_519, -(2 ** -25) * 1.001, 2 ** -25, -1e-40, 0];
    const rounded = roundFloats(changed(bias, values), 16);
    const least = 2 ** -24;
    expect([...rounded.tensors[bias].data.subarray(0, 5)]).toEqual([65_504, -least, least, -least, 0]);
  });

  test("leaves zeros zeros", () => {
    const zeros = changed(bias, new Array(120).fill(0));
    for (const bits of [16, 8] as const) {
      const { data, bits: left } = roundFloats(zeros, bits).tensors[bias];
      expect(left).toBe(bits);
      expect(data.every((value) => value === 0)).toBe(true);
    }
  });

  test("leaves what is compared with, what weights probabilities, and single numbers in 32 bits", () => {
    const all = { conv: "react-net", mlp: "react-net", mhsa: "react-net", scores: "bvt-ima", values: "gsb" } as const;
    const compared = smallModel({ activation: "rprelu", mlpDim: 120, binarize: all });
    const rounded = roundFloats(pack(compared, anyParameters(compared, 1)), 8);
    const stay = floats(rounded).filter(([, { bits }]) => bits === undefined);
    const inBlocks = (name: string) => name.replace(/^blocks\.\d\./, "");
    expect(new Set(stay.map(([name]) => inBlocks(name)))).toEqual(
      new Set([
        ...["patch.threshold", "attention.qkv.threshold", "attention.out.threshold"],
        ...["mlp.fc1.threshold", "mlp.fc2.threshold", "mlp.activation.knee", "attention.scores.scale"],
        ...["threshold", "share", "alpha"].map((own) => `attention.values.probabilities.${own}`),
      ]),
    );
    expect(rounded.tensors["blocks.0.mlp.activation.slope"].bits).toBe(8);
    expect(rounded.tensors["blocks.0.attention.scores.correction"].bits).toBe(16);
  });
});
