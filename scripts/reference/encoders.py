"""The encoders: bert, roberta, distilbert for sequences, vit for images. They attend in both directions.

After modeling_bert.py, modeling_roberta.py, modeling_distilbert.py and modeling_vit.py of huggingface/transformers.
"""

import torch

from blocks import ACTIVATIONS, attend, layer_norm, linear


def self_attention(w, names, x, heads, bias=True):
    """The mixed values [T, width] from the query, key and value maps called `names`."""
    q, k, v = (linear(w, name, x, x.shape[-1], bias).reshape(len(x), heads, -1) for name in names)
    return attend(q, k, v, causal=False)


def bert(c, w, sample):
    """bert and roberta: layers with norms after the sums; they differ in positions and head."""
    type, width, eps = c["model_type"], c["hidden_size"], c.get("layer_norm_eps", 1e-12)
    at = f"{type}.embeddings"
    first = c["pad_token_id"] + 1 if type == "roberta" else 0
    words = w(f"{at}.word_embeddings.weight", c["vocab_size"], width, kind="embedding")
    places = w(f"{at}.position_embeddings.weight", c["max_position_embeddings"], width, kind="embedding")
    types = w(f"{at}.token_type_embeddings.weight", c.get("type_vocab_size", 2), width, kind="embedding")
    x = words[sample["ids"]] + places[first : first + len(sample["ids"])] + types[sample["types"]]
    x = layer_norm(w, f"{at}.LayerNorm", x, eps)
    states = [x]
    for number in range(c["num_hidden_layers"]):
        at = f"{type}.encoder.layer.{number}"
        names = [f"{at}.attention.self.{name}" for name in ("query", "key", "value")]
        mixed = self_attention(w, names, x, c["num_attention_heads"])
        x = x + linear(w, f"{at}.attention.output.dense", mixed, width, True)
        x = layer_norm(w, f"{at}.attention.output.LayerNorm", x, eps)
        inner = linear(w, f"{at}.intermediate.dense", x, c["intermediate_size"], True)
        x = x + linear(w, f"{at}.output.dense", ACTIVATIONS[c["hidden_act"]](inner), width, True)
        x = layer_norm(w, f"{at}.output.LayerNorm", x, eps)
        states.append(x)
    if type == "bert":
        pooled = torch.tanh(linear(w, "bert.pooler.dense", x[:1], width, True))
        return linear(w, "classifier", pooled, w.rows("classifier.weight"), True)[0], states
    pooled = torch.tanh(linear(w, "classifier.dense", x[:1], width, True))
    return linear(w, "classifier.out_proj", pooled, w.rows("classifier.out_proj.weight"), True)[0], states


def distilbert(c, w, sample):
    width, eps, act = c["dim"], 1e-12, ACTIVATIONS[c.get("activation", "gelu")]
    at = "distilbert.embeddings"
    words = w(f"{at}.word_embeddings.weight", c["vocab_size"], width, kind="embedding")
    places = w(f"{at}.position_embeddings.weight", c["max_position_embeddings"], width, kind="embedding")
    x = layer_norm(w, f"{at}.LayerNorm", words[sample["ids"]] + places[: len(sample["ids"])], eps)
    states = [x]
    for number in range(c["n_layers"]):
        at = f"distilbert.transformer.layer.{number}"
        names = [f"{at}.attention.{name}_lin" for name in "qkv"]
        x = x + linear(w, f"{at}.attention.out_lin", self_attention(w, names, x, c["n_heads"]), width, True)
        x = layer_norm(w, f"{at}.sa_layer_norm", x, eps)
        x = x + linear(w, f"{at}.ffn.lin2", act(linear(w, f"{at}.ffn.lin1", x, c["hidden_dim"], True)), width, True)
        x = layer_norm(w, f"{at}.output_layer_norm", x, eps)
        states.append(x)
    pooled = torch.clamp(linear(w, "pre_classifier", x[:1], width, True), min=0)
    return linear(w, "classifier", pooled, w.rows("classifier.weight"), True)[0], states


def vit(c, w, sample):
    """Patches row by row, each flattened as channel, row, column; the class token first; norms before each part."""
    width, eps, side, image = c["hidden_size"], c.get("layer_norm_eps", 1e-12), c["patch_size"], c["image_size"]
    channels, count = c["num_channels"], (image // side) ** 2
    at = "vit.embeddings"
    patches = sample["pixels"].reshape(channels, image // side, side, image // side, side)
    patches = patches.permute(1, 3, 0, 2, 4).reshape(count, channels * side * side)
    kernel = w(f"{at}.patch_embeddings.projection.weight", width, channels, side, side, kind="embedding")
    x = patches @ kernel.reshape(width, -1).T + w(f"{at}.patch_embeddings.projection.bias", width, kind="bias")
    x = torch.cat([w(f"{at}.cls_token", 1, 1, width, kind="embedding")[0], x])
    x = x + w(f"{at}.position_embeddings", 1, count + 1, width, kind="embedding")[0]
    states = [x]
    for number in range(c["num_hidden_layers"]):
        at = f"vit.encoder.layer.{number}"
        names = [f"{at}.attention.attention.{name}" for name in ("query", "key", "value")]
        y = layer_norm(w, f"{at}.layernorm_before", x, eps)
        mixed = self_attention(w, names, y, c["num_attention_heads"], c.get("qkv_bias", True))
        x = x + linear(w, f"{at}.attention.output.dense", mixed, width, True)
        y = layer_norm(w, f"{at}.layernorm_after", x, eps)
        y = ACTIVATIONS[c["hidden_act"]](linear(w, f"{at}.intermediate.dense", y, c["intermediate_size"], True))
        x = x + linear(w, f"{at}.output.dense", y, width, True)
        states.append(x)
    x = layer_norm(w, "vit.layernorm", x, eps)
    return linear(w, "classifier", x[:1], w.rows("classifier.weight"), True)[0], states
