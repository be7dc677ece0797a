"""The loss and gradient of a model, and training steps."""

import re
from itertools import pairwise

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.gradients import GRADIENTS
from synthesis.frontends.jax.recipes.applications.optimizers import clip_by_norm
from synthesis.frontends.jax.recipes.applications.parts import (
    activate,
    guard,
    positive,
    remark,
    weights,
    whole,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.steps import FORMS, declare_state, use_gradients
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, mapped
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "training", margin=4)

_HALF = 0.35
"""Probability that a model computes in ``bfloat16``, from weights in ``float32``."""
_SMOOTH = ("jax.nn.gelu(VALUE)", "jax.nn.silu(VALUE)", "jnp.tanh(VALUE)")
"""Activations with a continuous derivative, which does not jump where rounding changes the sign of a number."""

_SIDE = 8
_PIXELS = _SIDE**2
"""Number of pixels of an image, which has the same size at small and at real sizes."""


def _model(p: Program, into: int, out: int, *, image: bool, smooth: bool, apart: int = 0) -> tuple[Tree, str]:
    """Return the parameters of a small model and the template of the function that applies it.

    No hidden layer has width ``apart``.
    """
    hidden = p.size(32, 48, 64, 72, 96, apart=apart)
    depth = 1 + (p.level >= 4 or p.choices.chance(0.5)) + p.choices.chance(0.3)
    sizes = [into, *[hidden] * depth, out]
    pairs = [(weights(a, b), weights(b)) for a, b in pairwise(sizes)]
    form = p.pick("flat", "flat", "list", "pairs", "record")
    fixed = activate(p, "VALUE")
    fixed = p.pick(*_SMOOTH) if smooth else fixed
    title = p.pick("apply_model", "predict", "forward", "model")
    start = p.pick("h = x.reshape(x.shape[0], -1)", "h = jnp.reshape(x, (x.shape[0], -1))") if image else "h = x"
    says = p.pick('"""Applies the network."""', "", "")
    if form == "list":
        loop = block(
            "for layer in params[:-1]:", f"h = {fixed.replace('VALUE', 'h @ layer[chr(119)] + layer[chr(98)]')}"
        )
        loop = loop.replace("chr(119)", "'w'").replace("chr(98)", "'b'")
        body = join(
            says,
            start,
            loop,
            p.pick(
                "layer = params[-1]\nreturn h @ layer['w'] + layer['b']", "return h @ params[-1]['w'] + params[-1]['b']"
            ),
        )
        return [{"w": kernel, "b": bias} for kernel, bias in pairs], block(f"def {title}(params, x):", body)
    if form == "pairs":
        body = join(
            says,
            start,
            block(
                "for w, b in params[:-1]:", f"h = {fixed.replace('VALUE', p.pick('h @ w + b', 'jnp.dot(h, w) + b'))}"
            ),
            "w, b = params[-1]",
            p.pick("return h @ w + b", "return jnp.dot(h, w) + b"),
        )
        return pairs, block(f"def {title}(params, x):", body)
    names = [(f"w{place}", f"b{place}") for place in range(1, len(pairs) + 1)]
    at = "params.{}" if form == "record" else "params['{}']"
    lines = [f"h = {fixed.replace('VALUE', f'h @ {at.format(w)} + {at.format(b)}')}" for w, b in names[:-1]]
    if not image:
        start, lines[0] = "", lines[0].replace("h @", "x @")
    body = join(says, start, *lines, f"return h @ {at.format(names[-1][0])} + {at.format(names[-1][1])}")
    fields = [
        (name, leaf) for both, pair in zip(names, pairs, strict=True) for name, leaf in zip(both, pair, strict=True)
    ]
    tree: Tree = p.record("Params", fields, "Weights of the network") if form == "record" else dict(fields)
    return tree, block(f"def {title}(params, x):", body)


def _title(text: str) -> str:
    return text.split("(")[0].removeprefix("def ")


