"""A kernel as lines whose names stand for arguments that are not declared yet."""

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from synthesis.core.signatures import Role
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter, walk
from synthesis.frontends.warp.spelling import array_annotation, value_annotation

THREAD, LOCAL = "thread_", "local_"
"""What lines call an index of the launch of which a form makes the kernel's own, and the number of a thing in its
world, where the things of one world stand behind those of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An argument that lines may name, as long as nothing of it is written.

    Args:
        kind: the type of a value or of an element.
        domain: where values are drawn from.
        names: what it may be called in the kernel.
        shape: an array's dimensions; None for one value for all threads.
        role: what the kernel does with it.
        element: the element's type as Warp spells it, where the kind does not tell.
        base: whole numbers, an element each, that a draw from the domain is added to; empty if there are none.
    """

    kind: Type
    domain: tuple[float, float]
    names: tuple[str, ...]
    shape: tuple[int, ...] | None = None
    role: Role = Role.INPUT
    element: str = ""
    base: tuple[int, ...] = ()

    def unread(self) -> "Given":
        """The same, of which nothing is read: what it holds at first does not matter."""
        return replace(self, role=Role.OUTPUT) if self.role is Role.INOUT else self

    @property
    def is_output(self) -> bool:
        """Whether it is an array of which nothing is read."""
        return self.shape is not None and self.role is Role.OUTPUT

    @property
    def value_type(self) -> str:
        """The type of a value, or of an element, as an annotation."""
        return self.element or value_annotation(self.kind)

    @property
    def annotation(self) -> str:
        """The type as an annotation."""
        return self.value_type if self.shape is None else array_annotation(self.value_type, len(self.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A struct that holds arrays, as an argument.

    Args:
        title: the struct's name.
        names: what the argument may be called in the kernel.
        fields: what it holds, by name.
    """

    title: str
    names: tuple[str, ...]
    fields: Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class Made:
    """A function that a form puts beside a kernel.

    Args:
        definition: it, under the name by which lines call it.
        moved: whether its lines were the kernel's, whose variables it has; otherwise its own names stay as they are.
    """

    definition: ast.FunctionDef
    moved: bool


@dataclass(kw_only=True)
class Sheet:
    """A kernel that forms may change.

    Args:
        body: its statements, without the one that asks for the thread's indices.
        given: the arguments that lines may name, by what they call them.
        axes: for each launch dimension, the names that its index may get; lines use the first of them, which is for
            lines alone if it ends with an underscore.
        launch: the threads along each.
        fixed: names in lines that stand for constants, numbers and functions.
        objects: names in lines that stand for meshes, trees and grids.
        functions: the types of what functions give, by name.
    """

    body: list[ast.stmt]
    given: dict[str, Given]
    axes: list[tuple[str, ...]]
    launch: tuple[int, ...]
    fixed: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    functions: Mapping[str, str] = field(default_factory=dict[str, str])
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """For variables that a form adds, the names that they may get."""
    avoided: set[str] = field(default_factory=set[str])
    """Names of indices that a form leaves out."""
    items: tuple[str, ...] = ()
    """Variables that a form adds which say what a thread is for, as its indices do otherwise."""
    bundles: dict[str, Bundle] = field(default_factory=dict[str, Bundle])
    """Structs that a form adds, by what lines call them."""
    constants: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict[str, tuple[tuple[str, ...], str]])
    """Constants of Python's own that a form adds: the names that they may get, and their values."""
    made: list[Made] = field(default_factory=list[Made])
    """Functions that a form adds, which the kernel calls."""

    @property
    def indices(self) -> tuple[str, ...]:
        """What lines call the thread's indices."""
        return tuple(names[0] for names in self.axes)

    def names_of_index(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Of the names of an index those that it may get in the kernel."""
        possible = tuple(each for each in names if not each.endswith("_"))
        return tuple(each for each in possible if each not in self.avoided) or possible

    def find_last_index(self, threads: tuple[str, ...]) -> None:
        """Have lines that a form adds say what the last index is; the thread's own number gets one of other names."""
        names = self.axes[-1]
        self.axes = [*self.axes[:-1], (THREAD, *threads)]
        self.items = (names[0],)
        self.roles |= {names[0]: tuple(each for each in names if each != "tid") or names}

    def named(self) -> set[str]:
        """All names in the lines."""
        return set(names_in(self.body))


def nodes_in(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Some nodes and all that is in them."""
    for each in nodes:
        yield from walk(each)


def names_in(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The names in some nodes, each as often as it is there."""
    return (node.id for node in nodes_in(nodes) if isinstance(node, ast.Name))


def names_read(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The names in some nodes that are read, each as often as it is."""
    return (node.id for node in nodes_in(nodes) if isinstance(node, ast.Name) and not _is_stored(node))


def names_stored(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The names in some nodes that are given values, each as often as it is."""
    return (node.id for node in nodes_in(nodes) if isinstance(node, ast.Name) and _is_stored(node))


def _is_stored(node: ast.Name) -> bool:
    """Whether a name is given a value; one that a form made to be read may have no context."""
    return isinstance(getattr(node, "ctx", None), ast.Store)


class Filling(Rewriter):
    """Puts values where variables are read.

    Args:
        values: by the variables' names; every place gets a copy.
    """

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The name's value, or the name."""
        value = self.values.get(node.id)
        return node if value is None else copy.deepcopy(value)


_WITH_ID = re.compile(r"^(body|con|dof|eq|geom|jnt|light|mat|mocap|obj|parent|ref|root|site|ten|tree|world)id$")
"""Names of an index that say what it is of, and that it is one."""
_SAID = frozenset({"tid", "idx", "index", "i", "k", "t"})
"""Names of an index that do not say what it is of."""
SHORTEST = 2
"""Letters of a name that says too little of what an index is of."""
_PLURALS = {"vertex": "vertices", "axis": "axes"}
_SINGULARS = {many: one for one, many in _PLURALS.items()} | {"indices": "index", "tris": "tri"}
_ALIKE = frozenset({
    "radius", "pos", "qpos", "xpos", "xipos", "bias", "status", "axis", "mass", "basis", "loss", "stress", "class",
    "gas",
})  # fmt: skip
"""Words that end like several of a thing and are one."""


def thing_of(names: Sequence[str]) -> str:
    """What an index is of, by one of its names; nothing if none says it."""
    for each in names:
        word = each.removesuffix("_idx").removesuffix("_index").removesuffix("_id")
        if word != each and word not in _SAID:
            return word
    return ""


def subject_of(names: Sequence[str]) -> str:
    """What an index is of, by one of its names that has no suffix too; nothing if none says it."""
    whole = (each for each in names if each.isalpha() and len(each) > SHORTEST and each not in _SAID)
    return thing_of(names) or _WITH_ID.sub(r"\1", next(whole, ""))


def plural(word: str) -> str:
    """Several of what a word is for one of."""
    if word in _PLURALS:
        return _PLURALS[word]
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def singular(word: str) -> str:
    """One of what a word is for several of; the word if it is for one."""
    if word in _SINGULARS:
        return _SINGULARS[word]
    if word in _ALIKE or not word.endswith("s") or word.endswith(("ss", "us", "is")) or len(word) < len("toes"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def is_remark(statement: ast.stmt) -> bool:
    """Whether a statement is a comment, which templates take as a text by itself."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def parts_of(index: ast.expr) -> list[ast.expr]:
    """The indices of an element, one for each dimension that they are of."""
    return index.elts if isinstance(index, ast.Tuple) else [index]


def blocks_of(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """A body and all blocks inside it, the outermost first."""
    yield body
    for statement in body:
        for inner in blocks_in(statement):
            yield from blocks_of(inner)


def blocks_in(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of a statement itself: its body, and what is done otherwise."""
    return [inner for name in ("body", "orelse") if (inner := getattr(statement, name, None))]


def parse_expression(text: str) -> ast.expr:
    """An expression as syntax."""
    return ast.parse(text, mode="eval").body


def unparse(statement: ast.stmt) -> str:
    """A statement as text; a form may have made parts of it."""
    return ast.unparse(ast.fix_missing_locations(statement))
