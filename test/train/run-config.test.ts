import { describe, expect, test } from "vitest";
import { ConfigError, UsageError } from "../../lib/base/errors";
import { presets } from "../../lib/train/presets";
import { applySettings, parseRunConfig } from "../../lib/train/run-config";

const parse = (input: unknown) => () => parseRunConfig(input, "mine.json");

describe("a run's configuration", () => {
  test.each(Object.keys(presets))("%s is complete, and reads the same from JSON", (name) => {
    const config = parseRunConfig({ extends: name });
    expect(parseRunConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  test("takes from its preset what it leaves out", () => {
    const changed = parseRunConfig({ extends: "digits", training: { epochs: 2 }, dataset: { trainLimit: 10 } });
    const preset = parseRunConfig({ extends: "digits" });
    expect(changed).toEqual({
      ...preset,
      dataset: { name: "digits", trainLimit: 10 },
      training: { ...preset.training, epochs: 2 },
    });
  });

  test.each([
    [
      { extends: "digit" },
      'mine.json.extends: unknown preset "digit". Did you mean digits? Known: digits, shapes, cifar-s.',
    ],
    [{ extends: "toString" }, "unknown preset"],
    [{ extends: "digits", train: {} }, 'mine.json: unknown key "train". Did you mean "training"?'],
    [{ extends: "digits", epochs: 2 }, 'mine.json: unknown key "epochs". Did you mean training.epochs?'],
    [
      { extends: "digits", Epochs: 2, modle: {} },
      'unknown key "Epochs", "modle". Did you mean training.epochs, "model"?',
    ],
    [
      { extends: "digits", model: { epochs: 2 } },
      'mine.json.model: unknown key "epochs". Did you mean training.epochs?',
    ],
    [
      { extends: "digits", model: { binarize: { stem: "channel" } } },
      'mine.json.model.binarize: unknown key "stem". Did you mean "stem" of mine.json.model?',
    ],
    [
      { extends: "digits", model: { training: 1 } },
      'mine.json.model: unknown key "training". Did you mean "training" of mine.json?',
    ],
    [{ extends: "digits", mlp: "channel" }, 'mine.json: unknown key "mlp". Did you mean model.binarize.mlp?'],
    [{ extends: "digits", model: { mlp: 8 } }, 'mine.json.model: unknown key "mlp". Did you mean model.binarize.mlp?'],
    [
      { extends: "digits", model: { binarize: { mlp: { fc1: { scal: "tensor" } } } } },
      'mine.json.model.binarize.mlp.fc1: unknown key "scal". Did you mean "scale"?',
    ],
    [{ extends: "digits", model: { binarize: { mlp: "chanel" } } }, 'got "chanel". Did you mean "channel"?'],
    [{ extends: "digits", dataset: { name: "digts" } }, 'got "digts". Did you mean "digits"?'],
    [{ extends: "digits", xyzzy: 1 }, 'mine.json: unknown key "xyzzy". Check its spelling, or remove it.'],
    [{ extends: "digits", training: { learningRate: Number.POSITIVE_INFINITY } }, "got Infinity."],
    [{ extends: "digits", training: "x".repeat(1e6) }, `got "${"x".repeat(79)}….`],
    [{ extends: "digits", training: { epoch: 1 } }, 'mine.json.training: unknown key "epoch"'],
    [{ extends: "digits", training: { epochs: 0 } }, "mine.json.training.epochs: expected number to be >=1, got 0."],
    [
      { extends: "digits", training: { learningRate: -1 } },
      "mine.json.training.learningRate: expected number to be >0",
    ],
    [{ extends: "digits", training: { labelSmoothing: 1 } }, "expected number to be <1, got 1."],
    [{ extends: "digits", training: { flip: 1 } }, "mine.json.training.flip: expected boolean, got 1."],
    [{ extends: "digits", dataset: { name: "imagenet" } }, 'mine.json.dataset.name: expected "digits", "shapes"'],
    [{ extends: "digits", model: { patchSize: 3 } }, "mine.json.model.imageSize must be a multiple of patchSize"],
    [{ extends: "digits", model: [] }, "mine.json.model: expected an object, got []."],
    [{}, "mine.json.dataset.name: expected"],
    [null, "mine.json: expected an object, got null."],
    ["digits", 'mine.json: expected an object, got "digits".'],
  ])("%j is refused: %s", (input, message) => {
    expect(parse(input)).toThrow(ConfigError);
    expect(parse(input)).toThrow(message);
  });
});

describe("settings", () => {
  const digits = { extends: "digits" };

  test("are numbers, booleans, objects or text, and make the groups they need", () => {
    const settings = [
      "training.epochs=5",
      "training.flip=true",
      "model.binarize.mlp=channel",
      'dataset={"name":"shapes"}',
    ];
    expect(applySettings(digits, settings)).toEqual({
      extends: "digits",
      training: { epochs: 5, flip: true },
      model: { binarize: { mlp: "channel" } },
      dataset: { name: "shapes" },
    });
    expect(digits).toEqual({ extends: "digits" });
  });

  test("may hold an equals sign, and the last one wins", () => {
    expect(applySettings({}, ["a=b=c"])).toEqual({ a: "b=c" });
    expect(applySettings({}, ["a=1", "a=2"])).toEqual({ a: 2 });
  });

  test("without an equals sign or a key are wrong usage", () => {
    for (const setting of ["training.epochs", "=5", "", ".=1", "training.=5", ".epochs=5", "training..epochs=5"]) {
      expect(() => applySettings(digits, [setting])).toThrow(UsageError);
      expect(() => applySettings(digits, [setting])).toThrow("expected key=value, e.g. training.epochs=5.");
    }
  });

  test("that cross a value are refused", () => {
    expect(() => applySettings(digits, ["extends.x=1"])).toThrow('--set extends.x=1: "extends" holds a value');
  });

  test("reach the configuration only, never the prototype of all objects", () => {
    expect(() => applySettings(digits, ["__proto__.polluted=1"])).toThrow(ConfigError);
    expect(() => applySettings(digits, ["constructor.prototype.polluted=1"])).toThrow(ConfigError);
    expect(() => applySettings(digits, ["model.__proto__.polluted=1"])).toThrow(ConfigError);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("on something that is no object are left to the parser, which says so", () => {
    for (const input of [null, "text", 3]) {
      expect(() => parseRunConfig(applySettings(input, ["a=1"]))).toThrow(/expected an object/);
    }
  });
});
