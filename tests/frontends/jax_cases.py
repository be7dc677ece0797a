"""Calls of each of JAX's primitives that the oracle has a rule for: of every type it takes, random values and edges."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax as _jax
import jax.ad_checkpoint as _checkpoints
import jax.extend.core.primitives as _primitives
import ml_dtypes
import numpy as np
import pytest

from synthesis.core.formats import is_exact

jax: Any = _jax
primitives: Any = _primitives
jnp: Any = jax.numpy
checkpoints: Any = _checkpoints
lax: Any = jax.lax
linalg: Any = lax.linalg

FLOATS = (np.float16, ml_dtypes.bfloat16, np.float32)
INTS = (np.int8, np.int16, np.int32, np.uint8, np.uint32)
NARROW = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3b11fnuz", "int4", "uint4")
"""Types of at most 8 bits that NumPy does not have."""
WIDE = (np.float64, np.int64, np.uint64)
"""Types that JAX has only where it is told so."""
NUMBERS = (*INTS, *FLOATS)
KINDS = (np.bool_, *NUMBERS, np.complex64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One function of arrays that binds a primitive, and what it is called with."""

    function: Callable[..., Any]
    inputs: tuple[Any, ...]
    slack: float = 1.0
    """How many times the usual rounding it may be off: a function that is approximated, or a long sum."""
    tiny: float = 0.0
    """What it may be off in any case: results that are differences of larger numbers."""


CASES: dict[str, Callable[[Any], list[Case]]] = {}
"""By the primitive's name: its cases, of the types given."""


def cases(*names: str) -> Callable[[Callable[[str, Any], Iterator[Case]]], None]:
    """Register the cases of some primitives: a generator of them, from a name and types."""

    def register(make: Callable[[str, Any], Iterator[Case]]) -> None:
        CASES.update({name: partial(_listed, make, name) for name in names})

    return register


def _listed(make: Callable[[str, Any], Iterator[Case]], name: str, kinds: Any) -> list[Case]:
    return list(make(name, kinds))


NEWER = ("geqrf", "log2", "mulhi", "one_minus_square", "ormqr", "polynomial", "scaled_dot")
"""Primitives that the oldest supported JAX does not have."""


def is_there(name: str) -> bool:
    return name not in NEWER or any(hasattr(place, name.replace("geqrf", "ormqr")) for place in (lax, linalg))


def skip_if_missing(name: str) -> None:
    if not is_there(name):
        pytest.skip(f"JAX {jax.__version__} has no {name}")


def taken(function: Callable[..., Any], *inputs: Any) -> bool:
    """Whether JAX takes inputs of these types."""
    try:
        jax.eval_shape(function, *inputs)
    except (TypeError, NotImplementedError, ValueError, AssertionError):
        return False
    return True


def some(kind: Any, shape: Any = (4, 3), low: float = -3, high: float = 3, seed: int = 0) -> Any:
    """Random numbers of a type; whole ones where it is of those."""
    rng: Any = np.random.default_rng(seed)
    kind = np.dtype(kind)
    if kind.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if kind.kind in "iu":
        return rng.integers(max(int(low), 0) if kind.kind == "u" else int(low), int(high) + 3, shape).astype(kind)
    made = rng.uniform(low, high, shape)
    if kind.kind == "c":
        return (made + 1j * rng.uniform(low, high, shape)).astype(kind)
    return made.astype(kind)


def edges(kind: Any) -> Any:
    """The values of a type where functions turn: zeros, ones, halves, limits, infinities, and what is no number."""
    kind = np.dtype(kind)
    if kind.kind == "b":
        return np.array([False, True])
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        around = (
            0,
            1,
            2,
            3,
            7,
            8,
            9,
            15,
            16,
            31,
            32,
            33,
            -1,
            -2,
            limits.max,
            limits.max - 1,
            limits.min,
            limits.min + 1,
        )
        return np.array([each for each in around if limits.min <= each <= limits.max], kind)
    if kind.kind == "c":
        return np.array([0, 1, -1, 1j, 0.5 - 2j], kind)
    limits: Any = jnp.finfo(kind)
    below_half = np.nextafter(kind.type(0.5), kind.type(0))
    odd = 2.0 ** (limits.nmant) + 1
    plain = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.0, -2.0, 2.5, 3.0, -10.0, 20.0, odd, -odd, np.inf, -np.inf, np.nan]
    own = [below_half, limits.max, limits.min, limits.tiny, limits.eps]
    return np.concatenate([np.array(plain).astype(kind), np.array(own, kind)])


