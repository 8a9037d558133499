"""Reference vectors of what follows GELU, in float64 from the equations: python3 bench/peers/reference_vectors.py

Needs nothing but Python and numpy. Writes test/golden/gelu_far.json and test/golden/mlp_far.json: pre-activations from
-40 to 40, where a float32 GELU underflows to -0 and a sign taken from it would be +1.
"""

import json
import math
from pathlib import Path

import numpy as np

folder = Path(__file__).resolve().parents[2] / "test" / "golden"


def gelu(x):
    """x * Phi(x); erfc keeps the small side, 1 + erf would lose it."""
    return x * 0.5 * np.vectorize(math.erfc)(-x / math.sqrt(2))


def gelu_slope(x):
    phi = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return 0.5 * np.vectorize(math.erfc)(-x / math.sqrt(2)) + x * phi


def sign(x):
    return np.where(x < 0, -1.0, 1.0)


def clip(x):
    """What the straight-through form `clip` takes d sign(x)/dx to be."""
    return (np.abs(x) <= 1).astype(float)


def array(values):
    return {"shape": list(values.shape), "data": [float(value) for value in values.ravel()]}


def save(name, op, options, inputs, upstream, expect, tolerance):
    case = {
        "name": name,
        "op": op,
        "options": options,
        "inputs": {key: array(value) for key, value in inputs.items()},
        "upstream": array(upstream),
        "expect": {key: array(value) for key, value in expect.items()},
        "tolerance": tolerance,
    }
    (folder / f"{name}.json").write_text(json.dumps(case) + "\n")


def single(values):
    """Rounded to float32, so that both precisions see the same numbers."""
    return np.asarray(values, dtype=np.float32).astype(float)


def main():
    random = np.random.default_rng(40)

    x = single(np.concatenate([np.linspace(-40, 40, 161), [-1e-30, -1e-38, 1e-30, -10.954, -10.955]]))
    upstream = single(random.normal(size=x.shape))
    expect = {"y": gelu(x), "grad_x": upstream * gelu_slope(x)}
    save("gelu_far", "gelu", {"form": "erf"}, {"x": x}, upstream, expect, 2e-5)

    # Integers of 48 signs, -48 ... 48, and a bias of less than 1: from -40 to 40 and never 0.
    rows, width, hidden, outputs = 24, 48, 40, 10
    x = single(random.normal(size=(2, rows // 2, width)))
    x[0, 0], x[0, 1] = np.abs(x[0, 0]), -np.abs(x[0, 1])
    weight1 = single(0.5 * random.normal(size=(width, hidden)))
    weight1[:, 0] = np.abs(weight1[:, 0])
    for unit in range(1, 12):  # sums far out on both sides: 48, 46, ... for the first two rows
        weight1[:, unit] = np.abs(weight1[:, unit])
        weight1[: 4 * unit // 2, unit] *= -1
    bias1 = single(random.uniform(0.1, 0.9, size=hidden))
    weight2 = single(0.5 * random.normal(size=(hidden, outputs)))
    bias2 = single(random.normal(size=outputs))
    upstream = single(random.normal(size=(2, rows // 2, outputs)))

    h = sign(x) @ sign(weight1) + bias1
    assert h.min() < -40 and h.max() > 40 and np.abs(h).min() > 0.05
    g = gelu(h)
    y = sign(h) @ sign(weight2) + bias2  # GELU(h) < 0 for every h < 0
    dg = (upstream @ sign(weight2).T) * clip(g)
    dh = dg * gelu_slope(h)
    flat = lambda values: values.reshape(-1, values.shape[-1])
    expect = {
        "y": y,
        "grad_x": (dh @ sign(weight1).T) * clip(x),
        "grad_weight1": (flat(sign(x)).T @ flat(dh)) * clip(weight1),
        "grad_bias1": flat(dh).sum(0),
        "grad_weight2": (flat(sign(h)).T @ flat(upstream)) * clip(weight2),
        "grad_bias2": flat(upstream).sum(0),
    }
    options = {
        "scale": "none",
        "scaleGradient": "product",
        "center": False,
        "weightSte": "clip",
        "activation": "sign",
        "activationSte": "clip",
        "activationScale": "none",
    }
    inputs = {"x": x, "weight1": weight1, "bias1": bias1, "weight2": weight2, "bias2": bias2}
    save("mlp_far", "mlp", options, inputs, upstream, expect, 1e-4)


if __name__ == "__main__":
    main()
