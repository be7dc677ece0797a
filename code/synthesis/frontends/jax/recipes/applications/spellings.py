"""Operations that have several notations in JAX, and the notation that each author uses."""

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from synthesis.drawing.nodes import changed, nodes
from synthesis.drawing.rendering import render
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Attribute,
    Call,
    Comparison,
    Conditional,
    Dictionary,
    Display,
    Expression,
    For,
    Function,
    If,
    Infix,
    Lambda,
    Literal,
    Name,
    Negation,
    Return,
    Slice,
    Statement,
    Subscript,
)
from synthesis.frontends.jax.recipes.applications.forms import OPPOSITES
from synthesis.frontends.jax.recipes.applications.pruning import bound_inside

_SMALL = re.compile(r"1e-\d+|0\.0+1")
"""Matches the small numbers that keep a quotient finite."""
_NEVER_ZERO = frozenset({Name("safe_norm"), Name("_safe_norm")})
"""Helper functions whose result is a length that is never zero."""
_MAKERS = frozenset({"force_from", "_force_from"})
"""Helper functions that return functions."""
_NAMED_SMALL = frozenset({"eps", "epsilon", "EPS", "EPSILON"})
_VECTORS = frozenset({"rot", "quat", "direction", "axis", "normal", "vector", "x", "y", "z"})
"""Variables that are single vectors wherever they are divided by a norm over all elements."""
_ONE_A_ROW = frozenset({"per_particle", "weight", "confidence", "correct", "force", "scores", "logits", "ones"})
"""Variables that have one number for each row, so that their sums have no other axes."""
_METHODS = frozenset({"sum", "mean", "max", "min", "std", "var", "astype", "reshape", "clip", "dot", "set"})
"""Methods of arrays."""
_NOT_ONE = re.compile(r"jnp\.(shape|ndim|size|result_type|promote_types|nonzero|unique|meshgrid)")
_SHARES = {
    "relu": 0.08, "added": 0.6, "clip_method": 0.9, "rsqrt": 0.6, "half_power": 0.5, "own_abs": 0.65, "array_of": 0.95,
    "array": 0.45, "reshaped": 0.4, "int32": 0.45, "zeros_like": 0.85, "counted": 0.8, "over": 0.95, "unit": 0.9,
    "expand": 0.45, "masked_sum": 0.85, "partial": 0.95, "lengths": 0.16, "force": 0.95, "without": 0.65, "empty": 0.35,
    "segments": 0.75, "cap": 0.8, "narrow": 0.65, "ones_like": 0.6, "log_add": 0.5, "mapped": 0.6, "shorthand": 0.4,
    "inverted": 0.8, "array_pi": 0.75,
}  # fmt: skip
"""The probability of each notation."""
_IN_FLOAT32 = {"jax.nn.softmax": "softmax_in_float32", "jax.nn.log_softmax": "log_probs_in_float32"}
"""Maps a JAX function to the helper function that computes it in ``float32``."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """The notations that one author uses."""

    has: frozenset[str]

    @classmethod
    def of(cls, stream: Stream) -> "Spellings":
        """Draw the notations of an author."""
        return cls(frozenset(name for name, share in _SHARES.items() if stream.child(name).chance(share)))

    def spell(self, node: Any, arrays: Set[str], helper: Callable[[str], Expression] | None) -> Any:
        """Return a node in this author's notation.

        Args:
            node: a node of a function's body, whose parts are already in this notation.
            arrays: the names of arrays.
            helper: returns the name of a helper function; None if no helper may be called.
        """
        match node:
            case Infix("/", left, Call(Name("jnp.maximum"), (below, least))) if (
                "added" in self.has and _is_small(least) and not (helper and _is_norm_of(below, left))
            ):
                return Infix("/", left, Infix("+", below, least))
            case Infix("/", left, Call(Name("jnp.sqrt"), (square,))) if "rsqrt" in self.has and _is_array(
                square, arrays
            ):
                root = Call(Name("jax.lax.rsqrt"), (square,))
                return root if left in (Literal("1.0"), Literal("1")) else Infix("*", left, root)
            case Infix("/", left, norm) if helper and "unit" in self.has and _is_norm_of(norm, left):
                return Call(helper("unit_vector"), (left,))
            case Name("math.pi") if "array_pi" in self.has:
                return Name("jnp.pi")
            case Dictionary(()) if "empty" in self.has:
                return Call(Name("dict"))
            case Attribute(Name() as array, "ndim") if "lengths" in self.has:
                return Call(Name("len"), (Attribute(array, "shape"),))
            case Subscript(Name() as array, (Literal("..."), Literal("None"))) if "expand" in self.has:
                return Call(Name("jnp.expand_dims"), (array, Negation(Literal("1"))))
            case Negation(Call(Call(Name("jax.grad"), (energy,), ()), (_,) as at, ())) if (
                helper and "force" in self.has and "energy" in render(energy)
            ):
                return Call(Call(helper("force_from"), (energy,)), at)
            case Call(Name("jax.grad"), (Lambda((own,), Negation(Call(energy, (Name(at),), ()))),), ()) if (
                helper and own == at and "force" in self.has
            ):
                return Call(helper("force_from"), (energy,))
            case Call(
                Name() as function,
                (
                    Subscript(first, (Slice("", "", ""), Literal("None"), *_)),
                    Subscript(second, (Literal("None"), *_)),
                    *rest,
                ),
                (),
            ) if "mapped" in self.has and "." not in function.id and _same_place(first, second):
                return _of_all_pairs(function, first, second, rest)
            case Function(name, ((at, ""),), (Return(Call(Call(Name(maker), (energy,), ()), (Name(given),), ())),)) if (
                given == at and maker in _MAKERS
            ):
                return Assign(Name(name), Call(Name(maker), (energy,)))
            case Call(Name(name), given, keywords):
                return self._call(node, name, given, dict(keywords), arrays, helper)
            case Call(Attribute(array, "reshape"), shape, ()) if "reshaped" in self.has and shape:
                whole = shape[0] if len(shape) == 1 else Display(shape)
                return Call(Name("jnp.reshape"), (array, whole))
            case _:
                return node

    def _call(
        self, node: Call, name: str, given: tuple[Expression, ...], named: dict[str, Expression], arrays: Set[str],
        helper: Callable[[str], Expression] | None,
    ) -> Expression:  # fmt: skip
        has = self.has
        match name, given:
            case "jnp.maximum", (value, Literal("0" | "0.0")) if "relu" in has and _is_array(value, arrays):
                return Call(Name("jax.nn.relu"), (value,))
            case "jnp.maximum", (value, Literal(_) as least) if "clip_method" in has and _is_array(value, arrays):
                return Call(Attribute(value, "clip"), (), (("min", least),))
            case ("jnp.minimum", (value, Literal(_) as most)) | ("jnp.minimum", (Literal(_) as most, value)) if (
                "cap" in has and not isinstance(value, Literal)
            ):
                if "clip_method" in has and _is_array(value, arrays):
                    return Call(Attribute(value, "clip"), (), (("max", most),))
                return Call(Name("jnp.clip"), (value,), (("max", most),))
            case "jnp.clip", (value, *bounds) if "clip_method" in has and _is_array(value, arrays):
                return Call(Attribute(value, "clip"), tuple(bounds), node.keywords)
            case "jnp.sqrt", (value,) if "half_power" in has and not isinstance(value, Literal):
                return Infix("**", value, Literal("0.5"))
            case "jnp.sum", (Call(Name("jnp.where"), (test, Name() as value, Literal("0" | "0.0"))),) if (
                "masked_sum" in has
            ):
                return Call(Name("jnp.sum"), (value,), (*node.keywords, ("where", test)))
            case "jax.ops.segment_sum", (Name() as value, index, *count) if (
                "segments" in has and value.id in arrays and (count or set(named) == {"num_segments"})
            ):
                rows = count[0] if count else named["num_segments"]
                shape = rows if value.id in _ONE_A_ROW else Infix("+", Display((rows,)), _rest_of(value))
                zeros = Call(Name("jnp.zeros"), (shape, Attribute(value, "dtype")))
                return Call(Attribute(Subscript(Attribute(zeros, "at"), (index,)), "add"), (value,))
            case "jax.ops.segment_sum", (Call(Name("jnp.ones"), (_, *kind), ()), index, *count) if (
                "segments" in has and (count or set(named) == {"num_segments"})
            ):
                length = count[0] if count else named["num_segments"]
                zeros = Call(Name("jnp.zeros"), (length, *kind))
                return Call(Attribute(Subscript(Attribute(zeros, "at"), (index,)), "add"), (Literal("1.0"),))
            case (("jax.nn.softmax" | "jax.nn.log_softmax"), (value,)) if (
                helper
                and "narrow" in has
                and not _is_cast(value)
                and [render(each) for each in named.values()] in ([], ["-1"])
            ):
                return Call(helper(_IN_FLOAT32[name]), (value,))
            case "jnp.ones", (Attribute(Name() as like, "shape"), *kind) if (
                "ones_like" in has and like.id in arrays and len([*kind, *named]) == 1
            ):
                (dtype,) = (*kind, *named.values())
                same = dtype == Attribute(like, "dtype")
                return Call(Name("jnp.ones_like"), (like,), () if same else (("dtype", dtype),))
            case _:
                return self._shorter_call(node, name, given, named, arrays, helper)

    def _shorter_call(
        self, node: Call, name: str, given: tuple[Expression, ...], named: dict[str, Expression], arrays: Set[str],
        helper: Callable[[str], Expression] | None,
    ) -> Expression:  # fmt: skip
        has = self.has
        match name, given:
            case "jnp.logical_not", (truth,) if "inverted" in has:
                return Negation(truth, "~")
            case "jax.nn.softplus", (value,) if "log_add" in has:
                return Call(Name("jnp.logaddexp"), (value, Literal("0.0")))
            case "jnp.abs", _ if "own_abs" in has:
                return Call(Name("abs"), given)
            case "jnp.stack", (values,) if "array_of" in has and not named:
                return Call(Name("jnp.array"), (values,))
            case "jnp.asarray", _ if "array" in has:
                return Call(Name("jnp.array"), given, node.keywords)
            case "jnp.append", (Literal("0.0"), value) if "segments" in has and not named:
                zero = Call(Name("jnp.zeros"), (Literal("1"),))
                return Call(Name("jnp.concatenate"), (Display((zero, value), "[]"),))
            case "jnp.arange", _ if "int32" in has and not named and not any("." in render(each) for each in given):
                return Call(Name("jnp.arange"), given, (("dtype", Name("jnp.int32")),))
            case "jnp.where", (test, Name(key) as value, Literal("0.0" | "0")) if "zeros_like" in has and key in arrays:
                return Call(Name("jnp.where"), (test, value, Call(Name("jnp.zeros_like"), (value,))))
            case "jnp.where", (Name() | Comparison() as test, Literal("0.0"), value) if "without" in has and _is_array(
                value, arrays
            ):
                return Infix("*", self._opposite(test), value)
            case "jnp.where", (test, Literal("0.0" | "0"), Name(key) as value) if "zeros_like" in has and key in arrays:
                return Call(Name("jnp.where"), (test, Call(Name("jnp.zeros_like"), (value,)), value))
            case "jnp.bincount", (index,) if "counted" in has and set(named) == {"length"}:
                zeros = Call(Name("jnp.zeros"), (named["length"], Name("jnp.int32")))
                return Call(Attribute(Subscript(Attribute(zeros, "at"), (index,)), "add"), (Literal("1"),))
            case "jnp.linalg.norm", (value,) if "over" in has and {"axis"} <= set(named) <= {"axis", "keepdims"}:
                last = render(named["axis"]) == "-1"
                if helper and last and "keepdims" in named:
                    return Call(helper("safe_norm"), (value,))
                if isinstance(value, Name):
                    squares = Call(Name("jnp.sum"), (Infix("**", value, Literal("2")),), node.keywords)
                    return Infix("**", squares, Literal("0.5"))
                return node
            case _:
                return node

    def _opposite(self, test: Expression) -> Expression:
        """Return the negation of a test."""
        match test:
            case Comparison(operator, left, right) if operator in OPPOSITES:
                return Comparison(OPPOSITES[operator], left, right)
            case Subscript(mask, added) if all(each in (Slice(), Literal("None"), Literal("...")) for each in added):
                return Subscript(self._opposite(mask), added)
            case _ if "inverted" in self.has:
                return Negation(test, "~")
            case _:
                return Call(Name("jnp.logical_not"), (test,))


def _is_cast(value: Expression) -> bool:
    return isinstance(value, Call) and isinstance(value.function, Attribute) and value.function.name == "astype"


def _rest_of(array: Name) -> Expression:
    """Return the shape of an array without its first axis."""
    return Subscript(Attribute(array, "shape"), (Slice("1"),))


def _same_place(first: Expression, second: Expression) -> bool:
    """Return whether both expressions are names or attributes.

    They are then whole arrays with one row for each point.
    """
    return all(isinstance(each, Name | Attribute) for each in (first, second))


def _of_all_pairs(function: Name, first: Expression, second: Expression, rest: Sequence[Expression]) -> Expression:
    """Return an expression that applies a function of two points to all pairs of points from two arrays."""
    shared = [Literal("None")] * len(rest)
    inner = Call(Name("jax.vmap"), (function, Display((Literal("None"), Literal("0"), *shared))))
    outer = Call(Name("jax.vmap"), (inner, Display((Literal("0"), Literal("None"), *shared))))
    return Call(outer, (first, second, *rest))


def arrays_of(body: tuple[Statement, ...], first: Set[str]) -> set[str]:
    """Return the names that are certainly arrays in a body.

    Args:
        body: the statements.
        first: the arrays that are arguments.
    """
    found = set(first)
    for target, value in _assignments(body):
        if _is_array(value, found):
            found |= {target}
        else:
            found -= {target}
    counted = {name for each in nodes(body) if isinstance(each, For) for name in re.findall(r"\w+", each.target)}
    return found - bound_inside(body) - counted


def _assignments(body: tuple[Statement, ...]) -> Iterator[tuple[str, Expression]]:
    for each in body:
        match each:
            case Assign(Name(name), value, ""):
                yield name, value
            case Assign(Display(targets), Display(values), ""):
                pairs = zip(targets, values, strict=False)
                yield from ((name.id, value) for name, value in pairs if isinstance(name, Name))
            case Assign(Display(targets), Call(Name(name)) as value, "") if name in _SEVERAL:
                yield from ((each.id, value) for each in targets if isinstance(each, Name))
            case If(_, inner, orelse):
                yield from _assignments(inner)
                yield from _assignments(orelse)
            case For(_, _, inner):
                yield from _assignments(inner)
            case Function():
                yield from _assignments(each.body)
            case _:
                pass


_SEVERAL = frozenset({"jnp.moveaxis", "jnp.split", "jax.random.split"})
"""Functions that split an array into several arrays."""


def _is_array(node: Expression, arrays: Set[str]) -> bool:
    """Return whether an expression is certainly a single array."""
    match node:
        case Name(name):
            return name in arrays
        case Call(Name(name)):
            return name.startswith(("jnp.", "jax.nn.", "jax.random.", "jax.ops.")) and not _NOT_ONE.search(name)
        case Call(Name("abs"), (value,)):
            return _is_array(value, arrays)
        case Call(Attribute(_, name)):
            return name in _METHODS
        case Infix(operator, left, right):
            return operator not in ("and", "or") and (_is_array(left, arrays) or _is_array(right, arrays))
        case Negation(operand, "-"):
            return _is_array(operand, arrays)
        case Comparison(operator, left, right):
            return operator in "<=>=!===" and (_is_array(left, arrays) or _is_array(right, arrays))
        case Subscript(base):
            return _is_array(base, arrays)
        case Conditional(_, first, second):
            return _is_array(first, arrays) and _is_array(second, arrays)
        case _:
            return False


def without_second_guards(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return a body in which lengths that ``safe_norm`` keeps from zero are not also guarded where they are used."""
    lengths = {
        node.target
        for node in nodes(body)
        if isinstance(node, Assign) and isinstance(node.value, Call) and node.value.function in _NEVER_ZERO
    }

    def change(node: Any) -> Any:
        match node:
            case Infix("+", Name() as length, least) if length in lengths and _is_small(least):
                return length
            case Call(Name("jnp.maximum"), (Name() as length, least)) if length in lengths and _is_small(least):
                return length
            case Call(Attribute(Name() as length, "clip"), (), (("min", least),)) if length in lengths and _is_small(
                least
            ):
                return length
            case _:
                return node

    return tuple(changed(each, change) for each in body) if lengths else body


def _is_small(node: Expression) -> bool:
    return (isinstance(node, Literal) and _SMALL.fullmatch(node.text) is not None) or (
        isinstance(node, Name) and node.id in _NAMED_SMALL
    )


def _is_norm_of(node: Expression, value: Expression) -> bool:
    """Return whether a node is the norm of each row of a value."""
    match node:
        case Infix("+", norm, least) if _is_small(least):
            return _is_norm_of(norm, value)
        case Call(Name("jnp.maximum"), (norm, least)) if _is_small(least):
            return _is_norm_of(norm, value)
        case Call(Attribute(norm, "clip"), (), (("min", least),)) if _is_small(least):
            return _is_norm_of(norm, value)
        case Call(Name("jnp.linalg.norm"), (other,), ()):
            return other == value and (
                (isinstance(value, Name) and value.id in _VECTORS)
                or (isinstance(value, Attribute) and value.name in _VECTORS)
            )
        case Call(Name("safe_norm" | "_safe_norm"), (other,), ()):
            return other == value
        case Call(Name("jnp.linalg.norm"), (other,), keywords):
            named = {key: render(each) for key, each in keywords}
            return other == value and named == {"axis": "-1", "keepdims": "True"}
        case _:
            return False
