"""The end of a training step, which bounds the gradients, moves the parameters and returns the new state."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.optimizers import clip_by_norm
from synthesis.frontends.jax.recipes.applications.parameter_trees import MAPS
from synthesis.frontends.jax.recipes.applications.parts import remark, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, changed, leaves_of

_BODIES = read_bodies("jax", "steps", margin=4)

FORMS = ("sgd", "momentum", "adam")
"""Optimizers that a training step may contain. Each keeps one tree more than the one before."""
_MOST = 126
"""Largest number of arrays passed to a training step. Each is drawn again by itself, to check that it has an effect."""


def finish_step(
    p: Program, tree: Tree, forms: tuple[str, ...] = FORMS, *, metric: str = "", decays: bool = False
) -> None:
    """Write the statements of a training step after ``loss, grads = ...``: an update of the parameters, and results.

    Args:
        p: the function, which has no numbers ``lr`` and ``max_norm`` and no state of an optimizer yet.
        tree: the parameters, which the function calls ``params``.
        forms: the optimizers to choose from; if empty, the gradients are returned and no parameters are updated.
        metric: a value that is reported in addition to the loss; empty for none.
        decays: whether the loss already has a penalty on the weights.
    """
    each = p.pick(*MAPS)
    p.number(
        "max_norm", p.pick("1.0", "0.5"), "largest norm of all gradients", (0.001, 0.01), ("max_norm", "clip_norm")
    )
    clipped = p.maybe(0.3)
    told = clipped and p.choices.chance(0.5)
    if clipped:
        p.add(clip_by_norm(p, each, "grads", always=told))
    metrics = {"loss": "loss", **({metric: metric} if metric else {}), **({"grad_norm": "grad_norm"} if told else {})}
    listed: Tree = dict.fromkeys(metrics, Leaf(()))
    entries = ", ".join(f"'{name}': {value}" for name, value in metrics.items())
    plain = ", ".join(["loss", *([metric] if metric else [])])
    leaves = tuple(Leaf(()) for _ in plain.split(","))
    if not forms:
        both: Tree = leaves if metric else leaves[0]
        p.finish(
            (f"return {f'({plain})' if metric else plain}, grads", (both, tree)),
            *([(f"metrics = <<{entries}>>\nreturn grads, metrics", (tree, listed))] if len(metrics) > 1 else []),
        )
        return
    p.number("lr", p.pick("1e-3", "0.01", "0.1"), "step size", (0.01, 0.1), ("learning_rate", "lr"))
    count = sum(1 for _ in leaves_of(tree, ""))
    kind = p.pick(*(form for trees, form in enumerate(forms, start=1) if trees == 1 or trees * count <= _MOST))
    held = declare_state(p, kind, tree)
    p.add(remark(p, "update the parameters", "one step of the optimizer"))
    lines, move, states, results = use_gradients(
        p, kind, each, held, tree, decays=not (decays or clipped) and p.maybe(0.25)
    )
    p.add(*lines, move)
    names = with_escaped_braces(", ".join(["params", *states]))
    p.finish(
        *([(f"return {names}, {plain}", (tree, *results, *leaves))] if not told else []),
        *(
            [
                (f"metrics = <<{entries}>>\nreturn {names}, metrics", (tree, *results, listed)),
                (f"return {names}, <<{entries}>>", (tree, *results, listed)),
            ]
            if len(metrics) > 1
            else []
        ),
    )


def declare_state(p: Program, kind: str, tree: Tree) -> str:
    """Declare the optimizer's state as an argument, and return the name of its class, or an empty string."""
    moment, square = changed(tree, -1, 1), changed(tree, 0.01, 2)
    p.tree("velocity", moment, "running mean of the gradients", ("velocity", "momentum", "opt_state"))
    if kind != "adam":
        return ""
    fields: list[tuple[str, Tree]] = [("count", Leaf((), 0, 50, "int32")), ("mu", moment), ("nu", square)]
    if p.choices.chance(0.6):
        made = p.record("AdamState", fields, "State of the optimizer")
        p.tree("opt_state", made, "state of the optimizer", ("opt_state", "state"))
        return made.name
    p.tree("opt_state", dict(fields), "state of the optimizer", ("opt_state", "state"))
    return "dict"


