"""Expressions for live values to which a JAX function refers: results of jit, grad and vmap, records, bound methods."""

import abc
import ast
import builtins
import dataclasses
import enum
import functools
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any, TypeVar, get_origin

import numpy as np

from synthesis.frontends.base_methods import base_methods
from synthesis.frontends.definitions import Built, Definition, Instance, source_of
from synthesis.frontends.jax import functions
from synthesis.frontends.jax.derivative_rules import mark_of
from synthesis.frontends.jax.makers import made_around, made_by_fields, made_function, made_record
from synthesis.frontends.jax.transformed import is_jitted, is_marked, jitted, made_by, partial_of, transformed
from synthesis.frontends.jax.trees import structure
from synthesis.frontends.rewriting import attributes_in

jax: Any = functions.jax

_SMALL = 1024
"""Maximum number of elements of a captured array that is written into the source."""
_LIBRARIES = frozenset({"jax", "jaxlib", "numpy", "scipy", "ml_dtypes", "warp"}) | sys.stdlib_module_names - {
    "__main__"
}
_UNSAID = re.compile(r"\b(nan|inf)\b")


_STARS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
_ANY = (*_STARS,)


def built(value: Any, imported: Callable[[str], bool] = lambda _: False, inside: Any = None) -> Built | None:
    """Return the expression of a value in terms of others; None if it has no such expression.

    The result is also None for a constant, and for a value that is defined by its source, such as a decorated function.

    Args:
        value: the value.
        imported: returns whether a module is imported by name rather than copied. Values made by functions of such a
            module are expressed as calls of these functions.
        inside: a function that is jitted itself. That it wraps another one does not mean that a decorator made it.
    """
    if isinstance(value, FunctionType):
        return transformed(value) or made_function(value, imported)
    if isinstance(value, MethodType) and (isinstance(value.__func__, FunctionType) or is_jitted(value.__func__)):
        return _method(value)
    if is_jitted(value):
        return jitted(value)
    if isinstance(value, functools.partial):
        return partial_of(value)
    if isinstance(value, enum.Enum) and value.name in type(value).__members__:
        return Built(f"{{0}}.{value.name}", ((type(value).__name__, type(value)),))
    if isinstance(value, TypeVar):
        return Built(f"typing.TypeVar({value.__name__!r})")
    if get_origin(value) is not None and not inspect.isclass(get_origin(value)):
        return Built("typing.Any")  # an alias of several types, which is used only in annotations
    if type(value) in (list, tuple):
        return _sequence(value)
    if type(value) is dict:
        return _dictionary(value)
    found = structure(value)
    if found is not None:
        return found
    if not inspect.isclass(value) and hasattr(value, "__wrapped__") and value is not inside:
        return None if is_marked(value) or mark_of(value) else made_around(value, imported)
    found = made_record(value, imported) or record(value)
    if found is not None or inspect.isclass(value):
        return found
    is_librarys = imported(type(value).__module__)
    fields = own_fields(value)
    found = given(value) if is_librarys else None
    if found is not None and {*(fields or ())} <= {name for name, _ in found.parts}:
        return found
    has_known_fields = fields is not None and (is_librarys or not _is_plain_class(type(value)))
    return made_by_fields(value, fields) if fields is not None and has_known_fields else found


def _method(value: MethodType) -> Built:
    """Return the expression of a bound method: an attribute of its object.

    It is a lambda if the method is jitted or is ``__call__``.
    """
    part = (variable(value.__self__), value.__self__)
    if value.__name__ != "__call__" and not is_jitted(value.__func__):
        return Built(f"{{0}}.{value.__name__}", (part,), attributes=(value.__name__,))
    called = "{0}" if value.__name__ == "__call__" else f"{{0}}.{value.__name__}"
    parameters = functions.parameters_of(value)
    taken = inspect.signature(value).parameters.values()
    plain = len(parameters) == len(taken) and all(each.default is each.empty for each in taken)
    given = ", ".join(parameters) if plain else "*args, **kwargs"
    return Built(f"lambda {given}: {called}({given})", (part,), attributes=(value.__name__,))


def variable(value: Any) -> str:
    """Return a variable name for an object, from the name of its class."""
    kind: Any = value.__class__
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()