def step_of(kind: Any) -> float:
    """From one to the next number of a type; zero for whole ones."""
    return 0.0 if is_exact(np.dtype(kind)) else float(jnp.finfo(kind).eps)


# ---- element by element


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Where a function of numbers is asked: random values of a range, and edges that a condition holds for."""

    low: float = -3
    high: float = 3
    edge: Callable[..., Any] = lambda *values: np.ones(np.shape(values[0]), bool)
    slack: float = 1.0
    tiny: float = 0.0


def bound(name: str) -> Callable[..., Any]:
    """A function that binds a primitive without parameters."""
    primitive = next(each for each in map(partial(getattr, primitives), dir(primitives))
                     if getattr(each, "name", None) == name)  # fmt: skip
    return primitive.bind


def real_only(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that takes no complex numbers, though JAX traces it with some: XLA does not compile it."""

    def refusing(*values: Any) -> Any:
        if any(jnp.iscomplexobj(each) for each in values):
            raise TypeError
        return function(*values)

    return refusing


_SPELT: dict[str, Any] = {
    "and": lax.bitwise_and, "or": lax.bitwise_or, "xor": lax.bitwise_xor, "not": lax.bitwise_not,
    "add_any": bound("add_any"), "copy": bound("copy"), "stop_gradient": bound("stop_gradient"),
    "regularized_incomplete_beta": lax.betainc, "device_put": jax.device_put,
    "eq_to": real_only(bound("eq_to")), "le_to": bound("le_to"), "lt_to": bound("lt_to"),
    "optimization_barrier": lax.optimization_barrier,
}  # fmt: skip


def _moderate(*values: Any) -> Any:
    return np.all([np.abs(each) < 100 for each in values], axis=0)


def _of_numbers(*values: Any) -> Any:
    """No complex zeros: a power of zero is its own affair."""
    return values[0] != 0 if values[0].dtype.kind == "c" else np.ones(values[0].shape, bool)


def _between(*values: Any) -> Any:
    return np.all([(each >= 0.5) & (each <= 20) for each in values], axis=0)


def _above_one(*values: Any) -> Any:
    return _between(*values) & (values[0] > 1)


def _whole_order(*values: Any) -> Any:
    return _between(*values) & (values[0] < 4)


def _fractions(*values: Any) -> Any:
    return _between(*values[:2]) & (values[2] >= 0) & (values[2] <= 1)


def _not_zero(*values: Any) -> Any:
    """Not the pole at zero, where JAX 0.10 has NaN and later releases have an infinity: docs/findings/102."""
    return values[0] != 0


