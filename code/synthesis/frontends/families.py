"""The common part of the recipes that draw families of kernel files, for all front ends."""

from collections.abc import Callable
from importlib.resources import files

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.family import Family
from synthesis.drawing.kernel_files.folder import KernelFolder
from synthesis.drawing.kernel_files.using import OnTaken
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe


def family_recipe(family: Family, draw: Callable[[Family, Stream, set[int]], KernelSpec], on_taken: OnTaken) -> Recipe:
    """Return the recipe of a family. The recipe's only target is the family. Its difficulties are equally likely.

    Args:
        family: the contents of a kernel file.
        draw: draws a kernel from a stream, and adds to the given set the numbers of the alternatives of the kernel file
            that the kernel contains.
        on_taken: a function that is called with these numbers for each drawn kernel.
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


def own_recipes(package: str, recipe_of: Callable[[Family], Recipe]) -> tuple[Recipe, ...]:
    """Return the recipes of a front end's own kernel files, in the order of their paths.

    Args:
        package: the package whose folder ``families`` holds the files, such as ``synthesis.frontends.jax.kernels``.
        recipe_of: makes the recipe of a family.
    """
    return tuple(map(recipe_of, KernelFolder.of(str(files(package) / "families")).families))
