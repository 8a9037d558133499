import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { arithmetic } from "../../lib/backend/arithmetic";
import { newHolder } from "../../lib/base/holder";
import { kitRoot } from "../../lib/base/kit-root";
import type { Random } from "../../lib/base/random";
import { readJson } from "../../lib/base/read-json";
import { readOfficial } from "../../lib/data/official";
import { readDigits } from "../../lib/data/read-digits";
import { createEngine } from "../../lib/deploy/engine";
import { decodePackedModel, encodePackedModel } from "../../lib/deploy/format";
import { packedRun } from "../../lib/deploy/packed-run";
import { roundFloats } from "../../lib/deploy/round-floats";
import { readDiagnosis } from "../../lib/diagnose/diagnosis-file";
import { formatNotebook, parseNotebook } from "../../lib/notebook/nbformat";
import { diagnosisFigures } from "../../lib/plot/diagnosis-figures";
import { jobsOf } from "../../lib/study/cluster/slurm";
import { readFailure } from "../../lib/study/failure";
import { addToPlan, planPath, readPlan } from "../../lib/study/plan";
import { studies } from "../../lib/study/presets/index";
import { loadStudy } from "../../lib/study/records";
import { parseStudyConfig } from "../../lib/study/study-config";
import { studyRuns } from "../../lib/study/study-runs";
import { readCheckpoint, writeCheckpoint } from "../../lib/train/checkpoint";
import { runIdentity } from "../../lib/train/identity";
import { checkTrainingMemory } from "../../lib/train/memory";
import { trainInto } from "../../lib/train/run";
import { parseRunConfig } from "../../lib/train/run-config";
import { readRecord, readWeights } from "../../lib/train/run-folder";
import { whoTrains } from "../../lib/train/run-lock";
import { sealRecord } from "../../lib/train/seal";
import type { TrainingState } from "../../lib/train/state";
import { readProgress } from "../../lib/train/state-file";
import { train } from "../../lib/train/train";
import { readReferenceCase } from "../../lib/verify/reference-case";
import { summarize } from "../../lib/vit/summary";
import { smallCifar10, smallMnist } from "../data/official-fixture";
import { smallDigits, smallRun } from "../train/small-run";
import { mutateBytes, mutateHeader, mutateJson } from "./mutate";

/** A kind of file that the kit reads. */
export interface Kind {
  readonly name: string;
  /** Whether a checksum or a record says what is in it: then no other value may be accepted. */
  readonly checked: boolean;
  /** A sound file. */
  readonly sample: Uint8Array;
  readonly mutate: (sample: Uint8Array, random: Random) => Uint8Array;
  /**
   * Reads a file as the kit does, and uses what it says as far as that is quick.
   *
   * @returns a text that is another one if anything that was read is; undefined if it was set aside, and that said
   */
  readonly read: (file: Uint8Array) => Promise<string | undefined>;
}

const bytesOrJson = (sample: Uint8Array, random: Random) =>
  random.integer(3) === 0
    ? mutateBytes(sample, random)
    : Buffer.from(mutateJson(Buffer.from(sample).toString("utf8"), random));

const bytesOrHeader = (sample: Uint8Array, random: Random) =>
  random.integer(2) === 0 ? mutateBytes(sample, random) : mutateHeader(sample, random);

/** A digest of a value, typed arrays included. */
function digest(value: unknown): string {
  const hash = createHash("sha256");
  const text = JSON.stringify(value, (_, inner) => {
    if (!ArrayBuffer.isView(inner)) return inner;
    hash.update(new Uint8Array(inner.buffer, inner.byteOffset, inner.byteLength));
    return inner.byteLength;
  });
  return hash.update(text).digest("hex");
}

/**
 * Every kind of file that the kit reads, each with a sound one; a new kind goes here.
 *
 * @param folder - to write to; the caller removes it
 */
export async function fileKinds(folder: string): Promise<Kind[]> {
  return [
    ...(await runKinds(join(folder, "run"))),
    ...(await studyKinds(join(folder, "study"))),
    ...(await dataKinds(folder)),
    ...diagnosisKinds(folder),
    ...textKinds(folder),
  ];
}

/** What was found in finished runs. */
function diagnosisKinds(folder: string): Kind[] {
  const path = join(folder, "diagnosis.json");
  const sample = readFileSync(join(kitRoot(), "data", "diagnoses", "digits.json"));
  const read = async (file: Uint8Array) => {
    writeFileSync(path, file);
    return digest(readDiagnosis(path));
  };
  return [
    { name: "diagnosis", checked: true, sample, mutate: bytesOrJson, read },
    {
      name: "diagnosis, sealed again",
      checked: false,
      sample,
      mutate: bytesOrJson,
      read: async (file) => {
        const said = await read(resealed(file));
        return said + digest(diagnosisFigures(readDiagnosis(path)));
      },
    },
  ];
}

