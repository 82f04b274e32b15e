"""Checks the blocks and the modes against a folder with inputs.json and expected.json, and the modes against each other."""
import json
import os

import torch

from fisher import gram, naive, naive_norms, traces
from models import build
from weights import Batch, complete, read_folder


def worst(values, expected):
    values = torch.as_tensor(values, dtype=torch.float64)
    expected = torch.as_tensor(expected, dtype=torch.float64)
    return ((values - expected).abs() / expected.abs()).max().item()


def apart(one, other):
    return max(worst(one[name], other[name]) for name in one)


def agreement(model, batch):
    """Largest relative differences of the modes: per sample, and of the scores."""
    norms, grams = naive_norms(model, batch), gram(model, batch)
    return {"perSample": apart(grams, norms), "scores": apart(traces(grams), naive(model, batch))}


def check(folder):
    """Largest errors against the folder's numbers in float64 and float32, by quantity."""
    with open(os.path.join(folder, "inputs.json"), encoding="utf-8") as file:
        inputs = json.load(file)
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    rows = ("input_ids", "attention_mask", "token_type_ids", "labels")
    count = len(inputs["input_ids"])
    batch = Batch([complete({k: inputs[k][i] for k in rows if k in inputs}) for i in range(count)])
    errors = {}
    for dtype in (torch.float64, torch.float32):
        model = build(*read_folder(folder, dtype))
        losses, logits = model.losses(batch, lambda linear, x: linear.forward(x))
        known = expected["logits"]
        if inputs["task"] == "causal-lm":
            aimed = [zip(sample, targets[1:]) for sample, targets in zip(known, inputs["labels"])]
            known = [row for sample in aimed for row, target in sample if target != -100]
        known = torch.tensor(known, dtype=torch.float64)
        norms = {
            name: expected["matrices"][f"{name}.weight"]["per_sample_grad_sq_norm"]
            for linear in model.linears()
            for name, _, _ in linear.parts
        }
        errors[str(dtype).removeprefix("torch.")] = {
            "logits": ((logits.double() - known).abs().max() / known.abs().max()).item(),
            "losses": worst(losses, expected["loss_per_sample"]),
            "naive": apart(naive_norms(model, batch), norms),
            "gram": apart(gram(model, batch), norms),
            **agreement(model, batch),
        }
    return errors
