"""Construction of a call's arguments from the trees in ``Signature.call``, with shapes or values as arrays."""

import inspect
import math
from collections.abc import Iterator, Mapping
from typing import Any

from synthesis.core.signatures import Signature
from synthesis.frontends.definitions import name_of
from synthesis.frontends.jax import functions

jax: Any = functions.jax


class Building:
    """A builder of the values that a signature's trees describe.

    Args:
        function: the function to be called.
        leaves: the value of each argument, by name.
    """

    def __init__(self, function: Any, leaves: Mapping[str, Any]) -> None:
        self._function = function
        self.leaves = leaves

    def built(self, tree: Any) -> Any:
        """Return the value that a tree describes."""
        match tree:
            case None:
                return None
            case str():
                return self.leaves[tree]
            case {"weak": name} | {"key": name}:
                return self.leaves[name]
            case {"value": constant}:
                return constant
            case {"infinity": sign}:
                return math.copysign(math.inf, sign)
            case {"beside": name}:
                return _module_value(self._function, name)
            case {"dict": entries}:
                return {key: self.built(entry) for key, entry in entries.items()}
            case {"entries": entries}:
                return {self.built(key): self.built(entry) for key, entry in entries}
            case {"list": entries}:
                return [self.built(entry) for entry in entries]
            case {"tuple": entries}:
                return tuple(self.built(entry) for entry in entries)
            case {"record": kind, "fields": fields}:
                found = {key: self.built(entry) for key, entry in fields.items()}
                return made(_module_class(self._function, kind), found, tree)
            case _:
                raise ValueError(f"not a tree of arguments: {tree!r}")


def made(kind: Any, fields: Mapping[str, Any], tree: Mapping[str, Any]) -> Any:
    """Return an object of a class with the given fields, by calling the class unless the tree's ``called`` is False.

    Raises:
        ValueError: if an object that is made without a call would get special attributes of Python.
    """
    if tree.get("called", True):
        return kind(**fields)
    strange = [name for name in fields if name.startswith("__")]
    if strange:
        raise ValueError(f"no attributes that an object of {kind.__name__} may be given: {', '.join(strange)}")
    found: Any = object.__new__(kind)
    for name, each in fields.items():
        object.__setattr__(found, name, each)
    return found


def shapes_of(signature: Signature, *, typed: bool) -> dict[str, Any]:
    """Return the shape and type of each argument, by name.

    Args:
        signature: the signature of the arguments.
        typed: whether random keys have their key type; otherwise they are the underlying integers.
    """
    marks = _marked(signature.call)
    found: dict[str, Any] = {}
    for each in signature.arguments:
        shape = tuple(size for size in each.shape or () if size is not None)
        mark = marks.get(each.name, {})
        found[each.name] = functions.shape_of(each.dtype, shape, weak="weak" in mark)
        if typed and "key" in mark:
            found[each.name] = functions.keys_of(found[each.name], mark["impl"])
    return found


def _marked(call: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """Return, by argument name, the leaves of a call that are marked as weakly typed or as random keys."""
    if call is None:
        return {}
    return {name: mark for tree in [*call["args"], *call["kwargs"].values()] for name, mark in _marks(tree)}


def _marks(tree: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    match tree:
        case {"weak": name} | {"key": name}:
            yield name, tree
        case {"dict": entries} | {"fields": entries}:
            for each in entries.values():
                yield from _marks(each)
        case {"entries": entries}:
            for _, each in entries:
                yield from _marks(each)
        case {"list": entries} | {"tuple": entries}:
            for each in entries:
                yield from _marks(each)
        case _:
            return


class ArraysFunction(functions.OfArrays):
    """A function that takes only the arrays of a call and returns only arrays. The call's other arguments are stored.

    Args:
        function: the function that is called.
        call: the call.
        names: the arrays' names, in order.
        typed: whether random keys are passed as keys; otherwise they are passed as the underlying integers.
    """

    def __init__(self, function: Any, call: Mapping[str, Any], names: list[str], *, typed: bool) -> None:
        self._call = call
        self.names = names
        self._typed = typed
        self._marks = _marked(call)
        self.__wrapped__ = function
        self.__name__ = name_of(functions.function_behind(function))
        kind = inspect.Parameter.POSITIONAL_ONLY
        self.__signature__ = inspect.Signature([inspect.Parameter(f"leaf_{n}", kind) for n in range(len(names))])

    def __call__(self, *values: Any) -> Any:
        """Return those results of the function that are arrays, for the given arrays."""
        leaves = dict(zip(self.names, values, strict=True))
        for name, mark in self._marks.items():
            if "key" in mark and not self._typed:
                leaves[name] = jax.random.wrap_key_data(leaves[name], impl=mark["impl"])
        building = Building(self.__wrapped__, leaves)
        kwargs = {name: building.built(tree) for name, tree in self._call["kwargs"].items()}
        given = self.__wrapped__(*map(building.built, self._call["args"]), **kwargs)
        arrays = [each for each in jax.tree.leaves(given) if isinstance(each, jax.Array)]
        return arrays if self._typed else [_without_key(each) for each in arrays]


def of_arrays(function: Any, signature: Signature, *, typed: bool) -> tuple[ArraysFunction, tuple[Any, ...]]:
    """Return a pair: a function that takes only the arrays of a signature's call, and the shapes of these arrays."""
    shapes = shapes_of(signature, typed=typed)
    return ArraysFunction(function, signature.call or {}, [*shapes], typed=typed), tuple(shapes.values())


def _without_key(value: Any) -> Any:
    return jax.random.key_data(value) if jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key) else value


def _module_value(function: Any, name: str) -> Any:
    """Return the value of a name in the module that defines a function.

    Raises:
        ValueError: if the module has no such name.
    """
    plain = functions.function_behind(function)
    if plain is None or name not in plain.__globals__:
        raise ValueError(f"the function's module has no {name!r}")
    return plain.__globals__[name]


def _module_class(function: Any, name: str) -> Any:
    """Return a class from the module that defines a function.

    Raises:
        ValueError: if the module has no such class.
    """
    plain = functions.function_behind(function)
    found = None if plain is None else plain.__globals__.get(name)
    if not inspect.isclass(found):
        raise ValueError(f"the function's module has no class {name!r}")
    return found
