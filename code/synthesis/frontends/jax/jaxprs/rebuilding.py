"""Conversion of parsed jaxprs to functions that bind JAX's own primitives, to be traced and lowered by JAX.

JAX infers the type of every value again. A type that differs from the text's is an error.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import jax as _jax
import jax.extend.core.primitives as _primitives
import jax.scipy.linalg as _linalg
import numpy as np

from synthesis.frontends.jax.graphs import Constant, Equation, Graph, Shaped
from synthesis.frontends.jax.jaxprs.parameters import NotRebuiltError, key_type, parameters_of
from synthesis.frontends.jax.releases import bound_parameters, object_class, scan_division

jax: Any = _jax
linalg: Any = _linalg
lax: Any = jax.lax

_CALLS: Mapping[str, str] = {
    "jit": "jaxpr", "closed_call": "call_jaxpr", "remat2": "jaxpr", "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
}  # fmt: skip
"""Primitives that only call the function in one of their parameters."""
_SCATTERS = frozenset({"scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max"})


class TypeMismatchError(Exception):
    """An error for a value whose type differs from the text's, or that the text does not define."""


def function_of(graph: Graph) -> Callable[..., list[Any]]:
    """Return a function that JAX can trace, which takes the graph's inputs and returns a list of its results.

    Raises:
        NotRebuiltError: when it is traced, if the text is incomplete, or contains something unknown.
        TypeMismatchError: when it is traced, if a value is not defined, or its type differs from the text's.
    """
    return lambda *arguments: _Rebuilding().run(graph, arguments)


def argument_types(graph: Graph) -> list[Any]:
    """Return the shapes and scalar types of a graph's inputs in JAX's form."""
    return [_jax_type(each) for each in graph.types]


def _jax_type(kind: Shaped) -> Any:
    dtype = key_type(kind.generator) if kind.dtype is None else kind.dtype
    return jax.ShapeDtypeStruct(kind.shape, dtype)


