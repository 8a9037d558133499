"""The equations of the published methods, for method_vectors.py; docs/methods.md says where each was read."""

import numpy as np
from pretended import (
    bit, clamp, clear, magnitude, relu, scale_gradient, sigmoid, slope_of, softmax, standard_deviation, step, stop,
    straight, term,
)  # fmt: skip


# ---------------------------------------------------------------- weights [I, O] -> what the product is taken with
def sign_weight(w, own, how, progress):
    v = w - term("sign: centered", w.mean(0), 0) if how.get("center") else w
    scale, detached = how["scale"], how.get("scaleGradient") == "detached"
    axis = {"channel": 0, "tensor": None}.get(scale)
    if scale == "none":
        return step(v, slope_of(how["slope"], progress))
    alpha = own["scale"] if "learned" in scale else magnitude(v).mean(axis)
    alpha = term("sign: scale", alpha, 1)
    through = term(f"sign: gradient of the scale, {scale}", alpha, stop(alpha))
    alpha = term("sign: detached", stop(alpha), alpha) if detached else through
    return alpha * step(v, slope_of(how["slope"], progress))


def xnor_plus_weight(w, own, how, progress):
    return term("xnor-plus: alpha", own["alpha"], 1) * step(w, slope_of("clip", progress))


def ir_net_weight(w, own, how, progress):
    v = w - term("ir-net: mean", term("ir-net: gradient of the mean", w.mean(0), stop(w.mean(0))), 0)
    deviation = standard_deviation(v, 0)(0)
    v = v / term("ir-net: deviation", term("ir-net: gradient of the deviation", deviation, stop(deviation)), 1)
    exponent = np.log2(np.abs(stop(v)).mean(0))
    clear(exponent - np.floor(exponent), 0.5)
    alpha = 2 ** term("ir-net: whole exponent", np.round(exponent), exponent)
    return term("ir-net: alpha", alpha, 1) * step(v, slope_of("ede", progress))


def lsq_weight(w, own, how, progress):
    alpha = scale_gradient(own["alpha"], term("lsq: gradient scale, weights", 1 / np.sqrt(w.size), 1))
    inner = term("lsq: gradient of the quotient, weights", alpha, stop(alpha))
    return alpha * step(w / inner, slope_of("clip", progress))


def elastic_weight(w, own, how, progress):
    v = w - term("elastic: mean of the weights", w.mean(), 0)
    return straight(np.abs(stop(w)).mean() * step(v, slope_of("identity", progress)), w)


def dorefa_weight(w, own, how, progress):
    value = np.abs(stop(w)).mean() * step(w, slope_of("identity", progress))
    return term("dorefa: straight through, weights", straight(value, w), value)


def recu_weight(w, own, how, progress):
    v = w - term("recu: mean", w.mean(0), 0)
    deviation = standard_deviation(v, 0)(1e-5)
    deviation = term("recu: gradient of the deviation", deviation, stop(deviation))
    v = v / (term("recu: deviation", deviation, 1) / term("recu: 2 sqrt 2", 2 * np.sqrt(2), 1))
    grow = (np.exp(progress) - 1) / (np.e - 1)
    tau = 0.85 + (0.99 - 0.85) * term("recu: exponential schedule", grow, progress)
    edge = -magnitude(v).mean() * np.log(2 - 2 * tau)
    edge = term("recu: edge without gradient", stop(edge), edge)
    v = term("recu: clamp", clamp(v, -edge, edge), v)
    return term("recu: alpha", own["alpha"], 1) * step(v, slope_of("identity", progress))


weights = {
    "sign": sign_weight,
    "xnor-plus": xnor_plus_weight,
    "ir-net": ir_net_weight,
    "lsq": lsq_weight,
    "elastic": elastic_weight,
    "dorefa": dorefa_weight,
    "recu": recu_weight,
}


# ------------------------------------- inputs [B, N, I] -> what the product is taken with, and a factor of the product
def sign_input(x, own, how, progress):
    if how.get("scale") != "token":
        return step(x, slope_of(how["slope"], progress)), 1
    token = magnitude(x).mean(-1, keepdims=True)
    constant = term("sign: token scale without gradient", stop(token), token)
    return step(x, slope_of(how["slope"], progress)), term("sign: token scale", constant, 1)


