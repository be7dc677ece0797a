"""Calls of the primitives that multiply, factor, call, branch, loop and draw."""

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from jax_calls import CASES
from jax_cases import FLOATS, INTS, NUMBERS, Case, cases, edges, jax, jnp, lax, linalg, primitives, some, step_of, taken

__all__ = ["CASES"]
random: Any = jax.random


# ---- products and linear algebra


@cases("dot_general")
def _products(_: str, kinds: Any) -> Iterator[Case]:
    numbers = [
        ((((1,), (0,)), ((), ())), (3, 4), (4, 5)),
        ((((2,), (1,)), ((0,), (0,))), (2, 3, 4), (2, 4, 5)),
        ((((), ()), ((), ())), (3,), (4,)),
        ((((0, 2), (1, 0)), ((1,), (2,))), (3, 2, 4), (4, 3, 2)),
    ]
    for kind, (dimensions, left, right) in itertools.product(kinds, numbers):
        inputs = (some(kind, left, -1, 1), some(kind, right, -1, 1, 1))
        function = partial(lax.dot_general, dimension_numbers=dimensions)
        if taken(function, *inputs) and kind is not np.bool_:
            yield Case(function=function, inputs=inputs, slack=20, tiny=16 * step_of(kind))
    for kind, wide in ((np.int8, np.int32), (np.float16, np.float32), (FLOATS[1], np.float32)):
        if kind in kinds:
            function = partial(lax.dot_general, dimension_numbers=numbers[0][0], preferred_element_type=wide)
            yield Case(function=function, inputs=(some(kind, (3, 4)), some(kind, (4, 5), seed=1)), slack=4, tiny=1e-5)
    for kind, wide in ((np.int8, np.int32), (np.int8, np.int16), (np.int8, np.float32), (np.uint8, np.uint32)):
        if kind in kinds:  # whose products do not fit into the operands' type
            inputs = (some(kind, (3, 4), -120, 120), some(kind, (4, 5), 60, 120, 1))
            function = partial(lax.dot_general, dimension_numbers=numbers[0][0], preferred_element_type=wide)
            yield Case(function=function, inputs=inputs)
    for narrow, other, wide in (
        ("float8_e4m3fn", "float8_e5m2", np.float32), ("float8_e5m2", "float8_e5m2", np.float16),
        ("float8_e4m3fn", "float8_e4m3fn", FLOATS[1]),
    ):  # fmt: skip
        inputs = (some(np.int8, (3, 4), 0, 3).astype(narrow), some(np.int8, (4, 5), 0, 3, 1).astype(other))
        function = partial(lax.dot_general, dimension_numbers=numbers[0][0], preferred_element_type=wide)
        yield Case(function=function, inputs=inputs)
    large = [  # which the oracle multiplies as matrices, some rows at a time
        ((((1,), (0,)), ((), ())), (150, 96), (96, 80)),
        ((((3,), (2,)), ((0, 1), (0, 3))), (2, 3, 60, 40), (2, 70, 40, 3)),
        ((((0, 1), (1, 0)), ((), ())), (40, 30), (30, 40)),
    ]
    for dimensions, left, right in large:
        inputs = (some(np.float32, left, -1, 1), some(np.float32, right, -1, 1, 1))
        yield Case(function=partial(lax.dot_general, dimension_numbers=dimensions), inputs=inputs, slack=20, tiny=1e-4)


@cases("ragged_dot_general")
def _ragged_products(_: str, kinds: Any) -> Iterator[Case]:
    for kind in (np.float32, np.float16, np.int32):
        for sizes in ((2, 1, 3), (0, 6, 0), (1, 0, 2), (0, 0, 0)):  # the last ones leave rows over
            inputs = (some(kind, (6, 4), -3, 3), some(kind, (3, 4, 5), -3, 3, 1), np.array(sizes, np.int32))
            if taken(lax.ragged_dot, *inputs):
                yield Case(function=lax.ragged_dot, inputs=inputs, slack=20, tiny=16 * step_of(kind))


@cases("scaled_dot")
def _scaled_products(_: str, kinds: Any) -> Iterator[Case]:
    def scaled(wide: Any, a: Any, b: Any, of_a: Any, of_b: Any) -> Any:
        return lax.scaled_dot(a, b, lhs_scale=of_a, rhs_scale=of_b, preferred_element_type=wide)

    for wide, stack in itertools.product((np.float32, FLOATS[1]), ((), (2,))):
        operands = some(np.float32, (*stack, 3, 8), -1, 1), some(np.float32, (*stack, 8, 4), -1, 1, 1)
        scales = some(FLOATS[1], (*stack, 3, 2), 1, 4), some(FLOATS[1], (*stack, 2, 4), 1, 4, 1)
        yield Case(function=partial(scaled, wide), inputs=(*operands, *scales), slack=20, tiny=16 * step_of(wide))


