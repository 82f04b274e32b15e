"""LoRA on the benchmark's blocks, as PEFT trains it: W frozen, A and B trained, y = W x + s B A x."""
import torch


class Lora(torch.nn.Module):
    """The adapter of one module. Scaling and sum go into the product, which PEFT's own does in two passes more over
    the output: torch's faster way is compared against."""

    def __init__(self, a, b, scaling):
        super().__init__()
        self.a, self.b = torch.nn.Parameter(a), torch.nn.Parameter(b)
        self.scaling = scaling

    def forward(self, x, y):
        return torch.addmm(y, x @ self.a.t(), self.b.t(), alpha=self.scaling)


class Adapters(torch.nn.Module):
    """Of a whole model, from tensors `<module>.lora_A` [rank, in] and `<module>.lora_B` [out, rank]."""

    def __init__(self, tensors, scaling):
        super().__init__()
        names = [name.removesuffix(".lora_A") for name in tensors if name.endswith(".lora_A")]
        all_of_them = [Lora(tensors[f"{name}.lora_A"], tensors[f"{name}.lora_B"], scaling) for name in names]
        self.list = torch.nn.ModuleList(all_of_them)
        self.by_module = dict(zip(names, all_of_them))

    def adapt(self, linear, x):
        """What a model's `losses` calls for each linear layer. Adapters of modules that are one product add to their
        part of it."""
        y = linear.forward(x)
        adapters = [self.by_module.get(name) for name, _, _ in linear.parts]
        if not any(adapters):
            return y
        if len(adapters) == 1:
            return adapters[0](x, y)
        parts = y.split([size for _, _, size in linear.parts], 1)
        return torch.cat([part if one is None else one(x, part) for one, part in zip(adapters, parts)], 1)


class Trainer:
    """Steps on one batch: mean loss over all target tokens, clipped gradients, torch's AdamW."""

    def __init__(self, model, adapters, batch, options):
        unknown = adapters.by_module.keys() - {name for linear in model.linears() for name, _, _ in linear.parts}
        if unknown or not adapters.by_module:
            raise SystemExit(f"train_torch: no module has the adapters {', '.join(sorted(unknown)) or '(none)'}")
        self.model, self.adapters, self.batch = model, adapters, batch
        self.parameters = list(adapters.parameters())
        self.largest_norm = options.max_grad_norm
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=options.learning_rate, weight_decay=options.weight_decay
        )

    def step(self):
        """One step. Gives the loss before it."""
        losses, _ = self.model.losses(self.batch, self.adapters.adapt)
        loss = (losses * self.batch.counts).sum() / self.batch.counts.sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.largest_norm)
        self.optimizer.step()
        return loss.item()
