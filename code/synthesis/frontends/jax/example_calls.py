"""The call that a user's examples describe for a function, or one that is guessed."""

import functools
import inspect
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from synthesis.core.errors import UnknownNameError, UsageError
from synthesis.core.examples import ArrayType, Examples, marked_arguments, marked_names, marked_table, parse_type
from synthesis.frontends.definitions import name_of
from synthesis.frontends.jax import functions
from synthesis.frontends.jax.calling import PLAIN, BoundFunction, Call


class UnreadExampleError(Exception):
    """An error for an example of which an object of a user's class cannot be made of shapes."""


def with_examples(function: Any, examples: Examples, *, name: str, named: bool) -> Call | None:
    """Return the call that examples describe; None if there is no example and no guess that can be traced.

    The call is taken from the first of these that exists: the table for the function's name, its decorator
    ``@synthesis.example``, the arguments for all functions, a guess that can be traced.

    Args:
        function: a function that JAX may trace.
        examples: the known inputs.
        name: the name of the table of its inputs.
        named: whether the user named the function itself. Tracing runs a function, so one without parameters, such as a
            module's ``main``, is traced only if it is named or has the decorator.

    Raises:
        UnknownNameError: if a table names a parameter that the function lacks.
        UnreadExampleError: if an object of a user's class in the example cannot be read.
    """
    plain = functions.function_behind(function)
    assert plain is not None
    table = examples.tables.get(name)
    if table is not None:
        return _with_table(function, table)
    marked = marked_arguments(function) or marked_arguments(plain)
    if marked is not None:
        if marked_names(function) or marked_names(plain):
            return _with_names(function, plain)
        return _unbound(_with_positional(function, _read(marked)))
    parameters = functions.signature_of(function).parameters
    if (examples.arguments and parameters) or (named and not parameters):
        return _unbound(_call_of(function, examples.arguments))
    guessed = _guessed(function) if examples.guess and parameters else None
    return _unbound(guessed) if guessed is not None else None


def _with_names(function: Any, plain: Any) -> Call:
    """Return the call of a function whose example states arguments by name.

    Raises:
        UnreadExampleError: if the example does not fit the function.
    """
    try:
        table = marked_table((function, plain), functions.parameters_of(function)) or {}
        return _with_table(function, dict(zip(table, _read(tuple(table.values())), strict=True)))
    except UsageError as error:
        raise UnreadExampleError(str(error)) from error