@cases("symmetric_product")
def _symmetric_products(_: str, kinds: Any) -> Iterator[Case]:
    for alpha, beta, stack in ((1.0, 0.0, ()), (2.0, 0.5, ()), (-1.5, 1.0, (2,))):
        function = partial(lax.linalg.symmetric_product, alpha=alpha, beta=beta)
        inputs = (some(np.float32, (*stack, 3, 4), -1, 1), some(np.float32, (*stack, 3, 3), -1, 1, 1))
        yield Case(function=function, inputs=inputs, slack=20, tiny=1e-5)


@cases("cholesky_update")
def _cholesky_updates(_: str, kinds: Any) -> Iterator[Case]:
    for vector in (some(np.float32, (4,), -1, 1, 1), np.array([0, 0.5, 0, -0.5], np.float32)):
        inputs = (np.triu(some(np.float32, (4, 4), 0.5, 2)), vector)
        yield Case(function=lax.linalg.cholesky_update, inputs=inputs, slack=40, tiny=1e-5)


def _matrix(size: int, stack: tuple[int, ...] = ()) -> Any:
    made = some(np.float32, (*stack, size, size), -1, 1, size) + np.diag(3.0 * np.arange(1, size + 1))
    return made.astype(np.float32)


_FACTORS: dict[str, list[Any]] = {
    "cholesky": [linalg.cholesky, partial(linalg.cholesky, symmetrize_input=False)],
    "lu": [linalg.lu],
    "qr": [partial(linalg.qr, full_matrices=full, pivoting=each) for full in (True, False) for each in (True, False)],
    "geqrf": [partial(jnp.linalg.qr, mode="raw")],
    "eigh": [linalg.eigh, partial(linalg.eigh, lower=False, symmetrize_input=False)],
    "svd": [linalg.svd, partial(linalg.svd, full_matrices=False), partial(linalg.svd, compute_uv=False)],
    "schur": [linalg.schur, partial(linalg.schur, compute_schur_vectors=False)],
    "hessenberg": [linalg.hessenberg],
    "tridiagonal": [partial(linalg.tridiagonal, lower=True), partial(linalg.tridiagonal, lower=False)],
    "eig": [
        partial(linalg.eig, compute_left_eigenvectors=left, compute_right_eigenvectors=right)
        for left in (True, False)
        for right in (True, False)
    ],
}


@cases(*_FACTORS)
def _factors(name: str, kinds: Any) -> Iterator[Case]:
    for function, size in itertools.product(_FACTORS[name], (1, 2, 3, 5)):
        x = _matrix(size)
        if name in ("cholesky", "tridiagonal"):
            x = (x + x.T).astype(np.float32) / 2
        elif name == "schur":
            x = np.triu(x)
        yield Case(function=partial(_ordered, name, function), inputs=(x,), slack=60, tiny=2e-5)
    if name in ("lu", "qr", "geqrf", "cholesky", "eigh", "svd", "hessenberg", "tridiagonal"):
        x = _matrix(3, (2,))
        yield Case(function=_FACTORS[name][0], inputs=((x + np.swapaxes(x, 1, 2)) / 2,), slack=60, tiny=2e-5)
    if name in ("lu", "qr", "geqrf", "svd"):
        yield Case(function=_FACTORS[name][-1], inputs=(some(np.float32, (5, 3)),), slack=60, tiny=2e-5)


def _ordered(name: str, function: Any, x: Any) -> Any:
    """Eigenvalues come in any order, and with the eigenvectors that belong to them."""
    if name != "eig":
        return function(x)
    values, *vectors = function(x)
    order = jnp.argsort(jnp.real(values))
    return values[order], *(jnp.abs(each)[:, order] for each in vectors)


@cases("triangular_solve")
def _triangles(_: str, kinds: Any) -> Iterator[Case]:
    for left, lower, transposed, unit in itertools.product((True, False), repeat=4):
        function = partial(
            linalg.triangular_solve, left_side=left, lower=lower, transpose_a=transposed, unit_diagonal=unit
        )
        a, b = 0.5 * _matrix(3), some(np.float32, (3, 2) if left else (2, 3))
        yield Case(function=function, inputs=(a, b), slack=60, tiny=2e-5)