def instance(value: Any, mentioned: Collection[str]) -> Instance | None:
    """Return an object of a plain Python class with the attributes that are used; None for any other value.

    Args:
        value: the object.
        mentioned: the attributes that code referring to it accesses.
    """
    kind: Any = value.__class__
    if not isinstance(getattr(value, "__dict__", None), dict) or not _is_plain_class(kind) or is_jitted(value):
        return None
    if kind.__module__.partition(".")[0] in _LIBRARIES:
        return None
    fields, methods = _used_members(value, mentioned)
    if not fields and not methods:
        return None
    return Instance(kind=kind, fields=fields, methods=methods)


def _is_plain_class(kind: Any) -> bool:
    """Return whether a class has Python's own metaclass or ``ABCMeta``."""
    return kind.__class__ in (type, abc.ABCMeta)


def node(value: Any, children: Sequence[str], mentioned: Collection[str]) -> Instance:
    """Return an object that JAX flattens, with its children and its other used attributes.

    Args:
        value: the object.
        children: the attributes into which it is flattened, in order.
        mentioned: the attributes that are accessed.
    """
    fields, methods = _used_members(value, mentioned)
    rest = {name: each for name, each in fields.items() if name not in children}
    mark = f"jax.tree_util.register_dataclass, data_fields={[*children]!r}, meta_fields={[*rest]!r}"
    return Instance(
        kind=value.__class__,
        fields={**{name: getattr(value, name) for name in children}, **rest},
        methods={name: each for name, each in methods.items() if name not in children},
        mark=f"@functools.partial({mark})",
    )


def _used_members(value: Any, mentioned: Collection[str]) -> tuple[dict[str, Any], dict[str, Definition]]:
    """Return the used attributes and methods of an object, including those that its used methods access."""
    kind: Any = value.__class__
    own: Mapping[str, Any] = getattr(value, "__dict__", {})
    fields: dict[str, Any] = {}
    methods: dict[str, Definition] = {}
    waiting = [*(["__call__"] if hasattr(kind, "__call__") else []), *sorted(mentioned)]  # noqa: B004
    for name in waiting:
        if name in fields or name in methods or (name.startswith("__") and name != "__call__"):
            continue
        found = inspect.getattr_static(kind, name, None)
        method = _function_of(found) or (_function_of(getattr(kind, name, None)) if hasattr(found, "__get__") else None)
        if name in own and (method is None or isinstance(found, FunctionType)):
            fields[name] = own[name]
        elif method is not None:
            methods[name] = Definition(method)
            for each in [method, *base_methods(method, _function_of)]:
                waiting += sorted(attributes_in(ast.parse(textwrap.dedent(source_of(each)[0] or ""))))
        elif found is not None and not callable(found):
            fields[name] = getattr(value, name)
    return dict(sorted(fields.items())), methods


def _function_of(member: Any) -> FunctionType | None:
    """Return the plain function of a class's member; None if it has none."""
    if isinstance(member, property):
        return functions.function_behind(member.fget)
    if isinstance(member, FunctionType | staticmethod | classmethod) or is_jitted(member):
        return functions.function_behind(member)
    return None


def hint_of(value: Any, inner: str) -> str:
    """Return a name for a value made from a function of a given name."""
    made = made_by(value) if isinstance(value, FunctionType) else None
    if made is not None:
        return f"{inner}_{made[0].partition('.')[0].strip('_')}"
    if isinstance(value, MethodType):
        return value.__name__.strip("_")
    return f"{inner}_bound" if isinstance(value, functools.partial) else inner


def record(value: Any) -> Built | None:
    """Return the call that makes a named tuple or a user's dataclass, without fields that have their default values."""
    kind: Any = value.__class__
    fields = fields_of(value)
    if fields is None:
        return None
    declared: Sequence[Any] = dataclasses.fields(kind) if hasattr(kind, "__dataclass_fields__") else ()
    usual = {each.name: each.default for each in declared}
    fields = [name for name in fields if name not in usual or usual[name] is not getattr(value, name)]
    texts = [f"{name}={{{number + 1}}}" for number, name in enumerate(fields)]
    # A part that leads back to the record cannot be part of its expression.
    attributes = {name: getattr(value, name) for name in fields}
    parts = [(_own_name(each) or name, None if _leads_to(each, value) else each) for name, each in attributes.items()]
    return Built(f"{{0}}({', '.join(texts)})", ((kind.__name__, kind), *parts))


