"""The meaning of the placeholder names in the lines of a kernel: arguments, constants, sizes, objects and functions."""

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from textwrap import dedent

from synthesis.core.signatures import Argument, Role
from synthesis.drawing.naming import NameBook
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Call, Expression, Function, Infix, Literal, Name
from synthesis.drawing.templates import Hole, Template
from synthesis.drawing.types import Type
from synthesis.drawing.variants import choose
from synthesis.frontends.warp.recipes.applications.forms import Given
from synthesis.frontends.warp.recipes.drafting import Draft

FLOAT, INT = Type("float32"), Type("int32")

_OPTIONAL_PARTS_FACTOR = {2: 0.55, 3: 0.85, 4: 1.4, 5: 2.2}
"""Factor of the probability of optional parts, by difficulty."""

_NUMBERS_AS_ARGUMENTS_SHARE = 0.45
"""Probability that all numbers of a kernel are arguments. In other kernels they are constants of the module."""

_ENDS = frozenset({"min", "max", "lower", "upper", "low", "high"})
"""Words for the ends of a range."""

_ENDS_FIRST_SHARE = 0.6
"""Probability that a kernel's names begin with words of ``_ENDS``, as ``min_dt`` does, rather than end with them."""

_FORMS_OF_SIZES = (("argument", 0.82), ("constant", 0.08), ("static", 0.1))

_STATIC_SHARE = 0.5
"""Probability that the constants of a module are plain Python numbers, which the kernel reads by ``wp.static``."""

LOCALS: dict[str, tuple[str, ...]] = {
    "d": ("d",), "r": ("r",), "n": ("n",),
    "total": ("total", "sum", "acc", "result"), "best": ("best",),
    "k": ("k", "j"), "found": ("found", "best_id"), "num": ("num", "count", "n"),
    "f": ("f", "force", "f_total"), "slot": ("slot", "dest", "out_id"),
    "wid": ("world_id", "w", "env", "world"), "lo": ("lo", "low"), "hi": ("hi", "high"), "mid": ("mid", "m"),
    "start": ("start",), "end": ("end",),
    "answer": ("query", "res", "result", "q", "hit"), "surface": ("closest", "cp", "surface_pos", "p_surface"),
    "search": ("query", "q", "it", "aabb_query"), "nearby": ("neighbors", "query", "nbrs", "hash_query"),
    "other": ("index", "j", "other", "item"), "facet": ("face", "face_index", "tri", "face_id"),
    "held": ("geom", "mesh_data", "surface_mesh", "m"),
}  # fmt: skip
"""Names to choose from for variables, by placeholder name. Any other variable keeps its name."""

_WRITTEN = (-1e6, 1e6)
"""The interval of the values of an array that the kernel only writes."""


def square(node: Expression) -> Expression:
    """Return an expression multiplied by itself."""
    return Infix("*", node, node)