DOMAINS: dict[str, Domain] = {
    **dict.fromkeys(("sin", "cos", "tan"), Domain(low=-9, high=9, edge=_moderate, tiny=1e-7)),
    **dict.fromkeys(("sinh", "cosh", "exp", "exp2", "expm1"), Domain(low=-5, high=5)),
    **dict.fromkeys(("acos", "asin", "atanh", "erf_inv"), Domain(low=-0.9, high=0.9)),
    "acosh": Domain(low=1, high=9),
    **dict.fromkeys(("log", "log2", "sqrt", "rsqrt"), Domain(low=0.1, high=9)),
    "pow": Domain(low=0.1, high=3, edge=_of_numbers),
    "digamma": Domain(edge=_not_zero, tiny=6e-6),
    "lgamma": Domain(tiny=6e-6),
    **dict.fromkeys(("igamma", "igammac"), Domain(low=0.5, high=4, edge=_between, tiny=4e-6)),
    "igamma_grad_a": Domain(low=0.5, high=4, edge=_between, slack=40, tiny=4e-6),
    "zeta": Domain(low=1.5, high=4, edge=_above_one),
    "polygamma": Domain(low=1, high=4, edge=_whole_order, slack=4),
    "regularized_incomplete_beta": Domain(low=0.5, high=0.9, edge=_fractions, slack=40),
}
UNARY = (
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "bessel_i0e", "bessel_i1e", "cbrt", "ceil", "clz", "conj",
    "copy", "cos", "cosh", "device_put", "digamma", "erf", "erf_inv", "erfc", "exp", "exp2", "expm1", "floor",
    "imag", "is_finite", "lgamma", "log", "log1p", "log2", "logistic", "neg", "not", "one_minus_square",
    "optimization_barrier", "population_count", "real", "rsqrt", "sign", "sin", "sinh", "sqrt", "square",
    "stop_gradient", "tan", "tanh",
)  # fmt: skip
BINARY = (
    "add", "add_any", "and", "atan2", "complex", "div", "eq", "eq_to", "ge", "gt", "igamma", "igamma_grad_a",
    "igammac", "le", "le_to", "lt", "lt_to", "max", "min", "mul", "mulhi", "ne", "nextafter", "or", "polygamma",
    "pow", "rem", "shift_left", "shift_right_arithmetic", "shift_right_logical", "sub", "xor", "zeta",
)  # fmt: skip


def elementwise(name: str, kinds: Any, count: int) -> Iterator[Case]:
    """Random values in a function's domain, and every combination of edges."""
    function, domain = _SPELT.get(name) or getattr(lax, name), DOMAINS.get(name, Domain())
    for kind in kinds:
        inputs = [some(kind, (20,), domain.low, domain.high, seed) for seed in range(count)]
        if not taken(function, *inputs):
            continue
        chosen = list(map(np.array, zip(*itertools.product(*[edges(kind)] * count), strict=True)))
        with np.errstate(invalid="ignore"):  # comparisons of what is no number
            kept = domain.edge(*chosen)
        both = [np.concatenate([a, b[kept]]) for a, b in zip(inputs, chosen, strict=True)]
        yield Case(function=function, inputs=tuple(both), slack=domain.slack, tiny=domain.tiny)


@cases(*UNARY)
def _unary(name: str, kinds: Any) -> Iterator[Case]:
    return elementwise(name, kinds, 1)


@cases(*BINARY)
def _binary(name: str, kinds: Any) -> Iterator[Case]:
    return elementwise(name, kinds, 2)


@cases("regularized_incomplete_beta")
def _beta(name: str, kinds: Any) -> Iterator[Case]:
    return elementwise(name, kinds, 3)


@cases("polynomial")
def _polynomial(_: str, kinds: Any) -> Iterator[Case]:
    def evaluated(unroll: Any, x: Any, *coefficients: Any) -> Any:
        return lax.polynomial(x, coefficients, unroll=unroll)

    for kind, terms, unroll in itertools.product(
        set(kinds) & {*FLOATS, np.complex64, *WIDE[:1]}, (2, 5, 12), (None, 3)
    ):
        x = some(kind, (4, 3), -1, 1)
        numbers = [np.array(each, kind) for each in some(kind, (terms,), seed=1)]
        rows = [some(kind, (1, 3), seed=number) for number in range(terms)]
        for coefficients in (numbers, rows):
            inputs = (x, *coefficients)
            yield Case(function=partial(evaluated, unroll), inputs=inputs, slack=4, tiny=8 * step_of(kind))


@cases("clamp")
def _clamp(_: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) & set(NUMBERS + WIDE):
        x = np.concatenate([some(kind), edges(kind)[:12].reshape(4, 3)])
        yield Case(function=lax.clamp, inputs=(np.array(0, kind), x, np.array(2, kind)))
        yield Case(function=lax.clamp, inputs=(some(kind, x.shape, 0, 1), x, some(kind, x.shape, 1, 2, 1)))


@cases("select_n")
def _select(_: str, kinds: Any) -> Iterator[Case]:
    for kind in kinds:
        x, y, z = (some(kind, seed=seed) for seed in range(3))
        yield Case(function=lax.select_n, inputs=(some(bool), x, y))
        yield Case(function=lax.select_n, inputs=(np.array(True), x, y))
        yield Case(function=lax.select_n, inputs=(some(np.int32, low=0, high=0), x, y, z))


