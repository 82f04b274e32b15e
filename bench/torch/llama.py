"""Llama in plain torch, written for the benchmark; as models.py."""
import torch
import torch.nn.functional as F

from layers import Linear, attention, causal_bias, next_token_losses


class Llama:
    """LlamaForCausalLM: rotated positions, shared keys and values, gated mlp; query, key and value are one product, and
    so are the two that enter the gate."""

    def __init__(self, config, tensors):
        if config.get("rope_scaling") is not None:
            raise SystemExit("score_torch: rope_scaling is not written here")
        self.heads = config["num_attention_heads"]
        self.shared = config.get("num_key_value_heads", self.heads)
        self.size = config.get("head_dim") or config["hidden_size"] // self.heads
        self.epsilon = config["rms_norm_eps"]
        self.theta = config.get("rope_theta", 10000.0)
        self.tokens = tensors["model.embed_tokens.weight"]
        self.output = tensors.get("lm_head.weight", self.tokens)
        self.norm = tensors["model.norm.weight"]
        self.blocks = []
        for layer in range(config["num_hidden_layers"]):
            at = f"model.layers.{layer}."
            norms = [tensors[f"{at}{name}.weight"] for name in ("input_layernorm", "post_attention_layernorm")]
            products = (
                [f"self_attn.{name}_proj" for name in "qkv"],
                ["self_attn.o_proj"],
                ["mlp.gate_proj", "mlp.up_proj"],
                ["mlp.down_proj"],
            )
            linears = [Linear(tensors, [at + name for name in names]) for names in products]
            self.blocks.append((norms, linears))
            for names in (products[0], products[2]):
                for name in names:
                    del tensors[f"{at}{name}.weight"]  # its copy in the fused matrix is enough

    def linears(self):
        return [linear for _, linears in self.blocks for linear in linears]

    def losses(self, batch, apply):
        """Each sample's mean cross-entropy over its own targets, and the logits at targets."""
        samples, length = batch.ids.shape
        width = self.tokens.shape[1]
        x = F.embedding(batch.ids, self.tokens).view(-1, width)
        turn = self._turns(length, x)
        # Padding is on the right, where no token of the sample looks.
        causal = causal_bias(length, x)
        for norms, (fused, out, gates, down) in self.blocks:
            qkv = apply(fused, self._normed(x, norms[0])).view(samples, length, -1, self.size).transpose(1, 2)
            query, key, value = qkv.split((self.heads, self.shared, self.shared), 1)
            key, value = self._for_all(rotated(key, turn)), self._for_all(value)
            x = x + apply(out, attention(rotated(query, turn), key, value, causal, causal=True))
            gate, up = apply(gates, self._normed(x, norms[1])).chunk(2, 1)
            x = x + apply(down, F.silu(gate) * up)
        return next_token_losses(batch, x, lambda rows: self._normed(rows, self.norm), self.output)

    def _for_all(self, x):
        """Each shared head [samples, shared, tokens, size] once for every query's head that looks at it."""
        samples, shared, tokens, size = x.shape
        repeated = x[:, :, None].expand(samples, shared, self.heads // shared, tokens, size)
        return repeated.reshape(samples, self.heads, tokens, size)

    def _normed(self, x, weight):
        if hasattr(F, "rms_norm"):
            return F.rms_norm(x, (x.shape[-1],), weight, self.epsilon)
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * weight

    def _turns(self, length, like):
        """Cosines and sines [length, size] of each position's angles."""
        steps = torch.arange(0, self.size, 2, dtype=like.dtype, device=like.device) / self.size
        places = torch.arange(length, dtype=like.dtype, device=like.device)
        angles = torch.outer(places, self.theta**-steps).repeat(1, 2)
        return angles.cos(), angles.sin()


def rotated(x, turn):
    """Each pair of a head's halves turned by its position's angle."""
    cosines, sines = turn
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat((-second, first), -1) * sines
