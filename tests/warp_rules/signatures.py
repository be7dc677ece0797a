"""Cases of the built-ins whose arguments are plain values, from the signatures in Warp's registry.

Every number format that a signature takes has a case; lengths of vectors and shapes of matrices that it leaves open
take turns with the formats.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import warp as _warp
import warp._src.context as _context  # noqa: TID251 (the registry is what the rules are held against)
import warp._src.types as _types  # noqa: TID251

from synthesis.frontends.warp.reference.sources import type_of
from synthesis.frontends.warp.reference.values import ValueType, matrix_type, scalar_type, value_type, vector_type
from warp_rules.cases import Case, Given, output, type_name
from warp_rules.plans import PLANS, Plan

wp: Any = _warp
context: Any = _context
types: Any = _types
FLOATS = ("float16", "bfloat16", "float32", "float64")
WHOLES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
_FORMATS = {"Float": FLOATS, "Int": WHOLES, "Scalar": (*WHOLES, *FLOATS)}
_SHORT = {"scalar": "", "vector": "vec", "matrix": "mat", "quaternion": "quat", "transform": "transform"}


def overloads(name: str) -> list[Any]:
    """The signatures of a built-in that Python sees, generic ones once."""
    function = context.builtin_functions[name]
    return [each for each in (getattr(function, "overloads", None) or [function]) if not each.hidden]


def variable_of(overload: Any) -> str:
    """The name of the narrowest type variable of number formats that a signature has; empty if it has none."""
    kinds = [getattr(kind, "_wp_scalar_type_", kind) for kind in overload.input_types.values()]
    names = {getattr(kind, "__name__", "") for kind in kinds}
    return next((name for name in ("Float", "Int", "Scalar") if name in names), "")


def is_plain(overload: Any) -> bool:
    """Whether every argument is a number, vector, matrix, quaternion or transform, and the result is new."""
    kinds = list(overload.input_types.values())
    plain = all(
        getattr(kind, "__name__", "") in _FORMATS
        or hasattr(kind, "_wp_scalar_type_")
        or kind in types.scalar_and_bool_types
        for kind in kinds
    )
    return bool(kinds) and plain and not overload.variadic and "dtype" not in overload.input_types


def concrete(kind: Any, scalar: str, turn: int) -> ValueType:
    """A type of a signature for one number format; open sizes are 2, 3 or 4 by turns."""
    size = 2 + turn % 3
    if getattr(kind, "__name__", "") in _FORMATS:
        return scalar_type(scalar)
    own = getattr(kind, "_wp_scalar_type_", None)
    if own is None:
        return type_of(kind)
    scalar = scalar if getattr(own, "__name__", "") in _FORMATS else own.__name__
    shape = tuple(each or size for each in kind._shape_)
    match kind._wp_generic_type_str_:
        case "vec_t":
            return vector_type(scalar, *shape)
        case "mat_t":
            return matrix_type(scalar, *shape)
        case "quat_t":
            return value_type("quaternion", scalar, (4,))
        case _:
            return value_type("transform", scalar, (7,))


def live(kind: ValueType) -> Any:
    """The class of Warp's for a type."""
    return eval(type_name(kind), {"wp": wp})


def results(overload: Any, kinds: Mapping[str, ValueType]) -> list[ValueType]:
    """What a signature gives for arguments of these types; nothing if empty."""
    made: Any = overload.value_type
    if made is None:
        made = overload.value_func({name: live(kind) for name, kind in kinds.items()}, None)
    return [type_of(each) for each in (made if type(made) in (tuple, list) else [made]) if each is not None]


def cases_of(name: str) -> Iterator[Case]:
    """The cases of a built-in's plain signatures."""
    for place, overload in enumerate(each for each in overloads(name) if is_plain(each)):
        for turn, scalar in enumerate(_FORMATS.get(variable_of(overload), ("",))):
            kinds = {each: concrete(kind, scalar, turn + place) for each, kind in overload.input_types.items()}
            plan = PLANS.get(name, Plan())
            if scalar in plan.without or not plan.takes(kinds):
                continue
            made = results(overload, kinds)
            if not made:
                continue
            yield _case(name, f"{place}_{scalar or 'own'}", kinds, made, plan)


def _case(name: str, label: str, kinds: Mapping[str, ValueType], made: list[ValueType], plan: Plan) -> Case:
    call = f"wp.{name}({', '.join(f'a{number}[i]' for number in range(len(kinds)))})"
    if len(made) == 1:
        body: tuple[str, ...] = (f"o0[i] = {call}",)
    else:
        parts = [f"r{number}" for number in range(len(made))]
        body = (f"{', '.join(parts)} = {call}", *(f"o{number}[i] = {part}" for number, part in enumerate(parts)))
    given = [plan.given(number, f"a{number}", kind) for number, kind in enumerate(kinds.values())]
    outputs: list[Given] = [output(f"o{number}", kind) for number, kind in enumerate(made)]
    return Case(
        built_in=name, label=label, body=body, arrays=(*given, *outputs), tolerance=plan.tolerance, size=plan.size
    )
