"""The part of a front end that draws kernels: recipes, and the drawer that holds them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from synthesis.core.errors import ConfigError
from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files import Family, KernelFolder
from synthesis.drawing.kernel_files.using import OnTaken, ignore_parts
from synthesis.drawing.streams import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A function that draws one family of kernels."""

    name: str
    category: str
    targets: tuple[str, ...]
    """The operations that can be requested. Every drawn kernel uses the requested one."""
    draw: Callable[[Stream, str], KernelSpec]
    """Draws a kernel with the stream's difficulty from a random stream and a target operation. A pure function."""
    difficulties: tuple[int, ...] = (2,)
    """The difficulties that can be requested, from :data:`synthesis.core.records.DIFFICULTIES`.

    Above 2, an application gets longer. Recipes that exist to cover an operation have no higher difficulty.
    """
    wrong_adjoints: tuple[str, ...] = ()
    """Targets whose adjoint the tool gets wrong with its default settings. Their kernels have forward texts only."""
    usual_mix: Mapping[int, float] | None = field(default=None, hash=False)
    """Weights of the difficulties if none is requested; None for the front end's default mix."""
    target_weights: Mapping[str, float] = field(default_factory=dict[str, float], hash=False)
    """Weights of targets within the category; 1 for a target that is not named.

    A lower weight keeps rows from repeating each other. Targets have one if they have few different structures
    (``benchmarks/distinct.py`` counts them by target), or if their loops are unrolled into many copies of the same
    lines, which is rare in texts of applications. A higher weight makes up for an operation that would be too rare.
    """

    def weight_of(self, target: str) -> float:
        """Return the weight of a target within its category."""
        return self.target_weights.get(target, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """The drawer of a front end's kernels."""

    categories: tuple[str, ...]
    """The categories of the recipes. A new category is added at the end."""
    recipes: tuple[Recipe, ...]
    """The recipes, in any order. The position of a recipe does not change its kernels."""
    usual_mix: Mapping[int, float]
    """Weights of the difficulties if none is requested, close to those of kernels that people write."""
    weights: Mapping[str, int] = field(default_factory=dict[str, int])
    """Weights of the categories in the default mix; 1 for a category that is not named."""
    recipe_of: Callable[[Family, OnTaken], Recipe] | None = None
    """Makes a recipe of a kernel file, or raises ``KernelFileError``; None if the front end draws no kernel files."""

    def reader_of_files(self, frontend: str) -> Callable[[Family, OnTaken], Recipe]:
        """Return the function that makes recipes of kernel files.

        Args:
            frontend: the front end's name, for the message.

        Raises:
            ConfigError: if the front end draws no kernel files.
        """
        if self.recipe_of is None:
            raise ConfigError(f"front end {frontend} draws no kernel files")
        return self.recipe_of

    def drawing_from(self, folder: KernelFolder, frontend: str) -> "Drawer":
        """Return a drawer of only the kernel files of a folder.

        Args:
            folder: the kernel files; those for other front ends are left out.
            frontend: the front end's name.

        Raises:
            ConfigError: if the front end draws no kernel files, or the folder has none for it.
            KernelFileError: if a file requests something that the front end lacks.
        """
        recipe_of = self.reader_of_files(frontend)
        families = [family for family in folder.families if family.frontend == frontend]
        if not families:
            there = ", ".join(sorted({family.frontend for family in folder.families}))
            raise ConfigError(f"kernels: no file in {folder.name} is for {frontend}, only for {there}")
        recipes = tuple(recipe_of(family, ignore_parts) for family in families)
        categories = tuple(sorted({recipe.category for recipe in recipes}))
        return replace(self, categories=categories, recipes=recipes, weights={})
