"""The call with which a user's function is traced: its arguments, and which of them are constants.

A call is stored in the signature as ``Signature.call``, and rebuilt from there, unless it passes only arrays in the
order of the parameters.
"""

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthesis.core.signatures import Domain, Signature
from synthesis.frontends.definitions import name_of
from synthesis.frontends.jax import functions
from synthesis.frontends.jax.building import Building, made, of_arrays, shapes_of
from synthesis.frontends.jax.registered import registered

PLAIN = inspect.Parameter.POSITIONAL_OR_KEYWORD
"""The kind of a parameter that is passed by position or by name."""


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

    def to_json(self, name_of_class: Callable[[type], str] = name_of) -> dict[str, Any] | None:
        """Return the call in the form of ``Signature.call``; None if a pytree or a constant has no JSON form.

        Args:
            name_of_class: returns the name of a class in the function's source.
        """
        names = functions.parameters_of(self.function)
        names += [f"arg{position}" for position in range(len(names), len(self.arguments))]
        try:
            trees = {
                name: _tree_of(argument, name, name_of_class)
                for name, argument in zip(names, self.arguments, strict=False)
            }
            if not isinstance(self.function, BoundFunction):
                return {"args": list(trees.values()), "kwargs": {}}
            return self.function.arranged(
                trees | {name: _constant_tree(value) for name, value in self.function.constants.items()}
            )
        except _NoFormError:
            return None


class _NoFormError(Exception):
    """An error for a value that has no JSON form."""


def _tree_of(value: Any, name: str, name_of_class: Callable[[type], str]) -> Any:
    """Return a pytree with the names of its leaves, as in ``functions.argument_leaves``."""
    kind: Any = value.__class__
    if value is None:
        return None
    if kind is dict and all(isinstance(key, str) for key in value):
        return {"dict": {key: _tree_of(value[key], f"{name}[{key!r}]", name_of_class) for key in sorted(value)}}
    if kind in (list, tuple):
        return {kind.__name__: [_tree_of(each, f"{name}[{place}]", name_of_class) for place, each in enumerate(value)]}
    if kind in (int, float, complex):
        return {"weak": name}
    if kind is bool:
        return name
    if hasattr(value, "dtype"):
        return {"weak": name} if value.weak_type else name
    found = registered(value)
    if found is None:
        raise _NoFormError
    fields = {each: _tree_of(child, name + end, name_of_class) for each, (end, child) in found.children.items()}
    fields |= {each: _constant_tree(other) for each, other in found.others.items()}
    return {"record": name_of_class(kind), "fields": fields}


def _constant_tree(value: Any) -> dict[str, Any]:
    """Return a constant as a tree; an empty tuple has none, since it would count as a container of arrays."""
    if value.__class__ is not tuple:
        return infinity_of(value) or {"value": _constant(value)}
    if not value:
        raise _NoFormError
    return {"tuple": [_constant_tree(each) for each in value]}


def infinity_of(value: Any) -> dict[str, Any] | None:
    """Return an infinite number as a tree; None for anything else."""
    return {"infinity": int(math.copysign(1, value))} if type(value) is float and math.isinf(value) else None


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
        case {"value": _} | {"beside": _} | {"infinity": _}:
            return True
        case {"record": _, "fields": {**fields}}:
            return bool(fields) and all(each == {"tuple": []} or is_constant(each) for each in fields.values())
        case {"tuple": [_, *_] as entries}:
            return all(map(is_constant, entries))
        case _:
            return False


class BoundFunction:
    """A function with constants for some of its parameters; the traced ones are passed by position."""

    def __init__(self, function: Any, traced: list[str], constants: Mapping[str, Any]) -> None:
        parameters = inspect.signature(function).parameters
        self._traced = traced
        self.constants = constants
        self._positional = [name for name in parameters if parameters[name].kind is inspect.Parameter.POSITIONAL_ONLY]
        self.__wrapped__ = function
        self.__name__ = name_of(functions.function_behind(function))
        self.__signature__ = inspect.Signature([parameters[name].replace(kind=PLAIN) for name in traced])

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
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind=PLAIN) for name, _ in trees])

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
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind=PLAIN) for name in traced])

    def __call__(self, *values: Any) -> Any:
        """Return the function's result for values of the traced arguments."""
        rest = iter(values)
        given = [(name, next(rest) if constant is None else constant[0]) for name, constant in self._places]
        return self.__wrapped__(*(value for _, value in given[: self._by_place]), **dict(given[self._by_place :]))