/** What workers of a study tell one another. */
async function studyKinds(folder: string): Promise<Kind[]> {
  const study = parseStudyConfig(studies.quick);
  await addToPlan(folder, studyRuns(study, [1], folder, "wasm+kernels").slice(0, 3), "wasm+kernels");
  const text = (value: object) => Buffer.from(JSON.stringify(value));
  const at = (...names: string[]) => join(folder, ...names);
  mkdirSync(at("run"));
  mkdirSync(at("slurm"));
  const failure = { attempts: 1, reason: "a crash", isFinal: false, at: "2026-01-01", host: "lab-1" };
  /** A kind whose file lies at a place, and is read from there. */
  const kind = (name: string, place: string, sample: Uint8Array, read: () => unknown): Kind => ({
    name,
    checked: false,
    sample,
    mutate: bytesOrJson,
    read: async (file) => {
      writeFileSync(place, file);
      return JSON.stringify(read());
    },
  });
  const lines = readFileSync(planPath(folder));
  return [
    { ...kind("plan.jsonl", planPath(folder), lines, () => readPlan(folder, "wasm+kernels")), mutate: mutateBytes },
    kind("a line of plan.jsonl", planPath(folder), Buffer.from(lines.toString().split("\n")[0]), () =>
      readPlan(folder, "wasm+kernels").map(({ identity, row, seed }) => [identity, row.name, seed]),
    ),
    kind("claim", at("run", "training.claim-1"), text(newHolder("training", 10)), () => whoTrains(at("run"))),
    kind("failure.json", at("run", "failure.json"), text(failure), () => readFailure(at("run"))),
    kind("slurm/jobs.json", at("slurm", "jobs.json"), text({ jobs: ["7"] }), () => jobsOf(folder)),
  ];
}

/** What a run leaves behind, and what is made of it. */
async function runKinds(folder: string): Promise<Kind[]> {
  const config = smallRun({ training: { epochs: 1 }, model: { binarize: { conv: "channel", mlp: "learned" } } });
  const digits = await smallDigits(16);
  const run = { name: "mlp/channel", config, seed: 1 };
  const { record } = await trainInto(run, folder, {}, digits);
  const path = (name: string) => join(folder, name);
  const recordFile = readFileSync(path("record.json"));
  const weightsFile = readFileSync(path("weights.safetensors"));
  const exact = packedRun(record, readWeights(folder, record));
  const packed = await encodePackedModel(exact);
  const rounded = await encodePackedModel(roundFloats(exact, 8));

  let state: TrainingState | undefined;
  await train(config, 1, digits, { onStep: (_, now) => (state ??= now()) }); // in the middle of an epoch
  const made = { config, seed: 1, arithmetic: arithmetic() };
  const identity = { run: runIdentity(config, 1, arithmetic()), data: digits.sha256, workers: 1, made };
  const aside = path("checkpoint");
  mkdirSync(aside);
  writeCheckpoint(aside, identity, state!);
  const checkpoint = readFileSync(join(aside, "checkpoint.safetensors"));

  const readRecordFile = async (file: Uint8Array) => {
    writeFileSync(path("record.json"), file);
    return JSON.stringify(readRecord(folder));
  };
  const kept = path("kept");
  mkdirSync(kept);
  return [
    { name: "record.json", checked: true, sample: recordFile, mutate: bytesOrJson, read: readRecordFile },
    {
      name: "record.json, sealed again",
      checked: false,
      sample: recordFile,
      mutate: bytesOrJson,
      read: async (file) => {
        const said = await readRecordFile(resealed(file));
        summarize(readRecord(folder)!.config.model);
        return said;
      },
    },
    {
      name: "kept record",
      checked: true,
      sample: recordFile,
      mutate: bytesOrJson,
      read: async (file) => {
        writeFileSync(join(kept, "mlp-channel-s1.json"), file);
        return JSON.stringify(loadStudy(kept));
      },
    },
    {
      name: "weights.safetensors",
      checked: true,
      sample: weightsFile,
      mutate: bytesOrHeader,
      read: async (file) => {
        writeFileSync(path("weights.safetensors"), file);
        return digest(readWeights(folder, record));
      },
    },
    {
      name: "checkpoint, looked at",
      checked: false,
      sample: checkpoint,
      mutate: bytesOrHeader,
      read: async (file) => {
        writeFileSync(path("looked-at.safetensors"), file);
        return JSON.stringify(readProgress(path("looked-at.safetensors")));
      },
    },
    {
      name: "checkpoint",
      checked: true,
      sample: checkpoint,
      mutate: bytesOrHeader,
      read: async (file) => {
        for (const name of readdirSync(aside)) rmSync(join(aside, name));
        writeFileSync(join(aside, "checkpoint.safetensors"), file);
        const notices: string[] = [];
        const found = readCheckpoint(aside, identity, (line) => notices.push(line));
        if (found) return digest(found);
        if (notices.length !== 1) throw new Error("a checkpoint was dropped without a word");
        return undefined;
      },
    },
    ...packedKinds("packed model", packed),
    ...packedKinds("packed model, floats in 8 bits", rounded),
  ];
}

