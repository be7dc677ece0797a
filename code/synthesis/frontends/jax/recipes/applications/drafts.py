"""The parameters and the lines of a function that is being written."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import dedent
from typing import Self

from synthesis.drawing.lines import join, quote_remarks
from synthesis.drawing.naming import NameBook
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Class,
    Expression,
    Function,
    Infix,
    Literal,
    Name,
    Statement,
)
from synthesis.drawing.templates import PYTHON, Hole, Template
from synthesis.drawing.variants import choose
from synthesis.frontends.jax.recipes.applications.habits import Habits
from synthesis.frontends.jax.recipes.applications.helpers import HELPERS
from synthesis.frontends.jax.recipes.applications.packing_forms import is_literal
from synthesis.frontends.jax.recipes.applications.parameters import Parameter
from synthesis.frontends.jax.recipes.applications.sizes import RealSizes
from synthesis.frontends.jax.recipes.applications.trees import (
    Leaf,
    Record,
    Tree,
    kind_of_field,
    parts_of,
)

_OPTIONAL_PARTS_FACTOR = {2: 0.6, 3: 0.85, 4: 1.3, 5: 1.9}
"""Factor of the probability of optional parts, by difficulty."""
_KNOWN = PYTHON | {"NamedTuple", "Callable"}
_ALIAS = "Array"
_ARRAYS = ((_ALIAS, 0.62), ("jax.Array", 0.18), ("jnp.ndarray", 0.12), ("", 0.08))
"""Annotations of arrays, with probabilities: mostly an alias of the module, or none."""
_TREES = (("", 0.45), ("PyTree", 0.25), ("ArrayTree", 0.1), ("Any", 0.2))
"""Annotations of trees that are not records, with probabilities. With an empty one, the contents are annotated."""
_ANY_TREE = "PyTree"
_COLUMNS = ((80, 0.6), (88, 0.2), (100, 0.2))
"""Maximum line lengths, with probabilities. Most libraries keep to 80."""
_ARRAY_LIKE_NUMBERS_SHARE = 0.52
"""Probability that a function annotates its numbers as ``jax.typing.ArrayLike``, not as ``float``."""
_NAME_POOLS = (
    ("learning_rate", "learning_rate", "lr", "step_size"), ("out", "out", "y"), ("h", "h", "hidden", "z"),
    ("scores", "scores", "logits"), ("probs", "probs", "p", "probabilities"), ("loss", "loss", "loss_value"),
    ("attn", "probs", "weights", "attn", "attn_weights"),
    ("grads", "grads", "gradients"), ("diff", "diff", "error", "residual"),
    ("step", "step", "body", "step_fn"),
    ("carry", "carry", "state"), ("norm", "norm", "g_norm", "total_norm"), ("total", "total", "denom"),
    ("mean", "mean", "mu"), ("var", "var", "variance"), ("batch", "batch", "b", "batch_size"),
    ("seq", "seq_len", "t", "length"), ("dim", "dim", "d", "features"), ("per_example", "per_example", "losses"),
    ("log_probs", "log_probs", "log_p", "logp"), ("scale_by", "scale", "factor", "ratio"), ("valid", "valid", "keep"),
    ("answers", "labels", "targets"),
)  # fmt: skip
_ROLES = {first: pool for first, *rest in _NAME_POOLS for pool in [tuple(rest)]}
"""Names that variables of the lines may get. A variable that is not listed keeps its own name."""


_COMMENTED_SHARE = 0.85
"""Probability that a function has comments."""
_COMMENT_SHARE = 0.8
"""Probability of each comment of a function's text, if the function has comments."""
_PRIVATE_HELPERS_SHARE = 0.65
"""Probability that the names of a function's helper functions have a leading underscore."""
_REQUIRED_SHARE = 0.5
"""Probability that a function requires all its numbers and options, without defaults."""
_CONSTANTS = frozenset({"eps", "g", "base", "cap"})
"""Names of numbers that are constants of a module: small numbers and constants of nature."""
ANY_ARRAY = "jax.typing.ArrayLike"
"""The annotation of whatever can be converted to an array."""


