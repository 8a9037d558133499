/**
 * Binarized vision transformers with floating-point scaling factors.
 *
 * @example
 * import * as binvit from "binvit";
 *
 * await binvit.useBackend();
 * const digits = await binvit.loadDataset({ name: "digits" });
 * const config = binvit.parseRunConfig({ extends: "digits", model: { binarize: { mlp: "channel" } } });
 * const { test } = await binvit.train(config, 1, digits, { onEpoch: (epoch) => console.log(epoch.validationAccuracy) });
 * console.log(test.accuracy);
 */

// backend
export { readFloats } from "./backend/read";
export { type BackendReport, useBackend } from "./backend/select";
// errors and randomness
export {
  BinvitError,
  CancelledError,
  ConfigError,
  DataError,
  DivergenceError,
  FileError,
  NotebookError,
  TrainingError,
  UsageError,
} from "./base/errors";
export { Random, type RandomState } from "./base/random";
export { decodeSafetensors, encodeSafetensors } from "./base/safetensors";
export { version } from "./base/version";
// binarize
export type { Activation } from "./binarize/activation";
export { attendBinary, binarizeOperand, binarizeProbabilities, binaryScores } from "./binarize/attention";
export type { Binarizer, Choice, LayerBinarizer } from "./binarize/binarizer";
export { checkMethod, type GradientCheck, type MethodCheckOptions } from "./binarize/check-method";
export { checkSlope, type SlopeCheck, type SlopeGrid } from "./binarize/check-slope";
export { binaryPatchEmbedding } from "./binarize/conv";
export type { BinaryLinearParameters } from "./binarize/layer-form";
export { binaryLinear } from "./binarize/linear";
export { type Method, use } from "./binarize/method";
export { type MethodName, methods } from "./binarize/methods/index";
export { scaleFactor } from "./binarize/methods/scaled-sign";
export {
  type InputQuantizer,
  inputQuantizer,
  type Own,
  type Site,
  type WeightQuantizer,
  weightQuantizer,
} from "./binarize/quantizer";
export { addMethod, binarizers } from "./binarize/registry";
export { pseudoGradient, sign } from "./binarize/sign";
export type { Slope } from "./binarize/slope";
export { type SlopeName, slopes } from "./binarize/slopes/index";
export { binarizeWeight } from "./binarize/weight";
// data
export { type Batch, batches } from "./data/batches";
export type { Dataset, Split } from "./data/dataset";
export type { DatasetConfig } from "./data/dataset-config";
export { loadDataset } from "./data/load";
export { colorImage, grayImage } from "./data/preview";
export { firstImages } from "./data/stratify";
// packed models
export { createEngine, type Engine } from "./deploy/engine";
export { decodePackedModel, encodePackedModel } from "./deploy/format";
export { packModel } from "./deploy/pack";
export type { PackedModel } from "./deploy/packed-model";
export { comparePacked, type Parity } from "./deploy/parity";
export { type FloatBits, roundFloats } from "./deploy/round-floats";
export { type PackedSizes, sizesOf } from "./deploy/sizes";
// diagnostics of a trained run
export { type AttentionEntropy, attentionEntropy } from "./diagnose/attention-entropy";
export { type Calibration, calibration } from "./diagnose/calibration";
export { type ClassTokenMaps, classTokenMaps } from "./diagnose/class-token-maps";
export type { Diagnosis } from "./diagnose/diagnosis";
export { readDiagnosis } from "./diagnose/diagnosis-file";
export { gradientMismatch, type LayerMismatch } from "./diagnose/gradient-mismatch";
export { type LossSlice, lossSlice } from "./diagnose/loss-slice";
export { type ResidualBypass, residualBypass } from "./diagnose/residual-bypass";
export { type LayerScaleError, scaleErrors } from "./diagnose/scale-errors";
export { type SlopeMismatch, slopeMismatch } from "./diagnose/slope-mismatch";
export { splitLogits } from "./diagnose/split-logits";
export { type Check, type DoctorReport, examine } from "./doctor";
// kernels
export { readKernels } from "./kernels/read";
export { createXnorGemm, packSigns, type SignMatrix, unpackSigns, type XnorOptions } from "./kernels/sign-matrix";
export { xnorGemm } from "./kernels/xnor-gemm";
// measuring
export { benchGemm } from "./measure/gemm";
export { interleave, type Measurements, type Timer, timed } from "./measure/interleave";
export { type OnnxLoader, onnxRuntime } from "./measure/onnxruntime";
export { type Spread, spread } from "./measure/spread";
// notebook
export { newCellSignal } from "./notebook/cancel";
export { show, showMarkdown, showTable } from "./notebook/display";
export { liveCurve } from "./notebook/live-curve";
export { liveProgress } from "./notebook/progress";
export { showDiagram } from "./notebook/show-diagram";
export { train } from "./notebook/train";
export { type WatchOptions, watchStudy } from "./notebook/watch-study";
// operations
export { attentionProbabilities, joinHeads, selfAttention, splitHeads } from "./ops/attention";
export { crossEntropy } from "./ops/cross-entropy";
export { gelu } from "./ops/gelu";
export { layerNorm } from "./ops/layer-norm";
export { linear } from "./ops/linear";
export { patchify } from "./ops/patchify";
export { stopGradient } from "./ops/stop-gradient";
export { unfold } from "./ops/unfold";
// figures
export { accuracyByComponent } from "./plot/accuracy-by-component";
export { accuracyOfSeeds } from "./plot/accuracy-of-seeds";
export { accuracyOverTime } from "./plot/accuracy-over-time";
export { accuracyTable } from "./plot/accuracy-table";
export { attentionMaps } from "./plot/attention-maps";
export { bars } from "./plot/bars";
export { bypassedBranches } from "./plot/bypassed-branches";
export { bytesAgainstAccuracy } from "./plot/bytes-against-accuracy";
export { classTokenGrid } from "./plot/class-token-grid";
export { diagnosisFigures } from "./plot/diagnosis-figures";
export { diagrams } from "./plot/diagrams/index";
export { toPng, toSvg } from "./plot/export";
export type { Figure } from "./plot/figure";
export { headsEntropy } from "./plot/heads-entropy";
export { imageGrid } from "./plot/image-grid";
export { lines } from "./plot/lines";
export { pairedDifferences } from "./plot/paired-differences";
export { reliability } from "./plot/reliability";
export { roofline } from "./plot/roofline";
export { scaleError } from "./plot/scale-error";
export { scaleErrorByLayer } from "./plot/scale-error-by-layer";
export { shares } from "./plot/shares";
export { sizeBreakdown } from "./plot/size-breakdown";
export { slopeCorrelations } from "./plot/slope-correlations";
export { steForms } from "./plot/ste-forms";
export { plotRows, studyFigures } from "./plot/study-figures";
export { throughput } from "./plot/throughput";
export { trainingCurves } from "./plot/training-curves";
export { trainingSpeed } from "./plot/training-speed";
export { weightHistogram } from "./plot/weight-histogram";
// studies
export { type Claim, claims, type TestedClaim, testClaims } from "./study/claims";
export { type Comparison, compare, type Pair } from "./study/compare";
export { comparisonTable } from "./study/comparison-table";
export { type Interval, interval, intervalOverImages } from "./study/interval";
export { type MethodRow, methodRows } from "./study/method-rows";
export { methodTimes } from "./study/method-times";
export { type PairedDifference, pairedRows } from "./study/paired";
export { studies } from "./study/presets/index";
export { loadStudy } from "./study/records";
export type { RunStatus, StudyStatus } from "./study/status";
export { parseStudyConfig, type StudyConfig, type StudyInput } from "./study/study-config";
export { type ResultRow, resultFrame, resultRows, runFrame } from "./study/table";
// training
export { adamWStep } from "./train/adamw";
export { evaluate } from "./train/evaluate";
export type { Progress } from "./train/loop";
export { presets } from "./train/presets";
export type { EpochRecord, RunConfig, RunRecord, TrainingConfig } from "./train/record";
export type { TrainResult } from "./train/result";
export { trainInto } from "./train/run";
export { applySettings, parseRunConfig, type RunInput } from "./train/run-config";
export { readRecord, readWeights } from "./train/run-folder";
export { learningRateAt } from "./train/schedule";
export type { TrainOptions } from "./train/train";
// model
export { type Binarization, binarizable, type ModelConfig, numPatches, numTokens } from "./vit/config";
export { forward, forwardWithIntermediates, type Intermediates } from "./vit/model";
export {
  initialParameters,
  type ParameterArrays,
  type Parameters,
  toTensors,
} from "./vit/parameters";
export { parseBinarizer, type ShortBinarizer } from "./vit/parse-binarize";
export { type ModelInput, parseModelConfig } from "./vit/parse-config";
export { type Place, parameterShapes, places, weightLayers } from "./vit/places";
export { type Summary, type SummaryRow, summarize } from "./vit/summary";
