"""A JAX function under construction: its arguments, statements and results."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from synthesis.frontends.jax.options import DEFAULTS
from synthesis.frontends.jax.spelling import type_name
from synthesis.grammar import naming
from synthesis.grammar.naming import NameBook
from synthesis.grammar.operations import Operation, Term
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import (
    Assign,
    Call,
    Evaluate,
    Expression,
    Function,
    Literal,
    Name,
    Return,
    Statement,
    reads,
    render_block,
    size,
)
from synthesis.grammar.syntax import (
    Sequence as Items,
)
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import LONG_OPERAND, DrawError, FunctionScope, Weaver, name_of, typical_domain
from synthesis.records import Argument, Domain, KernelSpec, Role, Signature

SIZES = (2, 3, 4, 5, 6, 8)
# An array of fewer elements may have them all on one side of what it is compared with.
_MANY = 12
_FLOATS = (("float32", 0.88), ("bfloat16", 0.05), ("float16", 0.07))


def some_float(stream: Stream) -> str:
    """A scalar type for a function of floats, mostly the usual one."""
    return stream.child("dtype").weighted(_FLOATS)


@dataclass
class Draft:
    """Collects what a recipe decides, and prints it.

    Args:
        stream: the random choices; the recipe and the draft draw from children of it.
        types: the types that new arguments may have.
    """

    stream: Stream
    types: Sequence[Type]

    def __post_init__(self) -> None:
        """Open the body."""
        self.book = NameBook(self.stream.child("names"))
        self._draw = self.stream.child("draft")
        style = self.stream.child("style")
        self._annotated = style.chance(0.15)
        self.lax = "lax" if style.chance(0.5) else "jax.lax"
        """How control flow is reached: ``lax.scan`` or ``jax.lax.scan``."""
        self._arguments: list[Argument] = []
        self._helpers: list[Statement] = []
        self._body: list[Statement] = []

    # ---- what the weaver asks for

    def fresh(self, type: Type, domain: Domain, pool: tuple[str, ...] | None = None) -> Term:  # noqa: A002
        """A new argument, read whole; named from a pool or as its rank suggests."""
        unusual = type.rank == 2 and self._draw.chance(0.3)
        usual = naming.SCALARS if type.rank == 0 else naming.MATRICES if unusual else naming.ARRAYS
        name = self.book.take(pool or usual)
        self._arguments.append(
            Argument(
                name=name,
                type_name=type_name(type.dtype, type.shape),
                dtype=type.dtype,
                shape=type.shape,
                domain=domain,
            )
        )
        return Term(Name(name), type, domain, flat=True, varying=math.prod(type.shape) >= _MANY)

    def literal(self, value: float, dtype: str) -> Term:
        """A Python number, which takes the type of what it meets."""
        text = repr(float(value)) if Type(dtype).is_float else str(int(value))
        return Term(Literal(text), Type(dtype), Domain(low=value, high=value), varying=False)

    def keep(self, term: Term) -> Term:
        """The term under a new local name."""
        local = self.book.take(naming.LOCALS)
        self.add(Assign(Name(local), term.node))
        return replace(term, node=Name(local))

    # ---- what recipes build with

    def add(self, statement: Statement) -> None:
        """Append a statement to the body."""
        self._body.append(statement)

    def leaves(self, count: int, types: Sequence[Type] | None = None) -> list[Term]:
        """New arguments to weave from; the first has the first of the types."""
        kinds = list(types or self.types)
        chosen = [kinds[0], *(self._draw.choice(kinds) for _ in range(count - 1))]
        return [self.fresh(kind, typical_domain(self._draw, kind)) for kind in chosen]

    def inner(self) -> FunctionScope:
        """The inside of a nested function, which sees the kernel's variables."""
        return FunctionScope(self.literal, self.book)

    def helper(self, operands: Sequence[Term], operations: Sequence[Operation], steps: int) -> Term:
        """A call of a new function beside the kernel that computes something of the operands."""
        operands = [self.keep(operand) if size(operand.node) > LONG_OPERAND else operand for operand in operands]
        scope = FunctionScope(self.literal, NameBook(self.stream.child("helper names")))
        parameters = [scope.parameter(operand) for operand in operands]
        result = Weaver(scope, self.stream.child("helper"), operations, max_fresh=0).weave(parameters, steps=steps)
        name = self.book.title()
        listed = tuple((name_of(parameter), "") for parameter in parameters)
        self._helpers.append(Function(name, listed, (*scope.statements, Return(result.node))))
        return replace(result, node=Call(Name(name), tuple(operand.node for operand in operands)))

    def declare(self, statement: Function | Call) -> None:
        """Put a function, or a call for its effect, beside the kernel, after those that are there."""
        self._helpers.append(Evaluate(statement) if isinstance(statement, Call) else statement)

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
    ) -> KernelSpec:
        """The finished function, returning the results.

        Args:
            results: what it returns, one or several.
            category: the recipe's category.
            recipe: the recipe's name.
            summary: what the function does, in a few words.
            ops: operations beside those of the results.
            differentiable: whether JAX can take a vector-Jacobian product of it.

        Raises:
            DrawError: if an argument is never read; the draft is to be started again.
        """
        name = self.book.title()
        nodes = tuple(term.node for term in results)
        value: Expression = nodes[0] if len(nodes) == 1 else Items(nodes)
        body = (*self._body, Return(value))
        read = set(reads(body))
        if any(argument.name not in read for argument in self._arguments):
            raise DrawError("an argument is never read")
        used = ops.union(*(term.ops for term in results))
        annotation = "jax.Array" if self._annotated else ""
        kernel = Function(
            name,
            tuple((argument.name, annotation) for argument in self._arguments),
            body,
            docstring=summary + "." if self.stream.child("docstring").chance(0.12) else "",
            returns=annotation if len(nodes) == 1 else "",
        )
        text = "\n\n\n".join("\n".join(render_block((statement,))) for statement in (*self._helpers, kernel))
        source = f"{_imports(text)}\n\n\n{text}\n"
        inputs = tuple(argument.name for argument in self._arguments if Type(argument.dtype).is_float)
        names = ("result",) if len(results) == 1 else tuple(f"result_{number}" for number in range(len(results)))
        return KernelSpec(
            frontend="jax",
            name=name,
            category=category,
            recipe=recipe,
            source=source,
            description=f"{summary}, built from {', '.join(sorted(used))}.",
            signature=Signature(
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
            ),
            ops=tuple(sorted(used)),
            difficulty=1 + sum(source.count("\n") > bound for bound in (6, 9, 14, 22)),
        )


def _imports(text: str) -> str:
    """The import lines that a text needs, in the customary form."""
    lines = ["import jax"] if re.search(r"\bjax\.", text) else []
    lines.append("import jax.numpy as jnp")
    if re.search(r"(?<!\.)\blax\.", text):
        lines.append("from jax import lax")
    return "\n".join(lines)
