"""The decoders with layer norms: gpt2, gpt_neox, opt, phi. One function each.

After modeling_gpt2.py, modeling_gpt_neox.py, modeling_opt.py and modeling_phi.py of huggingface/transformers.
"""

from blocks import ACTIVATIONS, attend, layer_norm, linear
from rotary import frequencies, parameters, rotate


def conv1d(w, name, x, out):
    """gpt2's linear map: the matrix is stored in x out."""
    return x @ w(f"{name}.weight", x.shape[-1], out, kind="matrix_in_out") + w(f"{name}.bias", out, kind="bias")


def head(c, w, x, table, name, bias=False):
    """Class scores of the last token, or token scores with a matrix of their own or the embedding table."""
    if c["architectures"][0].endswith("ForSequenceClassification"):
        return linear(w, "score", x[-1:], w.rows("score.weight"))[0]
    if w.has(f"{name}.weight"):
        return linear(w, name, x, c["vocab_size"], bias)
    return x @ table.T


def gpt2(c, w, sample):
    width, heads, eps = c["n_embd"], c["n_head"], c.get("layer_norm_epsilon", 1e-5)
    inner, act = c.get("n_inner") or 4 * width, ACTIVATIONS[c.get("activation_function", "gelu_new")]
    table = w("transformer.wte.weight", c["vocab_size"], width, kind="embedding")
    places = w("transformer.wpe.weight", c["n_positions"], width, kind="embedding")
    x = table[sample["ids"]] + places[: len(sample["ids"])]
    states = [x]
    for number in range(c["n_layer"]):
        at = f"transformer.h.{number}"
        fused = conv1d(w, f"{at}.attn.c_attn", layer_norm(w, f"{at}.ln_1", x, eps), 3 * width)
        q, k, v = (y.reshape(len(x), heads, -1) for y in fused.chunk(3, dim=-1))
        scale = q.shape[-1] ** -0.5 if c.get("scale_attn_weights", True) else 1.0
        if c.get("scale_attn_by_inverse_layer_idx", False):
            scale = scale / (number + 1)
        x = x + conv1d(w, f"{at}.attn.c_proj", attend(q, k, v, scale), width)
        y = act(conv1d(w, f"{at}.mlp.c_fc", layer_norm(w, f"{at}.ln_2", x, eps), inner))
        x = x + conv1d(w, f"{at}.mlp.c_proj", y, width)
        states.append(x)
    return head(c, w, layer_norm(w, "transformer.ln_f", x, eps), table, "lm_head"), states


def gpt_neox(c, w, sample):
    width, heads, eps = c["hidden_size"], c["num_attention_heads"], c.get("layer_norm_eps", 1e-5)
    size, act, bias = width // heads, ACTIVATIONS[c.get("hidden_act", "gelu")], c.get("attention_bias", True)
    p = parameters(c, 1e4)
    p["rope_theta"] = c.get("rotary_emb_base", p["rope_theta"])
    share = c.get("rotary_pct", p.get("partial_rotary_factor", 0.25))
    free, factor = frequencies(p, int(size * share), len(sample["ids"]), c, w.dtype)
    table = w("gpt_neox.embed_in.weight", c["vocab_size"], width, kind="embedding")
    x = table[sample["ids"]]
    states = [x]
    for number in range(c["num_hidden_layers"]):
        at = f"gpt_neox.layers.{number}"
        y = layer_norm(w, f"{at}.input_layernorm", x, eps)
        fused = linear(w, f"{at}.attention.query_key_value", y, 3 * width, bias)
        q, k, v = fused.reshape(len(x), heads, 3 * size).chunk(3, dim=-1)
        mixed = attend(rotate(q, free, factor), rotate(k, free, factor), v)
        branch = linear(w, f"{at}.attention.dense", mixed, width, bias)
        seen = x if c.get("use_parallel_residual", True) else x + branch
        y = layer_norm(w, f"{at}.post_attention_layernorm", seen, eps)
        y = act(linear(w, f"{at}.mlp.dense_h_to_4h", y, c["intermediate_size"], True))
        x = x + branch + linear(w, f"{at}.mlp.dense_4h_to_h", y, width, True)
        states.append(x)
    return head(c, w, layer_norm(w, "gpt_neox.final_layer_norm", x, eps), table, "embed_out"), states


