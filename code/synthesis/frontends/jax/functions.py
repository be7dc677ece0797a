"""Live JAX functions: the function inside a wrapper, its arguments and results, and its derivatives as functions."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import jax as _jax
import numpy as np

from synthesis.core.signatures import Argument
from synthesis.frontends.jax.options import DEFAULTS

jax: Any = _jax

_KEYS = ("threefry2x32", "rbg", "unsafe_rbg")

# The attributes in which wrappers keep the wrapped function: jit and custom_vjp, custom_jvp, partial, bound methods.
_WRAPPING = ("__wrapped__", "fun", "func", "__func__")
_OTHER_COMPILERS = frozenset(("cupy", "numba", "taichi", "triton", "warp"))
"""Packages whose kernels are callable objects with a Python function inside that JAX cannot trace."""
MADE_BY_JAX: tuple[Any, ...] = (jax.jit(abs).__class__, jax.custom_jvp, jax.custom_vjp)
"""Types of the objects that JAX makes from functions."""


class OfArrays:
    """A function whose arguments are only arrays, with names that Python parameters cannot have."""

    names: Sequence[str]


class NotDifferentiableError(Exception):
    """An error for a function without a VJP or JVP: no float argument, no float result, or no rule."""


def start_afresh() -> None:
    """Clear JAX's caches, so that the next function is traced as in a new process.

    A cached inner function would have the line numbers of the function for which it was first traced. Clearing the
    caches before each of a thousand small functions has no measurable cost.
    """
    jax.clear_caches()


def function_behind(obj: Any) -> FunctionType | None:
    """Return the plain Python function inside ``jax.jit``, ``custom_jvp`` and the like; None if there is none."""
    seen = 0
    while not isinstance(obj, FunctionType):
        inner = next((getattr(obj, name) for name in _WRAPPING if hasattr(obj, name)), None)
        seen += 1
        if inner is None or seen > 10:
            return None
        obj = inner
    wrapped = getattr(obj, "__wrapped__", None) or gradient_giver(obj)
    return function_behind(wrapped) if wrapped is not None else obj


def gradient_giver(function: Any) -> Any:
    """Return what ``jax.custom_gradient`` was given, if a function is inside of what it returned; otherwise None."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_qualname != "custom_gradient.<locals>.wrapped_fun":
        return None
    return function.__closure__[code.co_freevars.index("fun")].cell_contents


def inside(obj: Any) -> Iterator[Any]:
    """Yield the objects that a function wraps, from the outermost to the innermost."""
    for _ in range(10):
        obj = next((getattr(obj, name) for name in _WRAPPING if hasattr(obj, name)), None)
        if obj is None:
            return
        yield obj


def why_empty(arguments: Sequence[Argument]) -> str:
    """Return why functions of these arguments are no rows, if one of them has no elements; empty otherwise."""
    return next((f"its argument {each.name} has no elements" for each in arguments if 0 in (each.shape or ())), "")


def weak_array(value: Any) -> str | None:
    """Return the expression of equal numbers whose type is weak in promotion, such as ``jnp.array(0.5)``; else None.

    With a ``dtype``, the array would have another type, and operations with it other results.
    """
    if not is_array(value) or not getattr(value, "weak_type", False) or not value.size:
        return None
    array = np.asarray(value)
    number = array.flat[0].item()
    usual = jax.dtypes.canonicalize_dtype(type(number)) == array.dtype
    if not usual or not np.isfinite(array).all() or (array != number).any():
        return None
    return f"jnp.full({array.shape!r}, {number!r})" if array.shape else f"jnp.array({number!r})"


def is_array(obj: object) -> bool:
    """Return whether an object is a JAX array."""
    return isinstance(obj, jax.Array)


def is_of_another_tool(function: FunctionType, holder: Any) -> bool:
    """Return whether a function is inside an object of another tool, such as a kernel of Triton or Warp.

    Args:
        function: the function.
        holder: the object to look into.
    """
    while holder is not None and holder is not function:
        if is_traceable(holder):
            return False
        holder = getattr(holder, "fn", None) or getattr(holder, "func", None)
    return holder is function


def is_traceable(obj: object) -> bool:
    """Return whether an object is a function that JAX may be able to trace."""
    if not callable(obj) or isinstance(obj, type) or type(obj).__module__.partition(".")[0] in _OTHER_COMPILERS:
        return False
    return function_behind(obj) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One array of a function's flattened arguments or results."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def is_float(self) -> bool:
        """Whether gradients flow through it."""
        return self.dtype.startswith(("float", "bfloat"))


