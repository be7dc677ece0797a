"""Builds a kernel from lines of Python with placeholder names. An argument is declared when a line first uses it.

A group in the text gives several ways to write the same code, see :mod:`synthesis.drawing.variants`. A local variable
that a line uses is read from its arguments once, before that line.
"""

import ast
import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role
from synthesis.drawing.lines import block, join, quote_remarks
from synthesis.drawing.naming import NameBook
from synthesis.drawing.pruning import prune
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Call, Class, Expression, Function, Infix, Literal, Name
from synthesis.drawing.templates import Hole, Template
from synthesis.drawing.types import Type
from synthesis.drawing.variants import choose
from synthesis.drawing.walking import walk
from synthesis.frontends.warp.recipes.applications.forms import (
    Bundle,
    Filling,
    Given,
    Made,
    Sheet,
    plural,
    reshape,
    unparse,
)
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    names_stored,
    nodes_in,
)
from synthesis.frontends.warp.recipes.applications.helpers import HELPERS
from synthesis.frontends.warp.recipes.drafting import Draft

FLOAT, INT, FLAG = Type("float32"), Type("int32"), Type("bool")
VEC, PAIR, TRIPLE = Type("float32", (3,)), Type("int32", (2,)), Type("int32", (3,))
FOUR, FRAME, SPATIAL = (Type("float32", (size,)) for size in (4, 7, 6))

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

