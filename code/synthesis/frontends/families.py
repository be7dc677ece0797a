"""Families of kernel files as recipes: what is the same in every front end."""

from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.family import Family
from synthesis.drawing.kernel_files.using import OnTaken
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe


def family_recipe(family: Family, draw: Callable[[Family, Stream, set[int]], KernelSpec], on_taken: OnTaken) -> Recipe:
    """The recipe of a family, which is also its only target; its difficulties are drawn equally often.

    Args:
        family: what a kernel file says.
        draw: draws one of its kernels from a stream, and adds the numbers of the parts of the text that it has.
        on_taken: is told these numbers for each drawn kernel.
    """

    def draw_one(stream: Stream, _: str) -> KernelSpec:
        taken = set[int]()
        spec = draw(family, stream, taken)
        on_taken(frozenset(taken))
        return spec

    return Recipe(
        name=family.name,
        category=family.category,
        targets=(family.name,),
        draw=draw_one,
        difficulties=family.difficulties,
        usual_mix=dict.fromkeys(family.difficulties, 1.0),
    )