_DECAYING_SGD = _BODIES["decaying_sgd"]
_MOMENTUM = _BODIES["momentum"]
_ADAM = """
    count = {count} + 1
    mu = EACH(lambda m, g: b1 * m + (1.0 - b1) * g, {mu}, grads)
    nu = EACH(lambda v, g: b2 * v + (1.0 - b2) * g ** 2, {nu}, grads)
"""
_CORRECTIONS = """
    {?0.4 # bias correction}
    {c1, c2 = 1.0 - b1 ** count, 1.0 - b2 ** count ~ c1 = 1.0 - b1 ** count
    c2 = 1.0 - b2 ** count}
"""
_ADAM_MOVES = {
    True: _BODIES["adam_moves.apply_update"],
    False: _BODIES["adam_moves.adam_moves"],
}


def use_gradients(
    p: Program, kind: str, each: str, held: str, tree: Tree, *, decays: bool = True
) -> tuple[list[str], str, list[str], list[Tree]]:
    """Return an optimizer's update: statements, its last statements, the returned parts of the state, and their trees.

    Args:
        p: the function, which has a number ``lr``.
        kind: one of ``FORMS``.
        each: the function that maps over trees.
        held: the result of ``declare_state``.
        tree: the parameters, which the function calls ``params``.
        decays: whether weights decay.
    """
    if decays:
        p.option("strength", p.pick("1e-4", "0.01"), "float", "weight decay", "0.1", ("weight_decay",))
    p.option("beta", "0.9", "float", "decay rate of the momentum", None, ("beta", "momentum_decay"))
    p.number("b1", "0.9", "decay of the first moment", None, ("b1", "beta1"))
    p.number("b2", p.pick("0.999", "0.99"), "decay of the second moment", None, ("b2", "beta2"))
    p.number("eps", "1e-8", "small number that keeps the division safe")
    p.option("nesterov", "False", "bool", "whether to use Nesterov momentum", p.pick("True", "False"))
    if kind == "sgd":
        if decays:
            return [p.choose(_DECAYING_SGD)], f"params = {each}(apply_update, params, grads)", [], []
        return [], f"params = {each}(lambda w, g: w - lr * g, params, grads)", [], []
    if kind == "momentum":
        shrunk = f"grads = {each}(lambda g, w: g + strength * w, grads, params)" if decays else ""
        lines = [shrunk, p.choose(_MOMENTUM.replace("EACH", each))]
        move = f"params = {each}(lambda w, u: w - lr * u, params, updates)"
        if lines[1].rstrip().endswith("updates = velocity") and "nesterov" not in lines[1]:
            lines[1] = lines[1].rstrip().removesuffix("updates = velocity")
            move = f"params = {each}(lambda w, v: w - lr * v, params, velocity)"
        return lines, move, ["velocity"], [changed(tree, -1, 1)]
    at = "opt_state['{}']" if held == "dict" else "opt_state.{}"
    averages = _ADAM.format(**{name: at.format(name) for name in ("count", "mu", "nu")}).replace("EACH", each)
    if not decays and p.choices.chance(0.3):
        move = f"params = {each}(lambda w, m, v: w - lr_t * m / (jnp.sqrt(v) + eps), params, mu, nu)"
        lines = [p.choose(averages), "lr_t = lr * jnp.sqrt(1.0 - b2 ** count) / (1.0 - b1 ** count)"]
    else:
        move = f"params = {each}(apply_update, params, mu, nu)"
        lines = [p.choose(averages), p.choose(_CORRECTIONS), p.choose(_ADAM_MOVES[decays])]
    fields: list[tuple[str, Tree]] = [
        ("count", Leaf((), dtype="int32")),
        ("mu", changed(tree, -1, 1)),
        ("nu", changed(tree, 0, 1)),
    ]
    if held == "dict":
        return lines, move, ["{'count': count, 'mu': mu, 'nu': nu}"], [dict(fields)]
    return lines, move, [f"{held}(count=count, mu=mu, nu=nu)"], [Record(held, tuple(fields))]