def xnor_plus_input(x, own, how, progress):
    return step(x, slope_of("clip", progress)), term("xnor-plus: position", own["position"][:, None], 1)


def gate_input(x, own, how, progress):
    """The factor of each image and output: x itself, squeezed over the tokens, through two small layers."""
    squeezed = term("gate: gradient to x", x.mean(1, keepdims=True), stop(x.mean(1, keepdims=True)))
    squeezed = term("gate: mean of tokens", squeezed, squeezed * x.shape[1])
    hidden = squeezed @ own["reduce"]
    hidden = term("gate: relu", relu(hidden), hidden)
    opened = hidden @ own["expand"]
    return step(x, slope_of("clip", progress)), term("gate: sigmoid", sigmoid(opened), opened)


def rsign_input(x, own, how, progress):
    return step(x - term("rsign: threshold", own["threshold"], 0), slope_of("approx", progress)), 1


def lsq_input(x, own, how, progress):
    features = x[0].size
    alpha = scale_gradient(own["step"], term("lsq: gradient scale, inputs", 1 / np.sqrt(features), 1))
    inner = term("lsq: gradient of the quotient, inputs", alpha, stop(alpha))
    return alpha * step(x / inner, slope_of("clip", progress)), 1


def elastic_input(x, own, how, progress):
    alpha, beta = term("elastic: scale", own["scale"], 1), term("elastic: threshold", own["threshold"], 0)
    if how["levels"] == "zero-one":
        return alpha * bit((x - beta) / term("elastic: gradient of the quotient", alpha, stop(alpha))), 1
    return alpha * step((x - beta) / term("elastic: width of the clip", stop(alpha), 1), slope_of("clip", progress)), 1


def dorefa_input(x, own, how, progress):
    return bit(x), 1


def recu_input(x, own, how, progress):
    deviation = standard_deviation(x, (1, 2))(1e-5)
    deviation = term("recu: gradient of the deviation, inputs", deviation, stop(deviation))
    return step(x / term("recu: deviation, inputs", deviation, 1), slope_of("approx", progress)), 1


inputs_of = {
    "sign": sign_input,
    "xnor-plus": xnor_plus_input,
    "gate": gate_input,
    "rsign": rsign_input,
    "lsq": lsq_input,
    "elastic": elastic_input,
    "dorefa": dorefa_input,
    "recu": recu_input,
}


# ------------------------------------------------------------------------------------------------------- operations
def method_linear(given, options):
    x, w, progress = given["x"], given["weight"], options["progress"]
    factor = 1
    if options["weight"] != "off":
        w = weights[options["weight"]["quantizer"]](w, given, options["weight"], progress)
    if options["input"] != "off":
        x, factor = inputs_of[options["input"]["quantizer"]](x, given, options["input"], progress)
    return (x @ w) * factor + term("linear: bias", given["bias"], 0)


def rprelu(given, options):
    v = given["x"] - term("rprelu: knee", given["knee"], 0)
    clear(v, 0)
    bent = np.where(np.real(v) > 0, v, term("rprelu: slope", given["slope"], 1) * v)
    return bent + term("rprelu: offset", given["offset"], 0)


def factor_of(v, scale):
    """Of queries or keys: one for each token, without gradient, or one for each head, with it."""
    one = np.ones((1, 1))
    if scale == "none":
        return one
    if scale == "token":
        return term("scores: token scale", stop(magnitude(v)).mean(-1, keepdims=True), one)
    mean = magnitude(v).mean((-2, -1), keepdims=True)
    return term("scores: head scale", term("scores: gradient of the head scale", mean, stop(mean)), one)


def method_scores(given, options):
    """Binary scores, one of d + 1 corrections each or a bias for each pair of tokens, softmax."""
    q, k = given["q"], given["k"]
    left, right = factor_of(q, options["scale"]), factor_of(k, options["scale"])
    q, k = step(q, slope_of(options["slope"], 1)), step(k, slope_of(options["slope"], 1))
    heads, width = q.shape[1], q.shape[-1]
    scores = q @ np.swapaxes(k, -1, -2)
    agreeing = np.round((stop(scores) + width) / 2).astype(int)  # 0 ... d signs in common
    scaled = scores * left * np.swapaxes(right, -1, -2)
    if "table" in given:
        correction = given["table"][np.arange(heads)[None, :, None, None], agreeing]
        scaled = scaled + term("table: correction", correction, 0)
    scaled = scaled / term("scores: sqrt d", np.sqrt(width), 1)
    return softmax(scaled + term("scores: bias", given["bias"], 0) if "bias" in given else scaled)


