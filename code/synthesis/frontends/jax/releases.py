"""What differs between JAX's releases: the one place that knows.

Each difference is told by what the installed JAX has, not by its number. The rest of the front end knows one form of
everything, that of JAX 0.10.2. ``tests/frontends/test_jax_releases.py`` has a test for each entry.

====== =======================================================================================
since  what changed
====== =======================================================================================
0.11.0 ``scan`` says how its operands divide by two trees (``ft_in``, ``ft_out``), not by two counts
0.11.0 a function called in place is bound by ``eval_jaxpr``, not by ``closed_call``
0.11.0 ``top_k`` says whether it is stable, which it always was
0.11.0 XLA's CPU compiler has no option ``xla_cpu_use_fusion_emitters``
0.12.0 ``erfc`` has an ``accuracy``
0.12.0 some primitives are objects of a class (``Nonzero``), which know what they are in simpler ones
0.12.0 XLA dumps LLVM IR only where ``xla_dump_emitter_re`` asks for it
0.12.0 the locations of a Mosaic module are in a module of their own
====== =======================================================================================

New primitives have rules in ``reference/rules``, as all others.
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
"""A bracket or a comma, or a string, in which these mean nothing."""
_FILE = re.compile(r'"((?:[^"\\]|\\.)*)":(\d+):(\d+)')

_OPERAND_TYPES = frozenset({"x_aval", "x1_aval", "x2_aval"})
"""Parameters that repeat the types of an equation's operands."""
RAW_PARAMETERS = frozenset({*_TREES, *_OPERAND_TYPES})
"""Parameters of a printed equation that are read as text, up to the bracket that closes them."""


def equation_of(primitive: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name and parameters of an equation as the rest of the front end knows them.

    Args:
        primitive: the name in this release, or in the one that printed a text.
        parameters: by name; of a printed equation the trees of ``scan`` are text.

    Raises:
        ValueError: if the trees of a scan have other parts than are known.
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
    """The closed jaxpr of what a live equation computes in simpler primitives, if its primitive is an object; or None.

    It is JAX's own: what older releases bind in the place of such a primitive.
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
"""Primitives that are objects of a class in newer releases: a function that binds one."""


@functools.cache
def object_class(primitive: str) -> Any:
    """The class of a primitive that is an object in this JAX; None for any other.

    It is called with the types of the operands and the parameters; what it makes is called with the operands.
    """
    if primitive not in _OBJECTS:
        return None
    with jax.disable_jit():
        equations = jax.make_jaxpr(_OBJECTS[primitive])(np.zeros(2, np.float32)).eqns
    found: list[Any] = [each.params["_prim"].__class__ for each in equations if "_prim" in each.params]
    return next((each for each in found if each.__name__ == primitive), None)


def _leaf_counts(tree: Any) -> list[int]:
    """The number of leaves in each part of a tree, live or printed."""
    if not isinstance(tree, str):
        return [len(part) for part in tree.unpack()]
    if tree.startswith("Pytree("):  # the tree of Python containers is printed apart from its leaves
        return [part.count("*") for part in _parts(_shape_of(tree))]
    return [_printed_leaves(part) for part in _parts(tree)]


def _printed_leaves(text: str) -> int:
    """The number of leaves in a printed tree.

    Raises:
        ValueError: if it is printed in a form that is not known.
    """
    text = text.strip()
    if text.startswith("Static("):
        return 0
    if text.startswith("RightsOnly("):  # of a filtered tree those leaves that are kept are on the right
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
    """The tree of a printed ``Pytree``, in which a leaf is a star."""
    return _QUOTED.sub("", pytree.partition("tree=PyTreeDef(")[2].removesuffix("))"))


def _parts(text: str) -> list[str]:
    """The elements of a printed tuple, list or dictionary."""
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
"""Primitives that have more parameters in newer releases: a function that binds one, and the values that older releases
have without saying so."""


def bound_parameters(primitive: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a text of any release as this JAX binds them.

    Raises:
        ValueError: if the text asks for what this JAX does not have.
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
    """The parameters that tell this JAX's ``scan`` which of its operands and results are what.

    Args:
        constants: operands that every step is given.
        carry: operands that one step hands to the next.
        columns: operands of which each step is given an element.
        results: of each step, besides the carry.
    """
    shared = [np.float32(0)] * constants

    def probe(fixed: Sequence[Any], state: Sequence[Any], rows: Sequence[Any]) -> Any:
        def step(now: Sequence[Any], row: Sequence[Any]) -> Any:
            total = sum((*fixed, *row), np.float32(0))  # every constant and row is read, and none handed on as it is
            return [each * 2 + total for each in now], [total + number for number in range(1, results + 1)]

        return lax.scan(step, state, rows, length=1)

    given = shared, [np.float32(0)] * carry, [np.zeros(1, np.float32)] * columns
    *_, equation = jax.make_jaxpr(probe)(*given).eqns
    names = ("num_consts", "num_carry") if "num_consts" in equation.params else _TREES
    return {name: equation.params[name] for name in names}


# ---- compiling

_OPTIONAL = frozenset({"xla_cpu_use_fusion_emitters", "xla_dump_emitter_re"})
"""Options that not every XLA has, and that are left out where it does not: one saves time, without the other older
releases dump LLVM IR too."""
_unknown: set[str] = set()


def compiled(compile_with: Callable[[dict[str, Any]], _T], options: Mapping[str, Any]) -> _T:
    """What XLA makes with options, less those optional ones that it does not know.

    Args:
        compile_with: compiles with options; it is called again without an option that XLA does not know.
        options: by name.

    Raises:
        Exception: whatever compiling raises, an unknown option that is not optional included.
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
    """Give the operations of a Mosaic module the locations that JAX keeps apart from it.

    Args:
        kernel: the module.
        apart: a module of the same context, whose attribute ``tpu.locs`` has a location for each operation of the
            kernel in the order in which they stand, outer ones first; after an operation come the arguments of its
            blocks.
    """
    # As text: JAX 0.12.0's binding of MLIR cannot hand over an attribute that is a location.
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