_RUN = """
    {?0.3 # forward pass}
    outputs = APPLY(params, x)
"""
_RUN_HALF = """
    {?0.5 # {master weights stay in float32 ~ multiply in bfloat16, take the loss in float32}}
    half_params = jax.tree.map(lambda w: w.astype(jnp.bfloat16), params)
    outputs = APPLY(half_params, x.astype(jnp.bfloat16)).astype(jnp.float32)
"""
_CLASS_LOSSES = _BODIES["class_losses"]
_SMOOTHED = _BODIES["smoothed"]
_NUMBER_LOSSES = _BODIES["number_losses"]
_MEANS = {
    True: _BODIES["means"],
    False: "loss = {losses.mean() ~ jnp.mean(losses)}",
}
_PENALTY = _BODIES["penalty"]
_METRICS = {
    "accuracy": "accuracy = {jnp.mean(jnp.argmax(logits, axis=-1) == y) ~ (logits.argmax(-1) == y).mean()}",
    "mae": "mae = {jnp.abs(preds - y).mean() ~ jnp.mean(jnp.abs(preds - y))}",
}


def _loss(p: Program, apply: str, metric: str, *, classes: bool, low: bool, extra: str) -> str:
    """Return the body of a function that computes the loss from parameters and a batch, with a metric if requested.

    Args:
        p: the function.
        apply: the call that applies the model.
        metric: the name of the metric; empty for none.
        classes: whether the model is a classifier.
        low: whether the model computes in ``bfloat16``.
        extra: ``smoothing``, ``weights`` or ``l2``, which need the function's options; others are ignored.
    """
    losses = _SMOOTHED if extra == "smoothing" else _CLASS_LOSSES if classes else _NUMBER_LOSSES
    run = (_RUN_HALF if low else _RUN).replace("APPLY", apply).replace("outputs", "logits" if classes else "preds")
    texts = [run, losses, _MEANS[extra == "weights"], _PENALTY if extra == "l2" else "", _METRICS.get(metric, "")]
    lines = join(*map(p.choose, texts))
    if "abs_error = " in lines:
        lines = re.sub(r"mae = .+", "mae = jnp.mean(abs_error)", lines)
    if not metric and (found := re.search(r"\nloss = (.+)\Z", lines.rstrip())):
        return f"{lines[: found.start()]}\nreturn {found[1]}"
    return join(lines, f"return loss, {metric}" if metric else "return loss")


_TITLES = {
    "train_step": ("train_step", "update", "training_step", "update_step"),
    "loss_and_grad": ("loss_and_grads", "compute_grads", "value_and_grads"),
    "gradient_only": ("compute_gradients", "loss_grads", "compute_grads"),
    "gradient_norms": ("gradient_norms", "grad_stats", "layer_grad_norms"),
}
"""Names of functions, by target."""


_RETURNED = {
    "train_step": "the new parameters, the state of the optimizer and the loss",
    "loss_and_grad": "the loss and the gradients",
    "gradient_only": "the gradients",
    "gradient_norms": "the norms of the gradients and the loss",
}
"""What functions return, by target."""


def _declare_batch(p: Program, batch: str, y: Leaf, x: Leaf, *, image: bool, classes: bool) -> str:
    """Declare the examples, and return the line that reads them."""
    inputs, labels = p.choices.choice(
        (
            ("x", "y"),
            ("inputs", "labels" if classes else "targets"),
            ("image", "label") if image and classes else ("x", "y"),
        )
    )
    taken = {
        "dict": f"x, y = batch['{inputs}'], batch['{labels}']",
        "tuple": "x, y = batch",
        "record": f"x, y = batch.{inputs}, batch.{labels}",
    }.get(batch, "")
    if batch == "dict":
        p.tree(
            "batch", {inputs: x, labels: y}, "inputs and labels" if classes else "inputs and targets", ("batch", "data")
        )
    elif batch == "tuple":
        p.tree("batch", (x, y), "inputs and labels" if classes else "inputs and targets", ("batch", "data"))
    elif batch == "record":
        p.tree(
            "batch", p.record("Batch", ((inputs, x), (labels, y)), "A batch of examples"), "examples", ("batch", "data")
        )
    else:
        p.tensor("x", x, "inputs, one example a row", (inputs,))
        p.tensor("y", y, "labels" if classes else "targets", (labels,))
    return taken


def _declare_numbers(p: Program, rows: int) -> None:
    """Declare the numbers and options of a step."""
    p.number("lr", p.pick("1e-3", "0.01", "0.1"), "step size", (0.01, 0.1), ("learning_rate", "lr"))
    p.number(
        "max_norm", p.pick("1.0", "0.5"), "largest norm of all gradients", (0.001, 0.01), ("max_norm", "clip_norm")
    )
    p.option("strength", p.pick("1e-3", "1e-4"), "float", "weight of the L2 penalty", "0.1", ("l2", "weight_decay"))
    p.option("smoothing", p.pick("0.1", "0.05"), "float", "label smoothing", None, ("label_smoothing", "smoothing"))
    p.tensor("weight", positive(rows), "weight of each example", ("sample_weight", "example_weights"), optional=True)