def _own_name(value: Any) -> str:
    """Return the name of a class; empty for any other value."""
    return value.__name__ if inspect.isclass(value) else ""


def _leads_to(part: Any, value: Any, steps: int = 3) -> bool:
    """Return whether ``value`` is ``part``, or is inside it at a depth of at most ``steps`` attributes.

    The function inside ``jax.jit`` counts as an attribute.
    """
    if part is value:
        return True
    inner = [*getattr(part, "__dict__", {}).values(), *([part._fun] if is_jitted(part) else [])]
    return bool(steps) and any(_leads_to(each, value, steps - 1) for each in inner)


def given(value: Any) -> Built | None:
    """Return the call of an object's class that makes the object; None if its attributes lack an argument."""
    kind: Any = value.__class__
    if (kind.__new__, kind.__init__) == (object.__new__, object.__init__) and getattr(value, "__dict__", None) == {}:
        return Built("{0}()", ((kind.__name__, kind),))
    if not isinstance(kind.__init__, FunctionType):  # other constructors have no known parameters
        return None
    try:
        taken = _parameters(kind).values()
    except (TypeError, ValueError):
        return None
    texts: list[str] = []
    parts: list[tuple[str, Any]] = [(kind.__name__, kind)]
    names = {each.name: _attribute_of(value, each.name) for each in taken}
    values = {name: getattr(value, found) for name, found in names.items() if found is not None}
    starred = [values.get(each.name) for each in taken if each.kind is each.VAR_POSITIONAL]
    more = any(isinstance(each, tuple) and each != () for each in starred)
    for each in taken:
        any_number = each.kind in _ANY
        if each.name not in values and not any_number and each.default is each.empty:
            return None
        if each.name not in values or (any_number and type(values[each.name]) not in (tuple, dict)):
            continue
        by_place = each.kind is each.POSITIONAL_ONLY or (more and each.kind is each.POSITIONAL_OR_KEYWORD)
        part = values[each.name]
        if part if any_number else (part is not each.default or (more and by_place)):
            before = _STARS.get(each.kind, "" if by_place else f"{each.name}=")
            texts.append(f"{before}{{{len(parts)}}}")
            parts.append((_own_name(part) or each.name, part))
    return Built(f"{{0}}({', '.join(texts)})", tuple(parts))


def _attribute_of(value: Any, name: str) -> str | None:
    """Return the attribute, ``name`` or ``_name``, that holds a constructor's argument; None if none does.

    An attribute of the object itself is preferred to one of its class.
    """
    own: Mapping[str, Any] = getattr(value, "__dict__", {})
    found = [one for one in (name, f"_{name}") if one in own or hasattr(value, one)]
    found.sort(key=lambda one: one not in own)
    return next((one for one in found if one in own or not isinstance(getattr(value, one), MethodType)), None)


def fields_of(value: Any) -> list[str] | None:
    """Return the fields that construct a named tuple or a dataclass; None if it is constructed in another way."""
    kind: Any = value.__class__
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return list(kind._fields)
    if hasattr(kind, "__dataclass_fields__"):
        fields = [each.name for each in dataclasses.fields(kind)]
        return fields if _is_made_of(kind, fields) else None
    return None


def own_fields(value: Any) -> list[str] | None:
    """Return the fields of a dataclass object; None for other objects, or if its attributes are not just the fields."""
    declared: Mapping[str, Any] = getattr(value.__class__, "__dataclass_fields__", {})
    if not declared or not isinstance(getattr(value, "__dict__", None), dict):
        return None
    fields = [each.name for each in dataclasses.fields(value)]
    return fields if {*fields} == {*vars(value)} else None


def takes(kind: Any, names: Sequence[str]) -> bool:
    """Return whether a class registered as a pytree can be constructed from exactly these attributes."""
    try:
        taken = _parameters(kind)
    except (TypeError, ValueError):
        return False
    named = {name: each for name, each in taken.items() if each.kind not in _ANY}
    needed = {name for name, each in named.items() if each.default is each.empty}
    return bool(names) and needed <= {*names} <= {*named}


