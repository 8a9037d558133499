"""Checks ONNX files that `binvit export` wrote, with onnx's own checker and with onnxruntime.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install -r bench/peers/requirements.txt
    for opset in 17 18 19 20 21 22 23; do npx binvit export <run> --opset $opset --onnx /tmp/$opset.onnx; done
    /tmp/peers/bin/python bench/peers/check_onnx.py /tmp/*.onnx

The oldest versions that are promised to read operator set 17 are in requirements-oldest.txt, for Python 3.7 to 3.10.

Of every file: full_check and strict shape inference pass, logits are [batch, classes], the metadata is JSON that fits
the model, and onnxruntime gives finite logits. Files of one model are given together: their logits on the same images
must agree. One line a file; exit code 1 if anything fails.
"""

import argparse
import json
import sys

import numpy
import onnx
import onnxruntime
from onnx import checker, shape_inference


def dimensions(value):
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


def metadata(model):
    return {entry.key: json.loads(entry.value) for entry in model.metadata_props}


def check(path):
    """The model, after every check that needs no runtime."""
    model = onnx.load(path)
    checker.check_model(model, full_check=True)
    inferred = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    (images,) = inferred.graph.input
    (logits,) = inferred.graph.output
    height, width, channels = dimensions(images)[1:]
    batch, classes = dimensions(logits)
    if images.name != "images" or height != width or [dimensions(images)[0], batch] != ["batch", "batch"]:
        raise ValueError(f"input {images.name} {dimensions(images)}, output {dimensions(logits)}")
    texts = metadata(model)
    if texts and [len(texts[key]) for key in ("mean", "std", "classNames")] != [channels, channels, classes]:
        raise ValueError(f"metadata of another model: {texts}")
    return model


def logits(model, seed, count=32):
    """What onnxruntime makes of random images, or of the pixels that they are the normalized form of."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (images,) = model.graph.input
    shape = [count, *dimensions(images)[1:]]
    x = numpy.random.default_rng(seed).standard_normal(shape).astype("float32")
    texts = metadata(model)
    if texts.get("input") == "raw pixels":
        x = ((x * numpy.float32(texts["std"]) + numpy.float32(texts["mean"])) * texts["maxValue"]).astype("float32")
    return session.run(["logits"], {"images": x})[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", help="of one model")
    parser.add_argument("--seed", type=int, default=1, help="of the random images")
    options = parser.parse_args()
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")
    first, failures = None, 0
    for path in options.files:
        try:
            model = check(path)
            got = logits(model, options.seed)
            if not numpy.isfinite(got).all():
                raise ValueError("logits are not finite")
            first = got if first is None else first
            worst = float(numpy.abs(got - first).max())
            classes = int((got.argmax(1) != first.argmax(1)).sum())
            agrees = worst <= 1e-4 * max(1.0, float(numpy.abs(first).max())) and classes == 0
            failures += not agrees
            print(
                f"{path}: IR {model.ir_version}, operator set {model.opset_import[0].version}, checked; "
                f"{'' if agrees else 'DIFFERS: '}logits within {worst:.1e} of the first file's, {classes} other classes"
            )
        except Exception as problem:  # each file is reported
            failures += 1
            print(f"{path}: FAILED: {type(problem).__name__}: {problem}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
