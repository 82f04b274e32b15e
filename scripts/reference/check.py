"""Runs the forward passes of this folder over reference folders and prints the worst error of each quantity.

    python3 check.py DIRECTORY [NAME ...]

DIRECTORY holds one folder per model. Exits with 1 if an error is above 6e-9, half a unit of the ninth digit with room
for a few more, or if a tensor of a file is never used.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

import torch

from folder import read, samples_of
from scores import deviations, evaluate
from weights import Weights

LIMIT = 6e-9


def check(folder):
    """The worst error of each quantity of one folder."""
    config, tensors, inputs, expected = read(folder)
    weights = Weights(tensors)
    result = deviations(evaluate(config, weights, samples_of(inputs)), expected)
    assert not weights.unused(), f"{folder}: unused {weights.unused()}"
    return result


def main():
    torch.set_num_threads(1)
    root, names = Path(sys.argv[1]), sys.argv[2:]
    folders = [root / n for n in names] if names else sorted(p.parent for p in root.glob("*/expected.json"))
    worst = {}
    for folder in folders:
        found = check(folder)
        print(f"{folder.name:22}", " ".join(f"{key} {error:.1e}" for key, error in found.items()))
        for key, error in found.items():
            worst[key] = max(worst.get(key, 0.0), error)
    print(f"{'worst of ' + str(len(folders)):22}", " ".join(f"{key} {error:.1e}" for key, error in worst.items()))
    sys.exit(0 if max(worst.values()) <= LIMIT else 1)


if __name__ == "__main__":
    main()
