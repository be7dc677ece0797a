"""Steps of optimizers over trees of parameters, and what is done with gradients and averages before and after."""

import re
from collections.abc import Sequence
from itertools import pairwise

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    remark,
    weights,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, changed
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def parameters(p: Program, layers: int, *, biased: bool = True) -> tuple[Tree, str]:
    """A tree of the parameters of a few layers, and which form it has.

    Args:
        p: the function.
        layers: how many.
        biased: whether they have vectors beside their matrices.
    """
    sizes = [p.size(32, 64, 96, 128) for _ in range(layers + 1)]
    pairs = [(weights(into, out), weights(out)) for into, out in pairwise(sizes)]
    form = p.pick("flat", "layers", "nested", "pairs")
    if not biased:
        plain = [kernel for kernel, _ in pairs]
        return (plain if form == "layers" else {f"w{place}": each for place, each in enumerate(plain)}), form
    if form == "flat":
        flat: dict[str, Tree] = {}
        for place, (kernel, bias) in enumerate(pairs, start=1):
            flat |= {f"w{place}": kernel, f"b{place}": bias}
        return flat, form
    if form == "layers":
        return [{"kernel": kernel, "bias": bias} for kernel, bias in pairs], form
    if form == "pairs":
        return [(kernel, bias) for kernel, bias in pairs], form
    names = p.choices.choice(
        (
            ("encoder", "decoder", "head", "norm"),
            ("embed", "hidden", "out", "extra"),
            ("dense_0", "dense_1", "dense_2", "dense_3"),
        )
    )
    return {name: {"kernel": kernel, "bias": bias} for name, (kernel, bias) in zip(names, pairs, strict=False)}, form


MAPS = ("jax.tree.map", "jax.tree.map", "jax.tree_util.tree_map")

_MOMENTS: dict[str, tuple[str, ...]] = {
    "sgd_momentum": ("mu",), "nesterov": ("mu",), "adam": ("mu", "nu"), "adamw": ("mu", "nu"), "lion": ("mu",),
    "rmsprop": ("nu",), "adagrad": ("nu",), "amsgrad": ("mu", "nu", "nu_max"),
}  # fmt: skip
"""For each optimizer what it keeps of the gradients."""
_STYLES = ({"mu": "mu", "nu": "nu", "nu_max": "nu_max"},) * 2 + (
    {"mu": "first_moment", "nu": "second_moment", "nu_max": "max_second_moment"},
    {"mu": "exp_avg", "nu": "exp_avg_sq", "nu_max": "max_exp_avg_sq"},
)
_ALONE = {"sgd_momentum": ("momentum", "trace", "velocity"), "nesterov": ("momentum", "trace", "velocity"),
          "lion": ("mu", "momentum", "exp_avg"), "adagrad": ("sum_of_squares", "accumulator"),
          "rmsprop": ("nu", "mean_square", "avg_sq")}  # fmt: skip
"""What is kept is called in one style, or after what it is where it is one thing alone."""


