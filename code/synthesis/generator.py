"""Defines KernelGenerator, which maps front end, seed and index to a kernel, as a pure function."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from synthesis.core.errors import ConfigError, UnknownNameError
from synthesis.core.records import KernelSpec
from synthesis.core.settings import Drawing
from synthesis.drawing.kernel_files import KernelFolder
from synthesis.drawing.scopes import DrawError
from synthesis.drawing.streams import Stream
from synthesis.drawing.wheel import Wheel
from synthesis.frontends.base import Frontend, Recipe
from synthesis.frontends.registry import get_frontend

_STARTS = 64
"""Number of random streams that are tried for one kernel. A few kernels in a thousand need a second one."""


_Task = tuple[Recipe, str]
"""A recipe and its target."""


class KernelGenerator:
    """Draws the kernels of a front end.

    The kernels of a category are numbered from 0. The kernel with a number, which ``generate_<category>(number)``
    returns, depends neither on other categories nor on weights. Indices of kernels visit the categories in a cyclic
    order (:class:`Wheel`), in which each category occurs in proportion to its weight, evenly spread. ``spec(j)`` is the
    next kernel of the category at position ``j``.

    If all targets of a category have the same weight, as single operations do, its numbers are divided into rounds, and
    each target is drawn once in a round. Each round has another random order, so no target is rare by chance.
    Otherwise, for each number, every pair of recipe and target gets a seeded score, and the pair with the highest score
    is drawn. Pairs are then drawn in proportion to their weights, and a new recipe or target changes only the kernels
    that are drawn from it.

    Args:
        frontend: a front end or its name.
        seed: any integer. Kernels of different seeds are independent.
        settings: fields of :class:`synthesis.Drawing` by name, such as ``difficulty`` or ``wrong_adjoints``.

    Raises:
        ConfigError: if a setting does not exist or has an invalid value, or if a share of wrong adjoints is given and
            the front end has no recipe with wrong adjoints.
        UnknownNameError: if there is no such front end.
        MissingFrontendError: if its package is not installed.

    Example:
        >>> KernelGenerator("warp", seed=0).generate_vector(3).name  # doctest: +SKIP
        'measure_flux'
    """

    def __init__(self, frontend: str | Frontend, seed: int = 0, **settings: Any) -> None:
        self.frontend = get_frontend(frontend) if isinstance(frontend, str) else frontend
        self._draw_with(Drawing.of(frontend=self.frontend.name, seed=seed, **settings))

    @classmethod
    def of(cls, drawing: Drawing, *, frontend: Frontend | None = None) -> "KernelGenerator":
        """Return the generator for a record of settings.

        Args:
            drawing: the record.
            frontend: the front end; looked up by its name if None.
        """
        generator = cls.__new__(cls)
        generator.frontend = frontend or get_frontend(drawing.frontend)
        generator._draw_with(drawing)
        return generator

    def _draw_with(self, drawing: Drawing) -> None:
        self.drawer = self.frontend.drawer
        if drawing.kernels is not None:
            folder = KernelFolder.of(drawing.kernels)
            drawing = replace(drawing, kernels=folder.packed)
            self.drawer = self.drawer.drawing_from(folder, self.frontend.name)
        self.drawing = drawing
        self.config = drawing.digest
        """Digest of everything that determines a kernel besides seed and index."""
        if drawing.wrong_adjoints is not None and not any(each.wrong_adjoints for each in self.drawer.recipes):
            raise ConfigError(f"front end {self.frontend.name} has no recipe whose adjoints are known to be wrong")
        tasks = {
            category: [
                (recipe, target)
                for recipe in self.drawer.recipes
                if recipe.category == category and self._mix_of(recipe).keys() & set(recipe.difficulties)
                for target in recipe.targets
            ]
            for category in self.drawer.categories
        }
        self._tasks = {category: listed for category, listed in tasks.items() if listed}
        self.categories = tuple(self._tasks)
        """The categories that kernels are drawn from. A new one is added at the end."""
        usual = drawing.category_mix == "usual"
        weights = {each: self.drawer.weights.get(each, 1) if usual else 1 for each in self.categories}
        self.wheel = Wheel.of(weights)
        """The order in which indices visit the categories."""

    def _mix_of(self, recipe: Recipe) -> Mapping[int, float]:
        """Return the share of each difficulty among the kernels of a recipe."""
        return self.drawing.mix or recipe.usual_mix or self.drawer.usual_mix

    def spec(self, index: int) -> KernelSpec:
        """Return the kernel of an index, from 0.

        Raises:
            ConfigError: if the index is not a non-negative integer.
        """
        _check_index(index)
        category, number = self.wheel.at(index)
        return self._draw(category, number, index)

    def generate(self, category: str, number: int) -> KernelSpec:
        """Return the ``number``-th kernel of a category, from 0. ``generate_<category>(number)`` does the same.

        Raises:
            UnknownNameError: if the front end has no such category.
            ConfigError: if the number is not a non-negative integer.
        """
        return self.spec(self.index_of(category, number))

    def index_of(self, category: str, number: int) -> int:
        """Return the index of the ``number``-th kernel of a category.

        Raises:
            UnknownNameError: if the front end has no such category.
            ConfigError: if the number is not a non-negative integer.
        """
        if category not in self.categories:
            raise UnknownNameError("category", category, self.categories, where=f"for front end {self.frontend.name}")
        _check_index(number)
        return self.wheel.index_of(category, number)

    def numbers_of(self, recipe: str) -> Iterator[int]:
        """Return an endless iterator over the indices of the kernels that are drawn from a recipe, in order.

        Raises:
            UnknownNameError: if the front end has no such recipe, or the recipe has none of the requested difficulties.
        """
        drawn = {(each.name, category) for category, tasks in self._tasks.items() for each, _ in tasks}
        if not any(recipe == name for name, _ in drawn):
            known = sorted({name for name, _ in drawn})
            raise UnknownNameError("recipe", recipe, known, where=f"for front end {self.frontend.name}")
        categories = [category for category in self.categories if (recipe, category) in drawn]
        return (
            index
            for index, category, number in self.wheel.visits(categories)
            if self._task(category, number)[0].name == recipe
        )

    def __getattr__(self, name: str) -> Callable[[int], KernelSpec]:
        """Return ``generate_<category>`` for one of the front end's categories."""
        if not name.startswith("generate_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        category = name.removeprefix("generate_")
        if category not in self.categories:
            methods = ", ".join(f"generate_{each}" for each in self.categories)
            raise AttributeError(f"front end {self.frontend.name} has no category {category!r}; allowed: {methods}")

        def generate(number: int) -> KernelSpec:
            return self.generate(category, number)

        generate.__name__ = name
        generate.__doc__ = f"The ``number``-th kernel of category {category}, from 0."
        return generate

    def __dir__(self) -> list[str]:
        """Include the methods that the front end's categories add."""
        return sorted({*super().__dir__(), *(f"generate_{category}" for category in self.categories)})

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings, which include the front end's name."""
        return {"drawing": self.drawing}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make the generator again from the settings."""
        self.frontend = get_frontend(state["drawing"].frontend)
        self._draw_with(state["drawing"])

    def recipes_of(self, category: str) -> tuple[Recipe, ...]:
        """Return the recipes that draw the kernels of a category."""
        return tuple(dict.fromkeys(recipe for recipe, _ in self._tasks[category]))

    def _draw(self, category: str, number: int, index: int) -> KernelSpec:
        recipe, target = self._task(category, number)
        shares = [(each, share) for each, share in self._mix_of(recipe).items() if each in recipe.difficulties]
        difficulty = Stream(self.config, self.drawing.seed, category, "difficulty", number).weighted(shares)
        stream = Stream(self.config, self.drawing.seed, category, number, difficulty=difficulty, target=target)
        spec = draw(recipe, stream, target)
        return replace(spec, target=target, seed=self.drawing.seed, index=index, config=self.config)

    def _task(self, category: str, number: int) -> _Task:
        """Return the recipe and target that the ``number``-th kernel of a category is drawn from."""
        tasks = self._tasks_at(category, number)
        if len(set(map(_weight_of, tasks))) == 1:
            turn, place = divmod(number, len(tasks))
            return Stream(self.config, self.drawing.seed, category, "task", turn).ranked(tasks, key=_name_of)[place]
        return Stream(self.config, self.drawing.seed, category, "task", number).pick(
            tasks, key=_name_of, weight=_weight_of
        )

    def _tasks_at(self, category: str, number: int) -> list[_Task]:
        """Return the tasks from which that of the ``number``-th kernel of a category is chosen."""
        tasks, share = self._tasks[category], self.drawing.wrong_adjoints
        wrong = [(recipe, target) for recipe, target in tasks if target in recipe.wrong_adjoints]
        if share is None or not 0 < len(wrong) < len(tasks):
            return tasks
        if int((number + 1) * share) > int(number * share):
            return wrong
        return [task for task in tasks if task not in wrong]


def _name_of(task: _Task) -> str:
    recipe, target = task
    return f"{recipe.name} {target}"


def _weight_of(task: _Task) -> float:
    recipe, target = task
    return recipe.weight_of(target)


def draw(recipe: Recipe, stream: Stream, target: str) -> KernelSpec:
    """Return a recipe's kernel for a target, with the stream's difficulty.

    If drawing fails with one stream of random choices, it is tried with another one.

    Raises:
        RuntimeError: if every start fails, which is an error of the recipe.
    """
    for start in range(_STARTS):
        try:
            return recipe.draw(stream.child(start), target)
        except DrawError:
            continue
    raise RuntimeError(f"recipe {recipe.name} drew nothing for {target} in {_STARTS} starts")


def _check_index(index: int) -> None:
    if isinstance(index, bool) or not isinstance(index, int) or index < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ConfigError(f"an index is a non-negative integer, got {index!r}")
