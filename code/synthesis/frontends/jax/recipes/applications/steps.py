"""What a step of training does with gradients: bounds them, moves the parameters, returns the new state."""

from synthesis.frontends.jax.recipes.applications.optimizers import MAPS, clip_by_norm
from synthesis.frontends.jax.recipes.applications.parts import remark
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, changed, leaves_of

FORMS = ("sgd", "momentum", "adam")
"""Optimizers that a step of training may write out; each keeps a tree more than the one before."""
_MOST = 42
"""Arrays that a step of training is given at most: each is drawn again by itself, to see that it matters."""


def finish_step(p: Program, tree: Tree, forms: tuple[str, ...] = FORMS) -> None:
    """Write what follows ``loss, grads = ...`` in a step of training, or where nothing is moved, the end of it.

    Args:
        p: the function, which has no numbers ``lr`` and ``max_norm`` and no state of an optimizer yet.
        tree: the parameters, which the function calls ``params``.
        forms: the optimizers to choose from; none if the gradients are what is asked for.
    """
    each = p.pick(*MAPS)
    p.number(
        "max_norm", p.pick("1.0", "0.5"), "largest norm of all gradients", (0.001, 0.01), ("max_norm", "clip_norm")
    )
    if p.maybe(0.3):
        p.add(clip_by_norm(p, each, "grads"))
    if not forms:
        p.finish(
            ("return loss, grads", (Leaf(()), tree)),
            ("return grads, loss", (tree, Leaf(()))),
            ("return grads, <<'loss': loss>>", (tree, {"loss": Leaf(())})),
        )
        return
    p.number("lr", p.pick("1e-3", "0.01", "0.1"), "step size", (0.01, 0.1), ("learning_rate", "lr"))
    p.number("strength", "1e-4", "weight decay", (0.001, 0.1), ("weight_decay", "l2"))
    leaves = sum(1 for _ in leaves_of(tree, ""))
    kind = p.pick(*(form for trees, form in enumerate(forms, start=1) if trees == 1 or trees * leaves <= _MOST))
    held = declare_state(p, kind, tree)
    if p.maybe(0.2):
        p.add(remark(p, "decay as a part of the gradient", "weight decay"))
        p.add(f"grads = {each}(lambda g, w: g + strength * w, grads, params)")
    lines, move, states, results = use_gradients(p, kind, each, held, tree)
    p.add(remark(p, "use the gradients", "update the parameters", "one step of the optimizer"), *lines, move)
    names = ", ".join(["params", *states]).replace("{", "<<").replace("}", ">>")
    ends = [
        (f"return {names}, loss", (tree, *results, Leaf(()))),
        (f"return {names}, <<'loss': loss>>", (tree, *results, {"loss": Leaf(())})),
    ]
    p.finish(*ends)


def declare_state(p: Program, kind: str, tree: Tree) -> str:
    """The optimizer's state as an argument; gives the class of it where it has one."""
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


def use_gradients(
    p: Program, kind: str, each: str, held: str, tree: Tree
) -> tuple[list[str], str, list[str], list[Tree]]:
    """A step of an optimizer: statements, the last of them, what is returned of the state, and its trees."""
    last = p.pick(
        f"params = {each}(lambda w, d: w - lr * d, params, DELTAS)",
        f"params = {each}(lambda w, d: w + -lr * d, params, DELTAS)",
    ).replace("w + -lr", "w - lr")
    if kind == "sgd":
        return [], last.replace("DELTAS", "grads"), [], []
    if kind == "momentum":
        line = p.pick(
            f"velocity = {each}(lambda m, g: 0.9 * m + g, velocity, grads)",
            f"velocity = {each}(lambda m, g: 0.9 * m + 0.1 * g, velocity, grads)",
        )
        return [line], last.replace("DELTAS", "velocity"), ["velocity"], [changed(tree, -1, 1)]
    at = "opt_state['{}']" if held == "dict" else "opt_state.{}"
    lines = [
        f"count = {at.format('count')} + 1",
        f"mu = {each}(lambda m, g: 0.9 * m + 0.1 * g, {at.format('mu')}, grads)",
        p.pick(
            f"nu = {each}(lambda v, g: 0.999 * v + 0.001 * g ** 2, {at.format('nu')}, grads)",
            f"nu = {each}(lambda v, g: 0.999 * v + 0.001 * jnp.square(g), {at.format('nu')}, grads)",
        ),
    ]
    if p.choices.chance(0.5):
        lines.append("rate = lr * jnp.sqrt(1 - 0.999 ** count) / (1 - 0.9 ** count)")
        end = f"params = {each}(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-8), params, mu, nu)"
    else:
        lines.append("c1, c2 = 1 - 0.9 ** count, 1 - 0.999 ** count")
        end = f"params = {each}(lambda w, m, v: w - lr * (m / c1) / (jnp.sqrt(v / c2) + 1e-8), params, mu, nu)"
    fields: list[tuple[str, Tree]] = [
        ("count", Leaf((), dtype="int32")),
        ("mu", changed(tree, -1, 1)),
        ("nu", changed(tree, 0, 1)),
    ]
    if held == "dict":
        return lines, end, ["{'count': count, 'mu': mu, 'nu': nu}"], [dict(fields)]
    return lines, end, [f"{held}(count=count, mu=mu, nu=nu)"], [Record(held, tuple(fields))]