/** A packed model as it is, and sealed again so that more than the checksum has to notice what is wrong. */
const packedKinds = (name: string, sample: Uint8Array): Kind[] => [
  {
    name,
    checked: true,
    sample,
    mutate: bytesOrHeader,
    read: async (file) => digest(await decodePackedModel(file)),
  },
  {
    name: `${name}, sealed again`,
    checked: false,
    sample,
    mutate: mutateHeader,
    read: async (file) => {
      const model = await decodePackedModel(packedSealedAgain(file));
      const { imageSize, channels } = model.config;
      const engine = createEngine(model, { kernels: "scalar", maxBatch: 1 });
      return digest([model, engine.forward(new Float32Array(imageSize ** 2 * channels), 1)]);
    },
  },
];

/** A record whose digest was made anew, if it is an object at all. */
function resealed(file: Uint8Array): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(sealRecord(JSON.parse(Buffer.from(file).toString("utf8")))));
  } catch {
    return file;
  }
}

/** A packed model whose digest was made anew: of the whole file, its own digits taken as zeros. */
function packedSealedAgain(file: Uint8Array): Uint8Array {
  const blank = Buffer.from(file);
  const at = blank.indexOf('"sha256":"') + '"sha256":"'.length;
  blank.write("0".repeat(64), at);
  const sealed = Buffer.from(blank);
  sealed.write(createHash("sha256").update(blank).digest("hex"), at);
  return sealed;
}

/** Data sets: their checksums are known. */
async function dataKinds(folder: string): Promise<Kind[]> {
  const [cifarFolder, mnistFolder] = [join(folder, "cifar"), join(folder, "mnist")];
  const [cifar, mnist] = [smallCifar10(cifarFolder), smallMnist(mnistFolder)];
  const official = (name: string, info: typeof cifar, place: string, file: string): Kind => ({
    name,
    checked: true,
    sample: readFileSync(join(place, file)),
    mutate: mutateBytes,
    read: async (bytes) => {
      const sound = readFileSync(join(place, file));
      writeFileSync(join(place, file), bytes);
      try {
        return digest(await readOfficial(info, place));
      } finally {
        writeFileSync(join(place, file), sound);
      }
    },
  });
  const embedded = join(folder, "digits.csv.gz");
  return [
    official("idx images", mnist, mnistFolder, "train-images-idx3-ubyte"),
    official("idx labels", mnist, mnistFolder, "train-labels-idx1-ubyte"),
    official("cifar batch", cifar, cifarFolder, "cifar-10-batches-bin/data_batch_2.bin"),
    {
      name: "embedded digits",
      checked: true,
      sample: readFileSync(join(kitRoot(), "data", "digits", "digits.csv.gz")),
      mutate: mutateBytes,
      read: async (file) => {
        writeFileSync(embedded, file);
        return digest(await readDigits(embedded));
      },
    },
  ];
}

/** What people write; nothing says what it should be, so it only has to be understood or refused. */
function textKinds(folder: string): Kind[] {
  const written = join(folder, "written.json");
  const json = (name: string, sample: unknown, read: (path: string) => unknown): Kind => ({
    name,
    checked: false,
    sample: Buffer.from(typeof sample === "string" ? sample : JSON.stringify(sample)),
    mutate: bytesOrJson,
    read: async (file) => {
      writeFileSync(written, file);
      return digest(read(written));
    },
  });
  const changes = {
    model: { binarize: { mlp: { fc1: { scale: "learned" }, fc2: "off" }, qkv: "channel" } },
    training: { epochs: 3 },
  };
  const reference = readFileSync(join(kitRoot(), "test", "golden", "binary_linear_channel_scale.json"), "utf8");
  const notebook = readFileSync(join(kitRoot(), "notebooks", "02-binarization.ipynb"), "utf8");
  return [
    json("run configuration", { extends: "digits", ...changes }, (path) => {
      const config = parseRunConfig(readJson(path), "written.json");
      checkTrainingMemory(config, 1257, 1);
      return [config, summarize(config.model).total];
    }),
    json("complete configuration", smallRun(), (path) => parseRunConfig(readJson(path), "written.json")),
    json("study", studies.quick, (path) => parseStudyConfig(readJson(path), "written.json")),
    json("reference vector", reference, readReferenceCase),
    json("notebook", notebook, (path) => formatNotebook(parseNotebook(readFileSync(path, "utf8"), "written.ipynb"))),
  ];
}