class Placeholders:
    """The choices and the placeholder names of a kernel under construction.

    Args:
        stream: the random choices.
    """

    draft: Draft
    """The kernel as it is rendered. A subclass sets it before it replaces placeholders."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.choices = stream.child("shape")
        self._eager = _OPTIONAL_PARTS_FACTOR[stream.difficulty]
        self._given: dict[str, Given] = {}
        self._objects: dict[str, Callable[[], Expression]] = {}
        self._functions: dict[str, str] = {}
        self._holes: dict[str, Hole] = {}

    # ---- choices

    def maybe(self, probability: float) -> bool:
        """Return True with approximately the given probability, which is higher in more difficult kernels."""
        return self.choices.chance(min(0.92, probability * self._eager))

    def habit(self, what: str, probability: float) -> bool:
        """Return True with the given probability, and the same result whenever ``what`` is the same in a kernel."""
        return self._stream.child("habit", what).chance(probability)

    def pick(self, *options: str) -> str:
        """Return one of several ways to write the same code."""
        return self.choices.choice(options)

    def some(self, options: Sequence[str], least: int = 0) -> list[str]:
        """Return some of the options in random order, at least ``least``, and more in more difficult kernels."""
        count = sum(self.maybe(0.45) for _ in options)
        return self.choices.shuffled(options)[: max(least, count)]

    # ---- arguments

    def array(
        self, key: str, kind: Type, domain: tuple[float, float], shape: Sequence[int], names: tuple[str, ...] = (),
        element: str = "",
    ) -> None:  # fmt: skip
        """Add an array that the kernel's lines may use.

        Args:
            key: its placeholder name.
            kind: the type of an element.
            domain: the interval from which its values are drawn.
            shape: its dimensions.
            names: names to choose from in the kernel; the key if there are none.
            element: Warp's spelling of the element's type, if it does not follow from the kind.
        """
        self._give(key, Given(kind=kind, domain=domain, shape=tuple(shape), names=names or (key,), element=element))

    def starts(
        self,
        key: str,
        count: int,
        stride: int,
        slack: float,
        names: tuple[str, ...] = (),
        *,
        kind: Type = INT,
        again: int = 0,
    ) -> None:
        """Add an array of the start of each of ``count`` rows: a multiple of ``stride`` plus 0 to ``slack``.

        Rows of up to ``stride - slack`` entries do not overlap, and the last one ends before ``count * stride``. If the
        slack is less than the stride, each row starts before the next one. If ``again`` is given, the starts begin at 0
        again after that many rows.
        """
        base = tuple(stride * (each % (again or count)) for each in range(count))
        self._give(key, Given(kind=kind, domain=(0, slack), shape=(count,), names=names or (key,), base=base))

    def places(self, key: str, count: int, among: int, names: tuple[str, ...] = (), *, after: int = 0) -> None:
        """Add an array of ``count`` distinct indices in random order.

        The indices are ``after`` or greater. Each is from its own range of ``among`` consecutive ones.
        """
        base = tuple(self.choices.child("places", key).shuffled(range(after, after + count * among, among)))
        self._give(key, Given(kind=INT, domain=(0, among - 1), shape=(count,), names=names or (key,), base=base))

    def corners(
        self, key: str, kind: Type, corners: int, among: int, shape: Sequence[int], names: tuple[str, ...] = (),
        *, missing: int = 0,
    ) -> None:  # fmt: skip
        """Add an array of the vertex indices of mesh elements; the vertices of an element are distinct.

        A triangle with a repeated vertex has an area and a normal of zero on a CPU. On a GPU they are rounding errors
        of a fused multiply-add. The vertices of each corner are therefore drawn from a separate range.

        Args:
            key: its placeholder name.
            kind: the type of an element of the array.
            corners: the number of corners of a mesh element. The array holds the corners of one element after those of
                another.
            among: the number of vertices.
            shape: the array's dimensions.
            names: names to choose from in the kernel; the key if there are none.
            missing: number of negative indices that the first corner may have, which stand for a missing vertex.
        """
        own = among // corners
        numbers = math.prod(shape) * math.prod(kind.shape)
        base = tuple((place + place // corners) % corners * own for place in range(numbers))
        domain = (-missing, own - 1 - missing)
        self._give(key, Given(kind=kind, domain=domain, shape=tuple(shape), names=names or (key,), base=base))

    def parents(self, key: str, trees: int, length: int, names: tuple[str, ...] = ()) -> None:
        """Add an array of the parent of each node of several trees.

        A parent is an earlier node of the same tree. It is negative if there is none.
        """
        base = tuple(-2 if node < 2 else tree * length + node - 2 for tree in range(trees) for node in range(length))
        self._give(key, Given(kind=INT, domain=(0, 1), shape=(trees * length,), names=names or (key,), base=base))

    def output(
        self, key: str, kind: Type, shape: Sequence[int], names: tuple[str, ...] = (),
        start: tuple[float, float] | None = None, element: str = "",
    ) -> None:  # fmt: skip
        """Add an array that the kernel writes.

        If ``start`` is given, the array has initial values in this interval, and the kernel may read it or add to it.
        If the chosen lines do not read it, it is a plain output.
        """
        assert start is None or start[0] < start[1], f"{key} starts from one value, so what is done with it shows less"
        role = Role.OUTPUT if start is None else Role.INOUT
        domain = start or _WRITTEN
        given = Given(kind=kind, domain=domain, shape=tuple(shape), names=names or (key,), role=role, element=element)
        self._give(key, given)

    def handle(self, key: str, names: tuple[str, ...], make: Callable[[str], Argument]) -> None:
        """Add an argument for the id of an object, which the kernel's lines may use.

        Args:
            key: the argument's placeholder name.
            names: names to choose from in the kernel.
            make: returns the argument, given its name in the kernel.
        """

        def declare() -> Expression:
            name = self.draft.book.take(names)
            self.draft.add_argument(make(name))
            return Name(name)

        self._objects[key] = functools.cache(declare)

    def named(self, key: str) -> str:
        """Return the final name of a placeholder, declaring its argument if no line has used it yet."""
        hole = self._holes[key]
        name = hole() if callable(hole) else hole
        assert isinstance(name, Name)
        return name.id

    def scalar(self, key: str, kind: Type, domain: tuple[float, float], names: tuple[str, ...] = ()) -> None:
        """Add a scalar argument that the kernel's lines may use; see ``array``."""
        self._give(key, Given(kind=kind, domain=domain, names=names or (key,)))

    def _give(self, key: str, given: Given) -> None:
        self._holes.pop(key, None)
        self._given[key] = replace(given, names=self._in_one_order(given.names))

    def _in_one_order(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names that have words such as ``min`` and ``max`` where this kernel has them: first or last.

        All names are returned unless some begin and some end with such a word.
        """
        parts = {name: name.split("_") for name in names if "_" in name}
        first = {name for name, each in parts.items() if each[0] in _ENDS}
        last = {name for name, each in parts.items() if each[-1] in _ENDS}
        if not (first and last):
            return names
        others = last if self.habit("ends stand first", _ENDS_FIRST_SHARE) else first
        return tuple(name for name in names if name not in others)

    def number(self, key: str, domain: tuple[float, float], names: tuple[str, ...], usual: tuple[str, ...]) -> None:
        """Add a scalar that all threads share: an argument or a module constant, which is decided once for a kernel."""
        if self.habit("numbers are given", _NUMBERS_AS_ARGUMENTS_SHARE):
            self.scalar(key, FLOAT, domain, names)
            return
        self._given.pop(key, None)
        value = Literal(self.choices.choice(usual))
        ordered = self._in_one_order(names)
        pool = tuple(each.upper() for each in (self.choices.choice(ordered), *ordered))
        static = self.habit("numbers are static", _STATIC_SHARE)
        self._holes[key] = functools.cache(functools.partial(self._declare_number, pool, value, static=static))

    def constants(self, values: Mapping[str, int | float]) -> None:
        """Add constants of the module that the kernel's lines may use, under their own names."""
        for name, value in values.items():
            literal = Literal(repr(value))
            self._holes[name] = functools.cache(functools.partial(self._declare, name, literal))

    def sizes(self, **values: int) -> None:
        """Add counts that the kernel's lines may use. Either all are arguments, or all are constants of the module."""
        form = self.choices.weighted(_FORMS_OF_SIZES)
        for key, value in values.items():
            literal = Literal(repr(value))
            if form == "argument":
                self.scalar(key, INT, (value, value), (key,))
            else:
                declare = functools.partial(self._declare, key.upper(), literal, static=form == "static")
                self._holes[key] = functools.cache(declare)

    def _declare_number(self, pool: tuple[str, ...], value: Expression, *, static: bool) -> Expression:
        """Declare a constant of the module under the first name of a pool that the lines do not use otherwise."""
        name = next(each for each in (*pool, f"{pool[0]}_VALUE") if each not in self._holes)
        return self._declare(name, value, static=static)

    def _declare(self, name: str, value: Expression, *, static: bool = False) -> Expression:
        """Declare a constant of the module and return how the kernel reads it.

        A static one is a plain Python number, which ``wp.static`` evaluates when the kernel is compiled.
        """
        self.draft.book.reserve(name)
        self.draft.declare(Assign(Name(name), value if static else Call(Name("wp.constant"), (value,))))
        return Call(Name("wp.static"), (Name(name),)) if static else Name(name)

    def _declare_plain(self, names: tuple[str, ...], value: Expression) -> Expression:
        """Declare a plain Python number or bool of the module, for conditions that are known at compile time."""
        name = Name(self.draft.book.take(names))
        self.draft.declare(Assign(name, value))
        return name

    def function(self, text: str) -> None:
        """Add a function that the kernel's lines may call. Its parameters and its result are annotated.

        Args:
            text: its definition, which may hold groups of alternatives (see ``drawing.variants``). It may use the
                kernel's constants, but no other names of the kernel.
        """
        name = text.partition("def ")[2].partition("(")[0]
        if found := re.search(r"-> ([\w.]+):", text):
            self._functions[name] = found[1]
        self._holes[name] = functools.cache(functools.partial(self._define, name, text))

    def _define(self, name: str, text: str) -> Expression:
        given = Name(self.draft.book.take((name,)))
        choices = self.choices.child("function", name)
        definition = choose(dedent(text), choices.shuffled, choices.chance).strip()
        constants = {each: hole for each, hole in self._holes.items() if each.isupper()}
        return self._add_function(given, definition, LOCALS, constants)

    def _add_function(
        self, given: Name, text: str, roles: Mapping[str, tuple[str, ...]], known: dict[str, Hole]
    ) -> Expression:  # fmt: skip
        """Declare a function, whose variables are named independently of the kernel's, and return its name."""
        template = Template(NameBook(self.choices.child("helper", given.id)), roles, square)
        (made,) = template.statements_once(text, **known)
        assert isinstance(made, Function)
        self.draft.declare(replace(made, name=given.id, decorators=("wp.func",)))
        return given
