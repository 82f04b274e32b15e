"""What several families share: linear maps, norms, activations, attention. One sample at a time, no padding.

Shapes: T tokens, H query heads, K key and value heads, D entries of a head.
"""

import math

import torch

ACTIVATIONS = {
    "gelu": lambda x: x * 0.5 * (1 + torch.erf(x / math.sqrt(2))),
    "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "relu": lambda x: torch.clamp(x, min=0),
    "silu": lambda x: x * torch.sigmoid(x),
}
ACTIVATIONS["gelu_pytorch_tanh"] = ACTIVATIONS["gelu_new"]


def linear(w, name, x, out, bias=False):
    """x [T, in] -> [T, out] with the matrix `name`.weight stored out x in."""
    y = x @ w(f"{name}.weight", out, x.shape[-1]).T
    return y + w(f"{name}.bias", out, kind="bias") if bias else y


def layer_norm(w, name, x, eps):
    size = x.shape[-1]
    centered = x - x.mean(-1, keepdim=True)
    normed = centered / torch.sqrt((centered**2).mean(-1, keepdim=True) + eps)
    return normed * w(f"{name}.weight", size, kind="norm") + w(f"{name}.bias", size, kind="bias")


def rms_norm(w, name, x, eps, plus_one=False):
    """Divides by the root mean square; multiplies by the weight, or by 1 + weight."""
    normed = x / torch.sqrt((x**2).mean(-1, keepdim=True) + eps)
    if plus_one:
        return normed * (1 + w(f"{name}.weight", x.shape[-1], kind="norm_plus_one"))
    return normed * w(f"{name}.weight", x.shape[-1], kind="norm")


def attend(q, k, v, scale=None, causal=True, window=None, cap=None):
    """Attention of q [T, H, D] to k, v [T, K, D] -> [T, H*D].

    Query head h reads key and value head h // (H // K). With a window, token i sees i - window + 1 ... i. A cap c
    replaces each scaled score s by c * tanh(s / c), before the mask.
    """
    tokens, heads, size = q.shape
    k, v = (x.repeat_interleave(heads // k.shape[1], dim=1) for x in (k, v))
    scores = torch.einsum("ihd,jhd->hij", q, k) * (size**-0.5 if scale is None else scale)
    if cap is not None:
        scores = cap * torch.tanh(scores / cap)
    i, j = torch.arange(tokens)[:, None], torch.arange(tokens)[None, :]
    seen = (j <= i) if causal else torch.ones(tokens, tokens, dtype=torch.bool)
    if window is not None:
        seen = seen & (j > i - window)
    weights = torch.softmax(scores.masked_fill(~seen, -math.inf), dim=-1)
    return torch.einsum("hij,jhd->ihd", weights, v).reshape(tokens, -1)
