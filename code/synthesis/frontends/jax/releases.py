"""All differences between JAX's releases that this front end handles.

Each difference is detected from the features of the installed JAX, not from its version number. The rest of the front
end uses the forms of JAX 0.10.2. ``tests/frontends/test_jax_releases.py`` has a test for each entry.

====== =======================================================================================
since  what changed
====== =======================================================================================
0.11.0 ``scan`` divides its operands by two trees (``ft_in``, ``ft_out``), not by two counts
0.11.0 a function called in place is bound by ``eval_jaxpr``, not by ``closed_call``
0.11.0 ``top_k`` has a parameter for its stability; it was always stable
0.11.0 XLA's CPU compiler has no option ``xla_cpu_use_fusion_emitters``
0.12.0 ``erfc`` has an ``accuracy``
0.12.0 some primitives are objects of a class (``Nonzero``), which expand to simpler primitives
0.12.0 XLA dumps LLVM IR only if ``xla_dump_emitter_re`` matches
0.12.0 the locations of a Mosaic module are in a separate module
====== =======================================================================================

New primitives have rules in ``reference/rules``, like all others.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import jax as _jax
import numpy as np
from jaxlib.mlir import ir as _ir

jax: Any = _jax
ir: Any = _ir
lax: Any = jax.lax

_T = TypeVar("_T")

# ---- equations

_TREES = ("ft_in", "ft_out")
_RENAMED = {"eval_jaxpr": "closed_call"}
_QUOTED = re.compile(r"'[^']*'")
_MARK = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|[()\[\]{},]""")
"""Matches a bracket, a comma, or a whole string, because brackets and commas in strings have no meaning."""
_FILE = re.compile(r'"((?:[^"\\]|\\.)*)":(\d+):(\d+)')

_OPERAND_TYPES = frozenset({"x_aval", "x1_aval", "x2_aval"})
"""Parameters that repeat the types of an equation's operands."""
RAW_PARAMETERS = frozenset({*_TREES, *_OPERAND_TYPES})
"""Parameters of a printed equation that are read as text, up to their closing bracket."""


