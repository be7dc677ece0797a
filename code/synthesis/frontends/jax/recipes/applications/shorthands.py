"""Functions with fixed arguments: ``functools.partial`` in place of lambdas and of repeated options."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from synthesis.drawing.nodes import changed, nodes
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Expression,
    Lambda,
    Literal,
    Name,
    Negation,
    Starred,
    Statement,
)

_SEVERAL_TIMES = 3
"""Number of equal calls of a function from which a short name is worth defining."""
_PARAMETERS: Mapping[str, Sequence[str]] = {
    "jnp.convolve": ("a", "v"),
    "jnp.take": ("a", "indices"),
    "jnp.roll": ("a", "shift"),
    "jnp.clip": ("arr", "min", "max"),
}
"""The parameters of JAX functions that are often wrapped with some arguments fixed."""
_SHORTHANDS: Mapping[str, str] = {
    "jnp.concatenate": "concat", "jnp.stack": "stack", "jnp.arange": "indices", "jnp.repeat": "repeat",
    "jnp.roll": "shift", "jnp.argsort": "order_of", "jnp.take_along_axis": "pick", "jax.nn.logsumexp": "logsumexp",
    "jax.nn.log_softmax": "log_softmax", "jnp.einsum": "einsum", "jnp.dot": "dot", "jnp.matmul": "matmul",
    "jnp.cumsum": "running_sum", "jnp.split": "split", "jnp.linalg.norm": "length_of",
}  # fmt: skip
"""Maps a JAX function to the name of a wrapper with fixed keyword arguments."""


def partial_for(node: Any, parameters: Mapping[str, Sequence[str]]) -> Any:
    """Return a call of ``functools.partial`` in place of a lambda that only calls a function with fixed arguments.

    Any other node is unchanged.

    Args:
        node: a node of a function's body.
        parameters: the parameters of each known function.
    """
    known = {**_PARAMETERS, **parameters}
    match node:
        case Lambda(own, Call(Name(name), given, keywords)) if own and given[: len(own)] == tuple(map(Name, own)):
            rest = given[len(own) :]
            takes = known.get(name, own if "." in name and not rest else ())
            if not (rest or keywords) or len(given) > len(takes):
                return node
            fixed = [*zip(takes[len(own) :], rest, strict=False), *keywords]
            if any(Name(each) in nodes(value) or isinstance(value, Starred) for _, value in fixed for each in own):
                return node
            return Call(Name("functools.partial"), (Name(name),), tuple(fixed))
        case _:
            return node


def with_shorthand(body: tuple[Statement, ...], taken: Set[str]) -> tuple[Statement, ...]:
    """Return a body in which a JAX function that is called with the same options in several places is wrapped once.

    Args:
        body: the statements.
        taken: names that are in use.
    """
    found: dict[tuple[str, tuple[tuple[str, Expression], ...]], int] = {}
    for node in nodes(body):
        match node:
            case Call(Name(name), (_, *_), keywords) if (
                keywords and name in _SHORTHANDS and all(_is_fixed(value) for _, value in keywords)
            ):
                found[name, keywords] = found.get((name, keywords), 0) + 1
            case _:
                pass
    used = taken | {node.id for node in nodes(body) if isinstance(node, Name)}
    for (name, keywords), times in found.items():
        if times < _SEVERAL_TIMES or _SHORTHANDS[name] in used:
            continue
        short = Name(_SHORTHANDS[name])

        def change(node: Any, name: str = name, keywords: Any = keywords, short: Name = short) -> Any:
            match node:
                case Call(Name(called), (_, *_) as given, named) if called == name and named == keywords:
                    return Call(short, given)
                case _:
                    return node

        made = tuple(changed(each, change) for each in body)
        first = next(place for place, each in enumerate(made) if each != body[place])
        partial = Assign(short, Call(Name("functools.partial"), (Name(name),), keywords))
        return (*made[:first], partial, *made[first:])
    return body


def _is_fixed(value: Expression) -> bool:
    """Return whether a value is a number or a type."""
    match value:
        case Literal():
            return True
        case Negation(operand):
            return isinstance(operand, Literal)
        case Name(name):
            return name.startswith("jnp.")
        case _:
            return False
