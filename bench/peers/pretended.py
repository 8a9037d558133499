"""Numbers that carry a pretended derivative, for method_equations.py; needs numpy alone.

A complex number a + ih, h tiny, goes through the equation of a method: what comes out is f(a) + ih f'(a), exact to
the last bits where f is analytic. A step has no derivative, so each function here says what it is taken to be: it
multiplies the imaginary part by the pseudo-gradient. A gradient is then one imaginary part, and no rule of a chain is
derived by hand: a term can only be missing if it is missing in the equation.
"""

import numpy as np

tiny = 1e-30
margin = 1e-3  # how far every number stays from a place where a function or its pseudo-gradient jumps or bends


class Near(Exception):
    """A number lies too near a jump: draw other inputs."""


class Terms:
    """The named terms of all equations, and the one that is left out to see whether the vectors notice."""

    seen = set()
    dropped = None
    guarded = True


def term(name, value, without):
    """A named part of an equation; `without` is what stands there when it is dropped."""
    Terms.seen.add(name)
    return without if name == Terms.dropped else value


def clear(v, *edges):
    """Refuses numbers within `margin` of an edge."""
    if Terms.guarded and Terms.dropped is None:
        for edge in edges:
            if np.any(np.abs(np.real(v) - edge) < margin):
                raise Near


def stop(v):
    """v without its gradient."""
    return np.real(v)


def scale_gradient(v, factor):
    """v, whose gradient is multiplied by a factor."""
    return np.real(v) + 1j * factor * np.imag(v)


def straight(value, v):
    """A value whose derivative is taken to be that of v."""
    return np.real(value) + 1j * np.imag(v)


def magnitude(v):
    clear(v, 0)
    return np.sign(np.real(v)) * v  # no gradient at 0


def clamp(v, low, high):
    clear(v - low, 0)
    clear(v - high, 0)
    return np.where(np.real(v) < np.real(low), low, np.where(np.real(v) > np.real(high), high, v))


def step(v, slope):
    """sign(v), sign(0) = +1, with the derivative slope(v)."""
    clear(v, 0)
    return np.where(np.real(v) < 0, -1.0, 1.0) + 1j * np.imag(v) * slope(np.real(v))


def bit(v):
    """[v >= 1/2], the rounding of v between 0 and 1; derivative 1 there, else 0."""
    clear(v, 0, 0.5, 1)
    real = np.real(v)
    inside = term("bit: clip", (real >= 0) & (real <= 1), 1)
    return (real >= 0.5) + 1j * np.imag(v) * inside


def relu(v):
    clear(v, 0)
    return np.where(np.real(v) > 0, v, 0)


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def softmax(v):
    e = np.exp(v - np.max(np.real(v), -1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def standard_deviation(v, axis):
    """Of a sample: divided by n - 1, as the public code of IR-Net and ReCU does."""
    count = np.prod([v.shape[i] for i in np.atleast_1d(axis)])
    squares = ((v - v.mean(axis, keepdims=True)) ** 2).sum(axis, keepdims=True)
    return lambda epsilon: np.sqrt(squares / term("deviation: n - 1", count - 1, count) + epsilon)


def slope_of(name, progress):
    """What d sign(v)/dv is taken to be, as a function of v."""

    def inside(v):
        clear(v, -1, 1)
        return (np.abs(v) <= 1).astype(float)

    def ede(v):
        t = term("ede: t", 10 ** (-1 + 2 * progress), 1)
        k = term("ede: k", max(1 / t, 1), 1)
        return k * t * (1 - np.tanh(t * v) ** 2)

    def swish(v):
        b = 5 * v
        return 5 * (2 - b * np.tanh(b / 2)) / (1 + np.cosh(b))

    return {
        "identity": np.ones_like,
        "clip": lambda v: term("clip: inside", inside(v), 1),
        "approx": lambda v: inside(v) * (2 - 2 * np.abs(v)),
        "swish": swish,
        "ede": ede,
    }[name]


def gradients(function, inputs, upstream):
    """d(sum of upstream * function)/d(input), for every number of every input."""
    result = {}
    for name, value in inputs.items():
        gradient = np.zeros(value.shape)
        for i in np.ndindex(value.shape):
            moved = value.astype(complex)
            moved[i] += 1j * tiny
            gradient[i] = np.sum(upstream * np.imag(function({**inputs, name: moved}))) / tiny
        result[f"grad_{name}"] = gradient
    return result
