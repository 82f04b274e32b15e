"""Reads and writes the JSON files of a reference folder."""

import json
from pathlib import Path

import torch

from tensorfile import read_folder


def samples_of(inputs, dtype=torch.float64):
    """inputs.json as samples without padding: {task, samples, labels}."""
    if inputs["task"] == "image-classification":
        samples = [{"pixels": torch.tensor(image, dtype=dtype)} for image in inputs["pixel_values"]]
        return {"task": inputs["task"], "samples": samples, "labels": inputs["labels"]}
    samples, labels = [], []
    for s, (ids, mask) in enumerate(zip(inputs["input_ids"], inputs["attention_mask"])):
        length = sum(mask)
        assert mask == [1] * length + [0] * (len(mask) - length) and length == inputs["lengths"][s]
        types = inputs["token_type_ids"][s][:length] if "token_type_ids" in inputs else [0] * length
        samples.append({"ids": torch.tensor(ids[:length]), "types": torch.tensor(types)})
        label = inputs["labels"][s]
        labels.append(label[:length] if inputs["task"] == "causal-lm" else label)
    return {"task": inputs["task"], "samples": samples, "labels": labels}


def read(folder):
    """(config, stored tensors, inputs as in the file, expected) of a folder."""
    folder = Path(folder)
    load = lambda name: json.loads((folder / name).read_text())
    return load("config.json"), read_folder(folder), load("inputs.json"), load("expected.json")


def rounded(value):
    """Every float with 9 significant digits."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def dense(value):
    return json.dumps(value, separators=(",", ":"))


def text(data):
    """JSON with one line for each sample and each matrix."""
    lines = []
    for key, value in data.items():
        if isinstance(value, list) and isinstance(value[0], list):
            body = "[\n" + ",\n".join("  " + dense(row) for row in value) + "\n ]"
        elif isinstance(value, dict) and key != "float32_error":
            body = "{\n" + ",\n".join(f'  "{name}": {dense(entry)}' for name, entry in value.items()) + "\n }"
        else:
            body = dense(value)
        lines.append(f' "{key}": {body}')
    return "{\n" + ",\n".join(lines) + "\n}\n"
