"""How a function of the user's is called when it is traced: with which arguments, and which of them are constants."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from synthesis.errors import UnknownNameError
from synthesis.examples import ArrayType, Examples, marked_arguments
from synthesis.frontends.jax import lowering

_PLAIN = inspect.Parameter.POSITIONAL_OR_KEYWORD


@dataclass(frozen=True, slots=True)
class Call:
    """A function and the shapes that it is traced with."""

    function: Any
    arguments: tuple[Any, ...]


def with_examples(function: Any, examples: Examples) -> Call | None:
    """The call that examples describe: by name, by the function's own mark, for all, or by trial; None if none does.

    Raises:
        UnknownNameError: if a table names a parameter that the function lacks.
    """
    plain = lowering.function_behind(function)
    assert plain is not None
    parameters = lowering.parameters_of(function)
    table = examples.tables.get(plain.__name__)
    if table is not None:
        return _with_table(function, table)
    marked = marked_arguments(function) or marked_arguments(plain)
    if marked is not None:
        return Call(function, lowering.abstract(marked))
    if examples.arguments or not parameters:
        return Call(function, lowering.abstract(examples.arguments))
    return _guessed(function) if examples.guess else None


def _with_table(function: Any, table: Mapping[str, Any]) -> Call:
    """Arrays are traced; so are numbers, unless the function needs to know them; everything else is a constant."""
    known = list(inspect.signature(function).parameters)
    for name in table:
        if name not in known:
            raise UnknownNameError("parameter", name, known, where=f"in the inputs of function {function.__name__}")
    traced = {name: value for name, value in table.items() if _holds_arrays(value)}
    numbers = {name: value for name, value in table.items() if type(value) in (int, float)}
    whole = _bound(function, [name for name in known if name in traced or name in numbers], table)
    if not numbers or _traces(whole):
        return whole
    return _bound(function, [name for name in known if name in traced], table)


def _holds_arrays(value: Any) -> bool:
    return any(isinstance(leaf, ArrayType) for leaf in lowering.jax.tree.leaves(value))


def _bound(function: Any, traced: list[str], table: Mapping[str, Any]) -> Call:
    arguments = lowering.abstract([table[name] for name in traced])
    constants = {name: value for name, value in table.items() if name not in traced}
    if not constants and list(inspect.signature(function).parameters)[: len(traced)] == traced:
        return Call(function, arguments)
    return Call(BoundFunction(function, traced, constants), arguments)


class BoundFunction:
    """A function with constants for some of its parameters; what remains are the traced ones, by position."""

    def __init__(self, function: Any, traced: list[str], constants: Mapping[str, Any]) -> None:
        parameters = inspect.signature(function).parameters
        self._traced = traced
        self._constants = constants
        self._positional = [name for name in parameters if parameters[name].kind is inspect.Parameter.POSITIONAL_ONLY]
        self.__wrapped__ = function
        self.__name__ = function.__name__
        self.__signature__ = inspect.Signature([parameters[name].replace(kind=_PLAIN) for name in traced])

    def __call__(self, *values: Any) -> Any:
        """The function's result for values of the traced parameters."""
        given = {**self._constants, **dict(zip(self._traced, values, strict=True))}
        first = [given.pop(name) for name in self._positional if name in given]
        return self.__wrapped__(*first, **given)


def _traces(call: Call) -> bool:
    try:
        return bool(lowering.jax.tree.leaves(lowering.jax.eval_shape(call.function, *call.arguments)))
    except Exception:  # noqa: BLE001 (a function that is traced may raise anything)
        return False


def _guessed(function: Any) -> Call | None:
    """The function at the first of the common shapes that it accepts."""
    parameters = inspect.signature(function).parameters.values()
    required = [
        parameter
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty
        and parameter.kind in (_PLAIN, inspect.Parameter.POSITIONAL_ONLY)
    ]
    count = len(required) or min(1, len(lowering.parameters_of(function)))
    calls = (Call(function, lowering.abstract(arguments)) for arguments in _common_arguments(count))
    return next((call for call in calls if _traces(call)), None)


def _common_arguments(count: int) -> Iterator[tuple[ArrayType, ...]]:
    """Arguments as many functions take them, the most telling shapes first."""
    single: list[ArrayType] = [
        ArrayType("float32", shape) for shape in ((4, 3), (8,), (4, 4), (2, 3, 4), (), (2, 8, 8, 3))
    ]
    single += [ArrayType("int32", (6,)), ArrayType("int32", ()), ArrayType("bool", (6,)), ArrayType("complex64", (8,))]
    yield from ((kind,) * count for kind in single)
    if count > 1:
        row, matrix, vector = (ArrayType("float32", shape) for shape in ((3,), (4, 3), (4,)))
        whole, number = ArrayType("int32", (4,)), ArrayType("float32", ())
        for rest in (row, vector, number, whole, ArrayType("int32", ())):
            yield (matrix, *(rest,) * (count - 1))
            yield (*(rest,) * (count - 1), matrix)
        yield tuple(ArrayType("float32", (4 + position, 5 + position)) for position in range(count))
