"""GPT-2 and BERT in plain torch, written for the benchmark. Linear layers go through `apply`, so that a scoring mode
decides what is kept of them; everything else is frozen."""
import math

import torch
import torch.nn.functional as F

from layers import Linear, attention, causal_bias, heads_of, next_token_losses
from llama import Llama

GELUS = {"gelu": "none", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}


class Gpt2:
    """GPT2LMHeadModel: learned positions, norms before, tied output."""

    def __init__(self, config, tensors):
        self.heads = config["n_head"]
        self.epsilon = config.get("layer_norm_epsilon", 1e-5)
        self.gelu = GELUS[config.get("activation_function", "gelu_new")]
        # The prefix is absent where the bare decoder was saved.
        prefix = "transformer." if "transformer.wte.weight" in tensors else ""
        self.tokens, self.positions = tensors[f"{prefix}wte.weight"], tensors[f"{prefix}wpe.weight"]
        self.output = tensors.get("lm_head.weight", self.tokens)
        self.norm = tensors[f"{prefix}ln_f.weight"], tensors[f"{prefix}ln_f.bias"]
        self.blocks = []
        for layer in range(config["n_layer"]):
            at = f"{prefix}h.{layer}."
            norms = [(tensors[f"{at}{n}.weight"], tensors[f"{at}{n}.bias"]) for n in ("ln_1", "ln_2")]
            names = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
            self.blocks.append((norms, [Linear(tensors, [at + name], True) for name in names]))

    def linears(self):
        return [linear for _, linears in self.blocks for linear in linears]

    def losses(self, batch, apply):
        """Each sample's mean cross-entropy over its own targets, and the logits at targets."""
        samples, length = batch.ids.shape
        width = self.tokens.shape[1]
        x = (F.embedding(batch.ids, self.tokens) + self.positions[:length]).view(-1, width)
        # Padding is on the right, where no token of the sample looks.
        causal = causal_bias(length, x)
        for norms, (fused, out, up, down) in self.blocks:
            h = F.layer_norm(x, (width,), *norms[0], self.epsilon)
            x = x + apply(out, attention(*heads_of(apply(fused, h), samples, self.heads), causal, causal=True))
            h = F.layer_norm(x, (width,), *norms[1], self.epsilon)
            x = x + apply(down, F.gelu(apply(up, h), approximate=self.gelu))
        return next_token_losses(
            batch, x, lambda rows: F.layer_norm(rows, (width,), *self.norm, self.epsilon), self.output
        )


class Bert:
    """BertForSequenceClassification: norms after, pooler on the first token."""

    def __init__(self, config, tensors):
        self.heads = config["num_attention_heads"]
        self.epsilon = config.get("layer_norm_eps", 1e-12)
        self.gelu = GELUS[config.get("hidden_act", "gelu")]
        self.tensors = tensors
        self.blocks = []
        for layer in range(config["num_hidden_layers"]):
            at = f"bert.encoder.layer.{layer}."
            fused = [f"{at}attention.self.{name}" for name in ("query", "key", "value")]
            single = ("attention.output.dense", "intermediate.dense", "output.dense")
            linears = [Linear(tensors, names) for names in (fused, *([at + name] for name in single))]
            norms = [self._norm(f"{at}{name}.LayerNorm") for name in ("attention.output", "output")]
            self.blocks.append((norms, linears))
            for name in fused:
                del tensors[f"{name}.weight"]  # its copy in the fused matrix is enough

    def _norm(self, name):
        return self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]

    def linears(self):
        return [linear for _, linears in self.blocks for linear in linears]

    def losses(self, batch, apply):
        """Each sample's cross-entropy, and the logits [samples, classes]."""
        tensors, at = self.tensors, "bert.embeddings."
        samples, length = batch.ids.shape
        x = F.embedding(batch.ids, tensors[f"{at}word_embeddings.weight"])
        x = x + tensors[f"{at}position_embeddings.weight"][:length]
        x = x + F.embedding(batch.segments, tensors[f"{at}token_type_embeddings.weight"])
        width = x.shape[-1]
        x = F.layer_norm(x.view(-1, width), (width,), *self._norm(f"{at}LayerNorm"), self.epsilon)
        hidden = None
        if not batch.full:
            hidden = torch.zeros(samples, 1, 1, length, dtype=x.dtype, device=x.device)
            hidden.masked_fill_(~batch.mask[:, None, None], -math.inf)
        for norms, (fused, out, up, down) in self.blocks:
            mixed = attention(*heads_of(apply(fused, x), samples, self.heads), hidden)
            x = F.layer_norm(x + apply(out, mixed), (width,), *norms[0], self.epsilon)
            h = F.gelu(apply(up, x), approximate=self.gelu)
            x = F.layer_norm(x + apply(down, h), (width,), *norms[1], self.epsilon)
        first = x.view(samples, length, width)[:, 0]
        pooled = F.linear(first, tensors["bert.pooler.dense.weight"], tensors["bert.pooler.dense.bias"]).tanh()
        logits = F.linear(pooled, tensors["classifier.weight"], tensors["classifier.bias"])
        return F.cross_entropy(logits, batch.labels, reduction="none"), logits


def build(config, tensors):
    shapes = {"gpt2": Gpt2, "bert": Bert, "llama": Llama}
    kind = config["model_type"]
    if kind not in shapes:
        raise SystemExit(f"score_torch: model_type {kind!r} is not one of {', '.join(shapes)}")
    return shapes[kind](config, tensors)
