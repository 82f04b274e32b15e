"""Writes fixture folders: config.json, weights, inputs.json, expected.json.

    python3 make.py DIRECTORY [NAME ...]

The same seeds give the same folders, to the last byte with the same version of PyTorch. `float32_error` is how far the
same forward pass strays when everything is computed in float32.
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import torch

from families import forward
from fixtures import FIXTURES
from folder import rounded, samples_of, text
from scores import deviations, evaluate
from tensorfile import write_folder
from weights import Invented, Weights


def make_inputs(spec):
    """inputs.json of a fixture: random tokens without special ones, padded on the right."""
    random = torch.Generator().manual_seed(spec["seed"] + 1000)
    lengths, vocabulary, pad = spec["lengths"], spec["config"]["vocab_size"], spec.get("pad", 0)
    width = max(lengths)
    fill = lambda row, value: row + [value] * (width - len(row))
    ids = [torch.randint(7, vocabulary, (length,), generator=random).tolist() for length in lengths]
    causal = "labels" not in spec
    inputs = {
        "task": "causal-lm" if causal else "sequence-classification",
        "lengths": lengths,
        "input_ids": [fill(row, pad) for row in ids],
        "attention_mask": [fill([1] * length, 0) for length in lengths],
    }
    if "segments" in spec:
        inputs["token_type_ids"] = [fill([0] * cut + [1] * (n - cut), 0) for n, cut in zip(lengths, spec["segments"])]
    if causal:
        inputs["labels"] = [fill([-100] * skip + row[skip:], -100) for row, skip in zip(ids, spec["prompt"])]
    else:
        inputs["labels"] = spec["labels"]
    return inputs


def invent(spec, sample):
    """The stored tensors of a fixture: one forward pass asks for all of them."""
    weights = Invented(
        spec["seed"], spec.get("type", torch.float32), spec.get("classes"), spec.get("embedding", 1.0),
        untied=spec["config"].get("tie_word_embeddings", True) is False and "classes" not in spec,
    )
    forward(spec["config"], weights, sample)
    return weights.stored


def float32_error(config, tensors, inputs, expected):
    got = evaluate(config, Weights(tensors, torch.float32), samples_of(inputs, torch.float32))
    found = deviations(got, expected)
    keys = ("logits", "loss", "per_sample_grad_sq_norm", "fisher_trace", "mean_grad_sq_norm", "taylor_abs_sum")
    return {key: float(f"{found[key]:.1e}") for key in keys}


def make(folder, spec):
    inputs = make_inputs(spec)
    tensors = invent(spec, samples_of(inputs)["samples"][0])
    expected = evaluate(spec["config"], Weights(tensors), samples_of(inputs))
    expected["float32_error"] = float32_error(spec["config"], tensors, inputs, expected)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(spec["config"], indent=2, sort_keys=True) + "\n")
    (folder / "inputs.json").write_text(text(inputs))
    (folder / "expected.json").write_text(text(rounded(expected)))
    write_folder(folder, tensors, spec.get("shards", 1))
    size = sum(file.stat().st_size for file in folder.iterdir())
    losses = " ".join(f"{loss:.3f}" for loss in expected["loss_per_sample"])
    worst = max(expected["float32_error"].values())
    print(f"{folder.name:20} {size / 1024:6.1f} KiB  losses {losses}  worst float32 error {worst:.1e}")


def main():
    torch.set_num_threads(1)
    root = Path(sys.argv[1])
    for name in sys.argv[2:] or FIXTURES:
        make(root / name, FIXTURES[name])


if __name__ == "__main__":
    main()