@cases("tridiagonal_solve")
def _three_diagonals(_: str, kinds: Any) -> Iterator[Case]:
    for size in (3, 5):
        below, above = some(np.float32, size), some(np.float32, size, seed=1)
        below[0] = above[-1] = 0
        middle, right = some(np.float32, size, 8, 9), some(np.float32, (size, 2))
        yield Case(function=linalg.tridiagonal_solve, inputs=(below, middle, above, right), slack=60)


@cases("ormqr")
def _turned(_: str, kinds: Any) -> Iterator[Case]:
    def turned(options: Any, packed: Any, factors: Any, matrix: Any) -> Any:
        return linalg.ormqr(packed, factors, matrix, **options)

    for left, transpose, stack in itertools.product((True, False), (True, False), ((), (2,))):
        packed, factors = (np.asarray(each) for each in linalg.hessenberg(_matrix(4, stack)))
        matrix = some(np.float32, (*stack, 3, 2) if left else (*stack, 2, 3))
        inputs = (packed[..., 1:, :-1], factors, matrix)
        yield Case(function=partial(turned, {"left": left, "transpose": transpose}), inputs=inputs, slack=60, tiny=2e-5)


@cases("householder_product")
def _householder(_: str, kinds: Any) -> Iterator[Case]:
    for size in (2, 3, 5):
        packed, factors = (np.asarray(made) for made in linalg.hessenberg(_matrix(size)))
        yield Case(function=linalg.householder_product, inputs=(packed[1:, :-1], factors), slack=60, tiny=2e-6)
    packed, factors = (np.asarray(made) for made in linalg.hessenberg(_matrix(4, (2,))))
    yield Case(function=linalg.householder_product, inputs=(packed[:, 1:, :-1], factors), slack=60, tiny=2e-6)


@cases("lu_pivots_to_permutation")
def _pivots(_: str, kinds: Any) -> Iterator[Case]:
    function = partial(linalg.lu_pivots_to_permutation, permutation_size=5)
    yield Case(function=function, inputs=(np.array([2, 3, 2, 4], np.int32),))
    yield Case(function=function, inputs=(np.array([[1, 1, 4], [4, 3, 2]], np.int32),))


@cases("custom_linear_solve")
def _solves(_: str, kinds: Any) -> Iterator[Case]:
    yield Case(function=jnp.linalg.solve, inputs=(_matrix(4), some(np.float32, 4)), slack=60, tiny=1e-5)


