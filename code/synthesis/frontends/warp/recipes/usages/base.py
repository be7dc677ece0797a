"""Usages of built-ins, and the expressions that fill their holes.

A :class:`Usage` is a template with holes (:mod:`synthesis.drawing.templates`) that shows a typical use of a built-in.
If it has several templates, one is drawn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synthesis.core.signatures import Domain
from synthesis.drawing.syntax import Assign, Expression, Literal, Name
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.domains.scene import NUMBER, POINTS, VEC, Scene

VALUES = Domain(low=-2.0, high=2.0)
INT, SQUARE = Type("int32"), Type("float32", (2, 2))
QUAT, FRAME, SPATIAL = Type("float32", (4,)), Type("float32", (7,)), Type("float32", (6,))
QUATS = ("orientations", "rotations", "quats", "attitudes")
_ROWS = ("rows", "samples", "table", "series", "scores", "data")
_LISTS = ("weights", "levels", "knots", "taps", "coeffs", "edges")


class UsageScene(Scene):
    """A scene with a small number of elements, ``width``, which templates call ``W``."""

    width = 4


Given = Callable[[UsageScene], Expression]
"""Returns the expression that fills a hole."""


@dataclass(frozen=True)
class Usage:
    """A use of a built-in.

    Attributes:
        category: the category of the kernels.
        recipe: the recipe's name.
        texts: templates of its statements. ``W`` is a small number of elements, drawn for each kernel.
        made: the expression of the result.
        bound: the largest magnitude of the result.
        kind: the type of the result.
        given: maps each hole, a name in the templates, to the function that returns its replacement.
        wrong_adjoint: whether Warp's adjoint is known to be wrong.
    """

    category: str
    recipe: str
    texts: tuple[str, ...]
    made: str
    bound: float
    given: Mapping[str, Given]
    kind: Type = NUMBER
    wrong_adjoint: bool = False


def own(kind: Type, domain: Domain, pool: tuple[str, ...], element: str = "") -> Given:
    """Return a function that fills a hole with the thread's own element of a new array."""
    return lambda scene: scene.own(kind, domain, pool, element=element)


def scalar(domain: Domain, pool: tuple[str, ...]) -> Given:
    """Return a function that fills a hole with a number.

    It is the thread's own, or an expression of it with values in the same interval.
    """

    def fill(scene: UsageScene) -> Expression:
        own = scene.own(NUMBER, domain, pool)
        if scene.choices.chance(0.4):
            return own
        return scene.weave_hole(NUMBER, [(own, domain)], domain, (1, 2))

    return fill


def point(pool: tuple[str, ...]) -> Given:
    """Return a function that fills a hole with a point: the thread's own, or a drawn expression of it."""

    def fill(scene: UsageScene) -> Expression:
        own = scene.own(VEC, POINTS, pool)
        if scene.choices.chance(0.6):
            return own
        return scene.weave_hole(VEC, [(own, POINTS)], Domain(low=-9.0, high=9.0), (1, 2))

    return fill


def row(scene: UsageScene) -> Expression:
    """Return a new array with a row for each thread."""
    return scene.array(NUMBER, VALUES, (*scene.draft.threads, scene.width), _ROWS)


def shared_list(domain: Domain = VALUES, pool: tuple[str, ...] = _LISTS) -> Given:
    """Return a function that fills a hole with a new array that all threads share."""
    return lambda scene: scene.array(NUMBER, domain, (scene.width,), pool)


def literal(low: float, high: float) -> Given:
    """Return a function that fills a hole with a literal."""
    return lambda scene: Literal(repr(scene.choices.decimal(low, high, 1)))


def constant(low: float, high: float) -> Given:
    """Return a function that fills a hole with a named constant of the module."""

    def fill(scene: UsageScene) -> Expression:
        name = Name(scene.draft.book.take(("SCALE", "GAIN", "STEP", "RATE", "WIDTH")))
        scene.draft.declare(Assign(name, Literal(repr(scene.choices.decimal(low, high, 2)))))
        return name

    return fill
