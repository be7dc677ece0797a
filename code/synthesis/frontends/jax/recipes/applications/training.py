"""A model's loss and its gradient, steps of training, returns of episodes, and sampling of tokens."""

from itertools import pairwise

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.optimizers import clip_by_norm
from synthesis.frontends.jax.recipes.applications.parts import (
    activate,
    guard,
    remark,
    weights,
    whole,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.steps import FORMS, declare_state, use_gradients
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, mapped
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_HALF = 0.35
"""How many models compute in ``bfloat16``, from weights that are ``float32``."""
_SMOOTH = ("jax.nn.gelu(VALUE)", "jax.nn.silu(VALUE)", "jnp.tanh(VALUE)")
"""Activations whose slopes do not jump where rounding decides on which side of zero a number is."""

_SIDE = 8
_PIXELS = _SIDE**2
"""Of an image, which is no larger at real sizes."""


def _model(p: Program, into: int, out: int, *, image: bool, smooth: bool, apart: int = 0) -> tuple[Tree, str]:
    """The parameters of a small model, and the text of the function that applies it; no layer is ``apart`` wide."""
    hidden = p.size(32, 64, 96, 128, apart=apart)
    depth = 1 + (p.level >= 4 or p.choices.chance(0.4))
    sizes = [into, *[hidden] * depth, out]
    pairs = [(weights(a, b), weights(b)) for a, b in pairwise(sizes)]
    form = p.pick("flat", "flat", "list", "pairs", "record")
    fixed = activate(p, "VALUE")
    fixed = p.pick(*_SMOOTH) if smooth else fixed
    title = p.pick("apply_model", "predict", "forward", "model")
    start = (
        p.pick("h = x.reshape(x.shape[0], -1)", "h = jnp.reshape(x, (x.shape[0], -1))")
        if image
        else p.pick("h = x", "h = jnp.asarray(x)")
    )
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
    body = join(says, start, *lines, f"return h @ {at.format(names[-1][0])} + {at.format(names[-1][1])}")
    fields = [
        (name, leaf) for both, pair in zip(names, pairs, strict=True) for name, leaf in zip(both, pair, strict=True)
    ]
    tree: Tree = p.record("Params", fields, "Weights of the network") if form == "record" else dict(fields)
    return tree, block(f"def {title}(params, x):", body)


def _title(text: str) -> str:
    return text.split("(")[0].removeprefix("def ")


def _loss(p: Program, apply: str, classes: bool, *, aux: bool, low: bool) -> str:
    """The text of a function of parameters and a batch that gives the loss, with more beside it where asked for."""
    run = f"outputs = {apply}(params, x)"
    if low:
        cast = p.pick("jax.tree.map(lambda w: w.astype(jnp.bfloat16), params)",
                      "jax.tree_util.tree_map(lambda w: w.astype(jnp.bfloat16), params)")  # fmt: skip
        run = join(
            remark(p, "master weights stay in float32", "multiply in bfloat16, lose nothing in the loss"),
            f"half = {cast}",
            f"outputs = {apply}(half, x.astype(jnp.bfloat16)).astype(jnp.float32)",
        )
    head = join(remark(p, "forward pass", "what the model says"), run)
    if classes:
        lines = p.pick(
            "log_probs = jax.nn.log_softmax(outputs, axis=-1)\n"
            "losses = -jnp.take_along_axis(log_probs, y[:, None], axis=-1)[:, 0]",
            "one_hot = jax.nn.one_hot(y, outputs.shape[-1])\n"
            "losses = -jnp.sum(one_hot * jax.nn.log_softmax(outputs), axis=-1)",
            "losses = jax.nn.logsumexp(outputs, axis=-1) - outputs[jnp.arange(outputs.shape[0]), y]",
        )
        more = p.pick(
            "accuracy = jnp.mean(outputs.argmax(axis=-1) == y)", "accuracy = (jnp.argmax(outputs, -1) == y).mean()"
        )
    else:
        lines = p.pick(
            "losses = jnp.mean(jnp.square(outputs - y), axis=-1)",
            "losses = ((outputs - y) ** 2).sum(axis=-1)",
            "gap = jnp.abs(outputs - y)\nlosses = jnp.where(gap < 1.0, 0.5 * gap ** 2, gap - 0.5).mean(axis=-1)",
        )
        more = p.pick("mae = jnp.abs(outputs - y).mean()", "mae = jnp.mean(jnp.abs(outputs - y))")
    mean = p.pick("value = losses.mean()", "value = jnp.mean(losses)")
    if p.maybe(0.35):
        why = remark(p, "large weights cost something", "weight decay as a part of the loss")
        mean += f"\n{why}\n" + p.pick(
            "value = value + 0.5 * 1e-3 * sum(jnp.sum(w ** 2) for w in jax.tree.leaves(params))",
            "penalty = sum(jnp.vdot(w, w * 0.5) for w in jax.tree.leaves(params))\nvalue += 1e-3 * penalty",
        )
    end = f"{more}\nreturn value, {'accuracy' if classes else 'mae'}" if aux else "return value"
    return join(head, lines, mean, end)


def _draw_step(stream: Stream, target: str) -> KernelSpec:
    """The gradient of a model's loss on a batch, and what it is used for."""
    p = Program(stream)
    rows, into, out = p.size(8, 16, 32, 64, 128), p.size(16, 32, 64), p.size(4, 10, 16, 32)
    image = p.choices.chance(0.25)
    classes = p.choices.chance(0.6)
    low = p.choices.child("precision").chance(_HALF)
    # JAX prints a norm once for all arrays of one shape: an image's pixels are as many at small sizes as at real ones,
    # and if as many as small layers are wide, arrays had one shape at small sizes that have two at real ones.
    apart = _PIXELS if image and target == "gradient_norms" else 0
    smooth = low or target == "gradient_norms"
    tree, apply = _model(p, _PIXELS if image else into, out, image=image, smooth=smooth, apart=apart)
    shape = (rows, _SIDE, _SIDE) if image else (rows, into)
    # What the largest score is may fall either way where numbers are coarse.
    aux = p.maybe(0.35) and not (low and classes)
    batch = p.pick("dict", "tuple", "apart", "record")
    x, y = Leaf(shape, -2, 2), whole(rows, below=out) if classes else Leaf((rows, out), -2, 2)
    p.tree("params", tree, "parameters of the model", ("params", "weights", "theta"))
    step = target == "train_step"
    kind = p.pick(*FORMS) if step else "none"
    held = declare_state(p, kind, tree)
    inputs, labels = p.choices.choice(
        (
            ("x", "y"),
            ("inputs", "labels" if classes else "targets"),
            ("image", "label") if image and classes else ("x", "y"),
        )
    )
    figure = "accuracy" if classes else "mae"
    taken = {
        "dict": f"x, y = batch['{inputs}'], batch['{labels}']",
        "tuple": "x, y = batch",
        "record": f"x, y = batch.{inputs}, batch.{labels}",
    }.get(batch, "")
    if batch == "dict":
        p.tree("batch", {inputs: x, labels: y}, "inputs and what they ought to give", ("batch", "data"))
    elif batch == "tuple":
        p.tree("batch", (x, y), "inputs and what they ought to give", ("batch", "data"))
    elif batch == "record":
        p.tree(
            "batch", p.record("Batch", ((inputs, x), (labels, y)), "A batch of examples"), "examples", ("batch", "data")
        )
    else:
        p.tensor("x", x, "inputs, the first axis of examples", (inputs,))
        p.tensor("y", y, "what they ought to give", (labels,))
    p.number("lr", p.pick("1e-3", "0.01", "0.1"), "step size", (0.01, 0.1), ("learning_rate", "lr"))
    p.number(
        "max_norm", p.pick("1.0", "0.5"), "largest norm of all gradients", (0.001, 0.01), ("max_norm", "clip_norm")
    )
    p.number("strength", "1e-4", "weight decay", (0.001, 0.1), ("weight_decay", "l2"))
    each = p.pick("jax.tree.map", "jax.tree.map", "jax.tree_util.tree_map")
    p.helper(apply)
    inner, whole_fn = batch == "apart" or p.choices.chance(0.35), "loss_fn"
    body = _loss(p, _title(apply), classes, aux=aux, low=low)
    p.add(
        guard(p, "x.shape[0] != y.shape[0]", "batch of {x.shape[0]} inputs and {y.shape[0]} labels", 0.2)
        if batch == "apart"
        else ""
    )
    if inner:
        p.add(taken, block("def loss_fn(params):", body))
        given = "params"
    else:
        given = "params, batch"
        if p.choices.chance(0.5):
            p.helper(block("def loss_fn(batch, params):", taken, body))
            whole_fn, given = "functools.partial(loss_fn, batch)", "params"
        else:
            p.helper(block("def loss_fn(params, batch):", taken, body))
    flag = ", has_aux=True" if aux else ""
    left = f"(loss, {figure})" if aux else "loss"
    if target == "gradient_only" and not aux:
        p.add(f"grads = jax.grad({whole_fn})({given})")
        left = ""
    else:
        p.add(
            p.pick(
                f"{left}, grads = jax.value_and_grad({whole_fn}{flag})({given})",
                f"grad_fn = jax.value_and_grad({whole_fn}{flag})\n{left}, grads = grad_fn({given})",
            )
        )
    # Norms are asked for of gradients as they are.
    if target != "gradient_norms" and p.maybe(0.3):
        p.add(clip_by_norm(p, each, "grads"))
    if target != "gradient_norms" and p.maybe(0.2):
        p.add(remark(p, "decay as a part of the gradient", "weight decay"))
        p.add(f"grads = {each}(lambda g, w: g + strength * w, grads, params)")
    made: list[Tree] = []
    ends: list[str] = []
    if step:
        lines, name, states, results = use_gradients(p, kind, each, held, tree)
        p.add(remark(p, "use the gradients", "update the parameters", "one step of the optimizer"), *lines)
        made, ends = [tree, *results], ["params", *states]
        p.add(name)
    if target == "gradient_norms":
        p.add(
            remark(p, "one number for each array", "how large gradients are, array by array"),
            p.pick(
                f"norms = {each}(lambda g: jnp.sqrt(jnp.sum(g ** 2)), grads)",
                f"norms = {each}(jnp.linalg.norm, grads)",
                f"norms = {each}(lambda g: jnp.max(jnp.abs(g)), grads)",
            ),
        )
        made, ends = [mapped(tree, lambda _: Leaf(()))], ["norms"]
    elif not step:
        made, ends = [tree], ["grads"]
    if left:
        if aux and p.choices.chance(0.5):
            ends.append(f"{{'loss': loss, '{figure}': {figure}}}")
            made.append({"loss": Leaf(()), figure: Leaf(())})
        else:
            ends += ["loss", *([figure] if aux else [])]
            made += [Leaf(()), *([Leaf(())] if aux else [])]
    p.add(f"return {', '.join(ends)}")
    p.gives(*made)
    titles = {
        "train_step": ("train_step", "update", "training_step", "update_step"),
        "loss_and_grad": ("loss_and_grads", "compute_grads", "value_and_grads"),
        "gradient_only": ("compute_gradients", "grad_step", "loss_grads"),
        "gradient_norms": ("gradient_norms", "grad_stats", "layer_grad_norms"),
    }[target]
    return p.done(
        "training",
        "gradient_step",
        target,
        titles,
        {
            "train_step": p.pick(
                "One step of training on a batch", "Updates the parameters by the gradient of a batch"
            ),
            "loss_and_grad": "Loss of a batch and its gradient",
            "gradient_only": "Gradient of the loss of a batch",
            "gradient_norms": "How large the gradient of each array is",
        }[target],
        "what is used in the next step" if step else "the gradients and the loss",
    )


_TARGETS = ("train_step", "loss_and_grad", "gradient_only", "gradient_norms")
RECIPES = (
    Recipe(
        name="gradient_step",
        category="training",
        targets=_TARGETS,
        draw=_draw_step,
        target_weights=dict.fromkeys(_TARGETS, 1.5),
    ),
)