def equation_of(primitive: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return an equation's name and parameters in the form that the rest of the front end uses.

    Args:
        primitive: the name in the installed release, or in the release that printed a text.
        parameters: the parameters by name; in a printed equation, the trees of ``scan`` are text.

    Raises:
        ValueError: if the trees of a scan have unknown parts.
    """
    given = dict(parameters)
    if primitive == "scan" and "ft_in" in given:
        counts = _leaf_counts(given.pop("ft_in"))
        given.pop("ft_out", None)
        if len(counts) != 3:
            raise ValueError(f"a scan whose operands have {len(counts)} parts, not constants, carry and columns")
        given["num_consts"], given["num_carry"] = counts[:2]
    for name in _OPERAND_TYPES & given.keys():
        del given[name]
    return _RENAMED.get(primitive, primitive), given


def expansion_of(equation: Any) -> Any:
    """Return the closed jaxpr that expands a live equation's primitive if that is an object; otherwise None.

    The expansion is JAX's own, and older releases bind it in place of such a primitive.
    """
    expand = getattr(equation.params.get("_prim"), "expand", None)
    if expand is None:
        return None
    return jax.make_jaxpr(expand)(*(jax.ShapeDtypeStruct(each.aval.shape, each.aval.dtype) for each in equation.invars))


_OBJECTS: Mapping[str, Callable[[Any], Any]] = {
    "Frexp": lambda x: jax.numpy.frexp(x),
    "Ldexp": lambda x: jax.numpy.ldexp(x, 1),
    "Nonzero": lambda x: jax.numpy.nonzero(x, size=1),
    "SearchSorted": lambda x: jax.numpy.searchsorted(x, x),
}
"""Primitives that are objects of a class in newer releases, each with a function that binds it."""


@functools.cache
def object_class(primitive: str) -> Any:
    """Return the class of a primitive that is an object in the installed JAX; None for any other.

    The class is called with the operands' types and the parameters. The object is called with the operands.
    """
    if primitive not in _OBJECTS:
        return None
    with jax.disable_jit():
        equations = jax.make_jaxpr(_OBJECTS[primitive])(np.zeros(2, np.float32)).eqns
    found: list[Any] = [each.params["_prim"].__class__ for each in equations if "_prim" in each.params]
    return next((each for each in found if each.__name__ == primitive), None)


def _leaf_counts(tree: Any) -> list[int]:
    """Return the number of leaves in each part of a tree, live or printed."""
    if not isinstance(tree, str):
        return [len(part) for part in tree.unpack()]
    if tree.startswith("Pytree("):  # the tree of Python containers is printed separately from its leaves
        return [part.count("*") for part in _parts(_shape_of(tree))]
    return [_printed_leaves(part) for part in _parts(tree)]


def _printed_leaves(text: str) -> int:
    """Return the number of leaves in a printed tree.

    Raises:
        ValueError: if it is printed in an unknown form.
    """
    text = text.strip()
    if text.startswith("Static("):
        return 0
    if text.startswith("RightsOnly("):  # the kept leaves of a filtered tree are on the right
        return text.count("Right(")
    if text.startswith("Pytree("):
        return _shape_of(text).count("*")
    if text.startswith("("):
        return sum(map(_printed_leaves, _parts(text)))
    if text.startswith("{"):
        return sum(_printed_leaves(_QUOTED.sub("", part).partition(":")[2]) for part in _parts(text))
    if text != "None":
        raise ValueError(f"a scan whose operands are divided by {text[:40]!r}")
    return 1


def _shape_of(pytree: str) -> str:
    """Return the structure in a printed ``Pytree``, in which each leaf is printed as a star."""
    return _QUOTED.sub("", pytree.partition("tree=PyTreeDef(")[2].removesuffix("))"))


def _parts(text: str) -> list[str]:
    """Return the elements of a printed tuple, list or dictionary."""
    inner = text.strip()[1:-1]
    found, depth, start = list[str](), 0, 0
    for mark in _MARK.finditer(inner):
        depth += (mark[0] in "([{") - (mark[0] in ")]}")
        if mark[0] == "," and depth == 0:
            found.append(inner[start : mark.start()])
            start = mark.end()
    return [each for each in (*found, inner[start:]) if each.strip()]


def _top_of(x: Any) -> Any:
    return lax.top_k(x, 1)


_ADDED: Mapping[str, tuple[Callable[[Any], Any], Mapping[str, Any]]] = {
    "erfc": (lax.erfc, {"accuracy": None}),
    "top_k": (_top_of, {"is_stable": True}),
}
"""Primitives with more parameters in newer releases.

Each value is a function that binds the primitive, and the values that older releases imply.
"""


def bound_parameters(primitive: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return a text's parameters, from any release, in the form that the installed JAX binds.

    Raises:
        ValueError: if the text needs a feature that the installed JAX lacks.
    """
    given = dict(parameters)
    added: Mapping[str, Any] = _ADDED[primitive][1] if primitive in _ADDED else {}
    for name, usual in added.items():
        if name in _parameters_here(primitive):
            given.setdefault(name, usual)
        elif given.pop(name, usual) != usual:
            raise ValueError(f"{primitive} with {name}={parameters[name]} needs a newer JAX")
    return given


@functools.cache
def _parameters_here(primitive: str) -> frozenset[str]:
    bind, _ = _ADDED[primitive]
    (equation,) = jax.make_jaxpr(bind)(np.zeros(2, np.float32)).eqns
    return frozenset(equation.params)


@functools.lru_cache(256)
def scan_division(constants: int, carry: int, columns: int, results: int) -> Mapping[str, Any]:
    """Return the parameters by which the installed JAX's ``scan`` divides its operands and results.

    Args:
        constants: the number of operands that every step takes.
        carry: the number of operands that one step passes to the next.
        columns: the number of operands of which each step takes one element.
        results: the number of results of each step, besides the carry.
    """
    shared = [np.float32(0)] * constants

    def probe(fixed: Sequence[Any], state: Sequence[Any], rows: Sequence[Any]) -> Any:
        def step(now: Sequence[Any], row: Sequence[Any]) -> Any:
            total = sum((*fixed, *row), np.float32(0))  # every constant and row is used, and none is returned unchanged
            return [each * 2 + total for each in now], [total + number for number in range(1, results + 1)]

        return lax.scan(step, state, rows, length=1)

    given = shared, [np.float32(0)] * carry, [np.zeros(1, np.float32)] * columns
    *_, equation = jax.make_jaxpr(probe)(*given).eqns
    names = ("num_consts", "num_carry") if "num_consts" in equation.params else _TREES
    return {name: equation.params[name] for name in names}


# ---- compiling

_OPTIONAL = frozenset({"xla_cpu_use_fusion_emitters", "xla_dump_emitter_re"})
"""Options that some releases of XLA lack. They are left out for those releases.

``xla_cpu_use_fusion_emitters`` only saves time. Releases without ``xla_dump_emitter_re`` always dump LLVM IR.
"""
_unknown: set[str] = set()


def compiled(compile_with: Callable[[dict[str, Any]], _T], options: Mapping[str, Any]) -> _T:
    """Return the result of a compilation with options, without optional ones that the installed XLA lacks.

    Args:
        compile_with: compiles with given options; it is called again without an option that XLA lacks.
        options: the options by name.

    Raises:
        Exception: any exception of the compilation, including that for an unknown option that is not optional.
    """
    while True:
        try:
            return compile_with({name: value for name, value in options.items() if name not in _unknown})
        except Exception as error:
            found = re.search(r"No such compile option: '(\w+)'", str(error))
            if not found or found[1] not in _OPTIONAL - _unknown:
                raise
            _unknown.add(found[1])


# ---- Pallas kernels


def place_locations(kernel: Any, apart: Any) -> None:
    """Set the locations of a Mosaic module's operations, which JAX stores separately.

    Args:
        kernel: the module.
        apart: a module of the same context. Its attribute ``tpu.locs`` has a location for each operation of the kernel
            in their order, outer ones first; after an operation come the arguments of its blocks.
    """
    # Locations are read as text, since JAX 0.12.0's MLIR binding cannot return an attribute that is a location.
    locations = iter(_parts(str(apart.operation.attributes["tpu.locs"])))

    def place(operation: Any) -> None:
        files = [
            ir.Location.file(file, int(line), int(column)) for file, line, column in _FILE.findall(next(locations))
        ]
        operation.location = ir.Location.fused(files) if files else ir.Location.unknown()
        for region in operation.regions:
            for block in region.blocks:
                for _ in block.arguments:
                    next(locations)
                for inner in block.operations:
                    place(inner.operation)

    place(kernel.operation)
