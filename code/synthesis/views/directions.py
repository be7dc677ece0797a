"""From what to what a model is asked to go: a table over the names of levels.

Every level has a direction from Python and one back to it. Those between two levels are in the table below, where the
second text follows from the first and from what every prompt says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache

from synthesis.core.errors import UnknownNameError
from synthesis.frontends.registry import frontend_names, levels_of

PYTHON = "python"
"""What a direction calls the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One direction."""

    sources: tuple[str, ...]
    """What is given: ``python``, or levels; nearly always one."""
    target: str
    """What is asked for: ``python``, or a level."""
    beside: str = ""
    """A level that is shown too, with the source: names in the answer come from both."""
    by_default: bool = True
    """Whether rows are asked for it where nothing is named: not if the answer depends on a machine, and not between CPU
    and GPU, where four of five lines are the same."""
    task: str
    """What kind of work it is, by which wordings are chosen: one of :data:`TASKS`."""

    @property
    def name(self) -> str:
        """As options and columns have it: ``python-to-cuda_forward``."""
        return f"{'+'.join(self.sources)}-to-{self.target}"

    @property
    def about(self) -> tuple[str, ...]:
        """What a prompt has to say facts of: what is asked for, and what that is to be told from."""
        return (self.target, *self.sources) if self.target == PYTHON else (self.target,)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that a row needs for it."""
        return tuple(each for each in (*self.sources, self.target) if each != PYTHON)


TASKS = ("compile", "lower", "port", "derive", "recover")
"""Python to a level; a level to a lower one; between CPU and GPU; forward to derivative; a level back to Python."""

_BETWEEN = {
    "warp": (
        ("cpp_forward", "cuda_forward", "port"),
        ("cpp_backward", "cuda_backward", "port"),
        ("cuda_forward", "cpp_forward", "port"),
        ("cuda_backward", "cpp_backward", "port"),
        ("cpp_forward", "cpp_backward", "derive"),
        ("cuda_forward", "cuda_backward", "derive"),
        ("cuda_forward+cuda_backward", "ptx", "lower"),
        ("ptx", "cubin_sass", "lower"),
    ),
    "jax": (
        *(
            (f"{prefix}{above}", f"{prefix}{below}", "lower")
            for prefix in ("", "vjp_", "jvp_")
            for above, below in (
                ("jaxpr", "stablehlo"),
                ("stablehlo", "hlo"),
                ("hlo", "optimized_hlo"),
                ("optimized_hlo", "llvm_ir"),
            )
        ),
        # Rules of the library's own functions are in a jaxpr by name, and below it no more.
        ("jaxpr", "vjp_jaxpr", "derive"),
        ("jaxpr", "jvp_jaxpr", "derive"),
    ),
}
"""Of each front end, what goes from level to level."""
_BESIDE = {f"{prefix}hlo": f"{prefix}jaxpr" for prefix in ("", "vjp_", "jvp_")}
"""Instructions of HLO are called by the primitives that they come from, which a jaxpr shows and StableHLO does not, and
by the transformations that these were in (``jvp(…)``), which the source alone shows."""


@cache
def ways_of(frontend: str) -> tuple[Way, ...]:
    """Every direction of a front end, in a fixed order.

    Raises:
        MissingFrontendError: if the package of a front end that is not built in is not installed.
    """
    levels = {each.name: each.deterministic for each in levels_of(frontend)}
    between = [
        Way(
            sources=tuple(sources.split("+")),
            target=target,
            task=task,
            beside=_BESIDE.get(target, ""),
            by_default=levels.get(target, True) and task != "port",
        )
        for sources, target, task in _BETWEEN.get(frontend, ())
    ]
    return (
        *(Way(sources=(PYTHON,), target=name, task="compile", by_default=same) for name, same in levels.items()),
        *(way for way in between if all(name in levels for name in way.levels)),
        *(Way(sources=(name,), target=PYTHON, task="recover") for name in levels),
    )


def chosen_ways(frontend: str, patterns: Iterable[str] | None) -> tuple[Way, ...]:
    """The directions of a front end that are named, or match a pattern; the usual ones if there are none."""
    if patterns is None:
        return tuple(way for way in ways_of(frontend) if way.by_default)
    listed = tuple(patterns)
    return tuple(way for way in ways_of(frontend) if any(fnmatchcase(way.name, each) for each in listed))


_FORMS = ("python-to-LEVEL", "LEVEL-to-python", "those between levels that irsmith list F shows", "patterns with *")


def check_directions(patterns: Iterable[str]) -> None:
    """Refuse the name of a direction that no front end has.

    Raises:
        UnknownNameError: naming it, and what is allowed.
    """
    known = [way.name for frontend in frontend_names() for way in ways_of(frontend)]
    for each in patterns:
        if not any(fnmatchcase(name, each) for name in known):
            near = get_close_matches(each, known)
            raise UnknownNameError("direction", each, [*near, *_FORMS])


def check_levels(names: Iterable[str]) -> None:
    """Refuse the name of a level that no front end has.

    Raises:
        UnknownNameError: naming it, and what is allowed.
    """
    known = [level.name for frontend in frontend_names() for level in levels_of(frontend)]
    for each in names:
        if each not in known:
            raise UnknownNameError("level", each, known)