class Draft:
    """Holds a function of an application while its parameters are declared and its lines are written.

    Its text is lines of Python. The names in it stand for parameters, which ``tensor``, ``tree``, ``option`` and
    ``number`` declare. Parameters that no line names and values that are never read are left out.

    Args:
        stream: the random choices.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.choices = stream.child("shape")
        self._sizes = RealSizes(stream.child("real"))
        self._roles = dict(_ROLES)
        self._book = NameBook(stream.child("names"), steady=True)
        self._template = Template(self._book, self._roles, _squared, _KNOWN)
        self._eager = _OPTIONAL_PARTS_FACTOR[stream.difficulty]
        style = stream.child("style")
        self.array = style.weighted(_ARRAYS)
        """The annotation of an array; empty in a function without annotations."""
        self._any_tree = style.child("trees").weighted(_TREES)
        self._commented = style.chance(_COMMENTED_SHARE)
        self._private = style.chance(_PRIVATE_HELPERS_SHARE)
        self._requires_all = style.chance(_REQUIRED_SHARE)
        layout = stream.child("layout")
        self._columns = layout.weighted(_COLUMNS)
        self._number = ANY_ARRAY if layout.chance(_ARRAY_LIKE_NUMBERS_SHARE) else "float"
        self._habits = Habits.of(stream.child("habits"))
        self._holes: dict[str, Hole] = {}
        self._parameters: dict[str, Parameter] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._beside: list[Statement] = [Assign(Name(_ALIAS), Name("jax.Array"))] if self.array == _ALIAS else []
        self._body: list[Statement] = []
        self._results: Tree = ()
        for text in HELPERS:
            self.function(text)

    def holds_any_tree(self) -> None:
        """Annotate trees with a type for any tree, such as ``PyTree``, not with the types of their contents."""
        self._any_tree = self._any_tree or _ANY_TREE

    def has_defaults(self) -> None:
        """Give every number and option a default, because each is used in some cases only."""
        self._requires_all = False

    @classmethod
    def of(cls, stream: Stream, category: str) -> Self:
        """Return a new function of a category. Only layers of networks may name a result ``y``."""
        made = cls(stream)
        if category != "layers":
            made._roles["out"] = ("out", "result")
        return made

    # ---- choices

    def maybe(self, probability: float) -> bool:
        """Return True with about the given probability, which is higher in more difficult functions."""
        return self.choices.chance(min(0.92, probability * self._eager))

    def pick(self, *options: str) -> str:
        """Return one of several ways to write the same code."""
        return self.choices.choice(options)

    def size(self, *options: int, apart: int = 0) -> int:
        """Return one of several sizes, or the real size that it stands for.

        Args:
            options: the sizes.
            apart: another size that this one must differ from, at small and at real sizes. If it is drawn, the next
                option is taken.
        """
        size = self.choices.choice(options)
        if size == (self._sizes.listed(apart) if self._stream.real else apart):
            size = options[(options.index(size) + 1) % len(options)]
        return self._sizes.of(size) if self._stream.real else size

    @property
    def level(self) -> int:
        """The difficulty of the function, from 2 to 5."""
        return self._stream.difficulty

    # ---- parameters

    def tensor(
        self,
        key: str,
        leaf: Leaf,
        description: str,
        names: Sequence[str] = (),
        *,
        given: bool = True,
        optional: bool = False,
    ) -> None:
        """Declare an array that lines may name.

        Args:
            key: its name in the lines.
            leaf: its shape, type and values.
            description: its description in words.
            names: its possible names; the key if there are none.
            given: whether a value is passed; if not, its default is used.
            optional: whether it is None when it is not passed.
        """
        kind = f"{self.array} | None" if optional and self.array else self.array
        default = "None" if optional else None
        self._declare(key, names, leaf if given else None, description, kind, default=default)
        if leaf.dtype != "uint32":  # which random keys are made of
            self._shapes[self._template.name(key).id] = leaf.shape

    def tree(self, key: str, tree: Tree, description: str, names: Sequence[str] = ()) -> None:
        """Declare a pytree that lines may name, with classes for its records; see ``tensor``."""
        self._declare(key, names, tree, description, self._kind_of(tree) if self.array else "")

    def option(
        self,
        key: str,
        default: str | None,
        kind: str,
        description: str,
        given: str | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """Declare a constant that lines may name and test, and that is known when the function is traced.

        Args:
            key: its name in the lines.
            default: its default, as Python; None if it is required.
            kind: its annotation.
            description: its description in words.
            given: the value passed for it, as Python; None for the default. An integer may be a size, so it is passed
                even if it is the default.
            names: its possible names; the key if there are none.
        """
        if self._requires_all and default not in (None, "None", "False") and is_literal(given or default):
            given, default = given or default, None
        kept = given if given != default or kind == "int" else None
        annotation = kind if self.array else ""
        self._declare(key, names, None, description, annotation, kind=kind, default=default, given=kept, static=True)

    def number(
        self,
        key: str,
        usual: str,
        description: str,
        within: tuple[float, float] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """Declare a number that lines may name.

        It has a default, is a constant of the module, or may be passed if an interval is given. Either all numbers that
        may be passed have defaults, or none has.
        """
        names = names or (key,)
        if within is None and key in _CONSTANTS and self.choices.chance(0.3):
            self._roles[key] = tuple(name.upper() for name in names)
            self._beside.append(Assign(self._template.name(key), Literal(usual)))
            return
        leaf = Leaf((), *within) if within and (self._requires_all or self.choices.chance(0.5)) else None
        default = None if within and self._requires_all else usual
        annotation = self._number if self.array else ""
        self._declare(
            key, names, leaf, description, annotation,
            kind="float", default=default, usual=usual, tuned=key not in _CONSTANTS,
        )  # fmt: skip

    def _declare(
        self, key: str, names: Sequence[str], tree: Tree | None, description: str, annotation: str, *, kind: str = "",
        default: str | None = None, usual: str | None = None, given: str | None = None, static: bool = False,
        tuned: bool = False,
    ) -> None:  # fmt: skip
        self._holes.pop(key, None)  # a parameter hides a helper of its name
        self._roles[key] = tuple(names) or (key,)
        name = self._template.name(key).id
        self._parameters[name] = Parameter(
            name=name, tree=tree, description=description, annotation=annotation, kind=kind, default=default,
            usual=usual, given=given, static=static, tuned=tuned,
        )  # fmt: skip

    def _kind_of(self, tree: Tree) -> str:
        """Return the annotation of a tree. Contents of different types are not annotated in a list or dictionary."""
        match tree:
            case Leaf():
                return self.array
            case Record():
                return tree.name
            case _ if self._any_tree and self.array:
                return self._any_tree
            case _:
                pass
        inner = [self._kind_of(part) for _, part in parts_of(tree)]
        same = len(set(inner)) == 1
        match tree:
            case Mapping():
                return f"dict[str, {inner[0]}]" if same else "dict"
            case list():
                return f"list[{inner[0]}]" if same else "list"
            case _:
                return f"tuple[{', '.join(inner)}]"

    # ---- lines

    def record(self, name: str, fields: Sequence[tuple[str, Tree]], description: str, *, plain: bool = False) -> Record:
        """Declare a class of arrays in the function's module: a named tuple, or a registered dataclass.

        Args:
            name: its name.
            fields: its fields.
            description: its description in words.
            plain: whether it has to be a named tuple, which lines may unpack.
        """
        made = Record(self._template.name(name).id, tuple(fields))
        kinds = tuple((key, self._kind_of(part) if self.array else kind_of_field(part)) for key, part in fields)
        docstring = f"{description}." if self.choices.chance(0.5) else ""
        if plain or self.choices.chance(0.7):
            self._beside.append(Class(name, kinds, (), ("NamedTuple",), docstring))
        else:
            marks = ("jax.tree_util.register_dataclass", f"dataclasses.dataclass{self.pick('', '(frozen=True)')}")
            self._beside.append(Class(name, kinds, marks, (), docstring))
        return made

    def helper(self, *lines: str) -> None:
        """Add functions that the drawn function calls, at the level of a module.

        One replaces a function of the same name that :meth:`function` has made available.
        """
        for name in re.findall(r"(?m)^def (\w+)\(", join(*lines)):
            self._holes.pop(name, None)
        self._beside += self._statements(lines)

    def function(self, text: str) -> None:
        """Make a helper available that the lines of the drawn function may call.

        Args:
            text: its definition, which has names of its own and may hold groups of alternatives (see
                ``drawing.variants``). The annotation ``Array`` is replaced by the one that the drawn function has for
                arrays.
        """
        name = text.partition("def ")[2].partition("(")[0]
        self._holes[name] = functools.cache(functools.partial(self._define, name, text))

    def _define(self, name: str, text: str) -> Expression:
        given = Name(self._book.take((f"_{name}" if self._private else name,)))
        choices = self.choices.child("function", name)
        template = Template(NameBook(choices.child("names")), {}, _squared, _KNOWN | {"Array"})
        others = {each: hole for each, hole in self._holes.items() if each != name}
        definition = self._with_some_comments(_filled(choose(dedent(text).strip(), choices.shuffled, choices.chance)))
        (made,) = template.statements(definition, **others)
        assert isinstance(made, Function)
        kinds = tuple((key, self._kind_in_helper(kind)) for key, kind in made.parameters)
        returns = self._kind_in_helper(made.returns)
        self._beside.append(replace(made, name=given.id, parameters=kinds, returns=returns))
        return given

    def _kind_in_helper(self, kind: str) -> str:
        return re.sub(r"\bArray\b", self.array, kind) if self.array else ""

    def add(self, *lines: str) -> None:
        """Append statements. A text on its own that begins with ``# `` is a comment."""
        self._body += self._statements(lines)

    def _statements(self, lines: Sequence[str]) -> list[Statement]:
        return self._template.statements(self._with_some_comments(join(*lines)), **self._holes)

    def write(self, *texts: str) -> None:
        """Append statements with groups of alternatives. A line that begins with ``#`` is a comment.

        Braces of Python code, as in messages and dictionaries, are written as ``<<`` and ``>>``.
        """
        for text in texts:
            self.add(self.choose(text))

    def write_lines(self, text: str) -> None:
        """Append statements without groups, with their comments."""
        self.add(quote_remarks(dedent(text)))

    def choose(self, text: str) -> str:
        """Return a text with one alternative of each of its groups, in the form that ``add`` takes."""
        return _filled(choose(dedent(text), self.choices.shuffled, self.maybe))

    def _with_some_comments(self, text: str) -> str:
        """Return the text with some of its comments, or with none."""
        return "\n".join(
            line
            for line in text.split("\n")
            if not line.lstrip().startswith("'# ") or (self._commented and self.choices.chance(_COMMENT_SHARE))
        )

    def set_results(self, *results: Tree) -> None:
        """Set what the function returns, in order."""
        self._results = results

    def finish(self, *ends: tuple[str, tuple[Tree, ...]]) -> None:
        """Write one of several final texts, chosen at random.

        Args:
            ends: the texts, each with its results in order.
        """
        text, results = self.choices.choice(ends)
        self.write(text)
        self.set_results(*results)


def _filled(text: str) -> str:
    """Return the lines of a text with comments and braces in the form that templates use."""
    return quote_remarks(text.replace("<<", "{").replace(">>", "}"))


def _squared(node: Expression) -> Expression:
    return Infix("**", node, Literal("2"))