def _draw_step(stream: Stream, target: str) -> KernelSpec:
    """One step of an optimizer: the new parameters, and the new state."""
    p = Program(stream)
    tree, form = parameters(p, p.choices.integer(1, 2) + (p.level >= 4))
    kept = _MOMENTS[target]
    counts = target in ("adam", "adamw") or (target == "amsgrad" and p.choices.chance(0.6))
    each = p.pick(*MAPS)
    held = (
        p.pick("record", "record", "dict", "apart") if len(kept) > 1 or counts else p.pick("record", "apart", "apart")
    )
    low = "bfloat16" if p.maybe(0.25) else "float32"
    called = p.choices.choice(_STYLES)
    names = {one: p.pick(*_ALONE[target]) if target in _ALONE else called[one] for one in kept}
    p.tree("params", changed(tree, -1, 1, low), "parameters", ("params", "weights", "theta"))
    p.tree("grads", changed(tree, -2, 2, low), "gradients, a tree like the parameters", ("grads", "gradients"))
    moments = {one: changed(tree, *((-1, 1) if one == "mu" else (0.01, 2)), "float32") for one in kept}
    at = _hold_state(p, target, held, names, moments, counts=counts)
    usual = {"sgd_momentum": ("0.1", "0.01"), "nesterov": ("0.1", "0.01"), "lion": ("1e-4", "3e-5")}
    p.number(
        "lr",
        p.pick(*usual.get(target, ("1e-3", "3e-4"))),
        "step size",
        (0.001, 0.1),
        ("learning_rate", "lr", "step_size"),
    )
    betas = p.choices.choice((("b1", "b2"), ("beta1", "beta2")))
    first = {"sgd_momentum": ("momentum_decay", "beta"), "nesterov": ("momentum_decay", "beta")}.get(target, betas[:1])
    second = ("decay_rate", "rho") if target == "rmsprop" else betas[1:]
    p.option("b1", "0.9", "float", "decay of the first moment", p.pick("0.9", "0.95"), first)
    p.number("b2", p.pick("0.999", "0.99", "0.95"), "decay of the second moment", (0.9, 0.99), second)
    p.number("eps", p.pick("1e-8", "1e-6"), "small number that keeps the division safe", None, ("eps", "epsilon"))
    p.option("decay", p.pick("1e-4", "0.01"), "float", "weight decay", p.pick("0.01", "0.1"), ("weight_decay", "decay"))
    p.number("max_norm", "1.0", "largest norm of all gradients", (0.5, 2.0), ("max_norm", "clip_norm"))
    p.option("nesterov", "False", "bool", "whether the gradient is looked up ahead", p.pick("True", "False"))
    p.option(
        "correct",
        "True",
        "bool",
        "whether moments are corrected for their start",
        p.pick("True", "False"),
        ("bias_correction", "debias"),
    )
    clipped = low == "float32" and p.maybe(0.12)
    if clipped:
        p.add(clip_by_norm(p, each, "grads"))
    if low != "float32":
        p.add(f"grads = {each}(lambda g: g.astype(jnp.float32), grads)")
    lines, change, ends = _UPDATES[target](p, each, at, counts)
    if p.maybe(0.15) and target in ("sgd_momentum", "adam", "rmsprop", "adagrad") and not clipped and low == "float32":
        p.add(remark(p, "L2 regularization"))
        p.add(f"grads = {each}(lambda g, w: g + decay * w, grads, params)")
    p.add(remark(p, *_WHY[target], share=0.6), *lines)
    p.add(remark(p, "update the parameters", share=0.2))
    p.add(_apply(p, each, form, change, ends, cast=low != "float32"))
    made = [
        Record(state.name, state.fields) if isinstance(state, Record) else state
        for state in _returned(held, moments, counts, at, kept)
    ]
    names_of = [f"new_{one}" for one in kept]
    if held == "record":
        fields = [*(["count=count"] if counts else []), *(f"{names[one]}=new_{one}" for one in kept)]
        p.add(
            p.pick(
                f"return new_params, {at['class']}({', '.join(fields)})",
                f"state = {at['class']}({', '.join(fields)})\nreturn new_params, state",
            )
        )
    elif held == "dict":
        entries = [*(["'count': count"] if counts else []), *(f"'{names[one]}': new_{one}" for one in kept)]
        p.add(f"return new_params, {{{', '.join(entries)}}}")
    else:
        p.add(f"return {', '.join(['new_params', *names_of, *(['count'] if counts else [])])}")
    p.gives(changed(tree, -1, 1, low), *made)
    titles = (f"{target}_update", f"{target}_step", "apply_updates", "optimizer_step")
    return p.done(
        "optimizers", "optimizer_step", target, titles, _SUMMARIES[target], "the new parameters and the new state"
    )


def _returned(held: str, moments: dict[str, Tree], counts: bool, at: dict[str, str], kept: Sequence[str]) -> list[Tree]:
    """What is returned of the state, in JAX's order."""
    count: list[tuple[str, Tree]] = [("count", Leaf((), 0, 50, "int32"))] if counts else []
    named: list[tuple[str, Tree]] = [(at[f"name_{one}"], moments[one]) for one in kept]
    if held == "record":
        return [Record(at["class"], (*count, *named))]
    if held == "dict":
        return [dict([*count, *named])]
    return [*(tree for _, tree in named), *(tree for _, tree in count)]


def _hold_state(
    p: Program, target: str, held: str, names: dict[str, str], moments: dict[str, Tree], *, counts: bool
) -> dict[str, str]:
    """Declare the state as arguments; gives how each part of it is read."""
    count: list[tuple[str, Tree]] = [("count", Leaf((), 0, 50, "int32"))] if counts else []
    fields = [*count, *((names[one], tree) for one, tree in moments.items())]
    at = {f"name_{one}": name for one, name in names.items()}
    if held == "record":
        title = "".join(word.title() for word in target.split("_")) + "State"
        made = p.record(title, fields, p.pick("What the optimizer keeps", "State of the optimizer"))
        p.tree("state", made, "state of the optimizer", ("state", "opt_state"))
        at["class"] = made.name
        return at | {one: f"state.{name}" for one, name in names.items()} | {"count": "state.count"}
    if held == "dict":
        p.tree("state", dict(fields), "state of the optimizer", ("state", "opt_state"))
        return at | {one: f"state['{name}']" for one, name in names.items()} | {"count": "state['count']"}
    for one, tree in moments.items():
        p.tree(
            one,
            tree,
            {"mu": "running mean of the gradients", "nu": "running mean of their squares"}.get(
                one, "largest second moments"
            ),
            (names[one],),
        )
    p.tensor("count", Leaf((), 0, 50, "int32"), "steps that were made", ("count", "step", "t"))
    return at | {one: one for one in names} | {"count": "count"}


