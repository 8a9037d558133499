"""Times products of signs, m x k x n, in Larq Compute Engine on one thread, as 1x1 binary convolutions (it has no other).

It needs TensorFlow 2.16, hence an environment of its own, Python 3.10 to 3.12:

    python3 -m venv /tmp/larq && /tmp/larq/bin/pip install tensorflow-cpu==2.16.2 tf_keras==2.16.0 \\
        larq==0.14.0 larq-compute-engine==0.16.0
    /tmp/larq/bin/python bench/peers/larq_product.py

The packing of the activations is counted, as in `binvit bench gemm`. Its kernels are written for Arm; on x86 it falls
back on portable code, so what this prints there is no measure of what it does on a phone.
"""

import os
import statistics
import time

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import larq
import larq_compute_engine as engine
import numpy
import tensorflow as tf
from larq_compute_engine.tflite.python.interpreter import Interpreter

tf.get_logger().setLevel("ERROR")


def seconds(rows, columns, inputs, outputs, rounds=9):
    convolution = larq.layers.QuantConv2D(
        outputs, 1, input_quantizer="ste_sign", kernel_quantizer="ste_sign", kernel_constraint="weight_clip", use_bias=False
    )
    model = tf.keras.Sequential([tf.keras.layers.Input((rows, columns, inputs)), convolution])
    converted = engine.convert_keras_model(model)
    if b"LceBconv2d" not in converted:
        raise SystemExit("The converter left the convolution in floats.")
    interpreter = Interpreter(converted, num_threads=1)
    images = numpy.random.default_rng(1).standard_normal((1, rows, columns, inputs), dtype=numpy.float32)
    interpreter.predict(images)
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        interpreter.predict(images)
        times.append(time.perf_counter() - started)
    return times


for rows, columns, inputs, outputs in [(64, 65, 128, 384), (64, 64, 768, 3072)]:
    operations = 2 * rows * columns * inputs * outputs / 1e9
    speeds = sorted(operations / t for t in seconds(rows, columns, inputs, outputs))
    shown = f"{statistics.median(speeds):.1f} Gop/s ({speeds[0]:.1f} ... {speeds[-1]:.1f})"
    print(f"{rows * columns}x{inputs}x{outputs}: {shown}")
