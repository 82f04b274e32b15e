"""Reads and writes safetensors files, and model folders made of one or several of them.

The format: 8 bytes with the length of the header (little endian), the header as JSON (name -> dtype, shape, first and
last byte counted from the end of the header), then the numbers, row by row.
"""

import json
import struct
from pathlib import Path

import torch

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
NAMES = {type: name for name, type in TYPES.items()}


def read_file(path):
    """All tensors of one file, in their stored type: name -> tensor."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    start = 8 + length
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        block = bytearray(data[start + first : start + last])
        tensors[name] = torch.frombuffer(block, dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def write_file(path, tensors):
    """Writes tensors (name -> tensor) in the order of their names, as save_pretrained does."""
    header, blocks, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        raw = tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor
        block = raw.numpy().tobytes()
        header[name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [at, at + len(block)],
        }
        blocks.append(block)
        at += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def read_folder(folder):
    """All tensors of a model folder: the shards of its index, else model.safetensors."""
    folder = Path(folder)
    index = folder / "model.safetensors.index.json"
    if not index.exists():
        return read_file(folder / "model.safetensors")
    place = json.loads(index.read_text())["weight_map"]
    tensors = {}
    for file in sorted(set(place.values())):
        tensors.update(read_file(folder / file))
    assert set(tensors) == set(place), "the index and its shards name different tensors"
    return tensors


def write_folder(folder, tensors, shards=1):
    """Writes a model folder; with several shards, the tensors are dealt by the order of their names, with an index."""
    folder = Path(folder)
    if shards == 1:
        return write_file(folder / "model.safetensors", tensors)
    names, size = sorted(tensors), lambda name: tensors[name].numel() * tensors[name].element_size()
    total, filled, place = sum(map(size, names)), 0, {}
    for name in names:
        shard = min(shards, 1 + filled * shards // total)
        place[name] = f"model-{shard:05}-of-{shards:05}.safetensors"
        filled += size(name)
    for file in sorted(set(place.values())):
        write_file(folder / file, {name: tensors[name] for name in names if place[name] == file})
    index = {"metadata": {"total_size": total}, "weight_map": place}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
