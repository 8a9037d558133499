"""Reference vectors of the published methods, in float64 from their equations: python3 bench/peers/method_vectors.py

Needs nothing but Python and numpy. Writes test/golden/methods/*.json; docs/methods.md says what each equation is and
where it was read. First it repeats the vectors of test/golden that PyTorch made (op `binary_linear`), then it leaves
out one term of one equation after the other and asks of each that some vector moves by 25 times its tolerance.
"""

import json
import sys
from itertools import count
from pathlib import Path

import numpy as np
from method_cases import cases
from method_equations import operations
from pretended import Near, Terms, gradients

folder = Path(__file__).resolve().parents[2] / "test" / "golden"


def array(values):
    return {"shape": list(values.shape), "data": [float(value) for value in values.ravel()]}


def single(values):
    """Rounded to float32, so that both precisions see the same numbers."""
    return np.asarray(values, dtype=np.float32).astype(float)


def evaluate(case, inputs, upstream):
    function = lambda given: operations[case["op"]](given, case["options"])
    return {"y": np.real(function(inputs)), **gradients(function, inputs, upstream)}


def worst(expect, got, tolerance):
    """The largest error in tolerances, as lib/verify measures it."""
    return max(np.max(np.abs(got[key] - expect[key]) / (1 + np.abs(expect[key]))) for key in expect) / tolerance


def repeat_pytorch():
    """The gradients that PyTorch gave for `binary_linear`, from the same equations as above."""
    Terms.guarded = False
    for path in sorted(folder.glob("binary_linear_*.json")):
        case = json.loads(path.read_text())
        numbers = lambda a: np.array(a["data"]).reshape(a["shape"])
        old = case["options"]
        how = {**old, "quantizer": "sign", "slope": old["weightSte"]}
        seen = {"quantizer": "sign", "slope": old["activationSte"], "scale": old["activationScale"]}
        options = {"weight": how, "input": seen if old["activation"] == "sign" else "off", "progress": 0}
        inputs = {name: numbers(value) for name, value in case["inputs"].items()}
        got = evaluate({"op": "method_linear", "options": options}, inputs, numbers(case["upstream"]))
        error = worst({name: numbers(value) for name, value in case["expect"].items()}, got, 1)
        print(f"{path.stem}: {error:.1e}")
        assert error < 1e-6, path
    Terms.guarded = True


def make(case):
    """Draws inputs until none lies near a jump."""
    for seed in count():
        random = np.random.default_rng([seed, *case["name"].encode()])
        inputs = {name: single(draw(random)) for name, draw in case["inputs"].items()}
        try:
            shape = np.shape(operations[case["op"]](inputs, case["options"]))
            upstream = single(random.normal(size=shape)) if shape else np.ones(())
            expect = evaluate(case, inputs, upstream)
            if np.all(expect.get("grad_table", 1)):  # every correction is used by some score
                return inputs, upstream, expect
        except Near:
            continue


def main():
    repeat_pytorch()
    (folder / "methods").mkdir(exist_ok=True)
    made, noticed = [], {}
    for case in cases:
        Terms.seen = set()
        inputs, upstream, expect = make(case)
        assert all(np.any(value) for value in expect.values()), case["name"]
        for name in Terms.seen:
            Terms.dropped = name
            size = worst(expect, evaluate(case, inputs, upstream), case["tolerance"])
            Terms.dropped = None
            noticed[name] = max(noticed.get(name, (0, "")), (size, case["name"]))
        made.append((case, inputs, upstream, expect))
    for name, (size, where) in sorted(noticed.items()):
        print(f"without {name}: {size:.0f} tolerances in {where}")
    missed = [name for name, (size, _) in noticed.items() if size < 25]
    if missed:
        sys.exit(f"No vector notices that these are dropped: {', '.join(missed)}")
    for case, inputs, upstream, expect in made:
        text = {
            **case,
            "inputs": {name: array(value) for name, value in inputs.items()},
            "upstream": array(upstream),
            "expect": {name: array(value) for name, value in expect.items()},
        }
        (folder / "methods" / f"{case['name']}.json").write_text(json.dumps(text) + "\n")


if __name__ == "__main__":
    main()
