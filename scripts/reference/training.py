"""Writes what PyTorch, transformers, scikit-learn and PEFT give for the arithmetic of a training and of AdaLoRA.

    python3 training.py ../../test/fixtures

The files name the versions that they were made with. Numbers have 12 digits, which give float32 back exactly.
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import peft
import sklearn
import torch
import transformers
from peft.tuners.adalora.layer import RankAllocator
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef
from transformers import TrainingArguments
from transformers.optimization import get_scheduler

RANDOM = torch.Generator().manual_seed(7)


def normal(*shape):
    """float64 numbers that float32 holds exactly: both sides begin with the same."""
    return torch.randn(*shape, generator=RANDOM).double()


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    if isinstance(value, torch.Tensor):
        return rounded(value.tolist())
    return float(f"{value:.12g}") if isinstance(value, float) else value


def adamw():
    """Three parameters: one with a decay and a rate of its own, one that has no gradient in the third step."""
    start = {name: normal(size) for name, size in (("a", 5), ("b", 3), ("c", 2))}
    parameters = {name: torch.nn.Parameter(values.clone()) for name, values in start.items()}
    rates = {"a": 0.01, "b": 0.16, "c": 0.01}
    groups = [{"params": [parameters[name]], "lr": rates[name]} for name in parameters]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-6, weight_decay=0.1)
    steps = []
    for step in range(6):
        gradients = {name: normal(len(values)) for name, values in start.items() if (step, name) != (2, "c")}
        # Small enough that epsilon shows.
        gradients["b"] *= 1e-6
        for name, parameter in parameters.items():
            parameter.grad = gradients[name].clone() if name in gradients else None
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), 1.5).item()
        clipped = {name: parameters[name].grad.clone() for name in gradients}
        optimizer.step()
        after = {name: parameter.detach().clone() for name, parameter in parameters.items()}
        steps.append({"gradients": gradients, "norm": norm, "clipped": clipped, "after": after})
    moments = {
        name: {"m": state["exp_avg"], "v": state["exp_avg_sq"], "step": int(state["step"])}
        for name, state in ((name, optimizer.state[parameter]) for name, parameter in parameters.items())
    }
    settings = {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-6}
    return {
        "settings": settings,
        "weightDecay": 0.1,
        "maxNorm": 1.5,
        "rates": rates,
        "start": start,
        "steps": steps,
        "moments": moments,
    }


def schedules():
    cases = []
    for kind, name in (("cosine", "cosine"), ("linear", "linear"), ("constant", "constant_with_warmup")):
        for steps, ratio in ((10, 0.0), (10, 0.3), (17, 0.06), (7, 1.0), (1, 0.1), (30, 0.1)):
            # TrainingArguments takes 1 for one step; below 1 it is a share.
            arguments = TrainingArguments(output_dir="unused", report_to=[], warmup_steps=ratio if ratio < 1 else steps)
            warmup = arguments.get_warmup_steps(steps)
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.02)
            scheduler = get_scheduler(name, optimizer, num_warmup_steps=warmup, num_training_steps=steps)
            rates = []
            for _ in range(steps):
                rates.append(scheduler.get_last_lr()[0])
                optimizer.step()
                scheduler.step()
            cases.append(
                {"kind": kind, "steps": steps, "warmupRatio": ratio, "warmup": warmup, "peak": 0.02, "rates": rates}
            )
    return cases


def metrics():
    pick = lambda low, high, size: torch.randint(low, high, (size,), generator=RANDOM).tolist()
    cases = [
        (pick(0, 4, 40), pick(0, 4, 40)),
        # Classes that are only expected, or only predicted.
        ([0, 0, 1, 1, 2, 2, 5], [0, 1, 1, 1, 7, 2, 2]),
        ([0, 1, 0, 1, 1, 0], [0, 1, 1, 1, 0, 0]),
        ([0, 1, 2], [0, 1, 2]),
        ([0, 1, 0, 1], [1, 0, 1, 0]),
        # One side constant, both constant.
        ([0, 0, 1, 2], [1, 1, 1, 1]),
        ([2, 2], [2, 2]),
    ]
    return [
        {
            "expected": expected,
            "predicted": predicted,
            "accuracy": float(accuracy_score(expected, predicted)),
            "macroF1": float(f1_score(expected, predicted, average="macro", zero_division=0)),
            "matthews": float(matthews_corrcoef(expected, predicted)),
        }
        for expected, predicted in cases
    ]


class Adapter(torch.nn.Module):
    """Parameters named as PEFT names them."""

    def __init__(self, rank, sizes):
        super().__init__()
        for index, (inputs, outputs) in enumerate(sizes):
            layer = torch.nn.Module()
            shapes = {"lora_A": (rank, inputs), "lora_E": (rank, 1), "lora_B": (outputs, rank)}
            for name, shape in shapes.items():
                setattr(layer, name, torch.nn.ParameterDict({"default": torch.nn.Parameter(normal(*shape) * 0.5)}))
            setattr(self, f"m{index}", layer)


def adalora():
    config = peft.AdaLoraConfig(
        init_r=4, target_r=2, tinit=2, tfinal=3, deltaT=2, beta1=0.85, beta2=0.75, total_step=12
    )
    model = Adapter(4, [(6, 3), (5, 7)])
    names = {name: name.replace(".default", "") for name, _ in model.named_parameters()}
    allocator = RankAllocator(model, config, "default")
    start = {names[name]: p.detach().clone() for name, p in model.named_parameters()}
    gradients = []
    for _ in range(4):
        drawn = {}
        for name, p in model.named_parameters():
            drawn[names[name]] = normal(*p.shape)
            p.grad = drawn[names[name]].clone()
        gradients.append(drawn)
        allocator.update_ipt(model)
    pattern = allocator.mask_to_budget(model, 5)
    penalty = 0
    for p in model.parameters():
        p.grad = None
    # As AdaLoraModel.forward adds it to a loss.
    for name, p in model.named_parameters():
        if "lora_E" not in name:
            covariance = p @ p.T if "lora_A" in name else p.T @ p
            penalty = penalty + torch.norm(covariance - torch.eye(4, dtype=p.dtype), p="fro") / 4
    penalty.backward()
    orthogonality = {names[name]: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return {
        "budget": [allocator.budget_schedule(step) for step in range(13)],
        "start": start,
        "gradients": gradients,
        "importance": {names[name]: values for name, values in allocator.exp_avg_ipt.items()},
        "uncertainty": {names[name]: values for name, values in allocator.exp_avg_unc.items()},
        "keep": 5,
        "stays": {names[name].replace(".lora_E", ""): stays for name, stays in pattern.items()},
        "penalty": penalty.item(),
        "penaltyGradients": orthogonality,
    }


def main():
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    modules = {"torch": torch, "transformers": transformers, "peft": peft, "scikit-learn": sklearn}
    versions = {"versions": {name: module.__version__ for name, module in modules.items()}}
    files = {
        "training.json": {"adamw": adamw(), "schedules": schedules(), "metrics": metrics()},
        "adalora.json": adalora(),
    }
    for name, value in files.items():
        (folder / name).write_text(json.dumps(rounded({**versions, **value}), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
