"""The source of drawn candidates."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace

from synthesis.core.errors import ConfigError, Stage, UnknownNameError
from synthesis.core.records import KernelSpec
from synthesis.core.settings import Drawing, Making
from synthesis.frontends.base import Frontend
from synthesis.frontends.registry import get_frontend
from synthesis.generator import KernelGenerator
from synthesis.making.candidate import Candidate
from synthesis.making.faults import fault_of, is_fault
from synthesis.making.stages import Terms

TERMS = Terms(useful=True, fresh=True, whole=True)
KERNEL_FILE_TERMS = replace(TERMS, check_power=True)
"""Requirements on kernels that are drawn from the user's kernel files.

The user chose their inputs, so it is checked that the inputs detect wrong texts.
"""


class DrawnKernels:
    """The candidates of a drawing, by number. The chosen categories take turns.

    Args:
        drawing: the settings that decide which kernels are drawn.
        making: the levels and the device.
        frontend: the front end; looked up by name if None.

    Raises:
        UnknownNameError: for an unknown front end, category, recipe, level or device.
        ConfigError: for a level that does not exist for the device, or a recipe that the other settings exclude.
        MissingFrontendError: if the front end's package is not installed.
    """

    def __init__(self, drawing: Drawing, making: Making, *, frontend: Frontend | None = None) -> None:
        self.frontend = frontend or get_frontend(drawing.frontend)
        self.generator = KernelGenerator.of(drawing, frontend=self.frontend)
        self.device = self.frontend.choose_device(making.device)
        self.levels = self.frontend.choose_levels(making.level, self.device)
        self.categories = _choose_categories(self.generator, drawing)
        """The categories drawn from, in the order in which they take turns."""
        self._indices = self._chosen_indices(drawing.recipe) if drawing.recipe is not None else None
        self._seen: list[int] = []
        self._wheel = self.generator.wheel.only(self.categories)

    @property
    def terms(self) -> Terms:
        """The requirements on the candidates."""
        return TERMS if self.generator.drawing.kernels is None else KERNEL_FILE_TERMS

    def index(self, number: int) -> int:
        """Return the generator's index of candidate ``number``.

        It is the number itself if all categories and recipes are drawn.
        """
        if self._indices is None:
            return self.generator.index_of(*self._wheel.at(number))
        while len(self._seen) <= number:
            self._seen.append(next(self._indices))
        return self._seen[number]

    def kernel(self, number: int) -> KernelSpec:
        """Return the kernel of candidate ``number``."""
        return self.generator.spec(self.index(number))

    def candidates(self, numbers: Iterable[int]) -> Iterator[Candidate]:
        """Yield the candidates with the given numbers."""
        for number in numbers:
            try:
                spec = self.kernel(number)
            except Exception as error:
                if not is_fault(error):
                    raise
                index = self.index(number)
                stopped = replace(fault_of(error, Stage.LOAD), frontend=self.frontend.name, index=index)
                yield Candidate(spec=None, number=index, stopped=stopped)
                continue
            yield Candidate(spec=spec, number=spec.index or 0, device=self.device, levels=self.levels)

    def _chosen_indices(self, recipes: tuple[str, ...]) -> Iterator[int]:
        """Return the indices at which one of the recipes is drawn within the chosen categories, in order."""
        everywhere = heapq.merge(*(self.generator.numbers_of(recipe) for recipe in recipes))
        return (index for index in everywhere if self.generator.wheel.at(index)[0] in self.categories)


def _choose_categories(generator: KernelGenerator, drawing: Drawing) -> tuple[str, ...]:
    where = f"for front end {generator.frontend.name}"
    for name in drawing.category or ():
        if name not in generator.categories:
            raise UnknownNameError("category", name, generator.categories, where=where)
    chosen = tuple(each for each in generator.categories if drawing.category is None or each in drawing.category)
    if drawing.recipe is None:
        return chosen
    drawn = {name: {recipe.name for recipe in generator.recipes_of(name)} for name in chosen}
    for name in drawing.recipe:
        generator.numbers_of(name)  # raises an error for an unknown recipe
        if not any(name in recipes for recipes in drawn.values()):
            raise ConfigError(f"recipe {name!r} draws nothing of the categories {', '.join(chosen)}")
    return tuple(name for name in chosen if drawn[name] & set(drawing.recipe))
