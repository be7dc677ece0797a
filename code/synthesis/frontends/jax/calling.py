"""The call with which a user's function is traced: its arguments, and which of them are constants.

A call is stored in the signature as ``Signature.call``, and rebuilt from there, unless it passes only arrays in the
order of the parameters.
"""

import functools
import inspect
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthesis.core.errors import UnknownNameError
from synthesis.core.examples import ArrayType, Examples, marked_arguments
from synthesis.core.signatures import Domain, Signature
from synthesis.frontends.definitions import name_of
from synthesis.frontends.jax import functions
from synthesis.frontends.jax.building import Building, made, of_arrays, shapes_of

_PLAIN = inspect.Parameter.POSITIONAL_OR_KEYWORD


@dataclass(frozen=True, slots=True)
class Call:
    """A function and the shapes with which it is traced."""

    function: Any
    arguments: tuple[Any, ...]
    domains: tuple[Domain | None, ...] = ()
    """The domain of each leaf of the arguments, in order; None for a leaf without one. Empty if no leaf has one."""

    @property
    def is_plain(self) -> bool:
        """Whether the arguments are arrays in the order of the parameters."""
        plain = all(hasattr(argument, "dtype") and not argument.weak_type for argument in self.arguments)
        return plain and not isinstance(self.function, BoundFunction)

    def to_json(self) -> dict[str, Any] | None:
        """Return the call in the form of ``Signature.call``; None if a pytree or a constant has no JSON form."""
        names = functions.parameters_of(self.function)
        names += [f"arg{position}" for position in range(len(names), len(self.arguments))]
        try:
            trees = {name: _tree_of(argument, name) for name, argument in zip(names, self.arguments, strict=False)}
            if not isinstance(self.function, BoundFunction):
                return {"args": list(trees.values()), "kwargs": {}}
            return self.function.arranged(
                trees | {name: {"value": _constant(value)} for name, value in self.function.constants.items()}
            )
        except _NoFormError:
            return None


class _NoFormError(Exception):
    """An error for a value that has no JSON form."""


def _tree_of(value: Any, name: str) -> Any:
    """Return a pytree with the names of its leaves, as in ``functions.argument_leaves``."""
    kind: Any = value.__class__
    if value is None:
        return None
    if kind is dict and all(isinstance(key, str) for key in value):
        return {"dict": {key: _tree_of(value[key], f"{name}[{key!r}]") for key in sorted(value)}}
    if kind in (list, tuple):
        return {kind.__name__: [_tree_of(entry, f"{name}[{place}]") for place, entry in enumerate(value)]}
    if kind in (int, float, complex):
        return {"weak": name}
    if kind is bool:
        return name
    if hasattr(value, "dtype"):
        return {"weak": name} if value.weak_type else name
    raise _NoFormError


def _constant(value: Any) -> Any:
    kind: Any = value.__class__
    if kind is list:
        return [_constant(entry) for entry in value]
    if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
        return value
    raise _NoFormError


def rebuilt(function: Any, signature: Signature) -> Call:
    """Return the call that a signature describes, for a function that was loaded from its source."""
    building = Building(function, shapes_of(signature, typed=False))
    if signature.call is None:
        return Call(function, tuple(map(building.built, building.leaves)))
    if signature.call.get("arrays"):
        return Call(*of_arrays(function, signature, typed=False))
    args, kwargs = signature.call["args"], signature.call["kwargs"]
    trees = traced_trees(function, signature.call)
    values = tuple(building.built(tree) for _, tree in trees)
    called = function
    if kwargs or any(map(is_constant, args)):
        called = _bound_to(function, building, signature.call, [name for name, _ in trees])
    if any(map(_has_keys, (tree for _, tree in trees))):
        called = KeyedFunction(called, trees)
    return Call(called, values)


def whole(function: Any, signature: Signature) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return a call's positional and keyword arguments, constants included, with each array replaced by its shape."""
    building = Building(function, shapes_of(signature, typed=True))
    if signature.call is None:
        return tuple(map(building.built, building.leaves)), {}
    call = signature.call
    return tuple(map(building.built, call["args"])), {
        name: building.built(tree) for name, tree in call["kwargs"].items()
    }


def _bound_to(function: Any, building: Building, call: Mapping[str, Any], traced: list[str]) -> Any:
    """Return the function with its constants bound. The result takes the traced arguments, by position."""
    if _has_variadic_parameters(function):
        return ArrangedFunction(function, call["args"], call["kwargs"], building.built)
    given = _given(function, call)
    constants = {name: building.built(tree) for name, tree in given.items() if is_constant(tree)}
    return BoundFunction(function, traced, constants)


