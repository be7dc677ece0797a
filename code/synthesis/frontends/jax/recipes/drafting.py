"""Builds a JAX function from drawn terms and prints its source."""

import re
from collections.abc import Iterable, Sequence, Set
from typing import Any, TypeVar

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.drawing.commentary import Habits, add_comments, write_docstring
from synthesis.drawing.drafting import render_module
from synthesis.drawing.naming import PARAMETERS, NameBook
from synthesis.drawing.nodes import changed
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Dictionary,
    Display,
    Expression,
    Function,
    Infix,
    Lambda,
    Literal,
    Name,
    Return,
    Slice,
    Statement,
    names,
    rename,
    size,
    walk,
)
from synthesis.drawing.types import Type
from synthesis.frontends.jax.options import DEFAULTS
from synthesis.frontends.jax.recipes.sketch import Sketch
from synthesis.frontends.jax.spelling import type_name

_FLOATS = (("float32", 0.88), ("bfloat16", 0.05), ("float16", 0.07))


def some_float(stream: Stream) -> str:
    """Return a floating-point type for a function, mostly the usual one."""
    return stream.child("dtype").weighted(_FLOATS)


# Probabilities of comments and docstrings. JAX's own functions have comments in 29 % and docstrings in 71 %, most of
# them with lists. Its functions are an interface documented for others; code that uses them has fewer docstrings.
_HABITS = Habits(comments=0.27, docstring=0.5, listed=0.6)
# Probability that a function without helpers has a part moved into one. Of JAX's own functions, 45 % call others.
_OUTLINED = 0.5
# Smallest number of nodes of an expression that is moved into a function.
_WORTH = 6
# Probability of writing ``x ** 2`` for a square.
_POWERS = 0.65
# Probability of writing ``abs(x)`` for ``jnp.abs(x)``.
_OWN = 0.6
# Probability of writing ``x ** 0.5`` for a square root.
_ROOTS = 0.35
_Node = TypeVar("_Node")


