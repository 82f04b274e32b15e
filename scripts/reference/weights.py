"""The weights of one model, asked for by name and shape while a forward pass runs.

Asked with its shape, a tensor of another shape is an error at the place where it is used, and a tensor of the file that
nobody asks for shows afterwards (`unused`). The same calls invent the weights of a fixture (`invent`), so names and
shapes stand in one place, the forward pass.
"""

import re

import torch

LAYER = re.compile(r"\.(?:layers|layer|h)\.(\d+)\.")


def layer_of(name):
    """The number of the layer a tensor belongs to, or None for embeddings and heads."""
    found = LAYER.search(name)
    return int(found.group(1)) if found else None


class Weights:
    """Stored tensors widened to `dtype`; every linear matrix asked for is a leaf that takes a gradient."""

    def __init__(self, tensors, dtype=torch.float64):
        self.stored, self.dtype, self.ready, self.linear = tensors, dtype, {}, []

    def has(self, name):
        return name in self.stored

    def rows(self, name):
        """The first dimension of a stored tensor: the number of classes of a classifier."""
        return self.stored[name].shape[0]

    def __call__(self, name, *shape, kind="matrix"):
        if name not in self.ready:
            tensor = self.take(name, shape, kind)
            assert tuple(tensor.shape) == shape, f"{name} is {tuple(tensor.shape)}, not {shape}"
            self.ready[name] = tensor.to(self.dtype).clone().requires_grad_(kind in ("matrix", "matrix_in_out"))
            if kind in ("matrix", "matrix_in_out"):
                self.linear.append(name)
        return self.ready[name]

    def take(self, name, shape, kind):
        return self.stored[name]

    def unused(self):
        return sorted(set(self.stored) - set(self.ready))


class Invented(Weights):
    """Weights drawn on demand from a seed, rounded to the type they will be stored in.

    `classes` is the number of rows of a classifier; `embedding` the spread of embedding entries; `untied` whether the
    output has a matrix of its own.
    """

    def __init__(self, seed, stored_type=torch.float32, classes=None, embedding=1.0, untied=False):
        super().__init__({})
        self.random = torch.Generator().manual_seed(seed)
        self.stored_type, self.classes, self.embedding, self.untied = stored_type, classes, embedding, untied

    def has(self, name):
        return self.untied if name in ("lm_head.weight", "embed_out.weight") else name in self.stored

    def rows(self, name):
        return self.classes

    def take(self, name, shape, kind):
        noise = torch.randn(shape, generator=self.random, dtype=torch.float64)
        value = {
            "matrix": lambda: noise * 1.3 / shape[-1] ** 0.5,
            "matrix_in_out": lambda: noise * 1.3 / shape[0] ** 0.5,
            "bias": lambda: noise * 0.4,
            "norm": lambda: 1 + noise * 0.35,
            "norm_plus_one": lambda: noise * 0.35,
            "embedding": lambda: noise * self.embedding,
        }[kind]()
        self.stored[name] = value.to(self.stored_type)
        return self.stored[name]
