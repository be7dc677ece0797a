"""A kernel put together from lines of Python, its arguments declared when a line first names them."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from textwrap import dedent, indent

from synthesis.frontends.warp.ops import squared
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import Assign, Call, Expression, Literal, Name
from synthesis.grammar.templates import Hole, Template
from synthesis.grammar.types import Type
from synthesis.records import Argument, Domain, KernelSpec, Role

FLOAT, INT, FLAG = Type("float32"), Type("int32"), Type("bool")
VEC, PAIR, TRIPLE = Type("float32", (3,)), Type("int32", (2,)), Type("int32", (3,))

_EAGER = {2: 0.7, 3: 1.0, 4: 1.3, 5: 1.6}
"""How much more often a kernel of each difficulty has what it may have."""

_LOCALS: dict[str, tuple[str, ...]] = {
    "d": ("d", "delta", "diff", "offset"), "r": ("r", "dist", "length", "l"), "n": ("n", "normal", "dir"),
    "total": ("total", "sum", "acc", "result"), "best": ("best", "closest", "min_value", "nearest"),
    "k": ("k", "j", "kk", "it"), "found": ("found", "best_id", "hit_id", "winner"), "num": ("num", "hits", "n_found"),
    "f": ("f", "force", "f_total"), "w": ("w", "weight", "wij"), "slot": ("slot", "dest", "out_id"),
    "wid": ("world_id", "w", "env", "world"), "lo": ("lo", "low"), "hi": ("hi", "high"), "mid": ("mid", "middle", "m"),
    "start": ("start", "begin"), "end": ("end", "stop"),
    "answer": ("query", "res", "result", "q", "hit"), "surface": ("closest", "cp", "surface_pos", "p_surface"),
    "search": ("query", "q", "it", "aabb_query"), "nearby": ("neighbors", "query", "nbrs", "hash_query"),
    "other": ("index", "j", "other", "item"), "facet": ("face", "face_index", "tri", "face_id"),
}  # fmt: skip
"""For variables of the lines, the names that they may get; any other has its own."""


def block(head: str, *lines: str) -> str:
    """A compound statement: its head and the lines inside it."""
    return f"{head}\n{indent(join(*lines), '    ')}"


def join(*lines: str) -> str:
    """Statements one after the other; empty ones are left out."""
    return "\n".join(dedent(each).strip("\n") for each in lines if each)


def chain(*cases: tuple[str, str], otherwise: str = "") -> str:
    """An ``if`` with an ``elif`` for each further pair of a test and its body."""
    heads = ["if", *["elif"] * (len(cases) - 1)]
    parts = [block(f"{head} {test}:", body) for head, (test, body) in zip(heads, cases, strict=True)]
    return join(*parts, block("else:", otherwise) if otherwise else "")


class Program:
    """A kernel of an application under construction.

    Its text is lines of Python in which names stand for arguments, which ``array``, ``scalar`` and ``constant`` say;
    those that no line has become no arguments. A recipe chooses lines, and nothing is added to them.

    Args:
        stream: the random choices.
        axes: for each launch dimension, the names that its index may get; lines use the first of them.
        launch: the threads; drawn if None.
    """

    _LAUNCHES = (32, 48, 64, 96, 128)

    def __init__(self, stream: Stream, *axes: tuple[str, ...], launch: tuple[int, ...] | None = None) -> None:
        self.choices = stream.child("shape")
        if launch is None and len(axes) == 1:
            launch = (self.choices.choice(self._LAUNCHES),)
        self.draft = Draft(stream, (FLOAT,), rank=len(axes), launch=launch, axes=axes, plain=True)
        self._template = Template(self.draft.book, _LOCALS, squared)
        self._eager = _EAGER[stream.difficulty]
        self._text: list[str] = []
        self._holes: dict[str, Hole] = {
            pool[0]: Name(index) for pool, index in zip(axes, self.draft.indices, strict=True)
        }
        self._holes["TINY"] = Literal(self.choices.choice(("1.0e-6", "1e-6", "1.0e-8", "1.0e-5")))
        self._holes["HUGE"] = Literal(self.choices.choice(("1.0e6", "1.0e10", "1e6", "1000.0")))

    @property
    def threads(self) -> int:
        """The threads along the first dimension."""
        return self.draft.threads[0]

    # ---- choices

    def maybe(self, probability: float) -> bool:
        """True with about the given probability, more often the more difficult the kernel is to be."""
        return self.choices.chance(min(0.92, probability * self._eager))

    def pick(self, *options: str) -> str:
        """One of several ways to write the same."""
        return self.choices.choice(options)

    def some(self, options: Sequence[str], least: int = 0) -> list[str]:
        """Some of the options in a random order, more of them the more difficult the kernel is to be."""
        count = sum(self.maybe(0.45) for _ in options)
        return self.choices.shuffled(options)[: max(least, count)]

    # ---- arguments

    def array(
        self, key: str, kind: Type, domain: tuple[float, float], shape: Sequence[int], names: tuple[str, ...] = (),
        role: Role = Role.INPUT, element: str = "",
    ) -> None:  # fmt: skip
        """An array that lines may name.

        Args:
            key: what lines call it.
            kind: the type of an element.
            domain: where its values are drawn from.
            shape: its dimensions.
            names: what it may be called in the kernel; the key if there are none.
            role: what the kernel does with it.
            element: the element's type as Warp spells it, where the kind does not tell.
        """
        low, high = domain

        def declare() -> Expression:
            return Name(
                self.draft.add_array(kind, Domain(low=low, high=high), tuple(shape), role, names or (key,), element)
            )

        self._holes[key] = functools.cache(declare)

    def output(
        self, key: str, kind: Type, shape: Sequence[int], names: tuple[str, ...] = (),
        start: tuple[float, float] | None = None,
    ) -> None:  # fmt: skip
        """An array that the kernel writes; with values to start from, one that it reads or adds to as well."""
        self.array(key, kind, start or (-1e6, 1e6), shape, names, Role.INOUT if start else Role.OUTPUT)

    def handle(self, key: str, names: tuple[str, ...], make: Callable[[str], Argument]) -> None:
        """The id of an object that lines may name.

        Args:
            key: what lines call it.
            names: what it may be called in the kernel.
            make: gives the argument of a name.
        """

        def declare() -> Expression:
            name = self.draft.book.take(names)
            self.draft.add_argument(make(name))
            return Name(name)

        self._holes[key] = functools.cache(declare)

    def named(self, key: str) -> str:
        """What an argument is called in the kernel; it is declared if no line has named it yet."""
        hole = self._holes[key]
        name = hole() if callable(hole) else hole
        assert isinstance(name, Name)
        return name.id

    def scalar(self, key: str, kind: Type, domain: tuple[float, float], names: tuple[str, ...] = ()) -> None:
        """A value for all threads that lines may name; see ``array``."""
        low, high = domain

        def declare() -> Expression:
            return self.draft.add_uniform(kind, Domain(low=low, high=high), names or (key,)).node

        self._holes[key] = functools.cache(declare)

    def number(self, key: str, domain: tuple[float, float], names: tuple[str, ...], usual: tuple[str, ...]) -> None:
        """A number that is mostly an argument, and sometimes a constant as people write it."""
        if self.choices.chance(0.3):
            self._holes[key] = Literal(self.choices.choice(usual))
        else:
            self.scalar(key, FLOAT, domain, names)

    def constants(self, values: Mapping[str, int | float]) -> None:
        """Constants of the module that lines may name; plain numbers in some kernels."""
        named = self.choices.chance(0.75)
        for name, value in values.items():
            literal = Literal(repr(value))
            self._holes[name] = functools.cache(functools.partial(self._declare, name, literal)) if named else literal

    def _declare(self, name: str, value: Expression) -> Expression:
        self.draft.book.reserve(name)
        self.draft.declare(Assign(Name(name), Call(Name("wp.constant"), (value,))))
        return Name(name)

    # ---- lines

    def add(self, *lines: str) -> None:
        """Append statements."""
        text = join(*lines)
        self._text.append(text)
        for statement in self._template.statements(text, **self._holes):
            self.draft.add(statement)

    def guard_count(self, thread: str) -> None:
        """Leave threads beyond a count alone in some kernels, as launches with a rounded-up size do.

        Args:
            thread: what a thread is for.
        """
        if self.maybe(0.35):
            half, whole = self.threads // 2, self.threads
            self.scalar("thread_limit", INT, (half, whole), ("count", "n", f"num_{thread}s", f"{thread}_count"))
            self.array("thread_limits", INT, (half, whole), (1,), (f"{thread}_count", "count", "num_active"))
            test = self.choices.weighted((("tid >= thread_limit", 0.7), ("tid >= thread_limits[0]", 0.3)))
            self.add(block(f"if {test}:", "return"))

    def done(self, category: str, recipe: str, target: str, summary: str, titles: tuple[str, ...]) -> KernelSpec:
        """Finish the kernel.

        Raises:
            DrawError: if a local is never read.
        """
        called = set(re.findall(r"\bwp\.([a-z]\w*)\(", "\n".join(self._text))) - {"vec3", "tid"}
        return self.draft.finish(
            category=category,
            recipe=recipe,
            summary=summary,
            ops=frozenset({target, *called}),
            titles=tuple(title for name in titles for title in (name, f"{name}_kernel")),
        )
