"""The floating-point types of a model: weights are cast where they are used; sums and losses are in ``float32``."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from synthesis.frontends.jax.recipes.applications.program import Program

_NONE: Mapping[str, str] = MappingProxyType({})
SHARE = 0.5
"""Probability that a whole model computes in a 16-bit type. Of the single layers that could do so, a quarter do."""


@dataclass(frozen=True, slots=True)
class Precision:
    """The casts in a model's source; none if the model computes in ``float32``."""

    half: str = ""
    """The type in which the model computes its products, as a Python expression; empty for ``float32``."""
    whole_tree: bool = False
    """Whether the weights are cast all at once, instead of each where it is used."""

    def loses(self, target: str) -> bool:
        """Return whether rounding changes the results for a target too much, as it does for 16-bit gradients.

        Every layer rounds, in the forward and in the backward pass. After two residual or normalising layers, a
        gradient has a relative error of one or two per cent. Its small elements have a larger error, which cannot be
        distinguished from a wrong result. A recipe uses a smaller model for such a target. Training steps are not
        affected: they return updated weights, which have 32 bits.
        """
        return bool(self.half) and target.endswith("_gradient")

    @property
    def cast_tree(self) -> str:
        """A statement that casts every weight of ``params``; empty if weights are cast where they are used."""
        return f"params = jax.tree.map(lambda w: w.astype({self.half}), params)" if self.whole_tree else ""

    @property
    def cast(self) -> str:
        """The cast that follows a weight where it is multiplied by ``x``."""
        return ".astype(x.dtype)" if self.half and not self.whole_tree else ""

    @property
    def enter(self) -> str:
        """The cast that follows the first numbers that the model computes with."""
        return f".astype({self.half})" if self.half else ""

    @property
    def leave(self) -> str:
        """The cast that follows the values from which a loss is computed."""
        return ".astype(jnp.float32)" if self.half else ""

    @property
    def sums(self) -> str:
        """The last argument of a product that is summed in ``float32``."""
        return ", preferred_element_type=jnp.float32" if self.half else ""

    def filled(self, text: str, marks: Mapping[str, str] = _NONE) -> str:
        """Return a template with the casts in place of ``CAST_TREE``, ``CAST``, ``ENTER``, ``LEAVE`` and ``SUMS``.

        A line with only ``CAST_TREE`` is left out if there is nothing to cast.

        Args:
            text: the template.
            marks: other words of the template and their replacements. A replacement may contain the words above.
        """
        for mark, said in (
            *marks.items(), ("CAST_TREE", self.cast_tree), ("CAST", self.cast), ("ENTER", self.enter),
            ("LEAVE", self.leave), ("SUMS", self.sums),
        ):  # fmt: skip
            text = text.replace(mark, said)
        return text


def draw_precision(p: Program, *, smooth: bool = False) -> Precision:
    """Draw the precision of a model.

    Args:
        p: the function.
        smooth: whether gradients are computed, whose small numbers ``float16`` cannot represent.
    """
    if not p.choices.chance(SHARE):
        return Precision()
    half = "jnp.float16" if not smooth and p.choices.chance(0.1) else "jnp.bfloat16"
    return Precision(half, p.choices.chance(0.4))
