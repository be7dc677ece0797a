"""In which format a model computes: weights that are cast where they are used, sums and losses in ``float32``."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from synthesis.frontends.jax.recipes.applications.program import Program

_NONE: Mapping[str, str] = MappingProxyType({})
SHARE = 0.5
"""How many whole models compute in a format of 16 bits; of the layers that could, a quarter do."""


@dataclass(frozen=True, slots=True)
class Precision:
    """What a model's text says of formats; nothing of it where it computes in ``float32``."""

    half: str = ""
    """The format of its products, as Python; empty for ``float32``."""
    whole_tree: bool = False
    """Whether the weights are cast all at once, and not each where it is used."""

    def loses(self, target: str) -> bool:
        """Whether a function for a target gives back numbers that rounding moves far: gradients of 16 bits.

        Every layer rounds, there and back. After two layers that add as much as they are given, or normalize it anew, a
        gradient is off by one or two hundredths, and its small elements by more than can be told from an error. A
        recipe takes less of its model there. A step is told by the weights that it moves, which are of 32 bits.
        """
        return bool(self.half) and target.endswith("_gradient")

    @property
    def cast_tree(self) -> str:
        """A statement that casts every weight of ``params``."""
        return f"params = jax.tree.map(lambda w: w.astype({self.half}), params)" if self.whole_tree else ""

    @property
    def cast(self) -> str:
        """What follows a weight where it is multiplied with ``x``."""
        return ".astype(x.dtype)" if self.half and not self.whole_tree else ""

    @property
    def enter(self) -> str:
        """What follows the first numbers that the model computes with."""
        return f".astype({self.half})" if self.half else ""

    @property
    def leave(self) -> str:
        """What follows what a loss is made of."""
        return ".astype(jnp.float32)" if self.half else ""

    @property
    def sums(self) -> str:
        """A last argument of a product that is summed up in ``float32``."""
        return ", preferred_element_type=jnp.float32" if self.half else ""

    def filled(self, text: str, marks: Mapping[str, str] = _NONE) -> str:
        """A text with what it says of formats, in place of ``CAST_TREE``, ``CAST``, ``ENTER``, ``LEAVE`` and ``SUMS``.

        A line that is only ``CAST_TREE`` is left out where there is nothing to cast.

        Args:
            text: the text.
            marks: what other words of it stand for, which may be of formats as well.
        """
        for mark, said in (
            *marks.items(), ("CAST_TREE", self.cast_tree), ("CAST", self.cast), ("ENTER", self.enter),
            ("LEAVE", self.leave), ("SUMS", self.sums),
        ):  # fmt: skip
            text = text.replace(mark, said)
        return text


def draw_precision(p: Program, *, smooth: bool = False) -> Precision:
    """The precision of a model.

    Args:
        p: the function.
        smooth: whether gradients are asked for, whose small numbers ``float16`` does not hold.
    """
    if not p.choices.chance(SHARE):
        return Precision()
    half = "jnp.float16" if not smooth and p.choices.chance(0.1) else "jnp.bfloat16"
    return Precision(half, p.choices.chance(0.4))