def _write_gradient(
    p: Program,
    target: str,
    apply: str,
    batch: str,
    metric: str,
    taken: str,
    extra: str,
    *,
    classes: bool,
    low: bool,
    aux: bool,
) -> str:
    """Write the loss and its gradient, and return the arguments of the loss."""
    inner = batch == "apart" or extra in ("smoothing", "weights", "l2") or p.choices.chance(0.5)
    body = _loss(p, _title(apply), metric, classes=classes, low=low, extra=extra)
    p.add(
        guard(p, "x.shape[0] != y.shape[0]", "got {x.shape[0]} inputs but {y.shape[0]} labels", 0.15)
        if batch == "apart"
        else ""
    )
    given = "params" if inner else "params, batch"
    if inner:
        p.add(taken, block("def loss_fn(params):", body))
    else:
        p.helper(block("def loss_fn(params, batch):", taken, body))
    flag = ", has_aux=True" if aux else ""
    left = f"(loss, {metric}), grads" if aux else "loss, grads"
    if target == "gradient_only":
        left = f"grads, {metric}" if aux else "grads"
        p.add(f"{left} = jax.grad(loss_fn{flag})({given})" if extra == "clip" or aux else "")
    else:
        p.add(
            p.pick(
                f"{left} = jax.value_and_grad(loss_fn{flag})({given})",
                f"grad_fn = jax.value_and_grad(loss_fn{flag})\n{left} = grad_fn({given})",
            )
        )
    return given


def _reported(p: Program, target: str, metric: str, *, aux: bool, told: bool) -> tuple[list[str], str, bool, Tree, str]:
    """Return the metrics, whether they are in a dictionary, and what is returned of them."""
    names = ["loss"] * (target != "gradient_only") + ([metric] if aux else [])
    metrics = {name: name for name in names} | ({"grad_norm": "grad_norm"} if told else {})
    entries = ", ".join(f"'{name}': {value}" for name, value in metrics.items())
    gathered = len(metrics) > 1 and (told or p.choices.chance(0.5))
    reported: Tree = dict.fromkeys(metrics, Leaf(())) if gathered else tuple(Leaf(()) for _ in names)
    report = "metrics" if gathered else ", ".join(names)
    return names, entries, gathered, reported, report


def _use_gradient(
    p: Program,
    target: str,
    tree: Tree,
    kind: str,
    held: str,
    each: str,
    extra: str,
    *,
    step: bool,
) -> tuple[list[Tree], list[str]]:
    """Write the use of the gradient, and return what is made of it."""
    if step:
        p.add(remark(p, "update the parameters", "one step of the optimizer"))
        lines, move, states, results = use_gradients(p, kind, each, held, tree, decays=extra == "decay")
        p.add(*lines, move)
        made: list[Tree] = [tree, *results]
        ends = ["params", *states]
    elif target == "gradient_norms":
        p.add(
            remark(p, "one norm for each array"),
            p.pick(
                f"norms = {each}(lambda g: jnp.sqrt(jnp.sum(g ** 2)), grads)",
                f"norms = {each}(jnp.linalg.norm, grads)",
                f"norms = {each}(lambda g: jnp.sqrt(jnp.mean(jnp.square(g))), grads)",
                f"norms = {each}(lambda g, w: jnp.linalg.norm(g) / (jnp.linalg.norm(w) + 1e-6), grads, params)",
            ),
        )
        made, ends = [mapped(tree, lambda _: Leaf(()))], ["norms"]
        if p.choices.chance(0.5):
            p.add(
                remark(p, "and one of all together"),
                p.pick(
                    "grad_norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)))",
                    "grad_norm = global_norm(grads)",
                ),
            )
            made, ends = [*made, Leaf(())], [*ends, "grad_norm"]
    else:
        made, ends = [tree], ["grads"]
    return made, ends