class _Rebuilding:
    """Evaluates a graph: binds each primitive to the values of its operands, and makes jaxprs from inner graphs."""

    def __init__(self) -> None:
        self._closed: dict[int, Any] = {}
        """The jaxpr of each graph, by its identity. A shared definition is traced once."""
        self._jitted: dict[tuple[int, str], Any] = {}
        """Jitted functions, by their graph and name. A shared one becomes one function of the module."""

    def run(self, graph: Graph, arguments: Sequence[Any]) -> list[Any]:
        if len(graph.constants) != len(graph.values):
            raise NotRebuiltError("captured arrays that the text does not show")
        values: dict[Any, Any] = dict(zip(graph.constants, graph.values, strict=True))
        values.update(zip(graph.inputs, arguments, strict=True))

        def read(atom: Any) -> Any:
            if isinstance(atom, Constant):
                return atom.value[()]
            if atom not in values:
                raise TypeMismatchError(f"{atom} is used before it is defined")
            return values[atom]

        for equation in graph.equations:
            results = self._bound(equation, [read(each) for each in equation.inputs])
            for name, kind, value in zip(equation.outputs, equation.types, results, strict=True):
                _check(equation.primitive, name, kind, value)
                values[name] = value
        return [read(each) for each in graph.outputs]

    def _bound(self, equation: Equation, inputs: list[Any]) -> Sequence[Any]:
        if equation.primitive == "jit":
            return self._function(equation.parameters["jaxpr"], str(equation.parameters.get("name")))(*inputs)
        if equation.primitive in _CALLS:
            return self.run(equation.parameters[_CALLS[equation.primitive]], inputs)
        if equation.primitive == "device_put":
            return _left_in_place(equation, inputs)
        kind = object_class(equation.primitive)
        if kind is not None:
            return self._of_object(kind, equation, inputs)
        primitive = _over_dimensions(equation) or primitives().get(equation.primitive)
        if primitive is None:
            raise NotRebuiltError(f"{equation.primitive} is not a known primitive")
        if equation.primitive == "custom_linear_solve":
            parameters = self._solve_parameters(equation)
        elif equation.primitive == "scan":
            parameters = self._scan_parameters(equation)
        elif equation.primitive in _SCATTERS:
            parameters = self._scatter_parameters(equation)
        else:
            parameters = parameters_of(equation, primitives(), close=self._close)
        try:
            parameters = bound_parameters(equation.primitive, parameters)
        except ValueError as error:
            raise NotRebuiltError(str(error)) from None
        made = _applied(primitive, inputs, parameters)
        return made if primitive.multiple_results else [made]

    def _of_object(self, kind: Any, equation: Equation, inputs: list[Any]) -> Sequence[Any]:
        """Return the results of a primitive that is an object, made by calling its class with the operands' types."""
        parameters = parameters_of(equation, {}, close=self._close)
        try:
            return jax.tree.leaves(kind(*map(jax.typeof, inputs), **parameters)(*inputs))
        except (TypeError, ValueError) as error:
            raise TypeMismatchError(f"{equation.primitive}: {error}") from error

    def _function(self, graph: Graph, name: str) -> Any:
        """Return a graph as a jitted function with a name, which JAX lowers to a function of the module."""
        known = self._jitted.get((id(graph), name))
        if known is None:

            def jitted(*arguments: Any) -> list[Any]:
                return self.run(graph, arguments)

            jitted.__name__ = jitted.__qualname__ = name
            known = self._jitted[id(graph), name] = jax.jit(jitted)
        return known

    def _close(self, graph: Any) -> Any:
        if not isinstance(graph, Graph):
            raise NotRebuiltError(f"{str(graph)[:60]} in the place of a function")
        known = self._closed.get(id(graph))
        if known is None:
            known = self._closed[id(graph)] = jax.make_jaxpr(partial(self._run, graph))(*argument_types(graph))
        return known

    def _run(self, graph: Graph, *arguments: Any) -> list[Any]:
        return self.run(graph, arguments)

    def _scatter_parameters(self, equation: Equation) -> dict[str, Any]:
        """Return a scatter's parameters.

        The parameter ``update_jaxpr`` is the graph that combines two elements; the lowering inlines it. It is None if
        updates replace elements.
        """
        printed = equation.parameters["update_jaxpr"]
        update = None if printed is None else self._close(printed).jaxpr
        rest = {name: value for name, value in equation.parameters.items() if name != "update_jaxpr"}
        bare = Equation(equation.primitive, rest, (), equation.outputs, equation.types)
        return {**parameters_of(bare, {}, close=self._close), "update_jaxpr": update}

    def _scan_parameters(self, equation: Equation) -> dict[str, Any]:
        """Return the parameters of a scan.

        They include the division of its operands into constants, carry and inputs, as the installed JAX expects it.
        """
        parameters = dict(equation.parameters)
        constants, carry = parameters.pop("num_consts"), parameters.pop("num_carry")
        columns, results = len(equation.inputs) - constants - carry, len(equation.outputs) - carry
        if min(constants, carry, columns, results) < 0:
            raise TypeMismatchError(f"scan does not take {len(equation.inputs)} operands")
        bare = Equation(equation.primitive, parameters, (), equation.outputs, equation.types)
        return {
            **parameters_of(bare, {}, close=self._close),
            **scan_division(constants, carry, columns, results),
        }

    def _solve_parameters(self, equation: Equation) -> dict[str, Any]:
        lengths, functions = equation.parameters["const_lengths"], equation.parameters["jaxprs"]
        if not isinstance(lengths, SimpleNamespace) or not isinstance(functions, SimpleNamespace):
            raise NotRebuiltError("custom_linear_solve without its functions")
        kind = _solve_tuple()
        closed = {name: None if graph is None else self._close(graph) for name, graph in vars(functions).items()}
        return {"const_lengths": kind(**vars(lengths)), "jaxprs": kind(**closed)}