def clip_by_norm(p: Program, each: str, tree: str, *, always: bool = False) -> str:
    """Statements that scale a tree down to a largest norm.

    Args:
        p: the function, which has a number ``max_norm``.
        each: what maps over trees.
        tree: what the tree is called.
        always: whether it is never left as it is, so that ``grad_norm`` is known in any case.
    """
    text = _CLIP if always or p.choices.chance(0.6) else _CLIP_OR_NOT
    return p.choose(text.replace("TREE", tree).replace("EACH", each))


_CLIP = """
    {grad_norm = global_norm(TREE) ~ grad_norm = global_norm(TREE) ~
    grad_norm = jnp.sqrt(sum({jnp.sum(jnp.square(g)) ~ (g ** 2).sum()} for g in jax.tree.leaves(TREE))) ~
    squared_norms = EACH(lambda g: jnp.sum(g ** 2), TREE)
    grad_norm = jnp.sqrt(jax.tree.reduce(jnp.add, squared_norms)) ~
    squared_norms = [jnp.sum(jnp.square(g)) for g in jax.tree.leaves(TREE)]
    grad_norm = jnp.sqrt(jnp.stack(squared_norms).sum())}
    {?0.3 # clip by global norm}
    clip_factor = {jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)) ~ max_norm / jnp.maximum(grad_norm, max_norm)}
    TREE = EACH(lambda g: g * clip_factor, TREE)
"""
_CLIP_OR_NOT = """
    if max_norm is not None:
        {?0.3 # clip by global norm}
        {grad_norm = global_norm(TREE) ~ grad_norm = global_norm(TREE) ~
        grad_norm = jnp.sqrt(sum({jnp.sum(jnp.square(g)) ~ (g ** 2).sum()} for g in jax.tree.leaves(TREE)))}
        clip_factor = {jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)) ~ max_norm / jnp.maximum(grad_norm, max_norm)}
        TREE = EACH(lambda g: g * clip_factor, TREE)
"""


def _first(p: Program, each: str, at: dict[str, str]) -> str:
    return p.pick(
        f"new_mu = {each}(lambda m, g: b1 * m + (1 - b1) * g, {at['mu']}, grads)",
        f"new_mu = {each}(lambda m, g: m + (1 - b1) * (g - m), {at['mu']}, grads)",
        f"new_mu = ema({at['mu']}, grads, b1)",
    )


def _second(p: Program, each: str, at: dict[str, str], *, averaged: bool) -> str:
    """The mean of squares; ``averaged`` if other means are taken by a function of their own."""
    if averaged:
        return f"new_nu = ema_of_squares({at['nu']}, grads, b2)"
    return p.pick(
        f"new_nu = {each}(lambda v, g: b2 * v + (1 - b2) * jnp.square(g), {at['nu']}, grads)",
        f"new_nu = {each}(lambda v, g: b2 * v + (1 - b2) * g ** 2, {at['nu']}, grads)",
        f"new_nu = {each}(lambda v, g: v + (1 - b2) * (g ** 2 - v), {at['nu']}, grads)",
    )


_Update = tuple[list[str], str, str]
"""Statements; what is taken from a parameter ``w``, of arrays ``m`` and ``v``; and the trees that these are of."""