def _with_report(
    p: Program,
    target: str,
    names: list[str],
    entries: str,
    reported: Tree,
    report: str,
    made: list[Tree],
    ends: list[str],
    *,
    aux: bool,
    gathered: bool,
) -> tuple[list[Tree], list[str]]:
    """Return the results with the loss and the metrics."""
    if gathered:
        p.add(f"metrics = {{{entries}}}")
        made, ends = [*made, reported], [*ends, report]
    elif target == "loss_and_grad":
        both: Tree = (Leaf(()), Leaf(())) if aux else Leaf(())
        made, ends = [both, *made], [f"({report})" if aux else report, *ends]
    else:
        made, ends = [*made, *(Leaf(()) for _ in names)], [*ends, *names]
    return made, ends


def _draw_step(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that computes the gradient of a model's loss on a batch, and uses it."""
    p = Program(stream)
    rows, into, out = p.size(8, 16, 32, 48, 64), p.size(16, 32, 56, 64), p.size(4, 10, 16, 112)
    image = p.choices.chance(0.25)
    classes = p.choices.chance(0.6)
    low = p.choices.child("precision").chance(_HALF)
    # JAX prints one norm function for all arrays of a shape. An image has the same number of pixels at small and at
    # real sizes. If a small layer were as wide, arrays would have one shape at small sizes and two at real sizes.
    apart = _PIXELS if image and target == "gradient_norms" else 0
    smooth = low or target == "gradient_norms"
    tree, apply = _model(p, _PIXELS if image else into, out, image=image, smooth=smooth, apart=apart)
    shape = (rows, _SIDE, _SIDE) if image else (rows, into)
    # At low precision, rounding may change which score is the largest.
    aux = p.maybe(0.35) and not (low and classes) and target != "gradient_norms"
    batch = p.pick("dict", "tuple", "apart", "record")
    x, y = Leaf(shape, -2, 2), whole(rows, below=out) if classes else Leaf((rows, out), -2, 2)
    p.tree("params", tree, "parameters of the model", ("params", "weights", "theta"))
    step = target == "train_step"
    kind = p.pick(*FORMS) if step else "none"
    metric = ("accuracy" if classes else "mae") if aux else ""
    held = declare_state(p, kind, tree)
    taken = _declare_batch(p, batch, y, x, image=image, classes=classes)
    _declare_numbers(p, rows)
    each = p.pick("jax.tree.map", "jax.tree.map", "jax.tree_util.tree_map")
    p.helper(apply)
    # At most one addition to the loss and the use of the gradient.
    extra = p.pick(
        "", "", "weights", "l2", *(["smoothing"] if classes else []),
        *(["clip", "clip"] if target != "gradient_norms" else []), *(["decay"] if step else []),
    )  # fmt: skip
    extra = "" if low else extra
    given = _write_gradient(p, target, apply, batch, metric, taken, extra, classes=classes, low=low, aux=aux)
    clipped = extra == "clip"
    told = clipped and target in ("train_step", "loss_and_grad") and p.choices.chance(0.5)
    if clipped:
        p.add(clip_by_norm(p, each, "grads", always=told))
    names, entries, gathered, reported, report = _reported(p, target, metric, aux=aux, told=told)
    made, ends = _use_gradient(p, target, tree, kind, held, each, extra, step=step)
    made, ends = _with_report(p, target, names, entries, reported, report, made, ends, aux=aux, gathered=gathered)
    direct = target == "gradient_only" and extra != "clip" and not aux
    p.add(f"return jax.grad(loss_fn)({given})" if direct else f"return {', '.join(ends)}")
    p.set_results(*made)
    return p.done(
        "training",
        "gradient_step",
        target,
        _TITLES[target],
        {
            "train_step": p.pick("One training step on a batch", "Updates parameters by the gradient of a batch"),
            "loss_and_grad": "Loss of a batch and its gradient",
            "gradient_only": "Gradient of the loss of a batch",
            "gradient_norms": "Gradient norm of each array",
        }[target],
        _RETURNED[target],
    )


_TARGETS = ("train_step", "loss_and_grad", "gradient_only", "gradient_norms")
_WEIGHTS = {"loss_and_grad": 1.6, "gradient_only": 1.4, "gradient_norms": 1.4, "train_step": 0.6}
RECIPES = (
    with_texts(
        Recipe(name="gradient_step", category="training", targets=_TARGETS, draw=_draw_step, target_weights=_WEIGHTS),
        GRADIENTS,
        weight=0.8,
    ),
)