class Draft(Sketch):
    """Collects the arguments and statements that a recipe draws, and prints the function."""

    def _outline(self) -> None:
        """Move the value of one assignment into a helper function beside the kernel."""
        stream = self.stream.child("outline")
        if self._helpers or self.stream.difficulty < 2 or not stream.chance(_OUTLINED):
            return
        known = {argument.name for argument in self._arguments}
        known |= {name for each in self._block if isinstance(each, Assign) for name in names(each.target)}
        places = [place for place, each in enumerate(self._block) if _may_move(each, known)]
        if not places:
            return
        place = stream.choice(places)
        statement = self._block[place]
        assert isinstance(statement, Assign)
        read = [name for name in dict.fromkeys(names(statement.value)) if name in known]
        book = NameBook(stream.child("names"))
        renames = {name: name if stream.chance(0.3) else book.take(PARAMETERS) for name in read}
        if len(set(renames.values())) < len(read):
            renames = {name: name for name in read}
        parameters = tuple((renames[name], "") for name in read)
        title = self.book.title()
        self.declare(Function(title, parameters, (Return(rename(statement.value, renames)),)))
        self._block[place] = Assign(statement.target, Call(Name(title), tuple(map(Name, read))))

    def _in_notation(self, nodes: Iterable[_Node]) -> tuple[_Node, ...]:
        """Return the nodes with squares, square roots and absolute values in the notation drawn for this function."""
        stream = self.stream.child("spelling")
        powers, own, roots = stream.chance(_POWERS), stream.chance(_OWN), stream.chance(_ROOTS)

        def spell(node: Any) -> Any:
            match node:
                case Call(Name("jnp.square"), (value,), ()) if powers:
                    return Infix("**", value, Literal("2"))
                case Call(Name("jnp.sqrt"), (value,), ()) if roots:
                    return Infix("**", value, Literal("0.5"))
                case Call(Name("jnp.abs"), (value,), ()) if own:
                    return Call(Name("abs"), (value,))
                case _:
                    return node

        return changed(tuple(nodes), spell)

    # ---- printing

    def finish(
        self,
        results: Sequence[Term],
        *,
        category: str,
        recipe: str,
        summary: str,
        ops: frozenset[str] = frozenset(),
        differentiable: bool = True,
        titles: tuple[str, ...] = (),
    ) -> KernelSpec:
        """Return the finished kernel, whose function returns the results.

        Args:
            results: the values that it returns, one or several.
            category: the recipe's category.
            recipe: the recipe's name.
            summary: what the function does, in a few words.
            ops: operations in addition to those of the results.
            differentiable: whether JAX can compute a vector-Jacobian product of it.
            titles: names to choose from; if there are none, the name is made from the recipe's target.

        Raises:
            DrawError: if an argument or a local variable is never read; the draft has to be started again.
        """
        name = self.entitle(titles)
        nodes = tuple(term.node for term in results)
        self._outline()
        end = Return(nodes[0] if len(nodes) == 1 else Display(nodes))
        self.check((end,))
        self._block = [*self._in_notation(self._block)]
        self._helpers = [*self._in_notation(self._helpers)]
        (end,) = self._in_notation((end,))
        body = (*self.casts(), *add_comments(self.stream.child("comments"), tuple(self._block), _HABITS), end)
        used = ops.union(*(term.ops for term in results))
        annotation = "jax.Array" if self._annotated else ""
        kernel = Function(
            name,
            tuple((argument.name, annotation) for argument in self._arguments),
            body,
            docstring=write_docstring(
                self.stream.child("docstring"), summary, self._arguments, _returned(results), _HABITS
            ),
            returns=annotation if len(nodes) == 1 else "",
        )
        text = render_module("", (*self._helpers, kernel))
        source = _imports(text) + text
        signature = self._sign(results, differentiable=differentiable)
        return self.record("jax", name, source, signature, category=category, recipe=recipe, summary=summary, ops=used)

    def _sign(self, results: Sequence[Term], *, differentiable: bool) -> Signature:
        """Return the signature of the kernel."""
        inputs = tuple(argument.name for argument in self._arguments if Type(argument.dtype).is_float)
        names = ("result",) if len(results) == 1 else tuple(f"result_{number}" for number in range(len(results)))
        return Signature(
            arguments=tuple(self._arguments),
            results=tuple(
                Argument(
                    name=result,
                    type_name=type_name(term.type.dtype, term.type.shape),
                    dtype=term.type.dtype,
                    shape=term.type.shape,
                    role=Role.OUTPUT,
                )
                for result, term in zip(names, results, strict=True)
            ),
            differentiable=inputs if differentiable else (),
            cotangents=tuple(f"ct_{result}" for result in names) if differentiable and inputs else (),
            options=DEFAULTS,
        )


def _may_move(statement: Statement, known: Set[str]) -> bool:
    """Return whether a statement can be moved into a function.

    It must compute an expression of at least ``_WORTH`` nodes from one to three variables, all of them known, and must
    not bind names inside.
    """
    if not isinstance(statement, Assign) or statement.operator or not isinstance(statement.target, Name):
        return False
    read = set(names(statement.value))
    free = {name for name in read if "." not in name} - {"True", "False", "None"}
    return free <= known and 1 <= len(free) <= 3 and size(statement.value) >= _WORTH and not _binds(statement.value)


def _binds(node: Expression) -> bool:
    """Return whether an expression contains a lambda, which binds names, or a slice or a dictionary.

    Bounds and keys are strings, whose names are not known.
    """
    return any(isinstance(each, Lambda | Slice | Dictionary) for each in walk(node))


def _returned(results: Sequence[Term]) -> list[str]:
    """Return a description in words of each value that a function returns."""
    shapes = [term.type.shape for term in results]
    return [
        f"array of shape ({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})" if shape else "a number"
        for shape in shapes
    ]


def _imports(text: str) -> str:
    """Return the import lines that a source needs, in the customary form."""
    lines = ["import jax"] if re.search(r"\bjax\.", text) else []
    lines.append("import jax.numpy as jnp")
    if re.search(r"(?<!\.)\blax\.", text):
        lines.append("from jax import lax")
    return "\n".join(lines)
