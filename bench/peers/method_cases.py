"""What method_vectors.py computes: names, options, and how the inputs of each case are drawn."""

import numpy as np

images, tokens, width, outputs = 2, 5, 11, 7
heads, headWidth = 3, 5


def normal(*shape, scale=1.0, mean=0.2):
    return lambda random: mean + scale * random.normal(size=shape)


def between(low, high, *shape):
    return lambda random: random.uniform(low, high, size=shape)


def heavy(rows, columns):
    """Two columns with one weight far from the others, so that their mean magnitude is small beside their deviation."""

    def draw(random):
        w = 0.15 + 0.8 * random.normal(size=(rows, columns))
        w[:, ::3] *= 0.12
        w[rows // 2, ::3] = 2.3
        return w

    return draw


def linear(name, weight, input, own={}, progress=0.5, width=width, tolerance=2e-5, **other):
    far = weight != "off" and weight["quantizer"] in ("ir-net", "recu")
    inputs = {
        "x": normal(images, tokens, width),
        "weight": heavy(width, outputs) if far else normal(width, outputs, scale=0.8, mean=0.15),
        "bias": normal(outputs),
        **own,
        **other,
    }
    options = {"weight": weight, "input": input, "progress": progress}
    return {"name": name, "op": "method_linear", "options": options, "inputs": inputs, "tolerance": tolerance}


def attention(name, probabilities, values, own={}):
    def rows(random):
        e = np.exp(1.3 * random.normal(size=(images, heads, tokens, tokens)))
        return e / e.sum(-1, keepdims=True)

    inputs = {"probabilities": rows, "values": normal(images, heads, tokens, headWidth), **own}
    options = {"probabilities": probabilities, "values": values}
    return {"name": name, "op": "method_attention_values", "options": options, "inputs": inputs, "tolerance": 1e-5}


def scores(name, scale, own):
    inputs = {name: normal(images, heads, tokens, headWidth) for name in ("q", "k")}
    options = {"slope": "clip", "scale": scale}
    return {"name": name, "op": "method_scores", "options": options, "inputs": {**inputs, **own}, "tolerance": 1e-5}


def shift(name, op, options, own={}, first=1):
    inputs = {"x": normal(images, first + 12, 10), **own}
    return {"name": name, "op": op, "options": {"grid": [3, 4], **options}, "inputs": inputs, "tolerance": 1e-5}


def sign(slope, scale="none", **how):
    return {"quantizer": "sign", "scale": scale, **how, "slope": slope}


ede = {"quantizer": "sign", "slope": "ede"}
channel = sign("clip", "channel", scaleGradient="detached", center=False)
progresses = {"start": 0, "half": 0.5, "quarter": 0.25, "end": 1}

cases = [
    *(
        linear(f"sign_ede_{at}", sign("ede", "channel", scaleGradient="product", center=False), ede, progress=progress,
               tolerance=5e-5)  # fmt: skip
        for at, progress in progresses.items()
    ),
    linear("sign_ede_centered_token", sign("ede", "channel", scaleGradient="detached", center=True),
           {**ede, "scale": "token"}, progress=0.25),  # fmt: skip
    linear("sign_ede_weight_only", sign("ede", "learned", scaleGradient="product", center=True), "off",
           {"scale": between(0.3, 1.2, 1, outputs)}, progress=0.75),  # fmt: skip
    linear("bi_real", channel, sign("approx")),
    linear("xnor_plus", {"quantizer": "xnor-plus"}, {"quantizer": "xnor-plus"},
           {"alpha": between(0.3, 1.2, outputs), "position": between(0.5, 1.5, tokens)}),  # fmt: skip
    *(
        linear(name, sign("clip", scale, scaleGradient="product", center=False), {"quantizer": "gate"},
               {"reduce": normal(19, 2, mean=0.3), "expand": normal(2, outputs), **own}, width=19,
               x=lambda random: random.normal(size=(3, tokens, 19)) + np.reshape([0.5, -0.5, 0.1], (3, 1, 1)))
        for name, scale, own in (
            ("real_to_binary", "learned", {"scale": between(0.3, 1.2, 1, outputs)}),
            ("real_to_binary_gate_only", "none", {}),
        )
    ),
    *(
        linear(f"ir_net_{at}", {"quantizer": "ir-net"}, ede, progress=progress, tolerance=5e-5)
        for at, progress in progresses.items()
    ),
    linear("ir_net_weight_only", {"quantizer": "ir-net"}, "off", progress=0.25),
    linear("react_net", channel, {"quantizer": "rsign"}, {"threshold": normal(width, scale=0.4, mean=0.1)}),
    linear("react_net_input_only", "off", {"quantizer": "rsign"}, {"threshold": normal(width, scale=0.4, mean=0.1)}),
    {
        "name": "rprelu",
        "op": "rprelu",
        "options": {},
        "inputs": {
            "x": normal(images, tokens, width),
            "knee": normal(width, scale=0.5),
            "slope": between(-0.2, 0.6, width),
            "offset": normal(width, scale=0.5),
        },
        "tolerance": 1e-5,
    },
    linear("lsq", {"quantizer": "lsq"}, {"quantizer": "lsq"},
           {"alpha": between(0.6, 0.9, 1), "step": between(0.7, 1.1, 1)}),  # fmt: skip
    linear("elastic_signs", {"quantizer": "elastic"}, {"quantizer": "elastic", "levels": "signs"},
           {"scale": between(0.7, 1.1, 1), "threshold": between(0.1, 0.3, 1)}),  # fmt: skip
    linear("elastic_zero_one", {"quantizer": "elastic"}, {"quantizer": "elastic", "levels": "zero-one"},
           {"scale": between(0.7, 1.1, 1), "threshold": between(0.1, 0.3, 1)}),  # fmt: skip
    linear("dorefa", {"quantizer": "dorefa"}, {"quantizer": "dorefa"}, x=normal(images, tokens, width, mean=0.5)),
    *(
        linear(f"recu_{at}", {"quantizer": "recu"}, {"quantizer": "recu"}, {"alpha": between(0.3, 1.2, outputs)},
               progress=progress, width=19)  # fmt: skip
        for at, progress in progresses.items()
    ),
    attention("attention_superposed", {"quantizer": "superposed", "shares": [0.7, 0.9]},
              {"quantizer": "sign", "slope": "clip"}, {"scale": lambda _: np.array([0.3, 0.2, 0.15])}),  # fmt: skip
    attention("attention_elastic", {"quantizer": "elastic"}, {"quantizer": "elastic"},
              {"scale": between(0.25, 0.35, 1), "threshold": between(0.03, 0.06, 1),
               "valueScale": between(0.7, 1.1, 1), "valueThreshold": between(0.1, 0.3, 1)}),  # fmt: skip
    attention("attention_elastic_values_off", {"quantizer": "elastic"}, "off",
              {"scale": between(0.25, 0.35, 1), "threshold": between(0.03, 0.06, 1)}),  # fmt: skip
    attention("attention_softmax_aware", {"quantizer": "softmax-aware", "share": 0.25, "scale": "none"},
              {"quantizer": "sign", "slope": "clip"}),  # fmt: skip
    attention("attention_softmax_aware_scaled", {"quantizer": "softmax-aware", "share": 0.25, "scale": "row"},
              {"quantizer": "sign", "slope": "clip"}),  # fmt: skip
    attention("attention_decomposed", {"quantizer": "decomposed", "levels": 3},
              {"quantizer": "sign", "slope": "clip"}),  # fmt: skip
    scores("scores_table", "none", {"table": normal(heads, headWidth + 1, mean=0)}),
    scores("scores_table_token", "token", {"table": normal(heads, headWidth + 1, mean=0)}),
    scores("scores_head_bias", "head", {"bias": normal(heads, tokens, tokens, mean=0)}),
    *(
        shift(f"token_shift_{pattern}_{distance}", "token_shift", {"pattern": pattern, "distance": distance})
        for pattern in ("rows", "columns", "mix") for distance in (1, 2)
    ),
    shift("token_shift_without_class_token", "token_shift", {"pattern": "mix", "distance": 1}, first=0),
    *(
        shift(f"token_shift_module_{distance}", "token_shift_module", {"distance": distance},
              {"scale": normal(3, 10), "offset": normal(3, 10)})  # fmt: skip
        for distance in (1, 2)
    ),
    {
        "name": "near_one",
        "op": "near_one",
        "options": {},
        "inputs": {"weight1": normal(width, outputs), "weight2": normal(5, 3)},
        "tolerance": 1e-5,
    },
]
