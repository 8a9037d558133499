import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { normalize } from "../../lib/data/batches";
import type { Dataset } from "../../lib/data/dataset";
import { createEngine } from "../../lib/deploy/engine";
import { decodePackedModel, encodePackedModel } from "../../lib/deploy/format";
import type { PackedModel } from "../../lib/deploy/packed-model";
import { comparePacked } from "../../lib/deploy/parity";
import { predictedClasses } from "../../lib/deploy/predicted-classes";
import { roundFloats } from "../../lib/deploy/round-floats";
import { roundedModel } from "../../lib/deploy/rounded-model";
import { compareRounding } from "../../lib/deploy/rounding";
import { parseModelConfig } from "../../lib/vit/parse-config";
import { smallDigits, smallRun } from "../train/small-run";
import { anyImages, anyParameters, pack, simulate } from "./simulation";

const everywhere = (how: string) => ({ conv: how, mlp: how, mhsa: how });
const methods = ["channel", "tensor", "learned", "xnor", "react-net", "bvt-ima", "bit"] as const;
let digits: Dataset;

beforeAll(async () => {
  digits = await smallDigits();
});

/** A model of digits with 126 hidden units: tensors of 8 bits, and means over whole numbers that are no power of two. */
function model(method: string) {
  const config = parseModelConfig({
    ...smallRun({ model: { embedDim: 36, mlpDim: 126 } }).model,
    binarize: everywhere(method) as object,
  });
  return { config, parameters: anyParameters(config, 1) };
}

describe("a model with rounded floats", () => {
  test.each(methods.flatMap((method) => ([16, 8] as const).map((bits) => [method, bits] as const)))(
    "%s, %i bits: its file's numbers are those of a simulation, to the last bit",
    async (method, bits) => {
      await useBackend("wasm", { oneBit: false });
      const { config, parameters } = model(method);
      const exact = pack(config, parameters);
      const packed = await decodePackedModel(await encodePackedModel(roundFloats(exact, bits)));
      const rounded = roundedModel({ config, parameters }, exact, packed)!;
      for (const [name, { data }] of Object.entries(pack(rounded.config, rounded.parameters).tensors)) {
        expect(packed.tensors[name].data, name).toEqual(data);
      }
      const parity = comparePacked(packed, rounded.config, rounded.parameters, digits);
      expect(parity).toMatchObject({ images: 50, largestDifference: 0, differentClasses: 0 });
      expect(parity.accumulators.every(({ different }) => different === 0)).toBe(true);
      // and it is another model than before
      const images = anyImages(config, 20);
      expect(simulate(rounded.config, rounded.parameters, images)).not.toEqual(simulate(config, parameters, images));
    },
  );

  test("is none where a method makes other numbers of them", async () => {
    await useBackend("wasm", { oneBit: false });
    const { config, parameters } = model("dorefa");
    const exact = pack(config, parameters);
    expect(roundedModel({ config, parameters }, exact, roundFloats(exact, 8))).toBeUndefined();
    expect(roundedModel({ config, parameters }, exact, exact)).toEqual({ config, parameters });
  });

  test("is compared with the one before on the test split", async () => {
    await useBackend("wasm");
    const { config, parameters } = model("channel");
    const exact = pack(config, parameters);
    const rounded = roundFloats(exact, 8);
    const { test: split } = digits;
    const { images, count } = normalize(digits, split, [...Array(split.count).keys()]);
    const logits = [exact, rounded].map((packed: PackedModel) => createEngine(packed).forward(images, count));
    const classes = logits.map((all) => predictedClasses(all, 10));
    const share = (which: number) =>
      classes[which].filter((label, i) => label === split.labels[i]).length / split.count;
    const differences = Array.from(logits[0], (value, i) => Math.abs(value - logits[1][i]));
    expect(compareRounding(exact, rounded, digits)).toEqual({
      images: 50,
      accuracy: [share(0), share(1)],
      differentClasses: classes[0].filter((label, i) => label !== classes[1][i]).length,
      largestDifference: Math.max(...differences),
    });
    expect(Math.max(...differences)).toBeGreaterThan(0);
    expect(compareRounding(exact, exact, digits)).toMatchObject({ differentClasses: 0, largestDifference: 0 });
  });
});
