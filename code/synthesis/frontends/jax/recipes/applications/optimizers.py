"""Optimizer steps over trees of parameters, and operations before or after a step on gradients and averages."""

import re
from collections.abc import Sequence
from itertools import pairwise

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, remark, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_BODIES = read_bodies("jax", "optimizers", margin=4)


def parameters(p: Program, layers: int, *, biased: bool = True) -> tuple[Tree, str]:
    """Return a tree of the parameters of several layers, and the form it has.

    Args:
        p: the function.
        layers: the number of layers.
        biased: whether they have vectors in addition to matrices.
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
"""The moments of gradients that each optimizer keeps."""
_STYLES = ({"mu": "mu", "nu": "nu", "nu_max": "nu_max"},) * 2 + (
    {"mu": "first_moment", "nu": "second_moment", "nu_max": "max_second_moment"},
    {"mu": "exp_avg", "nu": "exp_avg_sq", "nu_max": "max_exp_avg_sq"},
)
_SINGLE_TREE_STATES = {"sgd_momentum": ("momentum", "trace", "velocity"), "nesterov": ("momentum", "trace", "velocity"),
          "lion": ("mu", "momentum", "exp_avg"), "adagrad": ("sum_of_squares", "accumulator"),
          "rmsprop": ("nu", "mean_square", "avg_sq")}  # fmt: skip
"""Names of the state of optimizers that keep one tree."""


def _draw_step(stream: Stream, target: str) -> KernelSpec:
    """Draw one step of an optimizer: the new parameters and the new state."""
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
    names = {
        one: p.pick(*_SINGLE_TREE_STATES[target]) if target in _SINGLE_TREE_STATES else called[one] for one in kept
    }
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
    p.set_results(changed(tree, -1, 1, low), *made)
    titles = (f"{target}_update", f"{target}_step", "apply_updates", "optimizer_step")
    return p.done(
        "optimizers", "optimizer_step", target, titles, _SUMMARIES[target], "the new parameters and the new state"
    )


def _returned(held: str, moments: dict[str, Tree], counts: bool, at: dict[str, str], kept: Sequence[str]) -> list[Tree]:
    """Return the returned parts of the state, in JAX's order."""
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
    """Declare the state as arguments, and return how each part of it is read."""
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
    """Return statements that scale a tree down to a largest norm.

    Args:
        p: the function, which has a number ``max_norm``.
        each: the function that maps over trees.
        tree: the name of the tree.
        always: whether the tree is always clipped, so that ``grad_norm`` is always computed.
    """
    text = _CLIP if always or p.choices.chance(0.6) else _CLIP_OR_NOT
    return p.choose(text.replace("CUT", p.pick(*_CUT)).replace("TREE", tree).replace("EACH", each))


_CLIP = _BODIES["clip"]
_CLIP_OR_NOT = _BODIES["clip_or_not"]
_CUT = (
    "TREE = jax.lax.cond(grad_norm > max_norm, "
    "lambda tree: EACH(lambda g: g * (max_norm / grad_norm), tree), lambda tree: tree, TREE)",
    "TREE = jax.lax.cond(grad_norm <= max_norm, "
    "lambda tree: tree, lambda tree: EACH(lambda g: max_norm * g / grad_norm, tree), TREE)",
)
"""Ways to scale a tree only if its norm is too large."""


def _first(p: Program, each: str, at: dict[str, str]) -> str:
    return p.pick(
        f"new_mu = {each}(lambda m, g: b1 * m + (1 - b1) * g, {at['mu']}, grads)",
        f"new_mu = {each}(lambda m, g: m + (1 - b1) * (g - m), {at['mu']}, grads)",
        f"new_mu = ema({at['mu']}, grads, b1)",
    )


def _second(p: Program, each: str, at: dict[str, str], *, averaged: bool) -> str:
    """Return the statements for the mean of squares; ``averaged`` is whether a helper function computes such means."""
    if averaged:
        return f"new_nu = ema_of_squares({at['nu']}, grads, b2)"
    return p.pick(
        f"new_nu = {each}(lambda v, g: b2 * v + (1 - b2) * jnp.square(g), {at['nu']}, grads)",
        f"new_nu = {each}(lambda v, g: b2 * v + (1 - b2) * g ** 2, {at['nu']}, grads)",
        f"new_nu = {each}(lambda v, g: v + (1 - b2) * (g ** 2 - v), {at['nu']}, grads)",
    )