@cases("fft")
def _transforms(_: str, kinds: Any) -> Iterator[Case]:
    for kind, lengths in (
        ("FFT", (6,)),
        ("IFFT", (6,)),
        ("FFT", (4, 6)),
        ("RFFT", (6,)),
        ("IRFFT", (6,)),
        ("RFFT", (4, 6)),
    ):
        shape = (4, lengths[-1] // 2 + 1 if kind == "IRFFT" else lengths[-1])
        x = some(np.float32 if kind == "RFFT" else np.complex64, shape)
        function = partial(lax.fft, fft_type=lax.FftType[kind], fft_lengths=lengths)
        yield Case(function=function, inputs=(x,), slack=20, tiny=1e-5)


# ---- calls, branches, loops


def _sine(x: Any) -> Any:
    return jnp.sin(x) * 2


@cases("jit", "closed_call", "remat2", "custom_jvp_call", "custom_vjp_call")
def _calls(name: str, kinds: Any) -> Iterator[Case]:
    def closed(x: Any) -> Any:
        inner = jax.make_jaxpr(_sine)(x)
        if not hasattr(primitives, "closed_call_p"):  # JAX 0.11 and later
            return primitives.eval_jaxpr_p.bind(x, call_jaxpr=inner)[0]
        call = primitives.closed_call_p
        return call.bind(x, **call.get_bind_params({"call_jaxpr": inner}))[0]

    def with_rule(x: Any) -> Any:
        rule = jax.custom_vjp(_sine)
        rule.defvjp(_forward, _backward)
        return rule(x)

    functions = {"jit": jax.jit(_sine), "closed_call": closed, "remat2": jax.checkpoint(_sine),
                 "custom_jvp_call": jax.nn.relu, "custom_vjp_call": with_rule}  # fmt: skip
    for kind in set(kinds) & set(FLOATS):
        yield Case(function=functions[name], inputs=(some(kind),), slack=2)


def _forward(x: Any) -> Any:
    return _sine(x), x


def _backward(x: Any, above: Any) -> Any:
    return (above * x,)


@cases("cond")
def _branches(_: str, kinds: Any) -> Iterator[Case]:
    def chosen(index: Any, x: Any) -> Any:
        return lax.switch(index, [jnp.sin, jnp.cos, jnp.abs], x)

    def either(truth: Any, x: Any) -> Any:
        return lax.cond(truth, jnp.sin, jnp.cos, x)

    for kind in set(kinds) & set(FLOATS):
        for index in (-3, 0, 1, 2, 7):
            yield Case(function=chosen, inputs=(np.array(index, np.int32), some(kind)))
        for truth in (False, True):
            yield Case(function=either, inputs=(np.array(truth), some(kind)))


@cases("platform_index")
def _platforms(_: str, kinds: Any) -> Iterator[Case]:
    def where(x: Any) -> Any:
        return lax.platform_dependent(x, tpu=jnp.abs, cpu=jnp.sin, default=jnp.cos)

    def nowhere(x: Any) -> Any:
        return lax.platform_dependent(x, tpu=jnp.abs, cuda=jnp.sin, default=jnp.cos)

    for function in (where, nowhere):
        yield Case(function=function, inputs=(some(np.float32),))


@cases("while")
def _loops(_: str, kinds: Any) -> Iterator[Case]:
    def until(x: Any, limit: Any) -> Any:
        def early(state: Any) -> Any:
            return state[0] < limit

        def step(state: Any) -> Any:
            return state[0] + 1, state[1] * limit.astype(x.dtype) - state[1]

        return lax.while_loop(early, step, (jnp.int32(0), x))

    for kind in set(kinds) & set(NUMBERS):
        for limit in (0, 1, 3):
            yield Case(function=until, inputs=(some(kind), np.array(limit, np.int32)), slack=8)
    yield Case(function=jax.vmap(until), inputs=(some(np.float32), np.array([3, 0, 2, 1], np.int32)), slack=8)


@cases("scan")
def _scans(_: str, kinds: Any) -> Iterator[Case]:
    def folded(reverse: Any, fixed: Any, start: Any, rows: Any) -> Any:
        def step(carry: Any, row: Any) -> Any:
            new = carry - fixed * row
            return new, (carry + row, row)

        return lax.scan(step, start, rows, reverse=reverse)

    for kind, reverse, length in itertools.product(set(kinds) & set(NUMBERS), (False, True), (0, 1, 4)):
        inputs = (some(kind, 3), some(kind, 3, seed=1), some(kind, (length, 3), seed=2))
        yield Case(function=partial(folded, reverse), inputs=inputs, slack=8, tiny=8 * step_of(kind))


# ---- random numbers


def _keys(data: Any) -> Any:
    return random.wrap_key_data(data, impl="threefry2x32")


@cases("random_wrap", "random_unwrap", "random_clone", "random_split", "random_fold_in", "random_bits")
def _drawn(name: str, kinds: Any) -> Iterator[Case]:
    def function(data: Any) -> Any:
        keys = _keys(data)
        match name:
            case "random_split":
                return random.key_data(random.split(keys, (3, 2)))
            case "random_fold_in":
                return [random.key_data(random.fold_in(keys, jnp.uint32(number))) for number in (0, 7, 2**32 - 1)]
            case "random_bits":
                return [random.bits(keys, shape, kind)
                        for shape in ((), (5,), (2, 3)) for kind in (np.uint8, np.uint16, np.uint32)]  # fmt: skip
            case _:
                return random.key_data(random.clone(keys))

    for words in ((0, 0), (0, 42), (2**32 - 1, 12345)):
        yield Case(function=function, inputs=(np.array(words, np.uint32),))


@cases("random_seed")
def _seeds(_: str, kinds: Any) -> Iterator[Case]:
    def function(seed: Any) -> Any:
        return random.key_data(random.key(seed))

    for kind in set(kinds) & {*INTS, np.int64, np.uint64}:
        for seed in edges(kind):
            yield Case(function=function, inputs=(np.array(seed, kind),))


@cases("threefry2x32")
def _threefry(_: str, kinds: Any) -> Iterator[Case]:
    yield Case(function=primitives.threefry2x32_p.bind, inputs=tuple(some(np.uint32, 6, 0, 2**31, k) for k in range(4)))


@cases("random_gamma")
def _gamma(_: str, kinds: Any) -> Iterator[Case]:
    def function(log_space: Any, shape: Any, data: Any) -> Any:
        draw = random.loggamma if log_space else random.gamma
        return draw(_keys(data), shape)

    for log_space in (False, True):
        inputs = (some(np.float32, (2, 6), 0.3, 5), np.array([3, 99], np.uint32))
        yield Case(function=partial(function, log_space), inputs=inputs, slack=60, tiny=1e-5)