def _read(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return arguments with types in place of the texts in objects of users' classes, which only JAX can take apart.

    Raises:
        UnreadExampleError: if a text is not a type and shape, or a class cannot be made of types.
    """
    own = (str, int, float, bool, complex, type(None), ArrayType)
    try:
        return tuple(each if isinstance(each, own) else functions.jax.tree.map(_read_leaf, each) for each in arguments)
    except Exception as error:
        raise UnreadExampleError(str(error)) from error


def _read_leaf(leaf: Any) -> Any:
    return parse_type(leaf) if isinstance(leaf, str) else leaf


def _with_positional(function: Any, arguments: Sequence[Any]) -> Call:
    """Return the call for positional arguments.

    Those without arrays are constants if tracing needs their values, as of a parameter in ``static_argnums``.
    """
    names, whole = functions.parameters_of(function), _call_of(function, arguments)
    arrays = [name for name, each in zip(names, arguments, strict=False) if _has_array(each)]
    plain = len(arrays) < len(arguments) <= len(names) and not _is_partial(function)
    if not plain or not arrays or _traces(whole):
        return whole
    return _bound(function, arrays, dict(zip(names, arguments, strict=False)))


def _has_array(value: Any) -> bool:
    leaves = functions.jax.tree.leaves(value)
    return not leaves or any(isinstance(leaf, ArrayType) or hasattr(leaf, "dtype") for leaf in leaves)


def _with_table(function: Any, table: Mapping[str, Any]) -> Call:
    """Return the call for a table of inputs.

    Arrays are traced, as are numbers unless tracing needs their values. All other inputs are constants.
    """
    if _is_partial(function):
        return _with_table(function.func, {**_bound_by(function), **table})
    known = list(functions.signature_of(function).parameters)
    name = name_of(functions.function_behind(function))
    for parameter in table:
        if parameter not in known:
            raise UnknownNameError("parameter", parameter, known, where=f"in the inputs of function {name}")
    traced = {name: value for name, value in table.items() if _holds_arrays(value)}
    numbers = {name: value for name, value in table.items() if type(value) in (int, float)}
    whole = _bound(function, [name for name in known if name in traced or name in numbers], table)
    if not numbers or _traces(whole):
        return whole
    return _bound(function, [name for name in known if name in traced], table)


def _holds_arrays(value: Any) -> bool:
    return any(isinstance(leaf, ArrayType) for leaf in functions.jax.tree.leaves(value))


def _bound(function: Any, traced: list[str], table: Mapping[str, Any]) -> Call:
    given = [table[name] for name in traced]
    constants = {name: value for name, value in table.items() if name not in traced}
    if not constants and list(functions.signature_of(function).parameters)[: len(traced)] == traced:
        return _call_of(function, given)
    return _call_of(BoundFunction(function, traced, constants), given)


def _call_of(function: Any, arguments: Sequence[Any]) -> Call:
    """Return the call with the shapes and ranges that a user specified."""
    leaves = functions.jax.tree.leaves(tuple(arguments))
    return Call(function, functions.abstract(arguments), tuple(getattr(leaf, "domain", None) for leaf in leaves))


def _unbound(call: Call) -> Call:
    """Return the call of the function inside a ``functools.partial``, with the bound arguments as constants."""
    function = call.function
    if not _is_partial(function):
        return call
    names, bound = functions.parameters_of(function.func), _bound_by(function)
    free = [name for name in names if name not in bound]
    if len(free) < len(call.arguments) or len(names) < len(function.args):
        return call
    return replace(call, function=BoundFunction(function.func, free[: len(call.arguments)], bound))


def _is_partial(function: object) -> bool:
    return isinstance(function, functools.partial)


def _bound_by(function: Any) -> dict[str, Any]:
    """Return the arguments that a ``functools.partial`` binds, by parameter."""
    names = functions.parameters_of(function.func)
    return dict(zip(names, function.args, strict=False)) | function.keywords


def _traces(call: Call) -> bool:
    def called(*arguments: Any) -> Any:  # a jitted function's own eval_shape would take its static arguments
        return call.function(*arguments)

    try:
        return bool(functions.jax.tree.leaves(functions.jax.eval_shape(called, *call.arguments)))
    except Exception:  # noqa: BLE001 (a function that is traced may raise anything)
        return False


def _computes(call: Call) -> bool:
    """Return whether a function can be traced, and its jaxpr has equations."""
    try:
        return bool(functions.equations_of(call.function, call.arguments))
    except Exception:  # noqa: BLE001 (a function that is traced may raise anything)
        return False


def _guessed(function: Any) -> Call | None:
    """Return the first call that computes something when it is traced; None if none does.

    The arguments are those that the parameters' names suggest, and then some of common shapes.
    """
    parameters = functions.signature_of(function).parameters.values()
    required = [
        parameter
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty and parameter.kind in (PLAIN, inspect.Parameter.POSITIONAL_ONLY)
    ]
    count = len(required) or min(1, len(functions.parameters_of(function)))
    calls = (Call(function, functions.abstract(arguments)) for arguments in _common_arguments(count))
    hinted = (
        _bound(function, [name for name in table if _holds_arrays(table[name])], table)
        for table in _hinted_tables([each.name for each in required])
    )
    return next((call for call in itertools.chain(hinted, calls) if _computes(call)), None)


def _common_arguments(count: int) -> Iterator[tuple[ArrayType, ...]]:
    """Yield arguments that many functions take, the most informative shapes first."""
    single: list[ArrayType] = [ArrayType("float32", shape) for shape in _SHAPES]
    single += [ArrayType("int32", (6,)), ArrayType("int32", ()), ArrayType("bool", (6,)), ArrayType("complex64", (8,))]
    yield from ((kind,) * count for kind in single)
    if count > 1:
        row, matrix, vector = (ArrayType("float32", shape) for shape in ((3,), (4, 3), (4,)))
        whole, number = ArrayType("int32", (4,)), ArrayType("float32", ())
        for rest in (row, vector, number, whole, ArrayType("int32", ())):
            yield (matrix, *(rest,) * (count - 1))
            yield (*(rest,) * (count - 1), matrix)
        yield tuple(ArrayType("float32", (4 + position, 5 + position)) for position in range(count))


def _hinted_tables(parameters: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield arguments that the names of a function's parameters suggest, with the others at each common shape."""
    suggested = {name: _HINTS[name.strip("_").lower()] for name in parameters if name.strip("_").lower() in _HINTS}
    if suggested:
        for shape in _SHAPES:
            yield {name: suggested.get(name, ArrayType("float32", shape)) for name in parameters}


def _named(*names: str, value: Any) -> dict[str, Any]:
    return dict.fromkeys(names, value)


_SHAPES = ((4, 3), (8,), (4, 4), (2, 3, 4), (), (2, 8, 8, 3))
_HINTS: Mapping[str, Any] = {
    **_named("n", "m", "k", "num", "deg", "order", "size", "length", "num_classes", "num_segments", "nperseg", value=3),
    **_named("axis", "axis1", "source", "start", "dimension", "offset", "minval", value=0),
    **_named("axis2", "destination", "shift", "decimals", "repeats", "reps", "pad_width", "stop", "maxval", value=1),
    **_named("axes", value=[0, 1]),
    **_named("shape", "newshape", "new_shape", "output_shape", "sizes", value=[4, 3]),
    **_named("dtype", value="float32"),
    **_named("method", value="linear"),
    **_named("key", "rng", "rng_key", "prng_key", value=ArrayType("uint32", (2,))),
    **_named("indices", "index", "idx", "segment_ids", "labels", "label", "targets", value=ArrayType("int32", (4,))),
    **_named("mask", "condition", "where", "pred", value=ArrayType("bool", (4, 3))),
    **_named(
        "q", "p", "prob", "rate", "alpha", "beta", "eps", "scale", "learning_rate", value=ArrayType("float32", ())
    ),
}
"""The argument for a parameter of a given name: a number or text whose value tracing needs, or an array type."""
