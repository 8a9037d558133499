"""Times the kit's vision transformer in PyTorch on one thread, as a peer of `binvit bench`.

Prints one line of JSON when it is ready: {"version": text}, or {"missing": reason}; "notCompiling": reason is there
too where torch.compile cannot work. Then it answers every line

    {"model": {...}, "bits": "float" | "w1a1", "batch": n, "task": "training" | "inference", "compiled": bool,
     "trimmed": bool, "repeats": r}
    {"task": "product", "m": m, "k": k, "n": n, "repeats": r}

by a line {"seconds": s}, for all repeats together, or {"error": text}. It ends with its input.
"""

import json
import math
import os
import shutil
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as problem:
    print(json.dumps({"missing": str(problem)}), flush=True)
    sys.exit(0)


ONE = torch.tensor(1.0)


class Sign(torch.autograd.Function):
    """-1 where x < 0, +1 elsewhere; its gradient passes where |x| <= 1."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x < 0, -ONE, ONE)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1)


class BinaryLinear(nn.Linear):
    """(sign(x) . sign(W)) * alpha + bias, alpha the mean of |W| for each output."""

    def forward(self, x):
        alpha = self.weight.abs().mean(dim=1)
        return F.linear(Sign.apply(x), Sign.apply(self.weight)) * alpha + self.bias


class Block(nn.Module):
    def __init__(self, model, linear):
        super().__init__()
        width, self.heads = model["embedDim"], model["numHeads"]
        self.norm1 = nn.LayerNorm(width, eps=model["normEpsilon"])
        self.qkv = linear(width, 3 * width)
        self.out = linear(width, width)
        self.norm2 = nn.LayerNorm(width, eps=model["normEpsilon"])
        self.fc1 = linear(width, model["mlpDim"])
        self.fc2 = linear(model["mlpDim"], width)

    def forward(self, x, alone=False):
        """With `alone` only the first token is answered, as binvit's own last block does where nothing else is read."""
        context = self.attention(self.qkv(self.norm1(x)), 1 if alone else x.shape[1])
        x = (x[:, :1] if alone else x) + self.out(context)
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))

    def attention(self, qkv, queries):
        images, tokens, joint = qkv.shape
        width = joint // 3
        heads = qkv.reshape(images, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = heads.unbind(0)
        query = query[:, :, :queries]
        if hasattr(F, "scaled_dot_product_attention"):
            context = F.scaled_dot_product_attention(query, key, value)
        else:  # before PyTorch 2.0
            scores = query @ key.transpose(-2, -1) / math.sqrt(width // self.heads)
            context = scores.softmax(-1) @ value
        return context.transpose(1, 2).reshape(images, queries, width)


class VisionTransformer(nn.Module):
    def __init__(self, model, linear, trimmed=False):
        super().__init__()
        self.trimmed = trimmed and model["pooling"] == "class-token"
        width, self.patch = model["embedDim"], model["patchSize"]
        patches = (model["imageSize"] // self.patch) ** 2
        self.embed = linear(self.patch**2 * model["channels"], width)
        self.has_class = model["pooling"] == "class-token"
        if self.has_class:
            self.class_token = nn.Parameter(0.2 * torch.randn(1, 1, width))
        self.position = nn.Parameter(0.2 * torch.randn(1, patches + int(self.has_class), width))
        self.blocks = nn.Sequential(*[Block(model, linear) for _ in range(model["depth"])])
        self.norm = nn.LayerNorm(width, eps=model["normEpsilon"])
        self.head = nn.Linear(width, model["numClasses"])

    def forward(self, images):
        count, size, _, channels = images.shape
        side = size // self.patch
        cut = images.reshape(count, side, self.patch, side, self.patch, channels).permute(0, 1, 3, 2, 4, 5)
        x = self.embed(cut.reshape(count, side * side, self.patch**2 * channels))
        if self.has_class:
            x = torch.cat([self.class_token.expand(count, -1, -1), x], dim=1)
        x = x + self.position
        for block in self.blocks:
            x = block(x, self.trimmed and block is self.blocks[-1])
        return self.head(self.norm(x[:, 0] if self.has_class else x.mean(dim=1)))


def make_work(request):
    """What is to be timed: a function that runs once."""
    torch.manual_seed(1)
    if request["task"] == "product":
        left, right = torch.randn(request["m"], request["k"]), torch.randn(request["k"], request["n"])
        return lambda: left @ right
    model, count = request["model"], request["batch"]
    linear = BinaryLinear if request["bits"] == "w1a1" else nn.Linear
    network = VisionTransformer(model, linear, request.get("trimmed", False))
    images = torch.randn(count, model["imageSize"], model["imageSize"], model["channels"])
    labels = torch.randint(model["numClasses"], (count,))
    run = torch.compile(network) if request.get("compiled") else network

    def train():
        network.zero_grad(set_to_none=True)
        F.cross_entropy(run(images), labels).backward()

    def infer():
        with torch.inference_mode():
            run(images)

    if request["task"] == "inference":
        network.eval()
    work = train if request["task"] == "training" else infer
    work()  # what is compiled is compiled now, before the clock starts
    return work


def why_not_compiling():
    """Why torch.compile cannot work, or nothing: it writes C++ for the processor."""
    if not hasattr(torch, "compile"):
        return "it came with PyTorch 2.0"
    compilers = [os.environ.get("CXX"), "g++", "clang++", "cl"]
    if not any(name and shutil.which(name) for name in compilers):
        return "there is no C++ compiler (g++ or clang++)"
    return None


def main():
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    library = "with MKL" if torch.backends.mkl.is_available() else "without MKL"  # its products depend on it
    ready = {"version": f"{torch.__version__} {library}", "notCompiling": why_not_compiling()}
    print(json.dumps({key: value for key, value in ready.items() if value}), flush=True)
    made = {}
    for line in sys.stdin:
        try:
            request = json.loads(line)
            repeats = request.pop("repeats")
            key = json.dumps(request, sort_keys=True)
            if key not in made:
                made[key] = make_work(request)
            started = time.perf_counter()
            for _ in range(repeats):
                made[key]()
            answer = {"seconds": time.perf_counter() - started}
        except Exception as problem:  # whatever went wrong, the other side is waiting for a line
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