def kept(p, share):
    """[p >= share of the largest of its row], taken to have itself as its derivative."""
    edge = share * np.max(np.real(p), -1, keepdims=True)
    clear(np.real(p) - edge, 0)
    mask = (np.real(p) >= edge).astype(float)
    return mask + 1j * np.imag(p) * term("superposed: gradient only where kept", mask, 1)


def probabilities_of(p, own, how):
    if how["quantizer"] == "elastic":
        alpha, beta = own["scale"], term("elastic: threshold of probabilities", own["threshold"], 0)
        return alpha * bit((p - beta) / alpha)
    if how["quantizer"] == "superposed":
        first, *others = own["scale"]
        bits = [kept(p, share) for share in how["shares"]]
        others = [term(f"superposed: part {i + 2}", value, 0) for i, value in enumerate(others)]
        return first * bit(p / first) + sum(value * b for value, b in zip(others, bits))
    if how["quantizer"] == "softmax-aware":
        mask = stop(kept(p, how["share"]))
        mean = (np.real(p) * mask).sum(-1, keepdims=True) / mask.sum(-1, keepdims=True)
        return straight(mask * (term("softmax-aware: scale", mean, 1) if how["scale"] == "row" else 1), p)
    levels = how["levels"]  # decomposed
    clear(levels * np.real(p), 0, levels, *(np.arange(levels) + 0.5))
    return np.round(levels * np.real(p)) + 1j * np.imag(p) * term("decomposed: levels", levels, 1)


def values_of(v, own, how):
    if how == "off":
        return v
    if how["quantizer"] == "sign":
        return step(v, slope_of(how["slope"], 1))
    gamma, center = own["valueScale"], own["valueThreshold"]
    v = v - term("values: threshold", center, 0)
    return gamma * step(v / term("values: width of the clip", stop(gamma), 1), slope_of("clip", 1))


def method_attention_values(given, options):
    p = probabilities_of(given["probabilities"], given, options["probabilities"])
    return p @ values_of(given["values"], given, options["values"])


def shifted(x, options, pattern, distance):
    """Tokens of a grid, moved along its rows or columns, around its edges; a class token stays as it is."""
    rows, columns = options["grid"]
    first = x.shape[1] - rows * columns
    grid = x[:, first:].reshape(x.shape[0], rows, columns, -1)
    if pattern == "mix":
        groups = np.array_split(grid, np.arange(1, 4) * -(-x.shape[2] // 4), -1)
        moves = [(distance, 1), (-distance, 1), (distance, 2), (-distance, 2)]
        moved = np.concatenate([np.roll(group, by, axis) for group, (by, axis) in zip(groups, moves)], -1)
    else:
        axis = {"rows": 1, "columns": 2}[pattern]
        moved = np.mean([np.roll(grid, by, axis) for by in range(-distance, distance + 1)], 0)
    return np.concatenate([x[:, :first], moved.reshape(x.shape[0], rows * columns, -1)], 1)


def token_shift(given, options):
    moved = shifted(given["x"], options, options["pattern"], options["distance"])
    return term("shift: moved", moved, given["x"])


def token_shift_module(given, options):
    """What BHViT adds beside its MLP: three shifts, each with a factor and an offset of each channel."""
    result = 0
    for i, pattern in enumerate(("rows", "columns", "mix")):
        moved = shifted(given["x"], options, pattern, options["distance"])
        result = result + term(f"shift: {pattern}", moved * given["scale"][i] + given["offset"][i], 0)
    return result


def near_one(given, options):
    """Mean over the matrices of the mean over their numbers of abs(abs(w) - 1)."""
    means = [magnitude(magnitude(w) - term("near-one: one", 1, 0)).mean() for w in given.values()]
    return sum(means) / term("near-one: mean of matrices", len(means), 1)


operations = {f.__name__: f for f in (
    method_linear, rprelu, method_scores, method_attention_values, token_shift, token_shift_module, near_one,
)}  # fmt: skip