_LOCALS: dict[str, tuple[str, ...]] = {
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

_COMMENTED_SHARE = 0.85
"""Probability that a kernel has comments. In applications 59 % of kernels have some."""
_COMMENT_SHARE = 0.85
"""Probability of each comment in a kernel with comments."""
_DOCSTRING_SHARE = 0.5
"""Probability that a kernel has a docstring. In applications 42 % have one."""
_LINES_KEPT = 256
"""Size of the cache of names in texts. A kernel has a few dozen texts, and looks up each many times."""
_WRITTEN = (-1e6, 1e6)
"""The interval of the values of an array that the kernel only writes."""
_MOST_OPEN = 6
"""Maximum number of floating-point arrays of a kernel that is written for any type."""
_EARLY_READS_SHARE = 0.5
"""Probability that a kernel reads all local variables that it needs at the beginning."""
_INLINED_SHARE = 0.6
"""Probability that the local variables of a kernel that are read only once are replaced by their values."""


def _square(node: Expression) -> Expression:
    return Infix("*", node, node)


class Program:
    """A kernel of an application under construction.

    Its text is lines of Python with placeholder names. Methods such as ``array``, ``scalar`` and ``constants`` define
    what each placeholder (``key``) stands for. A placeholder that no line uses does not become an argument.

    Args:
        stream: the random choices.
        axes: for each launch dimension, names to choose from for its index. The first is the placeholder. A kernel
            that is launched with one thread has no axes.
        launch: the number of threads along each dimension; drawn if None.
    """

    _LAUNCHES = (32, 48, 64, 96, 128)

    draft: Draft
    """The kernel as it is rendered. It is set by ``done``."""

    def __init__(self, stream: Stream, *axes: tuple[str, ...], launch: tuple[int, ...] | None = None) -> None:
        self._stream = stream
        self.choices = stream.child("shape")
        self._axes = axes
        self._launch = launch or (self.choices.choice(self._LAUNCHES),)
        self._eager = _OPTIONAL_PARTS_FACTOR[stream.difficulty]
        self._text: list[str] = []
        self._written: list[str] = []
        self._lookups: dict[str, str] = {}
        self._inline: dict[str, str] = {}
        """The local variables that are replaced by their values, and these values."""
        self._given: dict[str, Given] = {}
        self._objects: dict[str, Callable[[], Expression]] = {}
        self._functions: dict[str, str] = {}
        self._commented = self.choices.chance(_COMMENTED_SHARE)
        self._holes: dict[str, Hole] = {}
        self._first = axes[0][0] if axes else ""
        for text in HELPERS:
            self.function(text)
        self._holes["TINY"] = Literal(self.choices.choice(("1.0e-6", "1e-6", "1.0e-8", "1.0e-5")))
        self._holes["HUGE"] = Literal(self.choices.choice(("1.0e6", "1.0e10", "1e6", "1.0e8")))

    @property
    def threads(self) -> int:
        """The number of threads along the first dimension."""
        return self._launch[0]

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
        return self._add_function(given, definition, _LOCALS, constants)

    def _add_function(
        self, given: Name, text: str, roles: Mapping[str, tuple[str, ...]], known: dict[str, Hole]
    ) -> Expression:  # fmt: skip
        """Declare a function, whose variables are named independently of the kernel's, and return its name."""
        template = Template(NameBook(self.choices.child("helper", given.id)), roles, _square)
        (made,) = template.statements_once(text, **known)
        assert isinstance(made, Function)
        self.draft.declare(replace(made, name=given.id, decorators=("wp.func",)))
        return given

    # ---- lines

    def lookups(self, **lines: str) -> None:
        """Add local variables, each with the line that reads it from arguments, which is added if a line uses it."""
        self._lookups |= {name: self._choose(line) for name, line in lines.items()}

    def write(self, *texts: str) -> None:
        """Append statements, with groups and comments. They follow the statements that ``add`` appends.

        A comment is kept in some kernels. Local variables of ``lookups`` are read before they are needed.
        """
        self._written += [text for each in texts if (text := self._choose(each))]

    def write_lines(self, text: str) -> None:
        """Append statements without groups, as ``write`` does."""
        if kept := self._with_some_comments(dedent(text)):
            self._written.append(kept)

    def _choose(self, text: str) -> str:
        return self._with_some_comments(join(choose(dedent(text), self.choices.shuffled, self.maybe)))

    def _with_some_comments(self, text: str) -> str:
        """Return the text with some of its comments, or with none if the kernel has no comments."""
        kept = (
            each
            for each in text.split("\n")
            if not each.lstrip().startswith("#") or (self._commented and self.choices.chance(_COMMENT_SHARE))
        )
        return quote_remarks("\n".join(kept))

    def _flush(self) -> None:
        """Add the written statements, and before them the reads of their local variables.

        Either all local variables are read early, or each is read where it is needed.
        """
        needed = dict[str, None]()
        self._written = prune(self._written)
        for text in self._written:
            for name in _variables(text):
                self._need(name, needed)
        rest = "\n".join([*self._written, *(self._lookups[name] for name in needed)])
        in_place = self.choices.chance(_INLINED_SHARE)
        for name in [each for each in needed if self._may_stand_in_place(each, rest)]:
            value = self._lookups[name].partition(" = ")[2]
            if value.isidentifier() or in_place:
                del needed[name]
                self._inline[name] = value
        early, ready = self.choices.chance(_EARLY_READS_SHARE), set[str]()
        for text in self._written:
            wanted = dict[str, None]()
            for name in _variables(text):
                self._need(name, wanted)
            if early and "return" not in text and wanted:
                wanted = needed
            for name in [each for each in wanted if each in needed and each not in ready]:
                ready.add(name)
                self.add(self._lookups[name])
            self.add(text)

    def _need(self, name: str, needed: dict[str, None]) -> None:
        """Add a local variable of ``lookups`` to ``needed``, after the local variables that its value depends on."""
        if name in self._lookups and name not in needed:
            for each in _variables(self._lookups[name]):
                if each != name:
                    self._need(each, needed)
            needed[name] = None

    def _may_stand_in_place(self, name: str, text: str) -> bool:
        """Return whether a local variable can be replaced by its value.

        It must never be changed. It must be read only once, or only be another name of a variable.
        """
        line = self._lookups[name]
        uses = len(re.findall(rf"\b{name}\b", text)) - 1
        return (
            "\n" not in line
            and line.startswith(f"{name} = ")
            and (uses == 1 or line.partition(" = ")[2].isidentifier())
            and not re.search(rf"\b{name} [-+*/]?= ", text.replace(line, ""))
            and not re.search(rf"\b{name}\[", text)
            and not any(other in self._lookups for other in _variables(line) if other != name)
        )

    def contains(self, text: str) -> bool:
        """Return whether the written lines contain a text."""
        return any(text in each for each in self._written)

    def add(self, *lines: str) -> None:
        """Append statements."""
        self._text.append(join(*lines))

    def guard_count(self, thread: str) -> None:
        """In some kernels, add a guard that returns from threads beyond a count, as if the launch size was rounded up.

        Args:
            thread: the name of the item that a thread processes.
        """
        if self.maybe(0.35):
            half, whole = self.threads // 2, self.threads
            self.scalar("thread_limit", INT, (half, whole), ("count", "n", f"num_{plural(thread)}", f"{thread}_count"))
            self.array("thread_limits", INT, (half, whole), (1,), (f"{thread}_count", f"num_{plural(thread)}", "count"))
            test = self.choices.weighted(
                ((f"{self._first} >= thread_limit", 0.7), (f"{self._first} >= thread_limits[0]", 0.3))
            )
            remark = self.pick(
                f"# no {thread} for this thread", f"# threads beyond the last {thread}", "# out of range"
            )
            remarks = self._commented and self.choices.chance(_COMMENT_SHARE)
            self.add(repr(remark) if remarks else "", block(f"if {test}:", "return"))

    def done(
        self, category: str, recipe: str, target: str, summary: str, titles: tuple[str, ...],
        docstrings: tuple[str, ...] = (),
    ) -> KernelSpec:  # fmt: skip
        """Return the finished kernel.

        Args:
            category: the recipe's category.
            recipe: the recipe's name.
            target: what the kernel was drawn for.
            summary: what the kernel does, in a few words.
            titles: names to choose from.
            docstrings: docstrings to choose from, in addition to the summary. Half of the kernels have one.

        Raises:
            DrawError: if a local variable is never read.
        """
        self._flush()
        self._add_to_draft()
        documented = self.choices.chance(_DOCSTRING_SHARE)
        called = set(re.findall(r"\bwp\.([a-z]\w*)\(", "\n".join(self._text))) - {"vec3", "tid"}
        return self.draft.finish(
            category=category,
            recipe=recipe,
            summary=summary,
            ops=frozenset({target, *called}),
            titles=tuple(title for name in titles for title in (name, f"{name.removesuffix('_kernel')}_kernel")),
            docstring=self.pick(f"{summary}.", *docstrings) if documented else "",
        )

    def _add_to_draft(self) -> None:
        """Choose the form of the added statements, name their variables, and add them to the draft."""
        (text,) = prune(["\n".join(self._text)])
        tree = ast.parse(text)
        read, written = _read_arrays(tree), _written_arrays(tree)
        inlining = Filling({name: ast.parse(value, mode="eval").body for name, value in self._inline.items()})
        sheet = Sheet(
            body=[inlining.visit(each) for each in tree.body],
            given={key: _as_used(each, key in read, key in written) for key, each in self._given.items()},
            axes=list(self._axes),
            launch=self._launch,
            fixed=frozenset(self._holes),
            objects=frozenset(self._objects),
            functions=self._functions,
            roles=dict(_LOCALS),
        )
        assert sheet.given.keys().isdisjoint(names_stored(sheet.body)), "a variable has the name of an argument"
        reshape(sheet, self.choices.child("form"), commented=self._commented)
        axes = tuple(map(sheet.names_of_index, sheet.axes))
        self.draft = Draft(
            self._stream,
            (FLOAT,),
            rank=len(axes),
            launch=sheet.launch,
            axes=axes,
            as_written=True,
            only_moves=_only_moves(sheet),
        )
        constants, roles = dict(self._holes), sheet.roles | {key: each.names for key, each in sheet.given.items()}
        for key, given in sheet.given.items():
            self._holes[key] = functools.cache(functools.partial(self._declare_argument, given))
        for key, (names, value) in sheet.constants.items():
            self._holes[key] = functools.partial(self._declare_plain, names, Literal(value))
        for key, bundle in sheet.bundles.items():
            self._holes[key] = self._declare_bundle(bundle)
        indices = list(zip(sheet.indices, self.draft.indices, strict=True))
        roles |= {key: (index,) for key, index in indices}
        for made in sheet.made:
            self._holes[made.definition.name] = functools.cache(
                functools.partial(self._define_made, made, roles, constants)
            )
        self._holes |= self._objects | {key: Name(index) for key, index in indices}
        template = Template(self.draft.book, sheet.roles, _square)
        for statement in template.statements_once("\n".join(map(unparse, sheet.body)), **self._holes):
            self.draft.add(statement)

    def _declare_argument(self, given: Given) -> Expression:
        domain = Domain(low=given.domain[0], high=given.domain[1])
        if given.shape is None:
            return self.draft.add_uniform(given.kind, domain, given.names).node
        return Name(
            self.draft.add_array(
                given.kind, domain, given.shape, given.role, given.names, given.element, base=given.base
            )
        )

    def _declare_bundle(self, bundle: Bundle) -> Expression:
        """Declare a struct and an argument of its type, and return the argument's name."""
        title = self.draft.book.reserve(bundle.title)
        listed = tuple((name, each.annotation) for name, each in bundle.fields.items())
        self.draft.declare(Class(title, listed, ("wp.struct",)))
        fields = tuple(_field(name, each) for name, each in bundle.fields.items())
        written = any(each.role is not Role.INPUT for each in fields)
        role = Role.INOUT if written else Role.INPUT
        name = self.draft.book.take(bundle.names)
        self.draft.add_argument(Argument(name=name, type_name=title, dtype=title, role=role, fields=fields))
        return Name(name)

    def _define_made(
        self, made: Made, roles: Mapping[str, tuple[str, ...]], known: dict[str, Hole]
    ) -> Expression:  # fmt: skip
        given, text = Name(self.draft.book.take(roles[made.definition.name])), unparse(made.definition)
        if not made.moved:
            return self._add_function(given, text, {}, {})
        shared = [each.arg for each in made.definition.args.args if each.arg in self._given]
        return self._add_function(given, text, {**roles, **{each: (self.named(each),) for each in shared}}, known)


def _field(name: str, given: Given) -> Argument:
    """Return an argument as a field of a struct."""
    return Argument(
        name=name,
        type_name=given.annotation,
        dtype=given.kind.dtype,
        element=given.kind.shape,
        shape=given.shape,
        role=given.role,
        domain=None if given.role is Role.OUTPUT else Domain(low=given.domain[0], high=given.domain[1]),
        base=() if given.role is Role.OUTPUT else given.base,
    )


def _as_used(given: Given, read: bool, written: bool) -> Given:
    """Return an argument with the role that follows from whether lines read and write it."""
    if given.role is Role.INPUT:
        return given
    return (given if written else replace(given, role=Role.INPUT)) if read else given.unread()


def _only_moves(sheet: Sheet) -> bool:
    """Return whether a kernel can be written for any type, because it only copies or combines elements of arrays.

    A vector, a cast, a floating-point literal, a component or a call of the kernel's own function fixes the type.
    """
    named = sheet.named()
    if sheet.bundles or sheet.made or named & set(sheet.functions):
        return False
    for node in nodes_in(sheet.body):
        match node:
            case ast.Constant(value=float()) | ast.Subscript(value=ast.Subscript()):
                return False
            case ast.Call(func=ast.Attribute(attr=name)) if not name.startswith("atomic_"):
                return False
            case ast.Call(func=ast.Name(id="float" | "bool")):
                return False
            case ast.Attribute(value=value) if not isinstance(value, ast.Name):
                return False
            case _:
                pass
    floats = [each for key, each in sheet.given.items() if key in named and each.kind.dtype == "float32"]
    simple = all(each.shape is not None and each.kind.shape in ((), (2,), (3,)) for each in floats)
    return simple and 1 < len(floats) <= _MOST_OPEN


def _written_arrays(tree: ast.Module) -> set[str]:
    """Return the arrays that lines write or pass to a function, which may write them."""
    found = set[str]()
    for node in walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                found.add(name)
            case ast.Call(args=arguments):
                found.update(each.id for each in arguments if isinstance(each, ast.Name))
            case _:
                pass
    return found


def _read_arrays(tree: ast.Module) -> set[str]:
    """Return the arrays that lines read or add to."""
    found = set[str]()
    for node in walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Load()):
                found.add(name)
            case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name))):
                found.add(name)
            case ast.Call(args=[ast.Name(id=name), *_]):
                found.add(name)
            case _:
                pass
    return found


@functools.lru_cache(_LINES_KEPT)
def _variables(text: str) -> tuple[str, ...]:
    """Return the names in some lines in order of their first use."""
    nodes = (each for each in walk(ast.parse(text)) if isinstance(each, ast.Name))
    ordered = sorted(nodes, key=lambda each: (each.lineno, each.col_offset))
    return tuple(dict.fromkeys(each.id for each in ordered))