def _adam(p: Program, each: str, at: dict[str, str], counts: bool, largest: bool = False) -> _Update:
    first = _first(p, each, at)
    lines = [first, _second(p, each, at, averaged="ema(" in first)]
    second = "new_nu"
    if largest:
        lines.append(f"new_nu_max = {each}(jnp.maximum, {at['nu_max']}, new_nu)")
        second = "new_nu_max"
    top, root = "m", "jnp.sqrt(v) + eps"
    if counts:
        lines.append(
            f"count = {at['count']} + 1",
        )
        form = p.pick("trees", "rate", "inside")
        lines.append(remark(p, "bias correction"))
        if form == "trees":
            lines += [
                f"mu_hat = {each}(lambda m: m / (1 - b1 ** count), new_mu)",
                f"nu_hat = {each}(lambda v: v / (1 - b2 ** count), {second})",
            ]
            return lines, f"lr * {top} / ({root})", "mu_hat, nu_hat"
        if form == "optional":
            lines += [
                "mu_hat, nu_hat = new_mu, " + second,
                block(
                    "if correct:",
                    remark(p, "matters in the first steps only"),
                    f"mu_hat = {each}(lambda m: m / (1 - b1 ** count), mu_hat)",
                    f"nu_hat = {each}(lambda v: v / (1 - b2 ** count), nu_hat)",
                ),
            ]
            return lines, f"lr * {top} / ({root})", "mu_hat, nu_hat"
        if form == "rate":
            lines.append(
                p.pick(
                    "lr_t = lr * jnp.sqrt(1 - b2 ** count) / (1 - b1 ** count)",
                    "lr_t = lr * (1 - b2 ** count) ** 0.5 / (1 - b1 ** count)",
                )
            )
            return lines, f"lr_t * {top} / ({root})", f"new_mu, {second}"
        lines.append("c1 = 1 - b1 ** count\nc2 = 1 - b2 ** count")
        return lines, "lr * (m / c1) / (jnp.sqrt(v / c2) + eps)", f"new_mu, {second}"
    return lines, f"lr * {top} / ({root})", f"new_mu, {second}"


def _adamw(p: Program, each: str, at: dict[str, str], counts: bool) -> _Update:
    lines, change, ends = _adam(p, each, at, counts)
    return lines, p.pick(f"{change} + lr * decay * w", f"lr * decay * w + {change}"), ends


