"""Optimizer steps in which the size of each array's update depends on that array."""

from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parameter_trees import MAPS, parameters
from synthesis.frontends.jax.recipes.applications.parts import placed
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed, mapped

_BODIES = read_bodies("jax", "layerwise", margin=8)

_PER_LAYER = {
    "lamb": (("mu", "nu"), _BODIES["lamb"]),
    "lars": (("mu",), _BODIES["lars"]),
    "factored": (("factors",), _BODIES["factored"]),
    "sign_agreement": (("mu",), _BODIES["sign_agreement"]),
    "normalised_step": (("mu",), _BODIES["normalised_step"]),
}  # fmt: skip


_FACTORS = {
    True: {
        "KEEP_ALL": "<<'full': b2 * old['full'] + (1.0 - b2) * squares>>",
        "KEEP_TWO": """
            return <<
                'row': b2 * old['row'] + (1.0 - b2) * jnp.mean(squares, axis=-1),
                'column': b2 * old['column'] + (1.0 - b2) * jnp.mean(squares, axis=-2),
            >>
        """,
        "TAKE": "row, column = kept['row'], kept['column']",
        "ALL": "kept['full']",
    },
    False: {
        "KEEP_ALL": "b2 * old + (1.0 - b2) * squares",
        "KEEP_TWO": _BODIES["keep_two"],
        "TAKE": "row, column = kept",
        "ALL": "kept",
    },
}
"""Ways to store the second moments of an array: by name, or as a pair for a matrix."""


def _kept_of(leaf: Leaf, *, named: bool) -> Tree:
    """Return the second moments stored for an array."""
    full = Leaf(leaf.shape, 0.01, 2)
    if len(leaf.shape) < 2:
        return {"full": full} if named else full
    row, column = (Leaf((leaf.shape[axis],), 0.01, 2) for axis in (0, -1))
    return {"column": column, "row": row} if named else (row, column)


_TITLES = {
    "lamb": ("lamb_update", "lamb_step"),
    "lars": ("lars_update", "lars_step"),
    "factored": ("adafactor_update", "factored_rms_step"),
    "sign_agreement": ("cautious_momentum_step", "masked_momentum_update"),
    "normalised_step": ("normalized_sgd_step", "normalized_momentum_update"),
}
"""Names of functions, by target."""


_SUMMARIES = {
    "lamb": "Adam with a trust ratio for each layer",
    "lars": "Momentum with a step size for each layer",
    "factored": "Adaptive step with factored second moments",
    "sign_agreement": "Momentum masked where the gradient disagrees",
    "normalised_step": "Momentum with normalized steps for each array",
}
"""What functions do, by target."""


def _declare_options(p: Program, target: str) -> None:
    """Declare the numbers and options of a step."""
    p.number("lr", p.pick("1e-3", "0.01"), "step size", (0.001, 0.1), ("learning_rate", "lr"))
    betas = p.choices.choice((("b1", "b2"), ("beta1", "beta2")))
    alone = ("momentum", "beta") if target != "lamb" else betas[:1]
    p.option("b1", "0.9", "float", "decay rate of the first moment", p.pick("0.9", "0.95"), alone)
    p.number(
        "b2", "0.999", "decay of the second moment", (0.9, 0.99), ("decay_rate",) if target == "factored" else betas[1:]
    )
    p.number("eps", "1e-6", "small number that keeps the division safe", None, ("eps", "epsilon"))
    p.option("trust_coef", "0.001", "float", "trust coefficient", "0.01", ("trust_coefficient", "eta"))
    p.option("decay", p.pick("0.01", "0.0", "1e-4"), "float", "weight decay", p.pick("0.01", "0.1"),
             ("weight_decay", "decay"))  # fmt: skip
    p.option(
        "max_trust", "None", "float | None", "largest trust ratio", p.pick("1.0", "None"), ("max_trust", "trust_clip")
    )
    p.option("threshold", "1.0", "float | None", "largest root mean square of an update", p.pick("1.0", "None"),
             ("clip_threshold", "threshold"))  # fmt: skip
    p.option("relative", "False", "bool", "whether to scale steps by the size of the weights", p.pick("True", "False"),
             ("scale_parameter", "relative"))  # fmt: skip


def _draw_per_layer(stream: Stream, target: str) -> KernelSpec:
    """Draw an optimizer step in which the size of each array's update depends on that array."""
    p = Program(stream)
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4))
    kept, text = _PER_LAYER[target]
    by_name = p.choices.chance(0.5)
    for mark, lines in _FACTORS[by_name].items():
        text = placed(text, mark, dedent(lines).strip()).replace(mark, lines)
    each = p.pick(*MAPS)
    p.tree("params", changed(tree, -1, 1), "parameters", ("params", "weights"))
    p.tree("grads", changed(tree, -2, 2), "gradients, a tree like the parameters", ("grads", "gradients"))
    p.tree("mu", changed(tree, -1, 1), "running mean of the gradients",
           ("mu",) if target == "lamb" else ("momentum_buffer", "trace", "velocity"))  # fmt: skip
    p.tree("nu", changed(tree, 0.01, 2), "running mean of their squares", ("nu",))
    factors = mapped(tree, lambda leaf: _kept_of(leaf, named=by_name))
    p.tree("factors", factors, "second moments of each array, of matrices by rows and columns",
           ("second_moments", "factored_nu", "nu"))  # fmt: skip
    p.tensor("count", Leaf((), 0, 50, "int32"), "steps that were made", ("step", "count"))
    _declare_options(p, target)
    together = target == "lamb" and p.choices.chance(0.6)
    if together:
        moments: Tree = {
            "count": Leaf((), 0, 50, "int32"), "mu": changed(tree, -1, 1), "nu": changed(tree, 0.01, 2),
        }  # fmt: skip
        p.tree("state", moments, "steps that were made, and running means", ("state", "opt_state"))
        text = text.replace("count = count + 1", "count = state['count'] + 1")
        text = text.replace(", mu, grads)", ", state['mu'], grads)").replace(", nu, grads)", ", state['nu'], grads)")
    p.write(text.replace("EACH", each))
    new = changed(tree, -1, 1)
    if together:
        state: Tree = {"count": Leaf((), dtype="int32"), "mu": new, "nu": new}
        entries = "'count': count, 'mu': mu, 'nu': nu"
        p.finish(
            (f"return new_params, <<{entries}>>", (new, state)),
            (f"state = <<{entries}>>\nreturn new_params, state", (new, state)),
        )
    else:
        names = [*kept, *(["count"] if target == "lamb" else [])]
        counted: tuple[Tree, ...] = (Leaf((), dtype="int32"),) if target == "lamb" else ()
        p.write(f"return new_params, {', '.join(names)}")
        p.set_results(new, *(factors if each == "factors" else new for each in kept), *counted)
    return p.done(
        "optimizers",
        "layerwise_step",
        target,
        _TITLES[target],
        _SUMMARIES[target],
        "the new parameters and the new state",
    )


RECIPES = (Recipe(name="layerwise_step", category="optimizers", targets=tuple(_PER_LAYER), draw=_draw_per_layer),)
