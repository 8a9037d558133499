import tensorflow from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import kernelsAddress from "binvit/binvit.wasm?url";
import {
  encodePackedModel,
  loadDigits,
  packModel,
  parseRunConfig,
  summarize,
  train,
  useBackend,
  weightsDigest,
} from "binvit/training";
import digitsAddress from "../../../data/digits/digits.csv.gz?url";
import { fetchBytes } from "../fetch-bytes";
import type { TrainingEnd, TrainingNews, TrainingRequest } from "./protocol";

const tell = (news: TrainingNews) => postMessage(news);

async function answer({ input, seed }: TrainingRequest): Promise<TrainingEnd> {
  const [kernels, file] = await Promise.all([fetchBytes(kernelsAddress), fetchBytes(digitsAddress)]);
  await useBackend({ tensorflow, kernels });
  const digits = await loadDigits(file);
  const config = parseRunConfig(input);
  const { parameters, test, seconds } = await train(config, seed, digits, {
    onEpoch: (epoch) => tell({ kind: "epoch", epoch }),
  });
  const { mean, std, maxValue, classNames, name, sha256 } = digits;
  const origin = { name: "trained in a page", seed, dataset: { name, sha256 } };
  const model = packModel(config.model, parameters, origin, { pixels: { mean, std, maxValue }, classNames });
  return {
    accuracy: test.accuracy,
    seconds,
    weightsSha256: await weightsDigest(parameters),
    floatBytes: summarize(config.model).total.bytesFloat,
    packed: await encodePackedModel(model),
  };
}

addEventListener("message", ({ data }: MessageEvent<TrainingRequest>) => {
  answer(data).then(
    (end) => tell({ kind: "end", end }),
    (error: Error) => tell({ kind: "failure", message: error.message }),
  );
});
