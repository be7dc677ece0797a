"""Trees of the parameters of several layers, and the functions that map over them."""

from itertools import pairwise

from synthesis.frontends.jax.recipes.applications.parts import weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Tree, changed


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
"""The functions by which the lines map over trees, by frequency."""


def any_tree(p: Program, low: float = -1.0, high: float = 1.0, dtype: str = "float32") -> Tree:
    """Return the parameters of some layers as a tree. A function of any tree does not annotate its contents."""
    p.holds_any_tree()
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4), biased=p.choices.chance(0.7))
    return changed(tree, low, high, dtype)
