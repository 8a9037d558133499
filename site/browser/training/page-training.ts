import { computed, reactive, ref } from "vue";
import type { EpochRecord } from "../../../lib/train/record";
import { type Choice, firstChoice, runInput } from "./choices";
import type { TrainingEnd } from "./protocol";
import { startTraining } from "./start";

// The form and what is trained are kept here, not in the page that shows them: a training goes on while other pages are
// read, and who comes back finds what was reached.

/** A model that is trained, or has been. */
export interface Model {
  readonly name: string;
  readonly choice: Choice;
  readonly epochs: EpochRecord[];
  end?: TrainingEnd;
  failure?: string;
}

/** The form as it stands. */
export const choice = reactive({ ...firstChoice, parts: [...firstChoice.parts] });
export const withFloat = ref(true);

/** What the models were trained by. */
export const trained = ref<Choice>();
export const models = reactive<Model[]>([]);
export const isRunning = computed(() => models.some(({ end, failure }) => !end && !failure));
const stops: (() => void)[] = [];

/** Trains what is chosen, and the float model beside it if that is wanted. */
export function train(): void {
  stop();
  const chosen: Choice = { ...choice, parts: [...choice.parts] };
  trained.value = chosen;
  const wanted = [
    { name: chosen.parts.length > 0 ? "one bit" : "nothing in bits", choice: chosen },
    ...(withFloat.value && chosen.parts.length > 0 ? [{ name: "float", choice: { ...chosen, parts: [] } }] : []),
  ];
  models.splice(0, models.length, ...wanted.map((one) => ({ ...one, epochs: [] })));
  for (const [i, { choice: one }] of wanted.entries()) {
    const model = models[i];
    stops.push(
      startTraining({ input: runInput(one), seed: one.seed }, (news) => {
        if (news.kind === "epoch") model.epochs.push(news.epoch);
        else if (news.kind === "end") model.end = news.end;
        else model.failure = news.message;
      }),
    );
  }
}

export function stop(): void {
  for (const end of stops.splice(0)) end();
  for (const model of models) if (!model.end && !model.failure) model.failure = "stopped";
}
