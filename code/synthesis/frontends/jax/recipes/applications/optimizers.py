"""Optimizer steps over trees of parameters, and operations before or after a step on gradients and averages."""

import re
from collections.abc import Sequence

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.optimizer_families import (
    write_adaptive,
    write_look_ahead,
    write_rectified,
    write_schedule_free,
)
from synthesis.frontends.jax.recipes.applications.parameter_trees import MAPS, parameters
from synthesis.frontends.jax.recipes.applications.parts import remark
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, changed
from synthesis.frontends.jax.recipes.applications.update_rules import REASONS, SUMMARIES, UPDATES
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "optimizers", margin=4)

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


def _declare_options(p: Program, target: str) -> None:
    """Declare the numbers and options of a step."""
    usual = {"sgd_momentum": ("0.1", "0.01"), "nesterov": ("0.1", "0.01"), "lion": ("1e-4", "3e-5")}
    p.number("lr", p.pick(*usual.get(target, ("1e-3", "3e-4"))), "step size", (0.001, 0.1),
             ("learning_rate", "lr", "step_size"))  # fmt: skip
    betas = p.choices.choice((("b1", "b2"), ("beta1", "beta2")))
    first = {"sgd_momentum": ("momentum_decay", "beta"), "nesterov": ("momentum_decay", "beta")}.get(target, betas[:1])
    second = ("decay_rate", "rho") if target == "rmsprop" else betas[1:]
    p.option("b1", "0.9", "float", "decay rate of the first moment", p.pick("0.9", "0.95"), first)
    p.number("b2", p.pick("0.999", "0.99", "0.95"), "decay of the second moment", (0.9, 0.99), second)
    p.number("eps", p.pick("1e-8", "1e-6"), "small number that keeps the division safe", None, ("eps", "epsilon"))
    p.option("decay", p.pick("1e-4", "0.01"), "float", "weight decay", p.pick("0.01", "0.1"), ("weight_decay", "decay"))
    p.number("max_norm", "1.0", "largest norm of all gradients", (0.5, 2.0), ("max_norm", "clip_norm"))
    p.option("nesterov", "False", "bool", "whether to use Nesterov momentum", p.pick("True", "False"))
    p.option("correct", "True", "bool", "whether to correct the bias of the moments", p.pick("True", "False"),
             ("bias_correction", "debias"))  # fmt: skip


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
    _declare_options(p, target)
    clipped = low == "float32" and p.maybe(0.12)
    if clipped:
        p.add(clip_by_norm(p, each, "grads"))
    if low != "float32":
        p.add(f"grads = {each}(lambda g: g.astype(jnp.float32), grads)")
    lines, change, ends = UPDATES[target](p, each, at, counts)
    if p.maybe(0.15) and target in ("sgd_momentum", "adam", "rmsprop", "adagrad") and not clipped and low == "float32":
        p.add(remark(p, "L2 regularization"))
        p.add(f"grads = {each}(lambda g, w: g + decay * w, grads, params)")
    p.add(remark(p, *REASONS[target], share=0.6), *lines)
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
        "optimizers", "optimizer_step", target, titles, SUMMARIES[target], "the new parameters and the new state"
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


_WHOLE = {
    "adaptive_by_name": write_adaptive, "look_ahead": write_look_ahead, "rectified_adam": write_rectified,
    "schedule_free": write_schedule_free,
}  # fmt: skip
RECIPES = (
    with_texts(
        Recipe(name="optimizer_step", category="optimizers", targets=tuple(UPDATES), draw=_draw_step),
        _WHOLE,
        weight=1.75,
    ),
)
