"""Live objects of Triton: compiled functions, and the tuners and heuristics around them."""

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import triton as _triton
import triton.language as _tl
import triton.runtime.autotuner as _autotuner
import triton.runtime.jit as _jit

from synthesis.frontends.triton.spelling import SPELLED

triton: Any = _triton
tl: Any = _tl
autotuner: Any = _autotuner
jit: Any = _jit

OPTIONS = ("num_warps", "num_stages", "num_ctas", "maxnreg")
"""The compile options that a configuration of ``triton.autotune`` may set."""


def jit_function(obj: object) -> Any | None:
    """Return the function that ``triton.jit`` made, inside tuners and heuristics; None for any other object."""
    inner: Any = obj
    while isinstance(inner, autotuner.Autotuner | autotuner.Heuristics):
        inner = inner.fn
    return inner if isinstance(inner, jit.JITFunction) else None


def kernel_named(module: ModuleType, name: str) -> Any | None:
    """Return the kernel of a module by name, or the last kernel if the name is empty; None if there is none."""
    if name:
        return jit_function(vars(module).get(name))
    found = [each for value in vars(module).values() if (each := jit_function(value)) is not None]
    own = [each for each in found if each.fn.__module__ == module.__name__]
    return own[-1] if own else None


def layers_of(obj: Any) -> Iterator[Any]:
    """Yield the tuners and heuristics around a kernel, the outermost first."""
    while isinstance(obj, autotuner.Autotuner | autotuner.Heuristics):
        yield obj
        obj = obj.fn


def first_configuration(obj: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the constants and the options of the first configuration of each tuner around a kernel."""
    constants: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for layer in layers_of(obj):
        if isinstance(layer, autotuner.Autotuner):
            first = layer.configs[0]
            constants = {**first.kwargs, **constants}
            given = {name: getattr(first, name) for name in OPTIONS}
            options = {**{name: value for name, value in given.items() if value is not None}, **options}
    return constants, options


def by_heuristics(obj: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the constants that a kernel's heuristics compute from its arguments and other constants."""
    computed: dict[str, Any] = {}
    for layer in layers_of(obj):
        if isinstance(layer, autotuner.Heuristics):
            for name, rule in layer.values.items():
                computed[name] = rule({**values, **computed})
    return computed


def jit_options(function: Any) -> dict[str, Any]:
    """Return those arguments of ``triton.jit`` that change a function's IR and differ from the default."""
    options = {"noinline": function.noinline, "debug": function.debug}
    return {name: value for name, value in options.items() if value}


def short_name(value: Any) -> str | None:
    """Return Triton's short name of an element type; None for anything else."""
    if not isinstance(value, tl.dtype) or (not value.is_floating() and not value.is_int()):
        return None
    return value.name.replace("int", "i").replace("ui", "u")


def constexpr_text(value: Any) -> str | None:
    """Return the Python text of a module's ``tl.constexpr``; None for anything else, or if it cannot be written."""
    if not isinstance(value, tl.constexpr):
        return None
    inner: Any = value.value
    if isinstance(inner, bool | int | float | str) or inner is None:
        return f"tl.constexpr({inner!r})"
    spelled = SPELLED.get(short_name(inner) or "")
    return spelled and f"tl.constexpr({spelled})"
