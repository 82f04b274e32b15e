"""Rotary position embedding: the frequencies of each type of scaling, and the rotation.

After huggingface/transformers, modeling_rope_utils.py. Two spellings of the same fields are read: `rope_theta` beside
`rope_scaling`, and the newer `rope_parameters` that holds both (for gemma3 one such object for each kind of layer).
"""

import math

import torch


def parameters(config, theta, kind=None):
    """The fields of one kind of layer as one dictionary; `theta` is the default base of the model type."""
    given = config.get("rope_parameters") or {}
    if kind is not None and kind in given:
        given = given[kind] or {}
    old = {} if given else (config.get("rope_scaling") or {})
    return {"rope_theta": config.get("rope_theta", theta), **old, **given}


def frequencies(p, dim, tokens, config, dtype):
    """([dim / 2] radians per position, factor on cos and sin) for a sequence of `tokens` tokens."""
    base = p["rope_theta"] ** (torch.arange(0, dim, 2, dtype=dtype) / dim)
    kind = p.get("rope_type", p.get("type", "default"))
    if kind == "default":
        return 1 / base, 1.0
    if kind == "linear":
        return 1 / base / p["factor"], 1.0
    if kind == "llama3":
        return llama3(p, 1 / base), 1.0
    if kind in ("longrope", "su"):
        return longrope(p, base, tokens, config)
    raise ValueError(f"rope type {kind}")


def llama3(p, free):
    """Low frequencies divided by `factor`, high ones kept, a linear blend between the two bounds."""
    turns = p["original_max_position_embeddings"] * free / (2 * math.pi)
    blend = (turns - p["low_freq_factor"]) / (p["high_freq_factor"] - p["low_freq_factor"])
    blend = blend.clamp(0, 1)
    return (1 - blend) * free / p["factor"] + blend * free


def longrope(p, base, tokens, config):
    """Each frequency divided by its own factor: `short_factor` up to the original length, `long_factor` beyond.

    cos and sin are multiplied by sqrt(1 + ln(s) / ln(original)), s = maximum / original length or `factor`, for short
    sequences too; `attention_factor` replaces it.
    """
    longest = config["max_position_embeddings"]
    original = config.get("original_max_position_embeddings") or p.get("original_max_position_embeddings", longest)
    stretch = p.get("factor") or longest / original
    factor = p.get("attention_factor")
    if factor is None:
        factor = 1.0 if stretch <= 1 else math.sqrt(1 + math.log(stretch) / math.log(original))
    each = p["long_factor"] if tokens > original else p["short_factor"]
    return 1 / (torch.tensor(each, dtype=base.dtype) * base), factor


def rotate(x, free, factor=1.0):
    """Turns the first 2 * len(free) entries of each head of x [T, H, D]: entry i with entry i + len(free)."""
    half = len(free)
    angle = torch.arange(x.shape[0], dtype=x.dtype)[:, None, None] * free
    cos, sin = angle.cos() * factor, angle.sin() * factor
    a, b, rest = x[..., :half], x[..., half : 2 * half], x[..., 2 * half :]
    return torch.cat([a * cos - b * sin, b * cos + a * sin, rest], dim=-1)