def _parameters(kind: Any) -> dict[str, inspect.Parameter]:
    """Return the constructor parameters of a class, regardless of its metaclass.

    Raises:
        ValueError: if Python knows no signature.
    """
    found = inspect.signature(kind if kind.__init__ is object.__init__ else functools.partial(kind.__init__, None))
    return dict(found.parameters)


def _is_made_of(kind: Any, fields: Sequence[str]) -> bool:
    """Return whether a dataclass's constructor is the generated one and takes its fields."""
    try:
        taken = _parameters(kind)
    except (TypeError, ValueError):
        return False
    return [*taken] == [*fields] and not any(each.kind in _ANY for each in taken.values())


def _sequence(value: Any) -> Built:
    texts = ", ".join(f"{{{number}}}" for number in range(len(value)))
    names = (getattr(each, "__name__", "part") for each in value)
    parts = tuple((name if name.isidentifier() else "part", each) for name, each in zip(names, value, strict=True))
    if isinstance(value, list):
        return Built(f"[{texts}]", parts)
    return Built(f"({texts},)", parts)


def _dictionary(value: Any) -> Built | None:
    if not all(isinstance(key, str | int) for key in value):
        return None
    texts = ", ".join(f"{key!r}: {{{number}}}" for number, key in enumerate(value))
    parts = tuple(
        (key if isinstance(key, str) and key.isidentifier() else "entry", each) for key, each in value.items()
    )
    return Built(f"{{{{{texts}}}}}", parts)


def literal(value: Any) -> str | None:
    """Return the expression of a small or constant array, a dtype, a shape or a sharding; None for anything else."""
    kind: Any = value.__class__
    if kind is type and issubclass(value, np.generic):
        return f"np.{value.__name__}"
    if kind is type and vars(builtins).get(value.__name__) is value:
        return value.__name__
    if isinstance(value, jax.sharding.Mesh | jax.sharding.PartitionSpec | jax.sharding.NamedSharding):
        return _sharding(value)
    if kind is jax.ShapeDtypeStruct and value.sharding is None:
        return f"jax.ShapeDtypeStruct({value.shape!r}, {str(value.dtype)!r})"
    if issubclass(kind, np.dtype):
        return f'np.dtype("{value.name}")'
    is_traced = functions.is_array(value)
    if not is_traced and not issubclass(kind, np.ndarray | np.generic):
        return None
    if is_traced and jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key):
        data = literal(jax.random.key_data(value))
        return None if data is None else f"jax.random.wrap_key_data({data}, impl={str(jax.random.key_impl(value))!r})"
    if (weak := functions.weak_array(value)) is not None:
        return weak
    array: Any = np.asarray(value)
    module = "jnp" if is_traced else "np"
    dtype = f"{module}.{'bool_' if array.dtype.kind == 'b' else array.dtype.name}"
    if array.dtype.kind not in "biufcV" or (array.dtype.kind == "V" and array.dtype.name != "bfloat16"):
        return None
    if issubclass(kind, np.generic):
        return f"{dtype}({_numbers(array.item(), module)})"
    if array.size > 4 and array.dtype.itemsize and (array == array.flat[0]).all():
        return f"{module}.full({array.shape!r}, {_numbers(array.flat[0].item(), module)}, dtype={dtype})"
    if array.size > _SMALL:
        return None
    return f"{module}.array({_numbers(array.tolist(), module)}, dtype={dtype})"


def _sharding(value: Any) -> str:
    """Return an expression for a sharding that has no devices, only the sizes and names of a mesh's axes.

    So any machine can trace it. The types of a mesh's axes are always written, since their default differs between
    releases of JAX.
    """
    if isinstance(value, jax.sharding.NamedSharding):
        return f"jax.sharding.NamedSharding({_sharding(value.mesh)}, {_sharding(value.spec)})"
    if isinstance(value, jax.sharding.PartitionSpec):
        return f"jax.sharding.PartitionSpec({', '.join(map(repr, value))})"
    kinds = ", ".join(f"jax.sharding.AxisType.{each.name}" for each in value.axis_types)
    types = f"({kinds},)" if kinds else "()"
    return f"jax.sharding.AbstractMesh({tuple(value.axis_sizes)!r}, {tuple(value.axis_names)!r}, {types})"


def _numbers(value: Any, module: str) -> str:
    return _UNSAID.sub(rf"{module}.\1", repr(value))
