import type { Batch } from "../data/batches";
import { Tally, type TallySums } from "./evaluate";
import type { WeightBits } from "./flips";

/** Where an epoch stands after some of its batches; with its number and the seed it says which images come next. */
export interface EpochState {
  /** Batches that are done, hence also where the epoch's generator stands. */
  readonly batches: number;
  /** Of the batches that are done, with the weights that each found. */
  readonly tally: TallySums;
  /** Sum of the images' losses, nats. */
  readonly lossSum: number;
  /** Time spent on those batches, seconds, interruptions not counted. */
  readonly seconds: number;
  /** The bits of binarized weights when the epoch began, against which its flips are counted. */
  readonly bitsBefore: WeightBits;
}

/** An epoch while it is trained: what is summed up over its batches, and can be saved after each. */
export class RunningEpoch {
  private readonly tally: Tally;
  private readonly startedAt = performance.now();
  private done: number;
  private sum: number;

  /**
   * @param bitsBefore - of all binarized weights, as the epoch finds them
   * @param saved - to go on from
   */
  constructor(
    readonly bitsBefore: WeightBits,
    private readonly saved?: EpochState,
  ) {
    this.tally = new Tally(saved?.tally);
    this.done = saved?.batches ?? 0;
    this.sum = saved?.lossSum ?? 0;
  }

  /** Counts a batch whose step is done. */
  add({ labels, count }: Batch, loss: number, logits: Float32Array): void {
    this.tally.add(logits, labels);
    this.sum += loss * count;
    this.done++;
  }

  /** Seconds spent on the batches that are done. */
  seconds(): number {
    return (this.saved?.seconds ?? 0) + (performance.now() - this.startedAt) / 1000;
  }

  state(): EpochState {
    const { done: batches, sum: lossSum, bitsBefore } = this;
    return { batches, lossSum, bitsBefore, tally: this.tally.sums(), seconds: this.seconds() };
  }

  /** Mean loss and accuracy over all batches; to be asked for when they are done. */
  result(): { readonly trainLoss: number; readonly trainAccuracy: number } {
    const { accuracy, count } = this.tally.result();
    return { trainLoss: this.sum / count, trainAccuracy: accuracy };
  }
}
