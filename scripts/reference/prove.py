"""Proves that fixtures are right and that they test what they are for.

    python3 prove.py DIRECTORY [NAME ...]

For each fixture: central differences of the loss, by forward passes only, against the per-sample gradient norms of one
whole matrix; the distance of the logits under every mistake of mistakes.py, which must be above 1e-4 of their largest
magnitude; other spellings of the same config, which must change nothing; and the smallest ReLU input.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

import torch

import blocks
from families import forward
from fixtures import FIXTURES
from folder import read, samples_of
from mistakes import MISTAKES, SAME
from scores import loss_of
from weights import Weights, layer_of

STEP = 1e-5


def central_differences(config, tensors, inputs, expected):
    """(matrix, worst relative error): layer 0's queries, or what they are fused into; every entry, every sample."""
    name = next(name for name in expected["matrices"] if layer_of(name) == 0)
    norms = []
    with torch.no_grad():
        for sample, label in zip(inputs["samples"], inputs["labels"]):
            weights = Weights(tensors)
            forward(config, weights, sample)
            flat = weights.ready[name].view(-1)
            total = 0.0
            for i in range(len(flat)):
                kept, ends = flat[i].item(), []
                for value in (kept + STEP, kept - STEP):
                    flat[i] = value
                    ends.append(loss_of(inputs["task"], forward(config, weights, sample)[0], label)[0].item())
                flat[i] = kept
                total += ((ends[0] - ends[1]) / (2 * STEP)) ** 2
            norms.append(total)
    want = expected["matrices"][name]["per_sample_grad_sq_norm"]
    return name, max(abs(a - b) / b for a, b in zip(norms, want))


def logits_of(config, tensors, inputs):
    with torch.no_grad():
        weights = Weights(tensors)
        return torch.cat([forward(config, weights, sample)[0].reshape(-1) for sample in inputs["samples"]])


def distance(config, other, tensors, inputs):
    """Largest difference of the logits divided by their largest magnitude."""
    right, wrong = logits_of(config, tensors, inputs), logits_of(other, tensors, inputs)
    return ((right - wrong).abs().max() / right.abs().max()).item()


def smallest_relu_input(config, tensors, inputs):
    smallest, relu = [], blocks.ACTIVATIONS["relu"]
    blocks.ACTIVATIONS["relu"] = lambda x: (smallest.append(x.abs().min().item()), relu(x))[1]
    logits_of(config, tensors, inputs)
    blocks.ACTIVATIONS["relu"] = relu
    return min(smallest, default=None)


def prove(folder):
    config, tensors, inputs, expected = read(folder)
    inputs = samples_of(inputs)
    name, error = central_differences(config, tensors, inputs, expected)
    print(f"{folder.name}: central differences of {name}: {error:.1e}")
    good = error < 1e-6
    for what, change in MISTAKES[folder.name]:
        far = distance(config, change(config), tensors, inputs)
        good &= far > 1e-4
        print(f"    {what:28} {far:.1e}{'' if far > 1e-4 else '  TOO CLOSE'}")
    for what, change in SAME.get(folder.name, []):
        far = distance(config, change(config), tensors, inputs)
        good &= far == 0
        print(f"    same: {what:22} {far:.1e}{'' if far == 0 else '  DIFFERS'}")
    margin = smallest_relu_input(config, tensors, inputs)
    if margin is not None:
        good &= margin > 1e-4
        print(f"    smallest ReLU input          {margin:.1e}")
    return good


def main():
    torch.set_num_threads(1)
    root = Path(sys.argv[1])
    results = [prove(root / name) for name in sys.argv[2:] or FIXTURES]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
