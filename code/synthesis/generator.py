"""KernelGenerator: (front end, seed, index) to a kernel, as a pure function."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthesis.errors import ConfigError, UnknownNameError
from synthesis.frontends.base import Frontend, Recipe
from synthesis.grammar.streams import Stream
from synthesis.grammar.weaving import DrawError
from synthesis.records import KernelSpec
from synthesis.registry import get_frontend
from synthesis.settings import Drawing

# A draft that leads nowhere is started again from another stream; a handful in a thousand need a second start.
_STARTS = 64


_Task = tuple[Recipe, str]
"""A recipe and its target."""


class KernelGenerator:
    """Draws the kernels of a front end.

    Indices go around a wheel of categories, on which each stands as often as it weighs, spread evenly; ``spec(j)`` is
    the next kernel of the category that ``j`` comes to. So ``generate_<category>(i)`` is the same kernel whatever else
    is drawn, and whatever the category weighs. Inside a category, each number has a seeded score for every recipe and
    target operation, and the best one is drawn: all come up about equally often, and a recipe, target or operation
    more changes only the kernels that it is drawn for.

    Args:
        frontend: a front end or its name.
        seed: any integer; kernels of two seeds have nothing to do with each other.
        settings: fields of :class:`synthesis.Drawing` by name, such as ``difficulty`` or ``wrong_adjoints``.

    Raises:
        ConfigError: for a setting that there is not or that is not allowed to be so, or a share of wrong adjoints where
            the front end has no such recipe.
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
        """The generator of a record of settings.

        Args:
            drawing: the record.
            frontend: the front end, where it is not to be looked up by its name.
        """
        generator = cls.__new__(cls)
        generator.frontend = frontend or get_frontend(drawing.frontend)
        generator._draw_with(drawing)
        return generator

    def _draw_with(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.config = drawing.digest
        """Digest of all that determines a kernel beside seed and index."""
        if drawing.wrong_adjoints is not None and not any(each.wrong_adjoints for each in self.frontend.drawer.recipes):
            raise ConfigError(f"front end {self.frontend.name} has no recipe whose adjoints are known to be wrong")
        tasks = {
            category: [
                (recipe, target)
                for recipe in self.frontend.drawer.recipes
                if recipe.category == category and self._mix_of(recipe).keys() & set(recipe.difficulties)
                for target in recipe.targets
            ]
            for category in self.frontend.categories
        }
        self._tasks = {category: listed for category, listed in tasks.items() if listed}
        self.categories = tuple(self._tasks)
        """Those that kernels are drawn of; a new one is the last."""
        usual = drawing.category_mix == "usual"
        weights = {each: self.frontend.drawer.weights.get(each, 1) if usual else 1 for each in self.categories}
        self._wheel = _Wheel.of(weights)

    def _mix_of(self, recipe: Recipe) -> Mapping[int, float]:
        """How often each difficulty is drawn of a recipe."""
        return self.drawing.mix or recipe.usual_mix or self.frontend.drawer.usual_mix

    def spec(self, index: int) -> KernelSpec:
        """The kernel of an index, from 0.

        Raises:
            ConfigError: if the index is not a non-negative integer.
        """
        _check_index(index)
        category, number = self._wheel.at(index)
        return self._draw(category, number, index)

    def generate(self, category: str, number: int) -> KernelSpec:
        """The ``number``-th kernel of a category, from 0; ``generate_<category>(number)`` is the same.

        Raises:
            UnknownNameError: if the front end has no such category.
            ConfigError: if the number is not a non-negative integer.
        """
        return self.spec(self.index_of(category, number))

    def index_of(self, category: str, number: int) -> int:
        """The index of the ``number``-th kernel of a category.

        Raises:
            UnknownNameError: if the front end has no such category.
            ConfigError: if the number is not a non-negative integer.
        """
        if category not in self.categories:
            raise UnknownNameError("category", category, self.categories, where=f"for front end {self.frontend.name}")
        _check_index(number)
        return self._wheel.index_of(category, number)

    def numbers_of(self, recipe: str) -> Iterator[int]:
        """The indices of the kernels that are drawn from a recipe, in order, without an end.

        Raises:
            UnknownNameError: if the front end has no such recipe, or none of the difficulties asked for.
        """
        drawn = {(each.name, category) for category, tasks in self._tasks.items() for each, _ in tasks}
        if not any(recipe == name for name, _ in drawn):
            known = sorted({name for name, _ in drawn})
            raise UnknownNameError("recipe", recipe, known, where=f"for front end {self.frontend.name}")
        wanted = [category for category in self.categories if (recipe, category) in drawn]
        return (
            index
            for index, category, number in self._wheel.visits(wanted)
            if self._task(category, number)[0].name == recipe
        )

    def __getattr__(self, name: str) -> Callable[[int], KernelSpec]:
        """``generate_<category>`` for each of the front end's categories."""
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
        """Also the methods that come with the front end's categories."""
        return sorted({*super().__dir__(), *(f"generate_{category}" for category in self.categories)})

    def __getstate__(self) -> dict[str, Any]:
        """A generator is its front end's name and its settings."""
        return {"drawing": self.drawing}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Made again from these."""
        self.frontend = get_frontend(state["drawing"].frontend)
        self._draw_with(state["drawing"])

    def recipes_of(self, category: str) -> tuple[Recipe, ...]:
        """The recipes that kernels of a category are drawn with."""
        return tuple(dict.fromkeys(recipe for recipe, _ in self._tasks[category]))

    def _draw(self, category: str, number: int, index: int) -> KernelSpec:
        recipe, target = self._task(category, number)
        shares = [(each, share) for each, share in self._mix_of(recipe).items() if each in recipe.difficulties]
        difficulty = Stream(self.config, self.drawing.seed, category, "difficulty", number).weighted(shares)
        stream = Stream(self.config, self.drawing.seed, category, number, difficulty=difficulty)
        spec = draw(recipe, stream, target)
        return replace(spec, target=target, seed=self.drawing.seed, index=index, config=self.config)

    def _task(self, category: str, number: int) -> _Task:
        """What the ``number``-th kernel of a category is drawn from."""
        stream = Stream(self.config, self.drawing.seed, category, "task", number)
        return stream.pick(self._tasks_at(category, number), key=_name_of)

    def _tasks_at(self, category: str, number: int) -> list[_Task]:
        """The tasks that the ``number``-th kernel of a category may be drawn from."""
        tasks, share = self._tasks[category], self.drawing.wrong_adjoints
        wrong = [(recipe, target) for recipe, target in tasks if target in recipe.wrong_adjoints]
        if share is None or not 0 < len(wrong) < len(tasks):
            return tasks
        if int((number + 1) * share) > int(number * share):
            return wrong
        return [task for task in tasks if task not in wrong]


@dataclass(frozen=True, slots=True)
class _Wheel:
    """Categories in the order in which indices visit them, around and around."""

    order: tuple[str, ...]
    before: tuple[int, ...]
    """For each place, how often its category has stood on the wheel before."""
    places: Mapping[str, tuple[int, ...]]
    """Where each category stands."""

    @classmethod
    def of(cls, weights: Mapping[str, int]) -> "_Wheel":
        """Each category as often as it weighs, its places spread evenly."""
        spread = [
            ((place + 0.5) / weight, position, category, place)
            for position, (category, weight) in enumerate(weights.items())
            for place in range(weight)
        ]
        spread.sort()
        order = tuple(category for _, _, category, _ in spread)
        places = {each: tuple(place for place, name in enumerate(order) if name == each) for each in weights}
        return cls(order, tuple(place for _, _, _, place in spread), places)

    def at(self, index: int) -> tuple[str, int]:
        """The category that an index comes to, and the number of its kernel there."""
        turn, place = divmod(index, len(self.order))
        category = self.order[place]
        return category, turn * len(self.places[category]) + self.before[place]

    def index_of(self, category: str, number: int) -> int:
        """The index of a category's kernel; ``at`` the other way around."""
        turn, place = divmod(number, len(self.places[category]))
        return turn * len(self.order) + self.places[category][place]

    def visits(self, categories: Sequence[str]) -> Iterator[tuple[int, str, int]]:
        """The indices that come to some categories, each with its category and number, without an end."""
        places = sorted(place for each in categories for place in self.places[each])
        for turn in itertools.count():
            for place in places:
                index = turn * len(self.order) + place
                yield index, *self.at(index)


def _name_of(task: _Task) -> str:
    recipe, target = task
    return f"{recipe.name} {target}"


def draw(recipe: Recipe, stream: Stream, target: str) -> KernelSpec:
    """A recipe's kernel for a target, of the stream's difficulty; started again where a draft leads nowhere.

    Raises:
        RuntimeError: if none of many starts leads anywhere, which is the recipe's fault.
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