@contextlib.contextmanager
def settings(options: Mapping[str, Any]) -> Generator[None]:
    """Set JAX's options to recorded ones inside a context, so that texts do not depend on the process.

    Raises:
        ValueError: for an option that is not in ``DEFAULTS``.
    """
    unknown = sorted(options.keys() - DEFAULTS.keys())
    if unknown:
        raise ValueError(f"no option of a JAX function: {unknown[0]!r}; allowed: {', '.join(DEFAULTS)}")
    with contextlib.ExitStack() as stack:
        for name, value in {**DEFAULTS, **options, "debug_nans": False, "disable_jit": False}.items():
            stack.enter_context(getattr(jax, name)(value))
        stack.enter_context(_without_colour())
        yield


@contextlib.contextmanager
def _without_colour() -> Generator[None]:
    """Prevent JAX from printing escape codes inside the block.

    On a terminal, JAX colours the jaxprs that are parameters of equations.
    """
    before = jax.config.jax_pprint_use_color
    jax.config.update("jax_pprint_use_color", False)
    try:
        yield
    finally:
        jax.config.update("jax_pprint_use_color", before)


def current_options() -> dict[str, Any]:
    """Return the options of a live function, which are those of the process, as JSON values."""
    found = {name: getattr(jax.config, f"jax_{name}") for name in DEFAULTS}
    return {name: str(value) if isinstance(value, str) else value for name, value in found.items()}


def abstract(example_args: Sequence[Any]) -> tuple[Any, ...]:
    """Return example arguments with arrays replaced by shapes and dtypes; Python numbers are unchanged."""
    return tuple(jax.tree.map(_abstract_leaf, tuple(example_args)))


def _abstract_leaf(leaf: Any) -> Any:
    if isinstance(leaf, jax.ShapeDtypeStruct) or not hasattr(leaf, "dtype"):
        return leaf
    return jax.ShapeDtypeStruct(leaf.shape, leaf.dtype)


def signature_of(function: Any) -> inspect.Signature:
    """Return a function's signature; for the result of ``jax.custom_gradient``, that of the function inside.

    Raises:
        TypeError: if the object has no signature.
        ValueError: if its signature is not known.
    """
    return inspect.signature(gradient_giver(inspect.unwrap(function)) or function)


def parameters_of(function: Any) -> list[str]:
    """Return the names of a function's positional parameters, if known; for ``OfArrays``, those of its arrays."""
    if isinstance(function, OfArrays):
        return list(function.names)
    try:
        parameters = signature_of(function).parameters.values()
    except (TypeError, ValueError):
        return []
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [parameter.name for parameter in parameters if parameter.kind in positional]


def equations_of(function: Any, example_args: Sequence[Any]) -> Sequence[Any]:
    """Return the equations of a function's jaxpr.

    Raises:
        Exception: any exception that the function raises when it is traced.
    """
    return jax.make_jaxpr(function)(*example_args).eqns


def has_primitive(jaxpr: Any, name: str) -> bool:
    """Return whether a jaxpr, closed or not, or a function that it calls, has an equation of a primitive."""
    inner = getattr(jaxpr, "jaxpr", jaxpr)
    return any(
        each.primitive.name == name or any(has_primitive(part, name) for part in _jaxprs_in(each.params.values()))
        for each in inner.eqns
    )


def _jaxprs_in(values: Iterable[Any]) -> Iterator[Any]:
    for each in values:
        if isinstance(each, tuple | list):
            yield from _jaxprs_in(each)  # pyright: ignore[reportUnknownArgumentType]
        elif hasattr(getattr(each, "jaxpr", each), "eqns"):
            yield each


def argument_leaves(function: Any, example_args: Sequence[Any]) -> list[Leaf]:
    """Return the flattened arguments, named by their parameters; one inside a pytree is named by its path."""
    positional = parameters_of(function)
    leaves: list[Leaf] = []
    for position, argument in enumerate(example_args):
        name = positional[position] if position < len(positional) else f"arg{position}"
        for path, leaf in jax.tree_util.tree_flatten_with_path(argument)[0]:
            leaves.append(_leaf(name + jax.tree_util.keystr(path), leaf))
    return leaves


def result_leaves(function: Any, example_args: Sequence[Any]) -> list[Leaf]:
    """Return the flattened results, named ``result``, or ``result_0`` and so on.

    Raises:
        Exception: any exception that the function raises when it is traced.
    """
    results = jax.tree.leaves(jax.eval_shape(function, *example_args))
    names = ["result"] if len(results) == 1 else [f"result_{number}" for number in range(len(results))]
    return [_leaf(name, result) for name, result in zip(names, results, strict=True)]


