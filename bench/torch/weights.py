"""A Hugging Face model folder's tensors and a JSONL file's samples."""
import functools
import json
import os
import struct

import torch

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def read_safetensors(path, dtype, device):
    """Every tensor of the file by name, converted to `dtype` on `device`. The layout: the header's length as
    little-endian u64, a JSON header with dtype, shape and offsets, then the numbers."""
    tensors = {}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            file.seek(8 + length + begin)
            stored = torch.empty(entry["shape"], dtype=DTYPES[entry["dtype"]])
            # Read into the tensor's own memory, since another copy would show in the peak.
            view = memoryview(stored.view(-1).view(torch.uint8).numpy())
            if file.readinto(view) != end - begin:
                raise ValueError(f"{path} ends within {name}")
            tensors[name] = stored.to(device).to(dtype)
    return tensors


def read_folder(folder, dtype=torch.float32, device="cpu"):
    """config.json and the tensors of model.safetensors, or of the files that its index lists."""
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    index = os.path.join(folder, "model.safetensors.index.json")
    names = ["model.safetensors"]
    if os.path.exists(index):
        with open(index, encoding="utf-8") as file:
            names = sorted(set(json.load(file)["weight_map"].values()))
    tensors = {}
    for name in names:
        tensors.update(read_safetensors(os.path.join(folder, name), dtype, device))
    return config, tensors


class Batch:
    """Samples padded on the right to the longest. `ids`, `mask`, `segments`: [samples, tokens]; `labels`: [samples],
    for classification. For causal-lm instead, of the tokens that have a target, one behind the other: `places` in the
    flattened batch, `targets`, and `owners`, their samples; `counts`: how many each sample has."""

    def __init__(self, samples, device="cpu"):
        self.samples = samples
        self.device = device
        rows = [sum(sample["attention_mask"]) for sample in samples]
        width = max(rows)

        def padded(key, filler):
            return torch.tensor(
                [s[key][:length] + [filler] * (width - length) for s, length in zip(samples, rows)]
            )

        self.ids = padded("input_ids", 0).to(device)
        self.mask = padded("attention_mask", 0).bool().to(device)
        self.segments = padded("token_type_ids", 0).to(device)
        self.full = min(rows) == width
        if isinstance(samples[0]["labels"], list):
            self._aim(padded("labels", -100))
        else:
            self.labels = torch.tensor([s["labels"] for s in samples]).to(device)

    def _aim(self, labels):
        """`labels`: [samples, tokens] not shifted, -100 where there is no target"""
        targets = torch.full_like(labels, -100)
        targets[:, :-1] = labels[:, 1:]
        scored = targets != -100
        self.places = scored.view(-1).nonzero().squeeze(1).to(self.device)
        self.targets = targets[scored].to(self.device)
        self.owners = scored.nonzero()[:, 0].to(self.device)
        self.counts = scored.sum(1).to(self.device)

    @functools.cached_property
    def alone(self):
        """Each sample as a batch of its own, without padding."""
        return [Batch([sample], self.device) for sample in self.samples]


def complete(record):
    """A record with what may be left out: the mask, segments, and labels that are the inputs."""
    ids = record["input_ids"]
    return {
        "input_ids": ids,
        "attention_mask": record.get("attention_mask", [1] * len(ids)),
        "token_type_ids": record.get("token_type_ids", [0] * len(ids)),
        "labels": record.get("labels", ids),
    }


def read_jsonl(path, device="cpu"):
    with open(path, encoding="utf-8") as file:
        return Batch([complete(json.loads(line)) for line in file if line.strip()], device)
