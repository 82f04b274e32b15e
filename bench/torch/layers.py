"""What the blocks of every family are put together of."""
import math

import torch
import torch.nn.functional as F


class Linear:
    """A linear layer of a block. `parts` names the modules whose outputs lie side by side in it: (name, start, size);
    query, key and value are one product where the file has three, as fast implementations do."""

    def __init__(self, tensors, names, in_by_out=False):
        weights = [tensors[f"{name}.weight"] for name in names]
        biases = [tensors[f"{name}.bias"] for name in names if f"{name}.bias" in tensors]
        self.weight = weights[0] if len(names) == 1 else torch.cat(weights, 0)
        self.bias = torch.cat(biases) if len(biases) == len(names) else None
        self.in_by_out = in_by_out
        sizes = [w.shape[1 if in_by_out else 0] for w in weights]
        self.parts = [(name, sum(sizes[:i]), size) for i, (name, size) in enumerate(zip(names, sizes))]

    @property
    def matrix(self):
        """in x out"""
        return self.weight if self.in_by_out else self.weight.t()

    def forward(self, x):
        return x @ self.matrix if self.bias is None else torch.addmm(self.bias, x, self.matrix)


def heads_of(fused, samples, heads):
    """Query, key and value [samples, heads, tokens, size] of a product [samples * tokens, 3 * width]."""
    rows, tripled = fused.shape
    tokens, size = rows // samples, tripled // (3 * heads)
    return fused.view(samples, tokens, 3, heads, size).permute(2, 0, 3, 1, 4)


def causal_bias(length, like):
    """Added to the scores [length, length]: nothing looks ahead."""
    return torch.full((length, length), -math.inf, dtype=like.dtype, device=like.device).triu_(1)


def attention(query, key, value, bias, causal=False):
    """Attention of [samples, heads, tokens, size]; `bias` is added to the scores. Gives [samples * tokens, width].
    A card computes causal attention by one kernel of torch's where this torch has it."""
    samples, heads, tokens, size = query.shape
    if causal and query.is_cuda and hasattr(F, "scaled_dot_product_attention"):
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    else:
        scores = torch.matmul(query / math.sqrt(size), key.transpose(-1, -2))
        if bias is not None:
            scores += bias
        mixed = torch.matmul(F.softmax(scores, -1), value)
    return mixed.transpose(1, 2).reshape(samples * tokens, heads * size)


def next_token_losses(batch, x, norm, output):
    """Each sample's mean cross-entropy over its own targets, and the logits at targets.
    Only tokens that have a target reach the output, the widest product of all."""
    logits = norm(x.index_select(0, batch.places)) @ output.t()
    losses = F.cross_entropy(logits, batch.targets, reduction="none")
    sums = torch.zeros(len(batch.samples), dtype=x.dtype, device=x.device).index_add(0, batch.owners, losses)
    return sums / batch.counts, logits