@cases("integer_pow")
def _integer_pow(_: str, kinds: Any) -> Iterator[Case]:
    for kind, y in itertools.product(set(kinds) - {np.bool_}, (-3, -1, 0, 1, 2, 3, 7)):
        x = np.concatenate([some(kind, (12,), 0.3, 2), edges(kind)])
        if y >= 0 or np.dtype(kind).kind not in "iu":
            yield Case(function=partial(_bind_power, y), inputs=(x,), slack=2)


def _bind_power(y: int, x: Any) -> Any:
    return primitives.integer_pow_p.bind(x, y=y)


@cases("round")
def _round(_: str, kinds: Any) -> Iterator[Case]:
    for kind, method in itertools.product(set(kinds) & set(FLOATS + WIDE[:1]), (0, 1)):
        x = np.concatenate([some(kind, (12,)), edges(kind), np.arange(-3.5, 4, dtype=kind)])
        yield Case(function=partial(lax.round, rounding_method=lax.RoundingMethod(method)), inputs=(x,))


@cases("reduce_precision")
def _reduce_precision(_: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) & set(FLOATS):
        for exponent, mantissa in ((5, 10), (8, 7), (4, 3), (5, 2)):
            inputs = (np.concatenate([some(kind, (40,)), some(kind, (20,), -900, 900), edges(kind)]),)
            yield Case(function=partial(lax.reduce_precision, exponent_bits=exponent, mantissa_bits=mantissa),
                       inputs=inputs)  # fmt: skip


@cases("convert_element_type")
def _convert(_: str, kinds: Any) -> Iterator[Case]:
    for kind, target in itertools.product(kinds, kinds):
        if kind == target or (np.dtype(kind).kind == "c" and np.dtype(target).kind != "c"):
            continue  # nothing is bound; or the imaginary part is dropped before
        x = np.concatenate([some(kind, (12,)), edges(kind)])
        yield Case(function=partial(lax.convert_element_type, new_dtype=target), inputs=(x,))
    for narrow in NARROW:
        held = np.dtype(getattr(ml_dtypes, narrow))
        for kind in set(kinds) & {np.int8, np.int32, np.float16, np.float32}:
            if kind in (np.float16, np.float32) or not narrow.startswith("float"):  # whole ones are converted in steps
                values = np.concatenate([some(kind, (40,), -9, 9), edges(kind)])
                if narrow.startswith(("int", "uint")) and np.dtype(kind).kind == "f":
                    values = values[np.abs(values) < 7]  # XLA has no rule for what does not fit
                yield Case(function=partial(lax.convert_element_type, new_dtype=held), inputs=(values,))
            x = some(np.int8, (12,), -2, 1).astype(held)
            yield Case(function=partial(lax.convert_element_type, new_dtype=kind), inputs=(x,))


@cases("bitcast_convert_type")
def _bitcast(_: str, kinds: Any) -> Iterator[Case]:
    plain = [kind for kind in kinds if kind not in (np.bool_, np.complex64)]
    for kind, target in itertools.product(plain, plain):
        if np.dtype(kind).kind in "iu" and np.dtype(target).kind not in "iu":
            continue  # any bits at all may be no number
        shape = (3, np.dtype(target).itemsize // np.dtype(kind).itemsize or 1)
        x = np.concatenate([some(kind, shape, -100, 100), some(kind, shape, -1, 1)])
        shape = x.shape if np.dtype(target).itemsize > np.dtype(kind).itemsize else x.shape[:1]
        yield Case(function=partial(lax.bitcast_convert_type, new_dtype=target), inputs=(x.reshape(shape),))
    if np.uint32 in kinds:
        bits = some(np.float32, (9,)).view(np.uint32)
        yield Case(function=partial(lax.bitcast_convert_type, new_dtype=np.float32), inputs=(bits,))


@cases("name")
def _name(_: str, kinds: Any) -> Iterator[Case]:
    for kind in kinds:
        yield Case(function=partial(checkpoints.checkpoint_name, name="x"), inputs=(some(kind),))
