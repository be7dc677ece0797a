"""KernelGenerator: (front end, seed, index) to a kernel, as a pure function."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from synthesis.errors import ConfigError, UnknownNameError
from synthesis.frontends.base import Frontend, Recipe
from synthesis.grammar.streams import Stream, digest
from synthesis.grammar.weaving import DrawError
from synthesis.records import DIFFICULTIES, KernelSpec
from synthesis.registry import get_frontend
from synthesis.version import __version__

# A draft that leads nowhere is started again from another stream; a handful in a thousand need a second start.
_STARTS = 64


_Task = tuple[Recipe, str]
"""A recipe and its target."""


class KernelGenerator:
    """Draws the kernels of a front end.

    ``spec(j)`` is kernel number ``j // C`` of category ``j % C``, where C is the number of categories; so
    ``generate_<category>(i)`` is ``spec(i * C + c)``, whatever else is drawn. Inside a category, each number has a
    seeded score for every recipe and target operation, and the best one is drawn: all come up about equally
    often, and a recipe, target or operation more changes only the kernels that it is drawn for.

    Args:
        frontend: a front end or its name.
        seed: any integer; kernels of two seeds have nothing to do with each other.
        wrong_adjoints: in categories with recipes of which the tool's adjoint is known to be wrong, the share of the
            kernels that are drawn from those: 0 for none, 1 for nothing else. None for as many as any others.
        difficulty: 1 to 5 for kernels of one difficulty, from a map of a line or two to a hundred lines; or how often
            each is drawn, as in ``{1: 0.5, 4: 0.5}``. None for the front end's usual mix. A recipe that has kernels of
            none of these difficulties is left out; one that lacks some is drawn at the others.

    Raises:
        ConfigError: if the seed is no integer, the share not between 0 and 1, or the front end has no such recipe; or
            for a difficulty that there is not.
        UnknownNameError: if there is no such front end.
        MissingFrontendError: if its package is not installed.

    Example:
        >>> KernelGenerator("warp", seed=0).generate_vector(3).name  # doctest: +SKIP
        'measure_flux'
    """

    def __init__(
        self,
        frontend: str | Frontend,
        seed: int = 0,
        *,
        wrong_adjoints: float | None = None,
        difficulty: int | Mapping[int, float] | None = None,
    ) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigError(f"seed must be an integer, got {seed!r}")
        self.frontend = get_frontend(frontend) if isinstance(frontend, str) else frontend
        self.seed = seed
        self.wrong_adjoints = wrong_adjoints
        self.difficulty = None if difficulty is None else _shares(difficulty)
        """How often each difficulty is drawn, if that was asked for."""
        parts = ["irsmith", __version__, self.frontend.name]
        if wrong_adjoints is not None:
            self._check_share(wrong_adjoints)
            parts += ["wrong_adjoints", repr(float(wrong_adjoints))]
        if self.difficulty is not None:
            parts += ["difficulty", repr(self.difficulty)]
        self.config = digest(*parts)
        """Digest of all that determines a kernel beside seed and index."""
        self._mix = self.difficulty or self.frontend.usual_mix
        tasks = {
            category: [
                (recipe, target)
                for recipe in self.frontend.recipes
                if recipe.category == category and self._mix.keys() & set(recipe.difficulties)
                for target in recipe.targets
            ]
            for category in self.frontend.categories
        }
        self._tasks = {category: listed for category, listed in tasks.items() if listed}
        self.categories = tuple(self._tasks)
        """Those that kernels are drawn of, in the order in which indices visit them."""

    def _check_share(self, share: float) -> None:
        if not 0.0 <= share <= 1.0:
            raise ConfigError(f"the share of kernels with wrong adjoints is between 0 and 1, got {share!r}")
        if not any(recipe.wrong_adjoints for recipe in self.frontend.recipes):
            raise ConfigError(f"front end {self.frontend.name} has no recipe whose adjoints are known to be wrong")

    def spec(self, index: int) -> KernelSpec:
        """The kernel of an index, from 0.

        Raises:
            ConfigError: if the index is not a non-negative integer.
        """
        _check_index(index)
        number, position = divmod(index, len(self.categories))
        return self._draw(self.categories[position], number, index)

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
        return number * len(self.categories) + self.categories.index(category)

    def numbers_of(self, recipe: str) -> Iterator[int]:
        """The indices of the kernels that are drawn from a recipe, in order, without an end.

        Raises:
            UnknownNameError: if the front end has no such recipe, or none of the difficulties asked for.
        """
        drawn = {(each.name, category) for category, tasks in self._tasks.items() for each, _ in tasks}
        if not any(recipe == name for name, _ in drawn):
            known = sorted({name for name, _ in drawn})
            raise UnknownNameError("recipe", recipe, known, where=f"for front end {self.frontend.name}")
        count = len(self.categories)
        places = [place for place, category in enumerate(self.categories) if (recipe, category) in drawn]
        return (
            number * count + place
            for number in itertools.count()
            for place in places
            if self._task(self.categories[place], number)[0].name == recipe
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
        """A generator is its front end's name, its seed and its settings."""
        return {
            "frontend": self.frontend.name,
            "seed": self.seed,
            "wrong_adjoints": self.wrong_adjoints,
            "difficulty": self.difficulty,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Made again from these."""
        self.__init__(**state)

    def _draw(self, category: str, number: int, index: int) -> KernelSpec:
        recipe, target = self._task(category, number)
        shares = [(each, share) for each, share in self._mix.items() if each in recipe.difficulties]
        difficulty = Stream(self.config, self.seed, category, "difficulty", number).weighted(shares)
        stream = Stream(self.config, self.seed, category, number, difficulty=difficulty)
        spec = draw(recipe, stream, target)
        return replace(spec, seed=self.seed, index=index, config=self.config)

    def _task(self, category: str, number: int) -> _Task:
        """What the ``number``-th kernel of a category is drawn from."""
        stream = Stream(self.config, self.seed, category, "task", number)
        return stream.pick(self._tasks_at(category, number), key=_name_of)

    def _tasks_at(self, category: str, number: int) -> list[_Task]:
        """The tasks that the ``number``-th kernel of a category may be drawn from."""
        tasks, share = self._tasks[category], self.wrong_adjoints
        wrong = [(recipe, target) for recipe, target in tasks if target in recipe.wrong_adjoints]
        if share is None or not 0 < len(wrong) < len(tasks):
            return tasks
        if int((number + 1) * share) > int(number * share):
            return wrong
        return [task for task in tasks if task not in wrong]


def _name_of(task: _Task) -> str:
    recipe, target = task
    return f"{recipe.name} {target}"


def _shares(difficulty: int | Mapping[int, float]) -> dict[int, float]:
    mix = {difficulty: 1.0} if isinstance(difficulty, int) else dict(difficulty)
    listed = ", ".join(map(str, DIFFICULTIES))
    if unknown := [each for each in mix if each not in DIFFICULTIES]:
        raise ConfigError(f"no such difficulty: {unknown[0]!r}; allowed: {listed}")
    if any(not share >= 0 for share in mix.values()) or not sum(mix.values()) > 0:
        raise ConfigError(f"the shares of difficulties are numbers from 0 that are not all 0, got {mix!r}")
    return {each: float(mix[each]) for each in sorted(mix) if mix[each] > 0}


def parse_difficulty(text: str) -> int | dict[int, float]:
    """A difficulty, or a mix of several as ``1:0.2,3:0.8``.

    Raises:
        ConfigError: if the text is neither.
    """
    try:
        if ":" not in text:
            return int(text)
        return {int(each): float(share) for each, _, share in (part.partition(":") for part in text.split(","))}
    except ValueError:
        raise ConfigError(f"difficulty is 1 to 5, or a mix as in 1:0.2,3:0.8; got {text!r}") from None


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