def _momentum(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    trace = p.pick(
        f"new_mu = {each}(lambda m, g: b1 * m + g, {at['mu']}, grads)",
        _first(p, each, at),
    )
    if p.maybe(0.35):
        # Of a sum of gradients; a mean of them would have to look ahead by a mean.
        sums = f"new_mu = {each}(lambda m, g: b1 * m + g, {at['mu']}, grads)"
        ahead = f"{each}(lambda m, g: b1 * m + g, new_mu, grads)"
        return (
            [
                sums,
                remark(p, "Nesterov momentum"),
                p.pick(
                    f"updates = {ahead} if nesterov else new_mu",
                    f"{block('if nesterov:', f'updates = {ahead}')}\n{block('else:', 'updates = new_mu')}",
                ),
            ],
            "lr * m",
            "updates",
        )
    return [trace], "lr * m", "new_mu"


def _nesterov(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    trace = p.pick(
        f"new_mu = {each}(lambda m, g: b1 * m + g, {at['mu']}, grads)",
        f"new_mu = {each}(lambda m, g: g + b1 * m, {at['mu']}, grads)",
    )
    if p.choices.chance(0.5):
        return [trace, f"updates = {each}(lambda m, g: b1 * m + g, new_mu, grads)"], "lr * m", "updates"
    return [trace], p.pick("lr * (v + b1 * m)", "lr * (b1 * m + v)"), "new_mu, grads"


def _lion(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    update = p.pick(
        f"update = {each}(lambda m, g: b1 * m + (1 - b1) * g, {at['mu']}, grads)",
        f"update = {each}(lambda m, g: m + (1 - b1) * (g - m), {at['mu']}, grads)",
    )
    later = p.pick(
        f"new_mu = {each}(lambda m, g: b2 * m + (1 - b2) * g, {at['mu']}, grads)",
        f"new_mu = {each}(lambda m, g: m + (1 - b2) * (g - m), {at['mu']}, grads)",
    )
    return (
        [update, later],
        p.pick("lr * jnp.sign(m)", "lr * (jnp.sign(m) + decay * w)", "lr * jnp.sign(m) + lr * decay * w"),
        "update",
    )


def _rmsprop(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    return (
        [_second(p, each, at, averaged=p.maybe(0.25))],
        p.pick("lr * m / (jnp.sqrt(v) + eps)", "lr * m / jnp.sqrt(v + eps)"),
        "grads, new_nu",
    )


def _adagrad(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    total = p.pick(
        f"new_nu = {each}(lambda v, g: v + jnp.square(g), {at['nu']}, grads)",
        f"new_nu = {each}(lambda v, g: v + g ** 2, {at['nu']}, grads)",
    )
    return (
        [total],
        p.pick("lr * m / (jnp.sqrt(v) + eps)", "lr * m / jnp.sqrt(v + eps)"),
        "grads, new_nu",
    )


def _amsgrad(p: Program, each: str, at: dict[str, str], counts: bool) -> _Update:
    return _adam(p, each, at, counts, largest=True)


_UPDATES = {
    "sgd_momentum": _momentum, "nesterov": _nesterov, "adam": _adam, "adamw": _adamw, "lion": _lion,
    "rmsprop": _rmsprop, "adagrad": _adagrad, "amsgrad": _amsgrad,
}  # fmt: skip
_WHY = {
    "sgd_momentum": ("heavy ball momentum",),
    "nesterov": ("Nesterov momentum",),
    "adam": ("first and second moments",),
    "adamw": ("first and second moments",),
    "lion": ("the momentum is updated after it is used",),
    "rmsprop": ("running mean of squared gradients",),
    "adagrad": ("accumulate squared gradients",),
    "amsgrad": ("keep the largest second moment",),
}
_SUMMARIES = {
    "sgd_momentum": "Gradient descent with momentum", "nesterov": "Gradient descent with Nesterov's "
    "momentum", "adam": "One step of Adam",
    "adamw": "One step of Adam with decoupled weight decay", "lion": "One step of Lion, by the sign of the momentum",
    "rmsprop": "Divides gradients by the root of their running "
    "squares", "adagrad": "Divides gradients by the root of all their squares",
    "amsgrad": "Adam with the largest second moment so far",
}  # fmt: skip


def _apply(p: Program, each: str, held: str, change: str, ends: str, *, cast: bool) -> str:
    """Statements that make ``new_params``."""
    first, *second = ends.split(", ")
    # Gradients are called g, and what is kept of them m and v.
    change = re.sub(r"\bm\b", "g", change) if first == "grads" else change
    change = re.sub(r"\bv\b", "g", change) if second == ["grads"] else change
    letters = ", ".join(
        ["w", "g" if first == "grads" else "m", *(["g" if second == ["grads"] else "v"] if second else [])]
    )
    new = f"w - {change}" if " + " not in change else f"w - ({change})"
    new = f"({new}).astype(w.dtype)" if cast else new
    form = p.pick("lambda", "function", "updates", *(["names"] if held in ("flat", "layers") else []))
    if form == "names" and not cast:
        return _by_name(p, held, change, ends)
    if form == "updates" and not cast and " w" not in change and "(w" not in change:
        letters = letters.replace("w, ", "")
        negated = f"-({change})" if " + " in change else f"-{change}"
        return join(
            f"updates = {each}(lambda {letters}: {negated}, {ends})",
            p.pick(
                f"new_params = {each}(lambda w, u: w + u, params, updates)",
                f"new_params = {each}(jnp.add, params, updates)",
            ),
        )
    if form == "function":
        inner = f"return {new}"
        decays = " + lr * decay * w" if " + lr * decay * w" in change else "lr * decay * w + "
        if decays in change and not cast:
            inner = join(
                f"update = {change.replace(decays, '')}",
                block(
                    "if w.ndim > 1:", remark(p, "biases and scales do not decay"), "update = update + lr * decay * w"
                ),
                "return w - update",
            )
        return f"{block(f'def apply_update({letters}):', inner)}\n\nnew_params = {each}(apply_update, params, {ends})"
    return f"new_params = {each}(lambda {letters}: {new}, params, {ends})"


def _by_name(p: Program, held: str, change: str, ends: str) -> str:
    """Statements that make ``new_params`` one entry after the other, of a dictionary or of a list of them."""
    first, *second = ends.split(", ")
    read = {"g" if first == "grads" else "m": f"{first}[name]"}
    read |= {"g" if second == ["grads"] else "v": f"{second[0]}[name]"} if second else {}
    lines = [f"{letter} = {text}" for letter, text in read.items() if text]
    if held == "layers":
        read = {letter: text.replace("[name]", "[i][name]") for letter, text in read.items()}
        lines = [f"{letter} = {text}" for letter, text in read.items() if text]
        return join(
            "new_params = []",
            block(
                "for i, layer in enumerate(params):",
                "new_layer = {}",
                block("for name, w in layer.items():", *lines, f"new_layer[name] = w - ({change})"),
                "new_params.append(new_layer)",
            ),
        )
    return join(
        "new_params = {}",
        block("for name, w in params.items():", *lines, f"new_params[name] = w - ({change})"),
    )


RECIPES = (Recipe(name="optimizer_step", category="optimizers", targets=tuple(_UPDATES), draw=_draw_step),)
