"""Compares reference folders with the original implementation, where it is installed: pip packages torch, transformers.

    python3 original.py DIRECTORY [NAME ...]

The original computes norms, softmax and rotary angles in float32 on purpose; here they are widened to float64, so that
what remains is a difference of method. Padded batch and single samples are both run; folders of images are left out,
because newer versions load them under other tensor names. Prints the largest differences of
logits (by their largest magnitude), losses and per-sample gradient norms (relative) from expected.json. Exits with 1 if
one is above 1e-7.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

import torch
import transformers

from folder import read, samples_of
from scores import loss_of

FLOAT = torch.float32


def widen():
    """From here on, what asks for float32 gets float64."""
    torch.float32 = torch.float = torch.float64
    torch.Tensor.float = torch.Tensor.double
    torch.set_default_dtype(torch.float64)


def narrow():
    torch.float32 = torch.float = FLOAT
    torch.set_default_dtype(FLOAT)


def load(folder, config):
    """The model in float64 with its rotary frequencies computed anew in float64."""
    narrow()
    kind = getattr(transformers, config["architectures"][0])
    model = kind.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    widen()
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if "RotaryEmbedding" in type(child).__name__:
                setattr(module, name, type(child)(model.config))
            if hasattr(child, "embed_scale") and isinstance(child.embed_scale, torch.Tensor):
                child.embed_scale = torch.tensor(model.config.hidden_size**0.5)
    return model


def batch_logits(model, inputs):
    """Logits of the padded batch, cut to the real tokens: a list of tensors."""
    keys = [key for key in ("input_ids", "attention_mask", "token_type_ids") if key in inputs]
    logits = model(**{key: torch.tensor(inputs[key]) for key in keys}).logits
    if inputs["task"] != "causal-lm":
        return list(logits)
    return [row[:length] for row, length in zip(logits, inputs["lengths"])]


def compare(folder):
    config, _, inputs, expected = read(folder)
    model, samples = load(folder, config), samples_of(inputs)
    names = {name: parameter for name, parameter in model.named_parameters() if name in expected["matrices"]}
    assert set(names) == set(expected["matrices"]), "other matrices"
    worst = {"batch": 0.0, "logits": 0.0, "loss": 0.0, "norms": 0.0}
    want = [torch.tensor(row, dtype=torch.float64) for row in expected["logits"]]
    top = max(row.abs().max() for row in want)
    for row, right in zip(batch_logits(model, inputs), want):
        worst["batch"] = max(worst["batch"], ((row - right).abs().max() / top).item())
    for s, (sample, label) in enumerate(zip(samples["samples"], samples["labels"])):
        given = {"input_ids": sample["ids"][None]}
        if "token_type_ids" in inputs:
            given["token_type_ids"] = sample["types"][None]
        out = model(**given).logits[0]
        worst["logits"] = max(worst["logits"], ((out - want[s]).abs().max() / top).item())
        loss, _ = loss_of(inputs["task"], out, label)
        right = expected["loss_per_sample"][s]
        worst["loss"] = max(worst["loss"], abs(loss.item() - right) / right)
        for name, gradient in zip(names, torch.autograd.grad(loss, list(names.values()))):
            right = expected["matrices"][name]["per_sample_grad_sq_norm"][s]
            worst["norms"] = max(worst["norms"], abs((gradient**2).sum().item() - right) / right)
    return worst


def main():
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    root, names, good = Path(sys.argv[1]), sys.argv[2:], True
    for folder in [root / n for n in names] if names else sorted(p.parent for p in root.glob("*/expected.json")):
        if read(folder)[2]["task"] == "image-classification":
            continue
        found = compare(folder)
        good &= max(found.values()) < 1e-7
        print(f"{folder.name:22}", " ".join(f"{key} {error:.1e}" for key, error in found.items()), flush=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
