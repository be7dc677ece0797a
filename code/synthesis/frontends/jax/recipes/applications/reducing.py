"""Reductions of the losses of examples to one loss."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf

_BODIES = read_bodies("jax", "reducing", margin=4)


def reduce(p: Program, shape: tuple[int, ...], *, weighted: bool, masked: bool) -> None:
    """Write statements that combine the losses of examples, ``per_example``, and a ``return`` of the combined loss.

    Args:
        p: the function, which has arrays ``weight`` and ``mask`` of this shape.
        shape: the shape of the losses.
        weighted: whether examples have weights.
        masked: whether some examples are ignored.
    """
    if weighted and not masked and p.choices.chance(0.4):
        p.write(_MEAN_OF_WEIGHTED)
        p.set_results(Leaf(()))
        return
    if weighted and masked:
        p.write(_WEIGHTED_VALID)
        p.set_results(Leaf(()))
        return
    if weighted:
        p.write(_WEIGH)
    if masked:
        p.write(_OVER_VALID)
        p.set_results(Leaf(()))
        return
    if not p.maybe(0.6):
        p.write("return {jnp.mean(per_example) ~ per_example.mean()}")
        p.set_results(Leaf(()))
        return
    asked = p.pick("mean", "sum", "none")
    p.option(
        "reduction",
        "'mean'",
        "str",
        "reduction of the losses",
        f"'{asked}'",
        ("reduction", "reduce"),
    )
    p.write(_REDUCE)
    p.set_results(Leaf(shape if asked == "none" else ()))


_WEIGH = _BODIES["weigh"]
_MEAN_OF_WEIGHTED = _BODIES["mean_of_weighted"]
_WEIGHTED_VALID = _BODIES["weighted_valid"]
_OVER_VALID = _BODIES["over_valid"]
_REDUCE = _BODIES["reduce"]