def _leaf(name: str, value: Any) -> Leaf:
    kind = jax.eval_shape(_same, value)
    return Leaf(name=name, dtype=str(kind.dtype), shape=tuple(kind.shape))


def shape_of(dtype: str, shape: tuple[int, ...], *, weak: bool = False) -> Any:
    """Return a shape and dtype in JAX's form.

    Args:
        dtype: NumPy's name, or ``key<fry>`` and the like for random keys.
        shape: the dimensions.
        weak: whether the type is weak in promotion, as that of a Python number.
    """
    kind = _key_types()[dtype] if dtype.startswith("key<") else dtype
    return jax.ShapeDtypeStruct(shape, kind, weak_type=weak)


def keys_of(numbers: Any, implementation: str) -> Any:
    """Return the type of the random keys whose underlying integers have a given type."""
    return jax.eval_shape(functools.partial(jax.random.wrap_key_data, impl=implementation), numbers)


@functools.cache
def _key_types() -> dict[str, Any]:
    """Return the key types, by the names that JAX prints."""
    kinds = [jax.eval_shape(functools.partial(jax.random.key, impl=name), 0).dtype for name in _KEYS]
    return {str(kind): kind for kind in kinds}


def _same(value: Any) -> Any:
    return value


class _Split:
    """A function restricted to its float arguments and results; arguments and results are flattened.

    Raises:
        NotDifferentiableError: if there is no float argument, or no float result.
    """

    def __init__(self, function: Any, example_args: Sequence[Any]) -> None:
        self._function = function
        self.leaves, self._structure = jax.tree.flatten(tuple(example_args))
        arguments = argument_leaves(function, example_args)
        self._results = result_leaves(function, example_args)
        self._moving = [position for position, leaf in enumerate(arguments) if leaf.is_float]
        if not self._moving or not any(leaf.is_float for leaf in self._results):
            raise NotDifferentiableError("no float result" if self._moving else "no float argument")
        self.tangents = _shapes_of(arguments[position] for position in self._moving)
        """The shapes of the float arguments."""
        self.cotangents = _shapes_of(self.floats_of(self._results))
        """The shapes of the float results."""

    def floats(self, values: Sequence[Any]) -> list[Any]:
        """Return the values of the float arguments among those of all arguments."""
        return [values[position] for position in self._moving]

    def floats_of(self, outputs: Sequence[Any]) -> list[Any]:
        """Return the values of the float results among those of all results."""
        return [output for output, leaf in zip(outputs, self._results, strict=True) if leaf.is_float]

    def at(self, values: Sequence[Any]) -> Callable[..., list[Any]]:
        """Return a function from the float arguments to all results, with the other arguments fixed."""

        def of_floats(*floats: Any) -> list[Any]:
            merged = list(values)
            for position, value in zip(self._moving, floats, strict=True):
                merged[position] = value
            return jax.tree.leaves(self._function(*jax.tree.unflatten(self._structure, merged)))

        return of_floats


def _shapes_of(leaves: Iterable[Leaf]) -> tuple[Any, ...]:
    return tuple(jax.ShapeDtypeStruct(leaf.shape, leaf.dtype) for leaf in leaves)


def pullback(function: Any, example_args: Sequence[Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return the vector-Jacobian product as a function, and the arguments with which to trace it.

    It takes the function's flattened arguments, followed by one cotangent for each float result. It returns one
    gradient for each float argument.

    Raises:
        NotDifferentiableError: if there is no float argument, or no float result.
    """
    split = _Split(function, example_args)
    count = len(split.leaves)

    def vjp(*flat: Any) -> Any:
        whole = split.at(flat[:count])

        def float_results(*floats: Any) -> list[Any]:
            return split.floats_of(whole(*floats))

        _, pull = jax.vjp(float_results, *split.floats(flat[:count]))
        return pull(list(flat[count:]))

    return vjp, (*split.leaves, *split.cotangents)


def pushforward(function: Any, example_args: Sequence[Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return the Jacobian-vector product as a function, and the arguments with which to trace it.

    It takes the function's flattened arguments, followed by one tangent for each float argument. It returns the
    flattened results, followed by one tangent for each float result.

    Raises:
        NotDifferentiableError: if there is no float argument, or no float result.
    """
    split = _Split(function, example_args)
    count = len(split.leaves)

    def jvp(*flat: Any) -> Any:
        outputs, moved = jax.jvp(split.at(flat[:count]), split.floats(flat[:count]), list(flat[count:]))
        return [*outputs, *split.floats_of(moved)]

    return jvp, (*split.leaves, *split.tangents)