_Update = tuple[list[str], str, str]
"""Statements; the change subtracted from a parameter ``w``, in terms of ``m`` and ``v``; and the names of the trees
whose leaves are ``m`` and ``v``."""


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
        # The look-ahead adds the gradient like a momentum that sums gradients, not like one that averages them.
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
    "sgd_momentum": "Gradient descent with momentum",
    "nesterov": "Gradient descent with Nesterov momentum",
    "adam": "One step of Adam",
    "adamw": "One step of Adam with decoupled weight decay",
    "lion": "One step of Lion",
    "rmsprop": "One step of RMSProp",
    "adagrad": "One step of Adagrad",
    "amsgrad": "One step of AMSGrad",
}


def _apply(p: Program, each: str, held: str, change: str, ends: str, *, cast: bool) -> str:
    """Return statements that assign ``new_params``."""
    first, *second = ends.split(", ")
    # Gradients are named g, and their moments m and v.
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
    """Return statements that assign ``new_params`` entry by entry, for a dictionary or a list of dictionaries."""
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


def _rate(p: Program, *usual: str) -> Array | Option:
    """Return a step size, as an array or a number."""
    names = ("learning_rate", "lr")
    if p.choices.chance(0.5):
        return Array(Leaf((), 1e-3, 0.1), "step size", names)
    return Option("float", "step size", usual, names)


def _kept(tree: Tree) -> Tree:
    """Return a count, and the first and second moments of gradients."""
    return {"count": Leaf((), 0, 20, "int32"), "mu": changed(tree, -0.1, 0.1), "nu": changed(tree, 0.001, 0.1)}


def _moments(p: Program, tree: Tree, keeps: Tree) -> dict[str, Array | Option | Constant]:
    """Return the arguments of a step with moments."""
    return {
        "params": Array(changed(tree, -1, 1), "parameters", ("params", "weights")),
        "grads": Array(changed(tree, -0.5, 0.5), "gradients", ("grads", "gradients")),
        "state": Array(keeps, "count and moments", ("state", "opt_state")),
        "learning_rate": _rate(p, "1e-3", "3e-4"),
        "b1": Option("float", "decay of the first moment", ("0.9", "0.95"), ("b1", "beta1")),
        "b2": Option("float", "decay of the second moment", ("0.999", "0.99"), ("b2", "beta2")),
        "eps": Constant("1e-8", "small number that keeps the division safe", ("eps",)),
    }


_MEAN_OF = _BODIES["mean_of"]
_DEBIASED = _BODIES["debiased"]
_DECAYED = _BODIES["decayed"]
_ADAPTIVE = """
    if variant not in KNOWN:
        raise ValueError(f'unknown variant <<variant>>')
    count = state['count'] + 1
    {?0.4 if accumulator_dtype is not None:
        {?0.5 # {moments are kept in a wide type}}
        grads = jax.tree.map(lambda g: g.astype(accumulator_dtype), grads)}
    {mu = lerp(state['mu'], grads, b1) ~
    mu = jax.tree.map(lambda m, g: b1 * m + (1.0 - b1) * g, state['mu'], grads)}
    SECOND
    AHEAD
    CORRECTED
    {updates = jax.tree.map(lambda m, v: m / (jnp.sqrt(v + eps_root) + eps), mu_hat, nu_hat) ~
    updates = jax.tree.map(lambda m, v: m / (jnp.sqrt(v) + eps), mu_hat, nu_hat)}
    {updates = jax.tree.map(functools.partial(decay_matrices, weight_decay=weight_decay), params, updates)
    new_params = jax.tree.map(lambda w, u: (w - learning_rate * u).astype(w.dtype), params, updates) ~
    {?0.6 if weight_decay > 0.0:
        updates = jax.tree.map(lambda u, w: u + weight_decay * w, updates, params)}
    new_params = jax.tree.map(lambda w, u: w - learning_rate * u, params, updates) ~
    def apply(w, u):
        {?0.5 if w.ndim > 1 and weight_decay > 0.0:
            u = u + weight_decay * w}
        return (w - learning_rate * u).astype(w.dtype)

    new_params = jax.tree.map(apply, params, updates)}
    return new_params, <<'count': count, 'mu': mu, 'nu': nu>>
"""
_SECOND = _BODIES["second"]
_LARGEST = _BODIES["largest"]
_AHEAD = """
    {?0.4 # {looks one step ahead}}
    ahead = jax.tree.map(lambda m, g: b1 * m + (1.0 - b1) * g, mu, grads) if nesterov else mu
"""
_CORRECTED = _BODIES["corrected"]
_CORRECTED_LARGEST = _BODIES["corrected_largest"]


