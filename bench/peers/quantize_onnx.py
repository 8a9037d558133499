"""Quantizes a float ONNX model to int8 by onnxruntime's own tools, as its users would.

    python quantize_onnx.py FOLDER

FOLDER holds model.onnx and images.f32 (float32, row-major), which fit the model's input. Written beside them:
dynamic.onnx (int8 weights, activations quantized as they come) and static.onnx (QDQ, activations calibrated on the
images). One line of JSON: {"version": text, "failed": {"static": reason, ...}}, or {"missing": reason}.
"""

import json
import logging
import sys
from pathlib import Path

try:
    import numpy
    import onnx
    import onnxruntime
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process
except ImportError as problem:
    print(json.dumps({"missing": str(problem)}))
    sys.exit(0)


class Images(quantization.CalibrationDataReader):
    """One batch of calibration."""

    def __init__(self, name, values):
        self.batches = iter([{name: values}])

    def get_next(self):
        return next(self.batches, None)


def main():
    logging.disable(logging.WARNING)
    folder = Path(sys.argv[1])
    model = folder / "model.onnx"
    prepared = folder / "prepared.onnx"
    # Shapes are inferred; the graph itself stays, since onnxruntime optimizes it again when it loads.
    quant_pre_process(model, prepared, skip_optimization=True, skip_symbolic_shape=True)
    graph = onnx.load(model).graph
    given = graph.input[0]
    # The quantizer takes ONNX's own Attention for an older operator of the same name, and the file does not load.
    attention = [node.name for node in graph.node if node.op_type == "Attention"]
    shape = [size.dim_value or -1 for size in given.type.tensor_type.shape.dim]
    images = numpy.fromfile(folder / "images.f32", dtype=numpy.float32).reshape(shape)

    def dynamic():
        quantization.quantize_dynamic(
            prepared,
            folder / "dynamic.onnx",
            per_channel=True,
            weight_type=quantization.QuantType.QInt8,
            nodes_to_exclude=attention,
        )

    def static():
        quantization.quantize_static(
            prepared,
            folder / "static.onnx",
            Images(given.name, images),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            nodes_to_exclude=attention,
        )

    failed = {}
    for way in (dynamic, static):
        try:
            way()
        except Exception as problem:  # one of the two is still worth having
            failed[way.__name__] = f"{type(problem).__name__}: {problem}".split("\n")[0]
    print(json.dumps({"version": onnxruntime.__version__, "failed": failed}))


if __name__ == "__main__":
    main()
