"""Losses, per-sample gradients, and the scores of every linear matrix, for one batch.

l_s is the loss of sample s: the cross-entropy of its class, or the mean over its own targets, where the logits at token
t are scored against label t + 1. G_s = dl_s/dW by automatic differentiation, one sample at a time.
"""

import torch

from families import forward
from weights import layer_of


def loss_of(task, logits, label):
    """(l_s, number of targets) of one sample; `label` is a class, or one label per token with -100 for none."""
    if task != "causal-lm":
        return -torch.log_softmax(logits, dim=-1)[label], 1
    targets = torch.tensor(label[1:])
    kept = targets != -100
    chosen = torch.log_softmax(logits[:-1][kept], dim=-1).gather(1, targets[kept][:, None])
    return -chosen.mean(), int(kept.sum())


def matrix_scores(gradients, weight, counts):
    """The scores of one matrix from its per-sample gradients [S, ...]."""
    own = (gradients**2).flatten(1).sum(1)
    mean = gradients.mean(0)
    result = {
        "shape": list(weight.shape),
        "per_sample_grad_sq_norm": own.tolist(),
        "fisher_trace": own.mean().item(),
        "mean_grad_sq_norm": (mean**2).sum().item(),
        "taylor_abs_sum": (mean * weight).abs().sum().item(),
    }
    if counts is not None:
        share = torch.tensor(counts, dtype=gradients.dtype) / sum(counts)
        result["token_mean_grad_sq_norm"] = (torch.tensordot(share, gradients, dims=1) ** 2).sum().item()
    return result


def evaluate(config, weights, inputs):
    """Everything expected.json holds but float32_error. `inputs` comes from folder.samples_of."""
    task, logits, losses, counts, gradients = inputs["task"], [], [], [], []
    probe = None
    for sample, label in zip(inputs["samples"], inputs["labels"]):
        out, states = forward(config, weights, sample)
        loss, count = loss_of(task, out, label)
        matrices = [weights.ready[name] for name in weights.linear]
        gradients.append([g.detach() for g in torch.autograd.grad(loss, matrices)])
        logits.append(out.tolist())
        losses.append(loss.item())
        counts.append(count)
        if probe is None:
            probe = [state[1, :6].tolist() for state in states]
    causal = task == "causal-lm"
    result = {"task": task, "architecture": config["architectures"][0], "logits": logits, "loss_per_sample": losses}
    result["loss_batch"] = sum(n * l for n, l in zip(counts, losses)) / sum(counts)
    if causal:
        result["predicted_tokens"] = counts
    result["hidden_probe"] = probe
    every = {}
    for i, name in enumerate(weights.linear):
        own = torch.stack([gradient[i] for gradient in gradients])
        every[name] = matrix_scores(own, weights.ready[name].detach(), counts if causal else None)
    result["matrices"] = {name: v for name, v in every.items() if layer_of(name) is not None}
    outside = {name: v for name, v in every.items() if layer_of(name) is None}
    if outside:
        result["head_matrices"] = outside
    result["layers"] = layer_sums(result["matrices"])
    return result


def layer_sums(matrices):
    sums, keys = {}, ("fisher_trace", "mean_grad_sq_norm", "taylor_abs_sum")
    for name, scores in matrices.items():
        layer = sums.setdefault(str(layer_of(name)), dict.fromkeys(keys, 0.0))
        for key in keys:
            layer[key] += scores[key]
    return sums


def deviations(got, want):
    """The worst error of each quantity: relative, but logits and hidden states by their largest magnitude."""
    flat = lambda x: [z for y in x for z in flat(y)] if isinstance(x, list) else [x]
    relative = lambda a, b: max(abs(p - q) / max(abs(q), 1e-300) for p, q in zip(flat(a), flat(b)))
    result = {}
    for key in ("logits", "hidden_probe"):
        a, b = flat(got[key]), flat(want[key])
        assert len(a) == len(b), f"{key}: {len(a)} numbers, not {len(b)}"
        result[key] = max(abs(p - q) for p, q in zip(a, b)) / max(map(abs, b))
    result["loss"] = max(relative(got[k], want[k]) for k in ("loss_per_sample", "loss_batch"))
    assert got.get("predicted_tokens") == want.get("predicted_tokens")
    for group in ("matrices", "head_matrices", "layers"):
        assert set(got.get(group, {})) == set(want.get(group, {})), f"{group}: other names"
        for name, scores in want.get(group, {}).items():
            for key, value in scores.items():
                if key == "shape":
                    assert got[group][name][key] == value, f"{name}: other shape"
                else:
                    result[key] = max(result.get(key, 0.0), relative(got[group][name][key], value))
    return result