def _adaptive(p: Program) -> Text:
    """Draw Adam or a relative of it, chosen by name."""
    tree = parameters(p, p.choices.integer(1, 2))[0]
    p.holds_any_tree()
    largest, ahead = p.choices.chance(0.35), p.maybe(0.3)
    parts = {
        "SECOND": _LARGEST if largest else _SECOND,
        "AHEAD": _AHEAD if ahead else "",
        "CORRECTED": (_CORRECTED_LARGEST if largest else _CORRECTED).replace("FIRST", "ahead" if ahead else "mu"),
    }
    text = _ADAPTIVE
    if largest:
        text = re.sub(r"    \{updates = jax\.tree\.map\(lambda m, v: (?:.*\n){2}", "", text, count=1)
    lines = p.choose(text)
    for mark, part in parts.items():
        lines = placed(lines, mark, p.choose(part).strip("\n"))
    known = ("'adam'", "'belief'", "'yogi'")
    if largest:
        known = ("'adam'", "'adamax'", *(["'belief'"] if "'belief'" in lines else []))
    lines = lines.replace("KNOWN", f"({', '.join(known)})")
    keeps = _kept(tree)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            **_moments(p, tree, keeps),
            "eps_root": Constant("1e-16", "small number inside the root", ("eps_root",)),
            "variant": Option("str", "how the second moment is kept", known, ("variant", "kind")),
            "correct": Option("bool", "whether moments are corrected", ("True", "False"), ("bias_correction",)),
            "nesterov": Option("bool", "whether to look ahead", ("False", "True"), ("nesterov",)),
            "accumulator_dtype": Option("str | None", "type of the moments", ("None", "'float32'"),
                                        ("accumulator_dtype", "mu_dtype")),
            "weight_decay": Option("float", "decay of the parameters", ("0.0", "1e-4", "0.01", "0.1"),
                                   ("weight_decay", "wd")),
        },
        result=(changed(tree, -1, 1), keeps),
        helpers=(_MEAN_OF, _DEBIASED, _DECAYED),
        titles=("adaptive_update", "adam_like_step", "apply_moments"),
        summary=p.pick("One step of Adam or one of its relatives", "Adaptive step with second moments kept by name"),
        returned="the new parameters and the new state",
    )  # fmt: skip


_SLOW = _BODIES["slow"]
_NAMES = (("kernel", "bias"), ("w", "b", "scale"), ("embed", "hidden", "bias"), ("conv", "dense", "bias"))


def _look_ahead(p: Program) -> Text:
    """Draw Lookahead: slow weights that follow the trained weights every few steps."""
    p.holds_any_tree()
    a, b = p.size(8, 16, 24), p.size(12, 32)
    tree = {
        name: Leaf((b,) if name in ("bias", "b", "scale") else (a, b)) for name in p.choices.choice(_NAMES)
    }  # fmt: skip
    keeps: Tree = {"count": Leaf((), 0, 20, "int32"), "slow": tree}
    return Text(
        lines=_SLOW,
        given={
            "params": Array(tree, "fast weights by name", ("params", "fast_params")),
            "grads": Array(changed(tree, -0.5, 0.5), "gradients by name", ("grads", "gradients")),
            "state": Array(keeps, "count and slow weights", ("state", "lookahead_state")),
            "learning_rate": _rate(p, "0.01", "0.1"),
            "alpha": Constant("0.5", "how far slow weights go", ("alpha", "slow_step_size")),
            "sync_period": Option("int", "steps between two meetings", ("5", "6", "3", "2"), ("sync_period", "k")),
            "start": Option("int", "steps before the first meeting", ("0", "5"), ("start_step", "start")),
            "reset_fast": Option("bool", "whether fast weights go on from slow ones", ("True", "False"),
                                 ("reset_fast", "pullback")),
            "weight_decay": Option("float", "decay of the parameters", ("0.0", "1e-4", "0.01"), ("weight_decay",)),
        },
        result=(tree, keeps),
        titles=("lookahead_step", "lookahead_update", "synchronize_weights"),
        summary=p.pick("Gradient descent with lookahead slow weights", "One step with lookahead"),
        returned="the new parameters and the new state",
    )  # fmt: skip


