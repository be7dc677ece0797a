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
    shorter_branch_first,
    with_assertions,
    with_augmented_assignments,
    with_comprehensions,
    with_conditional_expressions,
    with_early_returns,
    without_argument_checks,
    without_last_test,
    without_result_variables,
    without_values_in_messages,
)
from synthesis.frontends.jax.recipes.applications.shape_checks import ErrorWording, with_shape_checks
from synthesis.frontends.jax.recipes.applications.spellings import Spellings, arrays_of, without_second_guards

_REDUCTIONS = frozenset({
    "jnp.mean", "jnp.sum", "jnp.max", "jnp.min", "jnp.std", "jnp.var", "jnp.argmax", "jnp.argmin",
})  # fmt: skip
_PLAIN = re.compile(r"(?!0\.?0*$|1\.?0*$)[\d.]+(e-?\d+)?")
"""Matches numbers that may be written in a formula: not 0 and 1, which seem to have no effect there."""
# Probabilities of the habits; see the attributes of ``Habits``.
_SQUARES_BY_NAME_SHARE = 0.12
_METHODS_SHARE = 0.68
_FIXED_CONSTANTS_SHARE = 0.75
_NESTED_HELPERS_SHARE = 0.15
_EARLY_RETURNS_SHARE = 0.35
_ASSERTIONS_SHARE = 0.35
_AUGMENTED_SHARE = 0.3
_ZEROS_BY_SHAPE_SHARE = 0.6
_SHAPE_CHECKS_SHARE = 0.25
_SHORT_LAX_SHARE = 0.35
_UNCHECKED_SHARE = 0.58
_WITHOUT_LAST_TEST_SHARE = 0.15
_SHORT_MESSAGES_SHARE = 0.55
_COMPREHENSIONS_SHARE = 0.6
_JOINED_CHECKS_SHARE = 0.7
_CONDITIONALS_SHARE = 0.6
_TREE_UTIL_SHARE = 0.36
_WITHOUT_RESULT_VARIABLES_SHARE = 0.65
_SHORTER_FIRST_SHARE = 0.6
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
    fixes_constants: bool
    """Whether numbers that no caller would choose are constants, not parameters."""
    returns_early: bool
    """Whether a function returns as soon as nothing is left to do."""
    uses_assertions: bool
    """Whether wrong arguments fail an assertion instead of raising an error."""
    augments_assignments: bool
    """Whether ``x = x + y`` is written as ``x += y``."""
    zeros_by_shape: bool
    """Whether ``jnp.zeros_like(x)`` is written as ``jnp.zeros(x.shape, x.dtype)``."""
    nests_helpers: bool
    """Whether helpers of a function are defined inside it, not beside it."""
    wording: ErrorWording | None
    """The error messages for an optional array with a wrong shape; None if its shape is not checked."""
    tree_util: bool
    """Whether trees are mapped by ``jax.tree_util.tree_map`` rather than ``jax.tree.map``."""
    joins_checks: bool
    """Whether one test checks both that an array is given and that its shape fits."""
    skips_result_variables: bool
    """Whether the last value is returned without being assigned to a variable."""
    uses_conditional_expressions: bool
    """Whether a variable with one of two values is assigned by a conditional expression."""
    skips_argument_checks: bool
    """Whether checks of arguments are left out."""
    short_lax: bool
    """Whether ``lax`` is imported: ``lax.scan`` rather than ``jax.lax.scan``."""
    skips_last_test: bool
    """Whether the second of two choices is assumed if the first does not apply, without a test."""
    shortens_messages: bool
    """Whether error messages leave out the wrong values."""
    uses_comprehensions: bool
    """Whether lists and dictionaries are built by comprehensions where possible."""
    puts_shorter_branch_first: bool
    """Whether the shorter of two branches comes first."""
    spellings: Spellings
    """The notation for operations that have several in JAX."""

    @classmethod
    def of(cls, stream: Stream) -> "Habits":
        """Draw the habits of an author."""
        return cls(
            squares_by_name=stream.chance(_SQUARES_BY_NAME_SHARE),
            methods=stream.chance(_METHODS_SHARE),
            fixes_constants=stream.chance(_FIXED_CONSTANTS_SHARE),
            returns_early=stream.chance(_EARLY_RETURNS_SHARE),
            uses_assertions=stream.chance(_ASSERTIONS_SHARE),
            augments_assignments=stream.chance(_AUGMENTED_SHARE),
            zeros_by_shape=stream.chance(_ZEROS_BY_SHAPE_SHARE),
            nests_helpers=stream.chance(_NESTED_HELPERS_SHARE),
            wording=stream.choice(_WORDINGS) if stream.chance(_SHAPE_CHECKS_SHARE) else None,
            tree_util=stream.chance(_TREE_UTIL_SHARE),
            joins_checks=stream.chance(_JOINED_CHECKS_SHARE),
            skips_result_variables=stream.chance(_WITHOUT_RESULT_VARIABLES_SHARE),
            uses_conditional_expressions=stream.chance(_CONDITIONALS_SHARE),
            skips_argument_checks=stream.chance(_UNCHECKED_SHARE),
            short_lax=stream.chance(_SHORT_LAX_SHARE),
            skips_last_test=stream.chance(_WITHOUT_LAST_TEST_SHARE),
            shortens_messages=stream.chance(_SHORT_MESSAGES_SHARE),
            uses_comprehensions=stream.child("gathers").chance(_COMPREHENSIONS_SHARE),
            puts_shorter_branch_first=stream.child("turns").chance(_SHORTER_FIRST_SHARE),
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
        body = without_argument_checks(body) if self.skips_argument_checks else body
        body = with_comprehensions(body) if self.uses_comprehensions else body
        body = without_last_test(body) if self.skips_last_test else body
        body = without_values_in_messages(body) if self.shortens_messages else body
        body = with_assertions(body, with_messages=self.fixes_constants) if self.uses_assertions else body
        body = with_conditional_expressions(body) if self.uses_conditional_expressions else body
        body = shorter_branch_first(body) if self.puts_shorter_branch_first else body
        body = with_early_returns(body) if self.returns_early else body
        body = without_result_variables(body) if self.skips_result_variables else body
        return (
            with_augmented_assignments(body)
            if self.augments_assignments
            else with_augmented_assignments(body, _updated_somewhere(body))
        )

    def check(
        self, body: tuple[Statement, ...], shapes: Mapping[str, tuple[int, ...]], always: Container[str]
    ) -> tuple[Statement, ...]:
        """Return a body that checks the shapes of optional arrays; see ``forms.with_shape_checks``."""
        return with_shape_checks(body, shapes, always, self.wording, joined=self.joins_checks) if self.wording else body

    def place(self, statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
        """Return the statements to write before a function, and the helper functions to define in its body."""
        inner: list[Statement] = [
            each for each in statements if self.nests_helpers and isinstance(each, Function) and not each.decorators
        ]
        return [each for each in statements if each not in inner], inner

    def fix_constants(
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
        if not self.fixes_constants or not numbers:
            return body, []
        text = "\n".join(render_block(body))
        kept = _bound_inside(text) | _names_in_tests(body)
        chosen = {name: usual for name, usual in numbers.items() if usual is not None and name not in kept}
        clearer = _names_clearer_than_values(body)
        made: dict[str, Name | Literal] = {}
        for name, usual in chosen.items():
            once = len(re.findall(rf"\b{name}\b", text)) == 1
            if once and name not in clearer and _PLAIN.fullmatch(usual) is not None:
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
            case Call(Name("jnp.zeros_like"), (Name() as value,), ()) if self.zeros_by_shape:
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


def _names_in_tests(body: tuple[Statement, ...]) -> set[str]:
    """Return the names that tests use. They are choices of the caller."""
    tests = (node.test for node in nodes(body) if isinstance(node, If | Conditional | Assert))
    return {name for test in tests for name in re.findall(r"\w+", render(test))}


def _names_clearer_than_values(body: tuple[Statement, ...]) -> set[str]:
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