def _applied(primitive: Any, inputs: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    """Return the results of a primitive.

    Raises:
        TypeMismatchError: if the number of operands is wrong.
    """
    try:
        return primitive.bind(*inputs, **parameters)
    except TypeError as error:
        if "positional argument" not in str(error):
            raise
        raise TypeMismatchError(f"{primitive.name} does not take {len(inputs)} operands") from error


def _check(primitive: str, name: str, kind: Shaped, value: Any) -> None:
    shape, dtype = tuple(np.shape(value)), value.dtype
    expected = key_type(kind.generator) if kind.dtype is None else kind.dtype
    if shape != kind.shape or dtype != expected:
        raise TypeMismatchError(f"{name} is {expected}{list(kind.shape)}, but {primitive} gives {dtype}{list(shape)}")


def _left_in_place(equation: Equation, inputs: list[Any]) -> list[Any]:
    """Return the operands of a ``device_put`` that names no device, which moves nothing.

    Raises:
        NotRebuiltError: if it names a device, or gives an operand's memory away.
    """
    parameters, nowhere = equation.parameters, (None,) * len(inputs)
    kept = all(each in _COPIES for each in parameters.get("copy_semantics", ()))
    if parameters.get("devices") != nowhere or parameters.get("srcs") != nowhere or not kept:
        raise NotRebuiltError("device_put between devices")
    return inputs


# ---- the closed table of primitives

_COPIES = frozenset({"ArrayCopySemantics.REUSE_INPUT", "ArrayCopySemantics.ALWAYS_COPY"})
"""The copy semantics of a ``device_put`` that leave its operand valid and unchanged."""

_LEFT_OUT = frozenset({
    "after_all", "all_gather", "all_to_all", "axis_index", "call", "create_token", "custom_lin", "device_put", "get",
    "pmax", "pmin", "ppermute", "psum", "ragged_all_to_all", "rng_bit_generator", "rng_uniform",
    "sharding_constraint", "swap", *_CALLS,
})  # fmt: skip


def _over_dimensions(equation: Equation) -> Any:
    """Return the primitive of a collective reduction over array dimensions; None for any other equation.

    ``jax.vmap`` turns a reduction over a named axis into one over dimensions, given by number.
    """
    axes = equation.parameters.get("axes")
    if equation.primitive not in ("pmax", "pmin", "psum") or not isinstance(axes, tuple):
        return None
    every: tuple[Any, ...] = axes  # pyright: ignore[reportUnknownVariableType]
    if not every or not all(isinstance(each, int) for each in every):
        return None
    return getattr(_primitives, f"{equation.primitive}_p")


@functools.cache
def primitives() -> Mapping[str, Any]:
    """Return JAX's primitives that a text may contain, by name."""
    public: Any = _primitives
    found = [getattr(public, name) for name in dir(public) if name.endswith("_p")]
    found += [getattr(place, name) for place in (lax, lax.linalg) for name in dir(place) if name.endswith("_p")]
    found += [each.primitive for probe in _PROBES for each in jax.make_jaxpr(probe)().eqns]
    return {each.name: each for each in found if each.name not in _LEFT_OUT}


def _pass_keys() -> Any:
    key = jax.random.wrap_key_data(np.zeros(2, np.uint32), impl="threefry2x32")
    return jax.random.key_data(jax.random.clone(key))


def _ask_platform() -> Any:
    return lax.platform_dependent(np.float32(0), cpu=_same, default=_same)


def _name_rows() -> Any:
    return lax.linalg.lu_pivots_to_permutation(np.zeros(2, np.int32), 2)


def _leave_empty() -> Any:
    return lax.empty((2,), np.float32)


def _multiply_groups() -> Any:
    return lax.ragged_dot(np.zeros((1, 1), np.float32), np.zeros((1, 1, 1), np.float32), np.ones(1, np.int32))


def _solve() -> Any:
    return lax.custom_linear_solve(_same, np.zeros(2, np.float32), _second)


def _same(x: Any) -> Any:
    return x


def _second(_: Any, x: Any) -> Any:
    return x


def _reflect() -> Any:
    multiply = getattr(linalg, "qr_multiply", None)
    return None if multiply is None else multiply(np.zeros((2, 2), np.float32), np.zeros((2, 2), np.float32))


def _scale() -> Any:
    multiply = getattr(lax, "scaled_dot", None)
    return None if multiply is None else multiply(np.zeros((2, 2), np.float32), np.zeros((2, 2), np.float32))


_PROBES = (_pass_keys, _ask_platform, _name_rows, _leave_empty, _multiply_groups, _reflect, _scale)
"""Functions that bind primitives which no public module has."""


@functools.cache
def _solve_tuple() -> Any:
    """Return the class of the parameters of ``custom_linear_solve``."""
    (equation,) = jax.make_jaxpr(_solve)().eqns
    return equation.params["const_lengths"].__class__