_RECTIFIED = _BODIES["rectified"]


def _rectified(p: Program) -> Text:
    """Draw rectified Adam, which uses its second moments only when they are reliable."""
    tree = parameters(p, p.choices.integer(1, 2))[0]
    p.holds_any_tree()
    keeps = _kept(tree)
    return Text(
        lines=_RECTIFIED,
        given={
            **_moments(p, tree, keeps),
            "threshold": Constant("5.0", "length of the mean from which it is used", ("threshold",)),
            "degenerate_to_sgd": Option("bool", "whether to move before that", ("True", "False"),
                                        ("degenerate_to_sgd", "use_sgd")),
            "decoupled": Option("bool", "whether decay is no gradient", ("True", "False"), ("decoupled",)),
            "weight_decay": Option("float", "decay of the parameters", ("1e-4", "0.01", "0.1"), ("weight_decay", "wd")),
        },
        result=(changed(tree, -1, 1), keeps),
        titles=("radam_update", "rectified_step", "radam_step"),
        summary=p.pick("One step of rectified Adam", "Adam with rectified second moments"),
        returned="the new parameters and the new state",
    )  # fmt: skip


_FREE = _BODIES["free"]


def _schedule_free(p: Program) -> Text:
    """Draw schedule-free Adam, which averages the parameters instead of reducing the step size."""
    p.holds_any_tree()
    a, b = p.size(8, 16, 24), p.size(12, 32)
    names = p.choices.choice(_NAMES)
    tree = {name: Leaf((b,) if name in ("bias", "b", "scale") else (a, b)) for name in names}
    keeps: Tree = {
        "count": Leaf((), 0, 20, "int32"), "weight_sum": Leaf((), 0.01, 1), "z": tree, "nu": changed(tree, 0.001, 0.1),
    }  # fmt: skip
    lines = p.choose(_FREE)
    told: tuple[Tree, ...] = ({"lr": Leaf(()), "share": Leaf(())},) if "metrics = {" in lines else ()
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters by name", ("params", "weights")),
            "grads": Array(changed(tree, -0.5, 0.5), "gradients by name", ("grads", "gradients")),
            "state": Array(keeps, "count, sum of weights, base points and second moments", ("state", "opt_state")),
            "learning_rate": _rate(p, "0.01", "3e-3"),
            "b1": Option("float", "how near to the average gradients are taken", ("0.9", "0.95"), ("b1", "beta1")),
            "b2": Option("float", "decay of the second moment", ("0.999", "0.99"), ("b2", "beta2")),
            "eps": Constant("1e-8", "small number that keeps the division safe", ("eps",)),
            "warmup": Option("int", "steps of warmup", ("10", "0", "20"), ("warmup_steps",)),
            "power": Option("float", "how much the step size counts", ("2.0", "0.0"), ("weight_lr_power", "power")),
            "weighting": Option("str", "uniform or squared", ("'squared'", "'uniform'"), ("weighting",)),
            "correct": Option("bool", "whether moments are corrected", ("True", "False"), ("bias_correction",)),
            "exclude": Option("tuple[str, ...]", "names that do not decay", (f"('{names[-1]}',)", "()"), ("exclude",)),
            "weight_decay": Option("float", "decay of the parameters", ("0.0", "1e-4", "0.01", "0.1"),
                                   ("weight_decay", "wd")),
        },
        result=(tree, keeps, *told),
        titles=("schedule_free_step", "schedule_free_update", "averaged_adam_step"),
        summary=p.pick("One step of Adam without a schedule", "Schedule-free step, whose average is what counts"),
        returned="the new parameters and the new state",
    )  # fmt: skip


_WHOLE = {
    "adaptive_by_name": _adaptive, "look_ahead": _look_ahead, "rectified_adam": _rectified,
    "schedule_free": _schedule_free,
}  # fmt: skip
RECIPES = (
    with_texts(
        Recipe(name="optimizer_step", category="optimizers", targets=tuple(_UPDATES), draw=_draw_step),
        _WHOLE,
        weight=1.75,
    ),
)
