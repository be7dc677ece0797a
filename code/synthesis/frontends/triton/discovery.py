"""Discovery of a user's Triton kernels in live objects and modules, and their specifications."""

import ast
import builtins
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import FunctionType, ModuleType
from typing import Any

from synthesis.core.errors import ConfigError, Stage, Symptom, UnknownNameError, UsageError
from synthesis.core.examples import DIMENSIONS, ArrayType, Examples, marked_table, stated
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.frontends.base import Kernel
from synthesis.frontends.definitions import Definition, scope_of, source_of
from synthesis.frontends.failures import detail_of
from synthesis.frontends.provenance import provenance
from synthesis.frontends.rewriting import without_annotations, without_decorators
from synthesis.frontends.sources import SourceCollector
from synthesis.frontends.triton import descriptors, functions, lowering
from synthesis.frontends.triton.failures import compilation_detail
from synthesis.frontends.triton.levels import DEVICES
from synthesis.frontends.triton.options import DEFAULTS, is_multiple
from synthesis.frontends.triton.roles import roles_of
from synthesis.frontends.triton.spelling import SHORT, SPELLED, is_array, is_pointer

GRID = "grid"
"""The key of a kernel's grid in a table of inputs; ``dim`` is also accepted."""
_TYPE, _VALUES = "type", "values"
"""The keys of an entry in a table that states the numbers of an array."""
_CUSTOMARY = {"triton": "import triton", "tl": "import triton.language as tl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A kernel in a module."""

    name: str
    live: Any
    """The object of the module: the compiled function, or a tuner around it."""

    @property
    def function(self) -> Any:
        """The function that ``triton.jit`` made."""
        return functions.jit_function(self.live)


def kernels_in(target: object) -> list[Found]:
    """Return a kernel itself, or the kernels of a module, in the order of the code.

    A function that another function of the module mentions by name does not count as a kernel.
    """
    if not isinstance(target, ModuleType):
        function = functions.jit_function(target)
        return [] if function is None else [Found(name=function.fn.__name__, live=target)]
    found: dict[int, Found] = {}
    for live in vars(target).values():
        function = functions.jit_function(live)
        if function is None or function.fn.__module__ != target.__name__:
            continue
        if id(function) not in found or live is not function:
            found[id(function)] = Found(name=function.fn.__name__, live=live)
    called = {name for each in found.values() for name in _names_called(each.function)}
    kernels = [each for each in found.values() if each.name not in called]
    return sorted(kernels, key=lambda each: each.function.fn.__code__.co_firstlineno)


def _names_called(function: Any) -> set[str]:
    calls = [node for node in ast.walk(function.parse()) if isinstance(node, ast.Call | ast.Name)]
    names = {node.id for node in calls if isinstance(node, ast.Name)}
    return names - {function.fn.__name__}


def discover(target: object, examples: Examples, only: int | None) -> list[Kernel | Rejection]:
    """Return the kernels in a live kernel or a module, with their known inputs; or the reasons for rejecting them."""
    chosen = [each for number, each in enumerate(kernels_in(target)) if only in (None, number)]
    return [_discover(each, examples.tables.get(each.name)) for each in chosen]


def _discover(found: Found, table: Mapping[str, Any] | None) -> Kernel | Rejection:
    signature = _what_to_write(found) if table is None else _signature(found, table)
    if table is None:
        layers = (*functions.layers_of(found.live), found.function, found.function.fn)
        try:
            marked = marked_table(layers, [each.name for each in found.function.params])
            signature = signature if marked is None else _signature(found, marked)
        except UsageError as error:
            signature = f"its example: {error}"
    if isinstance(signature, str):
        return _rejection(found.name, Stage.LOAD, Symptom.NO_EXAMPLE_ARGUMENTS, signature)
    try:
        return describe(found.function, signature)
    except Exception as error:  # noqa: BLE001 (Triton raises many kinds for a kernel that it cannot compile)
        return _rejection(found.name, Stage.LOWER, Symptom.BUILD_ERROR, compilation_detail(error))


def describe(function: Any, signature: Signature) -> Kernel:
    """Return a compiled function as a kernel with its complete source, its origin, and the roles of its pointers.

    Raises:
        Exception: any exception that Triton raises when it compiles the kernel.
    """
    plain: FunctionType = function.fn
    collector = SourceCollector(
        unwrap=definition_behind, literal=_literal, is_library=is_library, customary=_CUSTOMARY, spell=repr
    )
    source = collector.collect(definition_of(function))
    origin, licence = provenance(plain, plain.__code__.co_firstlineno)
    spec = KernelSpec(
        frontend="triton",
        name=plain.__name__,
        category="extracted",
        source=source,
        description=(inspect.getdoc(plain) or "").partition("\n")[0],
        signature=signature,
        origin=origin,
        licence=licence,
        self_contained=not collector.missing,
    )
    kernel = Kernel(spec=spec, live=function, places=collector.places)
    return replace(kernel, spec=replace(spec, signature=_with_roles(kernel)))


def _rejection(name: str, stage: Stage, symptom: Symptom, detail: str) -> Rejection:
    return Rejection(stage=stage, symptom=symptom, detail=detail, frontend="triton", kernel_name=name)


def _what_to_write(found: Found) -> str:
    names = [each.name for each in found.function.params if not each.is_constexpr]
    return (
        f"its inputs are not known; write a table [{found.name}] with {GRID} = […] and a value for each parameter, "
        f'such as {names[0] if names else "x_ptr"} = "f32[1024]", '
        f'or @synthesis.example("f32[1024]", …, {GRID}=…) above it'
    )


# Signatures


def _signature(found: Found, table: Mapping[str, Any]) -> Signature | str:
    """Return the signature that a table of inputs describes; a message if something is missing.

    Raises:
        ConfigError: if the table names a parameter that the kernel lacks, or does not fit one.
    """
    function = found.function
    names = [each.name for each in function.params]
    for name in table:
        if name not in (*names, GRID, DIMENSIONS, *DEFAULTS):
            allowed = (*names, GRID, *DEFAULTS)
            raise UnknownNameError("parameter", name, allowed, where=f"in the inputs of kernel {found.name}")
    constants, options = functions.first_configuration(found.live)
    options |= {name: table[name] for name in DEFAULTS if name in table}
    given = {**constants, **{name: table[name] for name in names if name in table}}
    try:
        given = {**given, **functions.by_heuristics(found.live, {**_defaults(function), **given})}
    except Exception as error:  # noqa: BLE001 (a user's rule may raise anything)
        return f"a rule of triton.heuristics raised {detail_of(error)}; write its constant into the table"
    values: dict[str, Any] = {}
    arguments: list[Argument] = []
    entries: dict[str, dict[str, Any]] = {}
    for parameter in function.params:
        name = parameter.name
        if name not in given and parameter.has_default:
            given[name] = parameter.default
        if name not in given:
            return f"{_what_to_write(found)}; {name} is missing"
        if parameter.is_constexpr or _is_constant(given[name]):
            values[name] = _constant(found.name, name, given[name])
        elif isinstance(given[name], Mapping) and _VALUES in given[name]:
            arguments.append(_with_values(found.name, name, given[name]))
        elif isinstance(given[name], Mapping):
            argument, entries[name] = descriptors.read_table(f"kernel {found.name}: {name}", given[name])
            arguments.append(replace(argument, name=name))
        else:
            arguments.append(_argument(found.name, name, given[name]))
    launch = _grid(found.name, table.get(GRID, table.get(DIMENSIONS)))
    if launch is None:
        return f"{_what_to_write(found)}; {GRID} is missing"
    hints = [each.name for each in arguments if is_pointer(each.type_name) or is_multiple(each)]
    options = {**DEFAULTS, "divisible_by_16": hints, **options}
    signature = Signature(arguments=tuple(arguments), launch=launch, call={"constants": values}, options=options)
    return descriptors.with_entries(signature, entries)


def _defaults(function: Any) -> dict[str, Any]:
    return {each.name: each.default for each in function.params if each.has_default}


def _is_constant(value: Any) -> bool:
    """Return whether a parameter's value is part of the compiled kernel, as None and strings are."""
    return value is None or isinstance(value, bool | str) or functions.short_name(value) is not None


def _constant(kernel: str, name: str, value: Any) -> Any:
    short = functions.short_name(value)
    if short is not None:
        return {"dtype": short}
    if isinstance(value, ArrayType):
        if not value.shape and value.domain is None:
            return {"dtype": SHORT[value.dtype]}
        raise ConfigError(f"kernel {kernel}: {name} is a constant, got an array")
    return value


def _argument(kernel: str, name: str, value: Any) -> Argument:
    """Return the argument that a value in a table describes: a pointer to an array, or a number."""
    if isinstance(value, ArrayType):
        if value.dtype not in SHORT:
            raise ConfigError(f"kernel {kernel}: {name} has the type {value.dtype}, which Triton lacks")
        short, shape = SHORT[value.dtype], value.shape
        if shape:
            return Argument(name=name, type_name=f"*{short}", dtype=value.dtype, shape=shape, domain=value.domain)
        return Argument(name=name, type_name=short, dtype=value.dtype, domain=value.domain)
    if isinstance(value, int):
        short = "i32" if -(2**31) <= value < 2**31 else "i64"
        domain = Domain(low=value, high=value)
        return Argument(name=name, type_name=short, dtype="int32" if short == "i32" else "int64", domain=domain)
    if isinstance(value, float):
        return stated(Argument(name=name, type_name="fp32", dtype="float32"), value)
    raise ConfigError(f"kernel {kernel}: {name} is an array, a number or a constant, got {value!r}")


def _with_values(kernel: str, name: str, entry: Mapping[str, Any]) -> Argument:
    """Return the argument that a table with the keys ``type`` and ``values`` describes: an array with its numbers."""
    kind, values = entry.get(_TYPE), entry[_VALUES]
    numbers: list[Any] = values if isinstance(values, list) else [values]  # pyright: ignore[reportUnknownVariableType]
    known = all(type(each) in (int, float, bool) for each in numbers)
    if set(entry) != {_TYPE, _VALUES} or not isinstance(kind, ArrayType) or not kind.shape or not known:
        raise ConfigError(
            f"kernel {kernel}: {name} is {dict(entry)!r}; expected the type of an array and its numbers, "
            f'such as {{ {_TYPE} = "i32[3]", {_VALUES} = [0, 5, 12] }}'
        )
    return stated(_argument(kernel, name, replace(kind, domain=None)), *numbers)


def _grid(kernel: str, given: Any) -> tuple[int, ...] | None:
    if given is None:
        return None
    sizes: list[Any] = given if isinstance(given, list) else [given]  # pyright: ignore[reportUnknownVariableType]
    if not 1 <= len(sizes) <= 3 or not all(type(size) is int and size > 0 for size in sizes):
        raise ConfigError(f"kernel {kernel}: a grid is 1 to 3 positive integers, got {given!r}")
    return tuple(sizes)


def _with_roles(kernel: Kernel) -> Signature:
    """Return the signature of a specification with the roles of its arrays, from the kernel's TTIR.

    Raises:
        Exception: any exception that Triton raises when it compiles the kernel.
    """
    signature = kernel.spec.signature
    ((_, made),) = lowering.compile_kernel(kernel.live, signature, ["ttir"], DEVICES[0], kernel.places.line)
    if isinstance(made, Exception):
        raise made
    roles = iter(roles_of(made[0]))
    arguments = tuple(
        replace(each, role=next(roles)) if is_array(each.type_name) else each for each in signature.arguments
    )
    return replace(signature, arguments=arguments)


def declared(kernel: Kernel) -> Signature:
    """Return the parameters of a loaded kernel in its own order, with the specified types and the roles from TTIR.

    Raises:
        Exception: any exception that Triton raises when it compiles the kernel.
    """
    signature = _with_roles(kernel)
    told = {each.name: each for each in signature.arguments}
    constants = (signature.call or {}).get("constants", {})
    arguments = tuple(
        replace(told[name], domain=None, base=(), recorded=False, shape=_sizeless(told[name]))
        if name in told
        else Argument(name=name, type_name="", dtype="")
        for name in kernel.live.arg_names
        if name not in constants
    )
    return replace(signature, arguments=arguments, launch=(None,) * len(signature.launch or (1,)))


def _sizeless(argument: Argument) -> tuple[None, ...] | None:
    return None if argument.shape is None else (None,) * len(argument.shape)


# Sources


def definition_of(function: Any) -> Definition:
    """Return the definition of a compiled function, with ``@triton.jit`` as its only decorator.

    For a function that computes constants, the decorator is ``@triton.constexpr_function``.
    """
    plain: FunctionType = function.fn
    source, line = source_of(plain)
    if source is None:
        return Definition(plain)
    bare, gone = without_decorators(textwrap.dedent(source))
    scope = scope_of(plain)
    bare = without_annotations(bare, lambda name: not _may_annotate(scope.get(name, getattr(builtins, name, None))))
    mark = "@triton.constexpr_function"
    if isinstance(function, functions.jit.JITFunction):
        options = ", ".join(f"{name}={value!r}" for name, value in functions.jit_options(function).items())
        mark = f"@triton.jit({options})" if options else "@triton.jit"
    return Definition(plain, f"{mark}\n{bare}", line + gone - 1)


def _may_annotate(value: Any) -> bool:
    """Return whether to keep an annotation with this value; Triton ignores annotations from other packages."""
    home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", type(value).__module__)
    return is_library(str(home)) or home == "builtins"


def definition_behind(value: Any) -> Definition | None:
    """Return the definition of a function or a class; None for any other value.

    The function may be plain, or an object made by ``triton.jit`` or ``triton.constexpr_function``.
    """
    function = functions.jit_function(value)
    if function is not None:
        return definition_of(function)
    if isinstance(value, functions.jit.ConstexprFunction):
        return definition_of(value)
    if inspect.isfunction(value) or inspect.isclass(value):
        return Definition(value)
    return None


def _literal(value: Any) -> str | None:
    """Return the Python expression of a constant of Triton's language; None for any other value."""
    short = functions.short_name(value)
    if short is not None:
        return SPELLED.get(short)
    return functions.constexpr_text(value)


def is_library(module: str) -> bool:
    """Return whether a module is one of Triton's."""
    return module.partition(".")[0] == "triton"
