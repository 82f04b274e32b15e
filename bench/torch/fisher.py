"""The scores: mean over samples of the squared norm of each module's own gradient, three ways."""
import torch


def scored_parts(linear, grad):
    """The gradient of each module that `linear` holds, as (name, view)."""
    dim = 1 if linear.in_by_out else 0
    return [(name, grad.narrow(dim, start, size)) for name, start, size in linear.parts]


def backward_alone(model, sample):
    """One sample's backward pass with gradients of all matrices of the layers; gives nothing, leaves `.grad`."""
    loss, _ = model.losses(sample, lambda linear, x: linear.forward(x))
    loss.sum().backward()


def trainable(model, on):
    for linear in model.linears():
        linear.weight.requires_grad_(on)
        linear.weight.grad = None


def naive(model, batch):
    """As published Fisher scripts: sample by sample, backward, square, add up, entry by entry; the module's score is the
    sum of its entries. Without what makes such scripts slower than they must be: the squares are added in place, and
    gradients are dropped rather than zeroed. Gives {module: score}."""
    samples = batch.alone
    trainable(model, True)
    sums = [torch.zeros_like(linear.weight, requires_grad=False) for linear in model.linears()]
    for sample in samples:
        backward_alone(model, sample)
        for linear, total in zip(model.linears(), sums):
            total.addcmul_(linear.weight.grad, linear.weight.grad)
            linear.weight.grad = None
    trainable(model, False)
    parts = [part for linear, total in zip(model.linears(), sums) for part in scored_parts(linear, total)]
    # Read as one: a card is waited for with every reading.
    values = torch.stack([part.sum() for _, part in parts]).tolist()
    return {name: value / len(samples) for (name, _), value in zip(parts, values)}


def naive_norms(model, batch):
    """Sample by sample as well, but for the trace alone: each gradient is reduced to its squared norm at once and
    nothing as large as the model is added up. Gives {module: [per sample]}."""
    samples = batch.alone
    trainable(model, True)
    names = [name for linear in model.linears() for name, _, _ in linear.parts]
    # Made at once: numbers that come one by one between gradients would keep their memory from being used again, and
    # reading each would wait for a card.
    norms = torch.empty(len(names), len(samples), dtype=model.linears()[0].weight.dtype, device=batch.device)
    for column, sample in enumerate(samples):
        backward_alone(model, sample)
        row = 0
        for linear in model.linears():
            for _, part in scored_parts(linear, linear.weight.grad):
                norms[row, column] = squared_norm(part)
                row += 1
            linear.weight.grad = None
    trainable(model, False)
    return dict(zip(names, norms))


def squared_norm(matrix):
    """By rows first: one float32 sum over millions of squares loses four digits."""
    return torch.linalg.vector_norm(matrix, dim=1).square().sum()


class Recorded(torch.autograd.Function):
    """A frozen linear layer that hands its inputs and output gradients to `record` and forms no weight gradient. The
    anchor makes autograd come here even where the input needs no gradient, as in the first layer."""

    @staticmethod
    def forward(ctx, x, _anchor, linear, record):
        ctx.save_for_backward(x)
        ctx.linear, ctx.record = linear, record
        return linear.forward(x)

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        ctx.record(ctx.linear, x, dy)
        dx = dy @ ctx.linear.matrix.t() if ctx.needs_input_grad[0] else None
        return dx, None, None, None


def gram(model, batch):
    """All samples in one batch, gradients of activations only. Per sample sum_tu (x_t . x_u)(d_t . d_u) where that is
    cheaper than forming the gradient X^T D. Gives {module: [per sample]}."""
    norms = {}
    count = len(batch.samples)
    anchor = torch.zeros((), device=batch.device, requires_grad=True)

    def record(linear, x, dy):
        inputs, outputs = x.view(count, -1, x.shape[1]), dy.view(count, -1, dy.shape[1])
        tokens, wide, high = inputs.shape[1], x.shape[1], dy.shape[1]
        cheaper = tokens * (wide + high) < wide * high
        # Modules that share their input share its products.
        products = torch.bmm(inputs, inputs.transpose(1, 2)) if cheaper else None
        for name, start, size in linear.parts:
            part = outputs[..., start : start + size]
            if cheaper:
                values = torch.bmm(part, part.transpose(1, 2)).mul_(products).sum((1, 2))
            else:
                values = torch.stack([squared_norm(i.t() @ o) for i, o in zip(inputs, part)])
            norms[name] = values

    losses, _ = model.losses(batch, lambda linear, x: Recorded.apply(x, anchor, linear, record))
    losses.sum().backward()
    return {name: norms[name] for linear in model.linears() for name, _, _ in linear.parts}


MODES = {"naive": naive, "naive-norms": naive_norms, "gram": gram}


def on_host(result):
    """Per-sample values as float64 in the processor's memory, read as one: a card is waited for with every reading."""
    values = torch.stack(list(result.values())).cpu().double()
    return dict(zip(result, values))


def traces(result):
    """{module: mean over samples} of whatever a mode gives."""
    if all(isinstance(value, float) for value in result.values()):
        return result
    return {name: values.mean().item() for name, values in on_host(result).items()}
