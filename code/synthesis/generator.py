"""KernelGenerator: (front end, seed, index) to a kernel, as a pure function."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from synthesis.core.errors import ConfigError, UnknownNameError
from synthesis.core.records import KernelSpec
from synthesis.core.settings import Drawing
from synthesis.drawing.kernel_files import KernelFolder
from synthesis.drawing.streams import Stream
from synthesis.drawing.weaving import DrawError
from synthesis.drawing.wheel import Wheel
from synthesis.frontends.base import Frontend, Recipe
from synthesis.frontends.registry import get_frontend

# A draft that leads nowhere is started again from another stream; a handful in a thousand need a second start.
_STARTS = 64


_Task = tuple[Recipe, str]
"""A recipe and its target."""


class KernelGenerator:
    """Draws the kernels of a front end.

    Indices go around a wheel of categories, on which each stands as often as it weighs, spread evenly; ``spec(j)`` is
    the next kernel of the category that ``j`` comes to. So ``generate_<category>(i)`` is the same kernel whatever else
    is drawn, and whatever the category weighs. Where all targets of a category weigh the same, as single operations do,
    each is drawn once in as many numbers as there are targets, in an order of each turn's own, so that none comes up
    seldom by chance. Else each number has a seeded score for every recipe and target, and the best one is drawn: all
    come up as often as they weigh, and a recipe or target more changes only the kernels that it is drawn for.

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
        self.drawer = self.frontend.drawer
        if drawing.kernels is not None:
            folder = KernelFolder.of(drawing.kernels)
            drawing = replace(drawing, kernels=folder.packed)
            self.drawer = self.drawer.drawing_from(folder, self.frontend.name)
        self.drawing = drawing
        self.config = drawing.digest
        """Digest of all that determines a kernel beside seed and index."""
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
        """Those that kernels are drawn of; a new one is the last."""
        usual = drawing.category_mix == "usual"
        weights = {each: self.drawer.weights.get(each, 1) if usual else 1 for each in self.categories}
        self.wheel = Wheel.of(weights)
        """In which order indices visit them."""

    def _mix_of(self, recipe: Recipe) -> Mapping[int, float]:
        """How often each difficulty is drawn of a recipe."""
        return self.drawing.mix or recipe.usual_mix or self.drawer.usual_mix

    def spec(self, index: int) -> KernelSpec:
        """The kernel of an index, from 0.

        Raises:
            ConfigError: if the index is not a non-negative integer.
        """
        _check_index(index)
        category, number = self.wheel.at(index)
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
        return self.wheel.index_of(category, number)

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
            for index, category, number in self.wheel.visits(wanted)
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
        stream = Stream(self.config, self.drawing.seed, category, number, difficulty=difficulty, target=target)
        spec = draw(recipe, stream, target)
        return replace(spec, target=target, seed=self.drawing.seed, index=index, config=self.config)

    def _task(self, category: str, number: int) -> _Task:
        """What the ``number``-th kernel of a category is drawn from."""
        tasks = self._tasks_at(category, number)
        if len(set(map(_weight_of, tasks))) == 1:
            turn, place = divmod(number, len(tasks))
            return Stream(self.config, self.drawing.seed, category, "task", turn).ranked(tasks, key=_name_of)[place]
        return Stream(self.config, self.drawing.seed, category, "task", number).pick(
            tasks, key=_name_of, weight=_weight_of
        )

    def _tasks_at(self, category: str, number: int) -> list[_Task]:
        """The tasks that the ``number``-th kernel of a category may be drawn from."""
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