def opt(c, w, sample):
    """With do_layer_norm_before false the norms come after the sums and the final norm is gone."""
    width, heads, eps = c["hidden_size"], c["num_attention_heads"], 1e-5
    bias, before = c.get("enable_bias", True), c.get("do_layer_norm_before", True)
    narrow = c.get("word_embed_proj_dim") or width
    act = ACTIVATIONS[c.get("activation_function", "relu")]
    table = w("model.decoder.embed_tokens.weight", c["vocab_size"], narrow, kind="embedding")
    places = w("model.decoder.embed_positions.weight", c["max_position_embeddings"] + 2, width, kind="embedding")
    x = table[sample["ids"]]
    if narrow != width:
        x = linear(w, "model.decoder.project_in", x, width)
    x = x + places[2 : 2 + len(x)]
    states = [x]
    for number in range(c["num_hidden_layers"]):
        at = f"model.decoder.layers.{number}"
        norm = lambda name, y: layer_norm(w, f"{at}.{name}", y, eps)
        y = norm("self_attn_layer_norm", x) if before else x
        k, v, q = (
            linear(w, f"{at}.self_attn.{name}_proj", y, width, bias).reshape(len(x), heads, -1) for name in "kvq"
        )
        x = x + linear(w, f"{at}.self_attn.out_proj", attend(q, k, v), width, bias)
        x = x if before else norm("self_attn_layer_norm", x)
        y = norm("final_layer_norm", x) if before else x
        x = x + linear(w, f"{at}.fc2", act(linear(w, f"{at}.fc1", y, c["ffn_dim"], bias)), width, bias)
        x = x if before else norm("final_layer_norm", x)
        states.append(x)
    if before and not c.get("_remove_final_layer_norm", False):
        x = layer_norm(w, "model.decoder.final_layer_norm", x, eps)
    if narrow != width:
        x = linear(w, "model.decoder.project_out", x, narrow)
    return head(c, w, x, table, "lm_head"), states


def phi(c, w, sample):
    """One norm feeds both branches. With qk_layernorm each head of q and k is normed, before the rotation."""
    width, heads, eps = c["hidden_size"], c["num_attention_heads"], c.get("layer_norm_eps", 1e-5)
    kv, size, act = c.get("num_key_value_heads") or heads, width // heads, ACTIVATIONS[c.get("hidden_act", "gelu_new")]
    p = parameters(c, 1e4)
    share = p.get("partial_rotary_factor", c.get("partial_rotary_factor", 0.5))
    free, factor = frequencies(p, int(size * share), len(sample["ids"]), c, w.dtype)
    table = w("model.embed_tokens.weight", c["vocab_size"], width, kind="embedding")
    x = table[sample["ids"]]
    states = [x]
    for number in range(c["num_hidden_layers"]):
        at = f"model.layers.{number}"
        y = layer_norm(w, f"{at}.input_layernorm", x, eps)
        q, k, v = (
            linear(w, f"{at}.self_attn.{name}_proj", y, count * size, True).reshape(len(x), count, size)
            for name, count in (("q", heads), ("k", kv), ("v", kv))
        )
        if c.get("qk_layernorm", False):
            q = layer_norm(w, f"{at}.self_attn.q_layernorm", q, eps)
            k = layer_norm(w, f"{at}.self_attn.k_layernorm", k, eps)
        mixed = attend(rotate(q, free, factor), rotate(k, free, factor), v)
        branch = linear(w, f"{at}.self_attn.dense", mixed, width, True)
        inner = act(linear(w, f"{at}.mlp.fc1", y, c["intermediate_size"], True))
        x = x + branch + linear(w, f"{at}.mlp.fc2", inner, width, True)
        states.append(x)
    return head(c, w, layer_norm(w, "model.final_layernorm", x, eps), table, "lm_head", bias=True), states
