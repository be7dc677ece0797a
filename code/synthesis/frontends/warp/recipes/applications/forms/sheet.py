"""A kernel as statements of Python with placeholder names, whose arguments are not declared yet."""

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from synthesis.core.signatures import Role
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter, walk
from synthesis.frontends.warp.spelling import array_annotation, value_annotation

THREAD = "thread_"
"""Placeholder name of a launch index from which a form computes the kernel's own indices."""
LOCAL = "local_"
"""Placeholder name of an item's index in its world, if the items of all worlds are stored one world after another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An argument that a kernel's statements may use, before it is declared.

    Args:
        kind: the type of a value or of an element.
        domain: the interval from which values are drawn.
        names: names to choose from in the kernel.
        shape: an array's dimensions; None for one value for all threads.
        role: whether the kernel reads or writes it.
        element: Warp's spelling of the element's type, if it does not follow from the kind.
        base: one integer per element, to which the drawn value is added; may be empty.
    """

    kind: Type
    domain: tuple[float, float]
    names: tuple[str, ...]
    shape: tuple[int, ...] | None = None
    role: Role = Role.INPUT
    element: str = ""
    base: tuple[int, ...] = ()

    def unread(self) -> "Given":
        """Return the argument as one that is never read, so that its initial values do not matter."""
        return replace(self, role=Role.OUTPUT) if self.role is Role.INOUT else self

    @property
    def is_output(self) -> bool:
        """Whether the argument is an array that is never read."""
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
        names: names to choose from for the argument.
        fields: its fields by name.
    """

    title: str
    names: tuple[str, ...]
    fields: Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class Made:
    """A function that a form (a rewriting of a drawn kernel) adds to the module of the kernel.

    Args:
        definition: its definition, under its placeholder name.
        moved: whether its statements were moved from the kernel and use the kernel's placeholder names. Otherwise its
            names are final.
    """

    definition: ast.FunctionDef
    moved: bool


@dataclass(kw_only=True)
class Sheet:
    """A drawn kernel that forms, which are rewritings, may change.

    Args:
        body: its statements, without the one that assigns the thread's indices.
        given: the arguments that the statements may use, by placeholder name.
        axes: for each launch dimension, names to choose from for its index. The first is the placeholder. If it ends
            with an underscore, it is not a possible name.
        launch: the number of threads along each dimension.
        fixed: placeholder names of constants, numbers and functions.
        objects: placeholder names of meshes, trees and grids.
        functions: the result types of functions by name.
    """

    body: list[ast.stmt]
    given: dict[str, Given]
    axes: list[tuple[str, ...]]
    launch: tuple[int, ...]
    fixed: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    functions: Mapping[str, str] = field(default_factory=dict[str, str])
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Names to choose from for each variable that a form adds."""
    avoided: set[str] = field(default_factory=set[str])
    """Names that a form has excluded for indices."""
    items: tuple[str, ...] = ()
    """Variables added by a form that identify the item of a thread; if empty, the thread's indices identify it."""
    bundles: dict[str, Bundle] = field(default_factory=dict[str, Bundle])
    """Structs that a form adds, by placeholder name."""
    constants: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict[str, tuple[tuple[str, ...], str]])
    """Plain Python constants that a form adds: names to choose from, and the value."""
    made: list[Made] = field(default_factory=list[Made])
    """Functions that a form adds, which the kernel calls."""

    @property
    def indices(self) -> tuple[str, ...]:
        """The placeholder names of the thread's indices."""
        return tuple(names[0] for names in self.axes)

    def names_of_index(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return those names of an index that it may get in the kernel."""
        possible = tuple(each for each in names if not each.endswith("_"))
        return tuple(each for each in possible if each not in self.avoided) or possible

    def find_last_index(self, threads: tuple[str, ...]) -> None:
        """Make the last index a variable, which statements added by a form must assign.

        The launch index itself gets one of the names in ``threads``.
        """
        names = self.axes[-1]
        self.axes = [*self.axes[:-1], (THREAD, *threads)]
        self.items = (names[0],)
        self.roles |= {names[0]: tuple(each for each in names if each != "tid") or names}

    def named(self) -> set[str]:
        """Return all names in the statements."""
        return set(names_in(self.body))


def nodes_in(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Return the nodes and all their descendants."""
    return chain.from_iterable(map(walk, nodes))


def names_in(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Return the names in some nodes, with repetitions."""
    return (node.id for node in nodes_in(nodes) if isinstance(node, ast.Name))


def names_read(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Return the names that some nodes read, with repetitions."""
    return (node.id for node in nodes_in(nodes) if isinstance(node, ast.Name) and not _is_stored(node))


def names_stored(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Return the names to which some nodes assign, with repetitions."""
    return (node.id for node in nodes_in(nodes) if isinstance(node, ast.Name) and _is_stored(node))


def _is_stored(node: ast.Name) -> bool:
    """Return whether a name is assigned to. A name without a context, which a form may have made, counts as read."""
    return isinstance(getattr(node, "ctx", None), ast.Store)


class Filling(Rewriter):
    """Replaces variables by values.

    Args:
        values: the values by the variables' names. Every place gets a copy.
    """

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Return the value of the name, or the name if it has none."""
        value = self.values.get(node.id)
        return node if value is None else copy.deepcopy(value)


_WITH_ID = re.compile(r"^(body|con|dof|eq|geom|jnt|light|mat|mocap|obj|parent|ref|root|site|ten|tree|world)id$")
"""Matches names of an index that consist of an item's name and ``id``."""
_UNSPECIFIC_INDICES = frozenset({"tid", "idx", "index", "i", "k", "t"})
"""Names of an index that do not say which item it identifies."""
SHORTEST = 2
"""Maximum length of an index name that is too short to say which item the index identifies."""
_PLURALS = {"vertex": "vertices", "axis": "axes"}
_SINGULARS = {many: one for one, many in _PLURALS.items()} | {"indices": "index", "tris": "tri"}
_ALIKE = frozenset({
    "radius", "pos", "qpos", "xpos", "xipos", "bias", "status", "axis", "mass", "basis", "loss", "stress", "class",
    "gas",
})  # fmt: skip
"""Singular words that end like plurals."""


def item_of(names: Sequence[str]) -> str:
    """Return the item that an index identifies, from a name such as ``body_id``; empty if no name contains it."""
    for each in names:
        word = each.removesuffix("_idx").removesuffix("_index").removesuffix("_id")
        if word != each and word not in _UNSPECIFIC_INDICES:
            return word
    return ""


def subject_of(names: Sequence[str]) -> str:
    """Return the item that an index identifies, also from a name without a suffix; empty if no name contains it."""
    whole = (each for each in names if each.isalpha() and len(each) > SHORTEST and each not in _UNSPECIFIC_INDICES)
    return item_of(names) or _WITH_ID.sub(r"\1", next(whole, ""))


def plural(word: str) -> str:
    """Return the plural of a word."""
    if word in _PLURALS:
        return _PLURALS[word]
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def singular(word: str) -> str:
    """Return the singular of a word."""
    if word in _SINGULARS:
        return _SINGULARS[word]
    if word in _ALIKE or not word.endswith("s") or word.endswith(("ss", "us", "is")) or len(word) < len("toes"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def is_remark(statement: ast.stmt) -> bool:
    """Return whether a statement is a comment. Templates take a bare string as a comment."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def parts_of(index: ast.expr) -> list[ast.expr]:
    """Return the indices in a subscript, one for each dimension."""
    return index.elts if isinstance(index, ast.Tuple) else [index]


def blocks_of(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Yield a body and all blocks inside it, outer ones first."""
    yield body
    for statement in body:
        for inner in blocks_in(statement):
            yield from blocks_of(inner)


def blocks_in(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Return the body and the ``else`` block of a statement, if it has them."""
    return [inner for name in ("body", "orelse") if (inner := getattr(statement, name, None))]


def parse_expression(text: str) -> ast.expr:
    """Parse an expression."""
    return ast.parse(text, mode="eval").body


def unparse(statement: ast.stmt) -> str:
    """Return the source of a statement. Nodes made by a form may lack locations."""
    return ast.unparse(ast.fix_missing_locations(statement))
