"""The style in which one author writes a whole function: squares, reductions, unused parameters and more."""

import ast
import re
from collections.abc import Callable, Container, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from synthesis.drawing.nodes import changed, nodes
from synthesis.drawing.rendering import render, render_block
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assert,
    Assign,
    Attribute,
    Call,
    Comparison,
    Comprehension,
    Conditional,
    Display,
    Evaluate,
    Expression,
    FormattedText,
    Function,
    If,
    Infix,
    Literal,
    Name,
    Slice,
    Statement,
    Subscript,
)
from synthesis.frontends.jax.recipes.applications.forms import (
    ErrorWording,
    asserting,
    assuming,
    checking,
    choosing,
    gathering,
    leaving_early,
    returning_at_once,
    telling_briefly,
    trusting,
    turning,
    updating,
)
from synthesis.frontends.jax.recipes.applications.spellings import Spellings, arrays_of, without_second_guards

_REDUCTIONS = frozenset({
    "jnp.mean", "jnp.sum", "jnp.max", "jnp.min", "jnp.std", "jnp.var", "jnp.argmax", "jnp.argmin",
})  # fmt: skip
_PLAIN = re.compile(r"(?!0\.?0*$|1\.?0*$)[\d.]+(e-?\d+)?")
"""Matches numbers that may be written in a formula: those other than 0 and 1, which would seem to have no effect."""
# Probabilities of the habits; see the attributes of ``Habits``.
_SQUARE_BY_NAME = 0.12
_METHODS = 0.68
_SETTLED = 0.75
_INSIDE = 0.15
_EARLY = 0.35
_ASSERTS = 0.35
_UPDATES = 0.3
_SHAPED = 0.6
_CHECKS = 0.25
_SHORT_LAX = 0.35
_TRUSTS = 0.58
_ASSUMES = 0.15
_BRIEF = 0.55
_GATHERS = 0.6
_JOINED = 0.7
_INLINE = 0.6
_TREE_UTIL = 0.36
_AT_ONCE = 0.65
_TURNS = 0.6
_WORDINGS = (
    ErrorWording(("{} has shape ", ", expected "), "{name} must have {count} {axes}, got "),
    ErrorWording(("{} of shape ", " does not match "), "expected {name} with {count} {axes}, got "),
    ErrorWording(("shape mismatch for {}: ", " and "), "{name} should be {count}-dimensional, got ndim="),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """The choices of one author between equivalent ways to write code."""

    squares_by_name: bool
    """Whether ``jnp.square(x)`` is kept; otherwise it is always written as ``x ** 2``."""
    methods: bool
    """Whether reductions are methods: ``x.mean()``."""
    settled: bool
    """Whether numbers that no caller would choose are constants, not parameters."""
    early: bool
    """Whether a function returns as soon as nothing is left to do."""
    asserts: bool
    """Whether wrong arguments fail an assertion instead of raising an error."""
    updates: bool
    """Whether ``x = x + y`` is written as ``x += y``."""
    shaped: bool
    """Whether ``jnp.zeros_like(x)`` is written as ``jnp.zeros(x.shape, x.dtype)``."""
    inside: bool
    """Whether helpers of a function are defined inside it, not beside it."""
    wording: ErrorWording | None
    """The error messages for an optional array with a wrong shape; None if its shape is not checked."""
    tree_util: bool
    """Whether trees are mapped by ``jax.tree_util.tree_map`` rather than ``jax.tree.map``."""
    joined: bool
    """Whether one test checks both that an array is given and that its shape fits."""
    at_once: bool
    """Whether the last value is returned without being assigned to a variable."""
    inline: bool
    """Whether a variable with one of two values is assigned by a conditional expression."""
    trusts: bool
    """Whether checks of arguments are left out."""
    short_lax: bool
    """Whether ``lax`` is imported: ``lax.scan`` rather than ``jax.lax.scan``."""
    assumes: bool
    """Whether the second of two choices is assumed if the first does not apply, without a test."""
    brief: bool
    """Whether error messages leave out the wrong values."""
    gathers: bool
    """Whether lists and dictionaries are built by comprehensions where possible."""
    turns: bool
    """Whether the shorter of two branches comes first."""
    spellings: Spellings
    """The notation for operations that have several in JAX."""

    @classmethod
    def of(cls, stream: Stream) -> "Habits":
        """Draw the habits of an author."""
        return cls(
            squares_by_name=stream.chance(_SQUARE_BY_NAME),
            methods=stream.chance(_METHODS),
            settled=stream.chance(_SETTLED),
            early=stream.chance(_EARLY),
            asserts=stream.chance(_ASSERTS),
            updates=stream.chance(_UPDATES),
            shaped=stream.chance(_SHAPED),
            inside=stream.chance(_INSIDE),
            wording=stream.choice(_WORDINGS) if stream.chance(_CHECKS) else None,
            tree_util=stream.chance(_TREE_UTIL),
            joined=stream.chance(_JOINED),
            at_once=stream.chance(_AT_ONCE),
            inline=stream.chance(_INLINE),
            trusts=stream.chance(_TRUSTS),
            short_lax=stream.chance(_SHORT_LAX),
            assumes=stream.chance(_ASSUMES),
            brief=stream.chance(_BRIEF),
            gathers=stream.child("gathers").chance(_GATHERS),
            turns=stream.child("turns").chance(_TURNS),
            spellings=Spellings.of(stream.child("spellings")),
        )

    def rewrite(
        self,
        body: tuple[Statement, ...],
        given: Set[str] = frozenset(),
        helper: Callable[[str], Expression] | None = None,
    ) -> tuple[Statement, ...]:
        """Return the statements in this author's notation.

        Args:
            body: the statements.
            given: the arrays that are arguments.
            helper: returns the name of a helper function; None if no helper may be called.
        """
        arrays = arrays_of(body, given)

        def respell(node: Any) -> Any:
            spelled = self.spellings.spell(node, arrays, helper)
            return self._respell(node) if spelled is node else changed(spelled, self._respell)

        return without_second_guards(tuple(changed(each, respell) for each in body))

    def form(self, body: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """Return the statements in the structure that this author prefers."""
        body = trusting(body) if self.trusts else body
        body = gathering(body) if self.gathers else body
        body = assuming(body) if self.assumes else body
        body = telling_briefly(body) if self.brief else body
        body = asserting(body, with_messages=self.settled) if self.asserts else body
        body = choosing(body) if self.inline else body
        body = turning(body) if self.turns else body
        body = leaving_early(body) if self.early else body
        body = returning_at_once(body) if self.at_once else body
        return updating(body) if self.updates else updating(body, _updated_somewhere(body))

    def check(
        self, body: tuple[Statement, ...], shapes: Mapping[str, tuple[int, ...]], always: Container[str]
    ) -> tuple[Statement, ...]:
        """Return a body that checks the shapes of optional arrays; see ``forms.checking``."""
        return checking(body, shapes, always, self.wording, joined=self.joined) if self.wording else body

    def place(self, statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
        """Return the statements to write before a function, and the helper functions to define in its body."""
        inner: list[Statement] = [
            each for each in statements if self.inside and isinstance(each, Function) and not each.decorators
        ]
        return [each for each in statements if each not in inner], inner

    def settle(
        self, body: tuple[Statement, ...], numbers: Mapping[str, str | None], small: Container[str]
    ) -> tuple[tuple[Statement, ...], list[Assign]]:
        """Return a body in which some parameters are constants.

        A constant is defined by the module, or written where it is used if that is a single place.

        Args:
            body: the function's statements.
            numbers: parameters that no call passes, with their defaults.
            small: those of them that may be constants of the module, because no caller would choose them.

        Returns:
            The body, and the module's constants.
        """
        if not self.settled or not numbers:
            return body, []
        text = "\n".join(render_block(body))
        kept = _bound_inside(text) | _decisive(body)
        chosen = {name: usual for name, usual in numbers.items() if usual is not None and name not in kept}
        open_to_view = _in_view(body)
        made: dict[str, Name | Literal] = {}
        for name, usual in chosen.items():
            once = len(re.findall(rf"\b{name}\b", text)) == 1
            if once and name not in open_to_view and _PLAIN.fullmatch(usual) is not None:
                made[name] = Literal(usual)
            elif name in small:
                made[name] = Name(name.upper())

        def change(node: Any) -> Any:
            return made.get(node.id, node) if isinstance(node, Name) else node

        constants = [Assign(each, Literal(chosen[name])) for name, each in made.items() if isinstance(each, Name)]
        return tuple(changed(each, change) for each in body), constants

    def _respell(self, node: Any) -> Any:
        match node:
            case Call(Name("jnp.square"), (value,), ()) if not self.squares_by_name:
                return Infix("**", value, Literal("2"))
            case Call(Name("jnp.zeros_like"), (Name() as value,), ()) if self.shaped:
                return Call(Name("jnp.zeros"), (Attribute(value, "shape"), Attribute(value, "dtype")))
            case Call(Name("jnp.expand_dims"), (value, *given), keywords) if (
                "expand" not in self.spellings.has
                and (axis := _axis(given, keywords)) in _ADDED
                and not isinstance(value, Display | Comprehension)
            ):
                return Subscript(value, _ADDED[axis])
            case Call(Name("jnp.matmul"), (left, right), ()):
                return Infix("@", left, right)
            case Assign(Name(name), Display((value,), "[]"), "+"):
                return Evaluate(Call(Name(f"{name}.append"), (value,)))
            case Name(name) if name.startswith(("jax.tree.", "jax.tree_util.tree_")):
                function = name.removeprefix("jax.tree_util.tree_").removeprefix("jax.tree.")
                return Name(f"jax.tree_util.tree_{function}" if self.tree_util else f"jax.tree.{function}")
            case Name(name) if name.startswith(("jax.lax.", "lax.")):
                return Name(name.removeprefix("jax.") if self.short_lax else f"jax.{name.removeprefix('jax.')}")
            case Call(Name(name), (value, *rest), keywords) if self.methods and name in _REDUCTIONS:
                if isinstance(value, Display | Comprehension):
                    return node
                return Call(Attribute(value, name.removeprefix("jnp.")), tuple(rest), keywords)
            case _:
                return node


_NONE = Literal("None")
_ADDED: Mapping[str, tuple[Expression, ...]] = {
    "-1": (Literal("..."), _NONE), "0": (_NONE,), "1": (Slice(), _NONE),
}  # fmt: skip
"""Maps an added axis to the indices that add it."""


def _axis(given: Sequence[Expression], keywords: tuple[tuple[str, Expression], ...]) -> str:
    """Return the axis as it is written, whether it is a positional or a keyword argument; empty if there is none."""
    axes = [*given, *(value for key, value in keywords if key == "axis")]
    return render(axes[0]) if len(axes) == 1 else ""


def _updated_somewhere(body: tuple[Statement, ...]) -> set[str]:
    """Return the variables that some statement updates in place."""
    return {
        node.target.id
        for node in nodes(body)
        if isinstance(node, Assign) and node.operator and isinstance(node.target, Name)
    }


def _decisive(body: tuple[Statement, ...]) -> set[str]:
    """Return the names that tests use. They are choices of the caller."""
    tests = (node.test for node in nodes(body) if isinstance(node, If | Conditional | Assert))
    return {name for test in tests for name in re.findall(r"\w+", render(test))}


def _in_view(body: tuple[Statement, ...]) -> set[str]:
    """Return the names in comparisons, in messages and beside numbers, where a value would be less clear."""
    found = set[str]()
    for node in nodes(body):
        match node:
            case Comparison() | FormattedText():
                found |= set(re.findall(r"\w+", render(node)))
            case Infix(_, left, right) if isinstance(left, Literal) or isinstance(right, Literal):
                found |= set(re.findall(r"\w+", render(node)))
            case _:
                pass
    return found


def _bound_inside(text: str) -> set[str]:
    """Return the names that statements bind, including those of inner functions."""
    nodes = list(ast.walk(ast.parse(f"def body():\n{_indented(text)}")))
    arguments = {each.arg for each in nodes if isinstance(each, ast.arg)}
    return arguments | {each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
