"""Builds a kernel from lines of Python with placeholder names. An argument is declared when a line first uses it.

A group in the text gives several ways to write the same code, see :mod:`synthesis.drawing.variants`. A local variable
that a line uses is read from its arguments once, before that line.
"""

import ast
import functools
import re
from collections.abc import Mapping
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role
from synthesis.drawing.lines import block, join, quote_remarks
from synthesis.drawing.pruning import prune
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Class, Expression, Literal, Name
from synthesis.drawing.templates import Hole, Template
from synthesis.drawing.types import Type
from synthesis.drawing.variants import choose
from synthesis.drawing.walking import walk
from synthesis.frontends.warp.recipes.applications.argument_uses import as_used, only_moves, read_arrays, written_arrays
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
from synthesis.frontends.warp.recipes.applications.forms.sheet import names_stored
from synthesis.frontends.warp.recipes.applications.helpers import HELPERS
from synthesis.frontends.warp.recipes.applications.placeholders import FLOAT, INT, LOCALS, Placeholders, square
from synthesis.frontends.warp.recipes.drafting import Draft

FLAG = Type("bool")
VEC, PAIR, TRIPLE = Type("float32", (3,)), Type("int32", (2,)), Type("int32", (3,))
TWO, FOUR, FRAME, SPATIAL = (Type("float32", (size,)) for size in (2, 4, 7, 6))
MAT = Type("float32", (3, 3))

_COMMENTED_SHARE = 0.85
"""Probability that a kernel has comments. In applications 59 % of kernels have some."""
_COMMENT_SHARE = 0.85
"""Probability of each comment in a kernel with comments."""
_DOCSTRING_SHARE = 0.5
"""Probability that a kernel has a docstring. In applications 42 % have one."""
_LINES_KEPT = 256
"""Size of the cache of names in texts. A kernel has a few dozen texts, and looks up each many times."""
_EARLY_READS_SHARE = 0.5
"""Probability that a kernel reads all local variables that it needs at the beginning."""
_INLINED_SHARE = 0.6
"""Probability that the local variables of a kernel that are read only once are replaced by their values."""


class Program(Placeholders):
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

    def __init__(self, stream: Stream, *axes: tuple[str, ...], launch: tuple[int, ...] | None = None) -> None:
        super().__init__(stream)
        self._axes = axes
        self._launch = launch or (self.choices.choice(self._LAUNCHES),)
        self._text: list[str] = []
        self._written: list[str] = []
        self._lookups: dict[str, str] = {}
        self._inline: dict[str, str] = {}
        """The local variables that are replaced by their values, and these values."""
        self._commented = self.choices.chance(_COMMENTED_SHARE)
        self._first = axes[0][0] if axes else ""
        for text in HELPERS:
            self.function(text)
        self._holes["TINY"] = Literal(self.choices.choice(("1.0e-6", "1e-6", "1.0e-8", "1.0e-5")))
        self._holes["HUGE"] = Literal(self.choices.choice(("1.0e6", "1.0e10", "1e6", "1.0e8")))

    @property
    def threads(self) -> int:
        """The number of threads along the first dimension."""
        return self._launch[0]

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
        read, written = read_arrays(tree), written_arrays(tree)
        inlining = Filling({name: ast.parse(value, mode="eval").body for name, value in self._inline.items()})
        sheet = Sheet(
            body=[inlining.visit(each) for each in tree.body],
            given={key: as_used(each, key in read, key in written) for key, each in self._given.items()},
            axes=list(self._axes),
            launch=self._launch,
            fixed=frozenset(self._holes),
            objects=frozenset(self._objects),
            functions=self._functions,
            roles=dict(LOCALS),
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
            only_moves=only_moves(sheet),
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
        template = Template(self.draft.book, sheet.roles, square)
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


@functools.lru_cache(_LINES_KEPT)
def _variables(text: str) -> tuple[str, ...]:
    """Return the names in some lines in order of their first use."""
    nodes = (each for each in walk(ast.parse(text)) if isinstance(each, ast.Name))
    ordered = sorted(nodes, key=lambda each: (each.lineno, each.col_offset))
    return tuple(dict.fromkeys(each.id for each in ordered))
