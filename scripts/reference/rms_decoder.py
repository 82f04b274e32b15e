"""The decoders with RMS norms, rotary positions and a gated feed-forward part.

After modeling_llama.py, modeling_mistral.py, modeling_qwen2.py, modeling_qwen3.py, modeling_gemma.py,
modeling_gemma2.py, modeling_gemma3.py, modeling_smollm3.py and modeling_phi3.py of huggingface/transformers.
"""

import torch

from blocks import ACTIVATIONS, attend, linear, rms_norm
from rms_settings import settings
from rotary import frequencies, rotate


def attention(c, s, w, at, x, number):
    """x [T, hidden] -> [T, hidden] for layer `number`, whose tensors start with `at`."""
    heads, kv, size = s["heads"], s["kv_heads"], s["head_dim"]
    if s["fused"]:
        fused = linear(w, f"{at}.qkv_proj", x, (heads + 2 * kv) * size)
        q, k, v = fused.split([heads * size, kv * size, kv * size], dim=-1)
    else:
        q = linear(w, f"{at}.q_proj", x, heads * size, s["qkv_bias"])
        k = linear(w, f"{at}.k_proj", x, kv * size, s["qkv_bias"])
        v = linear(w, f"{at}.v_proj", x, kv * size, s["qkv_bias"])
    q, k, v = (y.reshape(len(x), -1, size) for y in (q, k, v))
    if s["qk_norm"]:
        q = rms_norm(w, f"{at}.q_norm", q, s["eps"], s["plus_one"])
        k = rms_norm(w, f"{at}.k_norm", k, s["eps"], s["plus_one"])
    if s["ropes"][number] is not None:
        free, factor = frequencies(s["ropes"][number], s["rotary_dim"], len(x), c, x.dtype)
        q, k = rotate(q, free, factor), rotate(k, free, factor)
    mixed = attend(q, k, v, scale=s["scale"], window=s["windows"][number], cap=s["cap"])
    return linear(w, f"{at}.o_proj", mixed, c["hidden_size"], s["out_bias"])


def feed_forward(c, s, w, at, x):
    size, act, bias = c["intermediate_size"], ACTIVATIONS[s["activation"]], s["mlp_bias"]
    if s["fused"]:
        gate, up = linear(w, f"{at}.gate_up_proj", x, 2 * size).chunk(2, dim=-1)
    else:
        gate = linear(w, f"{at}.gate_proj", x, size, bias)
        up = linear(w, f"{at}.up_proj", x, size, bias)
    return linear(w, f"{at}.down_proj", act(gate) * up, c["hidden_size"], bias)


def layer(c, s, w, x, number):
    """With `sandwich` each branch is normed before and after, and the names of the norms move."""
    at = f"model.layers.{number}"
    norm = lambda name, y: rms_norm(w, f"{at}.{name}", y, s["eps"], s["plus_one"])
    branch = attention(c, s, w, f"{at}.self_attn", norm("input_layernorm", x), number)
    if not s["sandwich"]:
        x = x + branch
        return x + feed_forward(c, s, w, f"{at}.mlp", norm("post_attention_layernorm", x))
    x = x + norm("post_attention_layernorm", branch)
    branch = feed_forward(c, s, w, f"{at}.mlp", norm("pre_feedforward_layernorm", x))
    return x + norm("post_feedforward_layernorm", branch)


def forward(c, w, sample):
    """(logits, states): the state entering each layer and the last layer's output, before the final norm."""
    s = {**settings(c), **c.get("_override", {})}
    table = w("model.embed_tokens.weight", c["vocab_size"], c["hidden_size"], kind="embedding")
    x = table[sample["ids"]] * s["embedding_factor"]
    states = [x]
    for number in range(c["num_hidden_layers"]):
        x = layer(c, s, w, x, number)
        states.append(x)
    x = rms_norm(w, "model.norm", x, s["eps"], s["plus_one"])
    if c["architectures"][0].endswith("ForSequenceClassification"):
        return linear(w, "score", x[-1:], w.rows("score.weight"))[0], states
    if w.has("lm_head.weight"):
        logits = linear(w, "lm_head", x, c["vocab_size"])
    else:
        logits = x @ table.T
    if s["final_cap"] is not None:
        logits = s["final_cap"] * torch.tanh(logits / s["final_cap"])
    return logits, states