def traced_trees(function: Any, call: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the traced arguments of a call in tracing order: parameter names, and trees that are not constants."""
    args, kwargs = call["args"], call["kwargs"]
    if call.get("arrays"):
        return _placed(function, call)
    if not _has_variadic_parameters(function) and (kwargs or any(map(is_constant, args))):
        given = _given(function, call)
        return [(name, given[name]) for name in inspect.signature(function).parameters
                if name in given and not is_constant(given[name])]  # fmt: skip
    return [(name, tree) for name, tree in _placed(function, call) if not is_constant(tree)]


def _placed(function: Any, call: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the trees of a call with the names of their parameters: positional ones first, then keyword ones."""
    names = functions.parameters_of(function)
    names += [f"arg{place}" for place in range(len(names), len(call["args"]))]
    return [*zip(names, call["args"], strict=False), *sorted(call["kwargs"].items())]


def _given(function: Any, call: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(inspect.signature(function).parameters, call["args"], strict=False)) | dict(call["kwargs"])


def _has_variadic_parameters(function: Any) -> bool:
    """Return whether a function takes an arbitrary number of positional or keyword arguments."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    return any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in parameters)


def is_plain(call: Mapping[str, Any]) -> bool:
    """Return whether a call has only arrays in the order of the parameters, so that it need not be stored."""
    return not call["kwargs"] and all(isinstance(tree, str) for tree in call["args"])


def leaves_of(tree: Any) -> Iterator[str]:
    """Yield the names of a tree's leaves, in order."""
    match tree:
        case str():
            yield tree
        case {"weak": name} | {"key": name}:
            yield name
        case {"dict": entries} | {"fields": entries}:
            for each in entries.values():
                yield from leaves_of(each)
        case {"entries": entries}:
            for _, each in entries:
                yield from leaves_of(each)
        case {"list": entries} | {"tuple": entries}:
            for each in entries:
                yield from leaves_of(each)
        case _:
            return


def with_fields(tree: Any, others: Mapping[str, str]) -> Any:
    """Return a call, or a tree in a call, with the fields of its records renamed; ``others`` maps old to new names."""
    match tree:
        case {"record": kind, "fields": fields}:
            changed = {others.get(name, name): with_fields(each, others) for name, each in fields.items()}
            return {**tree, "record": kind, "fields": changed}
        case {"value": _}:
            return tree
        case {**entries} if isinstance(tree, dict):
            return {name: with_fields(each, others) for name, each in entries.items()}
        case [*entries]:
            return [with_fields(each, others) for each in entries]
        case _:
            return tree


def is_constant(tree: Any) -> bool:
    """Return whether a tree in a call consists only of constants, and so is not traced."""
    match tree:
        case {"value": _} | {"beside": _}:
            return True
        case {"record": _, "fields": {**fields}}:
            return bool(fields) and all(each == {"tuple": []} or is_constant(each) for each in fields.values())
        case {"tuple": [_, *_] as entries}:
            return all(map(is_constant, entries))
        case _:
            return False


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
    """
    plain = functions.function_behind(function)
    assert plain is not None
    table = examples.tables.get(name)
    if table is not None:
        return _with_table(function, table)
    marked = marked_arguments(function) or marked_arguments(plain)
    if marked is not None:
        return _unbound(_call_of(function, marked))
    parameters = inspect.signature(function).parameters
    if (examples.arguments and parameters) or (named and not parameters):
        return _unbound(_call_of(function, examples.arguments))
    guessed = _guessed(function) if examples.guess and parameters else None
    return _unbound(guessed) if guessed is not None else None


def _with_table(function: Any, table: Mapping[str, Any]) -> Call:
    """Return the call for a table of inputs.

    Arrays are traced, as are numbers unless tracing needs their values. All other inputs are constants.
    """
    if _is_partial(function):
        return _with_table(function.func, {**_bound_by(function), **table})
    known = list(inspect.signature(function).parameters)
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
    if not constants and list(inspect.signature(function).parameters)[: len(traced)] == traced:
        return _call_of(function, given)
    return _call_of(BoundFunction(function, traced, constants), given)


def _call_of(function: Any, arguments: Sequence[Any]) -> Call:
    """Return the call with the shapes and ranges that a user specified."""
    leaves = functions.jax.tree.leaves(tuple(arguments))
    return Call(function, functions.abstract(arguments), tuple(getattr(leaf, "domain", None) for leaf in leaves))


class BoundFunction:
    """A function with constants for some of its parameters; the traced ones are passed by position."""

    def __init__(self, function: Any, traced: list[str], constants: Mapping[str, Any]) -> None:
        parameters = inspect.signature(function).parameters
        self._traced = traced
        self.constants = constants
        self._positional = [name for name in parameters if parameters[name].kind is inspect.Parameter.POSITIONAL_ONLY]
        self.__wrapped__ = function
        self.__name__ = name_of(functions.function_behind(function))
        self.__signature__ = inspect.Signature([parameters[name].replace(kind=_PLAIN) for name in traced])

    def __call__(self, *values: Any) -> Any:
        """Return the function's result for values of the traced parameters."""
        arranged = self.arranged({**self.constants, **dict(zip(self._traced, values, strict=True))})
        return self.__wrapped__(*arranged["args"], **arranged["kwargs"])

    def arranged(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by parameter as positional and keyword arguments; they are positional only where necessary."""
        rest = {name: given[name] for name in inspect.signature(self.__wrapped__).parameters if name in given}
        return {"args": [rest.pop(name) for name in self._positional if name in rest], "kwargs": rest}


class KeyedFunction:
    """A function that takes and returns random keys as the underlying integers."""

    def __init__(self, function: Any, trees: Sequence[tuple[str, Any]]) -> None:
        self._trees = [tree for _, tree in trees]
        self.__wrapped__ = function
        self.__name__ = name_of(functions.function_behind(function))
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind=_PLAIN) for name, _ in trees])

    def __call__(self, *values: Any) -> Any:
        """Return the function's result, with integers in place of keys in the arguments and in the result."""
        return functions.jax.tree.map(_without_keys, self.__wrapped__(*map(_with_keys, self._trees, values)))


def _without_keys(value: Any) -> Any:
    dtype = getattr(value, "dtype", None)
    is_key = dtype is not None and functions.jax.dtypes.issubdtype(dtype, functions.jax.dtypes.prng_key)
    return functions.jax.random.key_data(value) if is_key else value


def _with_keys(tree: Any, value: Any) -> Any:
    match tree:
        case {"key": _, "impl": implementation}:
            return functions.jax.random.wrap_key_data(value, impl=implementation)
        case {"dict": entries}:
            return {key: _with_keys(entry, value[key]) for key, entry in entries.items()}
        case {"entries": entries}:
            return {
                key: _with_keys(entry, each) for (_, entry), (key, each) in zip(entries, value.items(), strict=True)
            }
        case {"list": entries} | {"tuple": entries}:
            return type(value)(_with_keys(entry, each) for entry, each in zip(entries, value, strict=True))
        case {"record": _, "fields": fields}:
            fields = {key: _with_keys(entry, getattr(value, key)) for key, entry in fields.items()}
            return made(type(value), fields, tree)
        case _:
            return value


def _has_keys(tree: Any) -> bool:
    match tree:
        case {"key": _}:
            return True
        case {"dict": entries} | {"fields": entries}:
            return any(map(_has_keys, entries.values()))
        case {"entries": entries}:
            return any(_has_keys(entry) for _, entry in entries)
        case {"list": entries} | {"tuple": entries}:
            return any(map(_has_keys, entries))
        case _:
            return False


class ArrangedFunction:
    """A function with any number of arguments, some of them constants; the traced ones are passed by position."""

    def __init__(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any], built: Any) -> None:
        trees = _placed(function, {"args": args, "kwargs": kwargs})
        self._places = [(name, None if not is_constant(tree) else (built(tree),)) for name, tree in trees]
        self._by_place = len(args)
        self.__wrapped__ = function
        self.__name__ = name_of(functions.function_behind(function))
        traced = [name for name, constant in self._places if constant is None]
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind=_PLAIN) for name in traced])

    def __call__(self, *values: Any) -> Any:
        """Return the function's result for values of the traced arguments."""
        rest = iter(values)
        given = [(name, next(rest) if constant is None else constant[0]) for name, constant in self._places]
        return self.__wrapped__(*(value for _, value in given[: self._by_place]), **dict(given[self._by_place :]))


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
    try:
        return bool(functions.jax.tree.leaves(functions.jax.eval_shape(call.function, *call.arguments)))
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
    parameters = inspect.signature(function).parameters.values()
    required = [
        parameter
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty
        and parameter.kind in (_PLAIN, inspect.Parameter.POSITIONAL_ONLY)
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
