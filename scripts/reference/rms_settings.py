"""What tells one RMS-norm decoder from another, read from its config.json.

llama, mistral, qwen2, qwen3, gemma, gemma2, gemma3_text, smollm3 and phi3 are one forward pass with these settings. The
defaults are those of the configuration classes of huggingface/transformers, for a field that is absent.
"""

from rotary import parameters

GEMMAS = ("gemma", "gemma2", "gemma3_text")
HEAD_DIM = {"qwen3": 128, "gemma": 256, "gemma2": 256, "gemma3_text": 256}
THETA = {"gemma3_text": 1e6, "smollm3": 2e6}


def kinds(c):
    """"sliding" or "full" for each layer. `layer_types` wins over every other way of saying it."""
    type, count = c["model_type"], c["num_hidden_layers"]
    if c.get("layer_types"):
        return [kind.split("_")[0] for kind in c["layer_types"]]
    slides = {
        "mistral": lambda i: True,
        "phi3": lambda i: True,
        "qwen2": lambda i: i >= c.get("max_window_layers", 28),
        "qwen3": lambda i: i >= c.get("max_window_layers", 28),
        "gemma2": lambda i: i % 2 == 0,
        "gemma3_text": lambda i: (i + 1) % c.get("sliding_window_pattern", 6) != 0,
        "smollm3": lambda i: not turning(c)[i],
    }.get(type, lambda i: False)
    return ["sliding" if slides(i) else "full" for i in range(count)]


def window(c):
    """The width of the window of sliding layers, or None."""
    type = c["model_type"]
    if type in ("qwen2", "qwen3", "smollm3") and not c.get("use_sliding_window", False):
        return None
    return c.get("sliding_window", None if type in ("llama", "gemma", "phi3", "smollm3") else 4096)


def turning(c):
    """Whether each layer has a rotary embedding. In `no_rope_layers` 1 means that it has one."""
    count = c["num_hidden_layers"]
    if c["model_type"] != "smollm3":
        return [True] * count
    every = c.get("no_rope_layer_interval", 4)
    given = c.get("no_rope_layers") or [(i + 1) % every != 0 for i in range(count)]
    return [bool(given[i]) for i in range(count)]


def ropes(c):
    """The rotary fields of each layer, or None."""
    type = c["model_type"]
    full = parameters(c, THETA.get(type, 1e4), "full_attention")
    if type == "gemma3_text":
        local = (c.get("rope_parameters") or {}).get("sliding_attention") or {}
        sliding = {"rope_theta": c.get("rope_local_base_freq", 1e4), **local}
        return [sliding if kind == "sliding" else full for kind in kinds(c)]
    return [full if turns else None for turns in turning(c)]


def settings(c):
    """Every choice of the forward pass in rms_decoder.py, from a config."""
    type = c["model_type"]
    heads, width = c["num_attention_heads"], window(c)
    size = c.get("head_dim") or HEAD_DIM.get(type) or c["hidden_size"] // heads
    full = parameters(c, 1e4, "full_attention")
    return {
        "heads": heads,
        "kv_heads": c.get("num_key_value_heads") or heads,
        "head_dim": size,
        "rotary_dim": int(size * full.get("partial_rotary_factor", c.get("partial_rotary_factor", 1.0))),
        "scale": c.get("query_pre_attn_scalar", 256) ** -0.5 if type in GEMMAS[1:] else size**-0.5,
        "eps": c.get("rms_norm_eps", 1e-5 if type == "phi3" else 1e-6),
        "activation": (c.get("hidden_activation") or "gelu_pytorch_tanh") if type in GEMMAS else c["hidden_act"],
        "plus_one": type in GEMMAS,
        "embedding_factor": c["hidden_size"] ** 0.5 if type in GEMMAS else 1.0,
        "sandwich": type in GEMMAS[1:],
        "qk_norm": type in ("qwen3", "gemma3_text"),
        "fused": type == "phi3",
        "qkv_bias": type == "qwen2" or c.get("attention_bias", False),
        "out_bias": type != "qwen2" and c.get("attention_bias", False),
        "mlp_bias": c.get("mlp_bias", False),
        "windows": [width if kind == "sliding" else None for kind in kinds(c)],
        "ropes": ropes(c),
        "cap": c.get("attn_logit_softcapping", 50.0) if type == "gemma2" else None,
        "final_cap": c.get("final_logit_softcapping", 30.0 if type == "gemma2" else None),
    }
