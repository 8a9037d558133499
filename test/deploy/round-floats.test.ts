import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import type { PackedModel, PackedTensor } from "../../lib/deploy/packed-model";
import { roundFloats } from "../../lib/deploy/round-floats";
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

/** Names of those that are not rounded. */
const inFullWidth = (model: PackedModel): string[] =>
  floats(model).flatMap(([name, { bits }]) => (bits === undefined ? [name] : []));

describe("rounding the floats of a packed model", () => {
  test("to 32 bits changes nothing", () => expect(roundFloats(exact, 32)).toBe(exact));

  test.each([16, 8] as const)(
    "to %i makes each a multiple of a step of four bits, nearest but for 0, of its sign",
    (bits) => {
      const rounded = roundFloats(exact, bits);
      const most = bits === 16 ? 32_767 : 127;
      const inFew = floats(rounded).filter((entry) => entry[1].bits);
      expect(inFew.map(([name]) => name)).toContain("blocks.1.attention.qkv.weight");
      expect(inFew.length).toBeGreaterThan(10);
      for (const [name, { data, shape, steps, bits: own }] of inFew) {
        const before = exact.tensors[name].data;
        expect(own).toBe(bits);
        expect(steps!.length).toBe(/weight$|kernel$/.test(name) ? shape.at(-1) : 1);
        steps!.forEach((step, column) => {
          const mine = Array.from(before).filter((_, i) => i % steps!.length === column);
          const largest = Math.max(...mine.map(Math.abs));
          expect(most * step).toBeGreaterThanOrEqual(largest * (1 - 1e-6));
          expect(most * step * (8 / 9)).toBeLessThan(largest); // the next smaller one would not reach it
          expect((step * 2 ** (3 - Math.floor(Math.log2(step)))) % 1).toBe(0);
        });
        data.forEach((value, i) => {
          const step = steps![i % steps!.length];
          const q = value / step;
          expect(q % 1 === 0 && Math.abs(q) <= most).toBe(true);
          expect(Math.sign(value)).toBe(Math.sign(before[i]));
          const error = Math.abs(value - before[i]);
          expect(error).toBeLessThanOrEqual(Math.abs(q) === 1 ? step : step / 2);
        });
      }
      for (const [name, tensor] of Object.entries(exact.tensors)) {
        if (tensor.data instanceof Uint8Array) expect(rounded.tensors[name]).toBe(tensor);
      }
    },
  );

  test("leaves in 32 bits what steps would take more than is saved", () => {
    expect(inFullWidth(roundFloats(exact, 8))).toEqual(
      expect.arrayContaining(["head.bias", "norm.gamma", "blocks.0.norm1.gamma", "blocks.1.norm1.gamma"]), // 3, 8 and 2 × 8 numbers
    );
  });

  test("never gives 0 for another number", () => {
    const values = [1, 1e-30, -1e-30, 0, -1e-44];
    const { data, steps } = roundFloats(changed(bias, values), 16).tensors[bias];
    const [step] = steps!;
    expect([...data.subarray(1, 5)]).toEqual([step, -step, 0, -step]);
  });

  test("leaves a tensor whose steps a float cannot say as it is, in every block", () => {
    const model = changed(
      bias,
      Array.from({ length: 120 }, () => 2 ** -101),
    );
    const rounded = roundFloats(model, 16);
    for (const block of [0, 1]) {
      const name = `blocks.${block}.mlp.fc1.bias`;
      expect(rounded.tensors[name]).toEqual(model.tensors[name]);
    }
    expect(inFullWidth(rounded)).toContain(bias);
  });

  test("takes the largest numbers that floats have", () => {
    const largest = 3.4e38;
    const { data, bits: own } = roundFloats(changed(bias, [largest, -largest]), 16).tensors[bias];
    expect(own === undefined || Math.abs(data[0] / largest - 1) < 1e-4).toBe(true);
    expect(data.every(Number.isFinite)).toBe(true);
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
    const compared = smallModel({ activation: "rprelu", embedDim: 48, mlpDim: 120, binarize: all });
    const rounded = roundFloats(pack(compared, anyParameters(compared, 1)), 8);
    const stay = floats(rounded).filter(([, { bits }]) => bits === undefined);
    const inBlocks = (name: string) => name.replace(/^blocks\.\d\./, "");
    expect(new Set(stay.map(([name]) => inBlocks(name)))).toEqual(
      new Set([
        ...["patch.threshold", "attention.qkv.threshold", "attention.out.threshold"],
        ...["mlp.fc1.threshold", "mlp.fc2.threshold", "mlp.activation.knee", "attention.scores.scale"],
        "head.bias",
        ...["threshold", "share", "alpha"].map((own) => `attention.values.probabilities.${own}`),
      ]),
    );
    expect(rounded.tensors["blocks.0.mlp.activation.slope"].bits).toBe(8);
    expect(rounded.tensors.classToken.bits).toBe(16); // the first block reads its signs
  });
});
