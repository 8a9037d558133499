import type * as tf from "@tensorflow/tfjs";
import type { z } from "zod";
import type { ModelConfig } from "../../vit/config";
import type { Intermediates } from "../../vit/model";
import type { ParameterArrays, Parameters } from "../../vit/parameters";
import type { RunConfig } from "../record";

/** A finished run that a term learns from. */
export interface Teacher {
  readonly model: ModelConfig;
  readonly parameters: ParameterArrays;
}

/** What every term's settings have: the factor of its loss. */
export interface TermSettings {
  readonly weight: number;
}

/** One pass over a batch, as a term sees it. */
export interface Pass<Targets> {
  /** Of the model that is trained; shape [B, C]. */
  readonly logits: tf.Tensor;
  /** Class indices; shape [B], int32. */
  readonly labels: tf.Tensor1D;
  /** Normalized; shape [B, S, S, c]. */
  readonly images: tf.Tensor;
  readonly parameters: Parameters;
  readonly config: RunConfig;
  /** How far the training is, 0 … 1. */
  readonly progress: number;
  /** Of the model that is trained, where a term of the objective asked for them. */
  readonly intermediates?: Intermediates;
  /** What the term's `prepare` computes from these images; constants, not differentiated. */
  readonly targets: Targets;
}

/** What a term holds on to while it is trained with. */
export interface Prepared<Targets> {
  /** Called before each pass, within a `tf.tidy`. */
  readonly targets: (images: tf.Tensor) => Targets;
  readonly dispose: () => void;
}

/** What a term is prepared with. */
export interface Preparation {
  readonly config: RunConfig;
  /** Record and weights of a finished run. */
  readonly load: (folder: string) => Teacher;
}

/**
 * One part of what training minimizes: Σ weight · loss over the terms of `training.objective`.
 *
 * A new one is a file in this folder and a line in its `index.ts`.
 */
export interface Term<Settings extends TermSettings = TermSettings, Targets = undefined> {
  /** Key in `training.objective`. */
  readonly name: string;
  /** Raised when its numbers change: runs that use it are then others. */
  readonly revision: number;
  /** A strict object with a default for whatever may be left out. */
  readonly settings: z.ZodObject & z.ZodType<Settings>;
  /** The settings that name a run's folder. The run's weights, not its place, are part of the identity. */
  readonly runs?: readonly string[];
  /** Whether it reads what the model computes on its way. */
  readonly intermediates?: boolean;
  /** @returns why a model cannot learn from another one; undefined if it can. Asked before anything is trained. */
  readonly mismatch?: (model: ModelConfig, teacher: ModelConfig) => string | undefined;
  /** Called once, before the first pass. */
  readonly prepare?: (settings: Settings, preparation: Preparation) => Prepared<Targets>;
  /** @returns a scalar, without the weight; undefined where the term takes no part yet */
  readonly loss: (settings: Settings, pass: Pass<Targets>) => tf.Scalar | undefined;
}
