"""Calls of the primitives that move, reduce, index, factor, call and draw; beside the elementwise ones of jax_cases."""

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from jax_cases import CASES, FLOATS, INTS, NUMBERS, Case, cases, edges, jax, jnp, lax, linalg, primitives, some, taken

__all__ = ["CASES"]
random: Any = jax.random


def simple(name: str, kinds: Any, shape: Any, *functions: Any, slack: float = 1.0) -> Iterator[Case]:
    """Each function of one array, of every type that it takes."""
    for kind, function in itertools.product(kinds, functions):
        x = some(kind, shape)
        if taken(function, x):
            yield Case(function=function, inputs=(x,), slack=slack)


def each(function: Any, **parameters: Any) -> Any:
    """A function with its parameters, to be given arrays."""
    return partial(function, **parameters)


# ---- shapes


@cases("broadcast_in_dim", "reshape", "squeeze", "transpose", "rev", "slice", "split", "tile", "unstack")
def _moves(name: str, kinds: Any) -> Iterator[Case]:
    functions = {
        "broadcast_in_dim": (
            each(lax.broadcast_in_dim, shape=(2, 3, 1, 4), broadcast_dimensions=(1, 2, 3)),
            each(lax.broadcast_in_dim, shape=(3, 1, 4, 5), broadcast_dimensions=(0, 1, 2)),
        ),
        "reshape": (each(lax.reshape, new_sizes=(6, 2)), each(lax.reshape, new_sizes=(12,), dimensions=(2, 0, 1))),
        "squeeze": (each(lax.squeeze, dimensions=(1,)),),
        "transpose": (each(lax.transpose, permutation=(2, 0, 1)), each(lax.transpose, permutation=(1, 2, 0))),
        "rev": (each(lax.rev, dimensions=(0,)), each(lax.rev, dimensions=(0, 2))),
        "slice": (
            each(lax.slice, start_indices=(1, 0, 0), limit_indices=(3, 1, 4), strides=(1, 1, 3)),
            each(lax.slice, start_indices=(0, 0, 1), limit_indices=(3, 1, 3)),
        ),
        "split": (each(lax.split, sizes=(1, 3), axis=2), each(lax.split, sizes=(2, 0, 1), axis=0)),
        "tile": (each(lax.tile, reps=(2, 1, 3)),),
        "unstack": (each(lax.unstack, axis=0), each(lax.unstack, axis=2)),
    }
    return simple(name, kinds, (3, 1, 4), *functions[name])


@cases("concatenate", "stack")
def _joined(name: str, kinds: Any) -> Iterator[Case]:
    def joined(axis: int, *arrays: Any) -> Any:
        return getattr(lax, name)(arrays, axis)

    for kind, axis in itertools.product(kinds, (0, 1)):
        yield Case(function=partial(joined, axis), inputs=tuple(some(kind, (2, 3), seed=seed) for seed in range(3)))


@cases("iota", "empty2")
def _made(name: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) - {np.bool_}:
        if name == "iota":
            for axis in (0, 1):
                yield Case(function=each(lax.broadcasted_iota, dtype=kind, shape=(3, 4), dimension=axis), inputs=())
        else:
            yield Case(function=partial(_emptied, np.dtype(kind)), inputs=())


def _emptied(kind: Any) -> Any:
    """What is empty may hold anything; its type is what is sure."""
    return lax.full_like(primitives.empty2_p.bind(dtype=kind, memory_space=jax.memory.Space.Device), 0)


@cases("pad")
def _padded(_: str, kinds: Any) -> Iterator[Case]:
    configs = [((1, 2, 0), (0, 0, 1)), ((-1, 2, 1), (3, -2, 0)), ((-1, -1, 2), (0, 0, 0))]
    for kind, config in itertools.product(kinds, configs):
        yield Case(function=each(lax.pad, padding_config=config), inputs=(some(kind), np.array(1, kind)))


# ---- reductions


def bound_axes(name: str, axes: Any) -> Any:
    return partial(_reduced, name, axes)


def _reduced(name: str, axes: Any, x: Any) -> Any:
    extra = {"out_sharding": None} if name in ("reduce_sum", "reduce_max", "reduce_min", "reduce_prod") else {}
    primitive = getattr(primitives, f"{name}_p")
    try:
        return primitive.bind(x, axes=axes, **extra)
    except TypeError:
        return primitive.bind(x, axes=axes)


@cases("reduce_sum", "reduce_prod", "reduce_max", "reduce_min", "reduce_and", "reduce_or", "reduce_xor")
def _reductions(name: str, kinds: Any) -> Iterator[Case]:
    for kind, axes in itertools.product(kinds, ((0,), (1, 2), (0, 1, 2))):
        x, function = some(kind, (3, 2, 4), -1, 1), bound_axes(name, axes)
        if np.dtype(kind) == bool and name in ("reduce_sum", "reduce_prod"):
            continue
        if taken(function, x):
            yield Case(function=function, inputs=(x,), slack=6, tiny=4 * _step(kind))
    for kind in set(kinds) & set(FLOATS):
        if name in ("reduce_max", "reduce_min", "reduce_sum"):
            x = np.array([[1, np.nan, 2], [np.inf, 0, -1], [-np.inf, -0.0, 3]], kind)
            yield Case(function=bound_axes(name, (1,)), inputs=(x,))


def _step(kind: Any) -> float:
    return float(jnp.finfo(kind).eps) if np.dtype(kind).kind not in "biu" else 0.0


@cases("argmax", "argmin")
def _positions(name: str, kinds: Any) -> Iterator[Case]:
    for kind, axis in itertools.product(set(kinds) & set(NUMBERS), (0, 1)):
        function = each(getattr(lax, name), axis=axis, index_dtype=np.int32)
        x = some(kind, (5, 6), -1, 1)
        if taken(function, x):
            yield Case(function=function, inputs=(x,))
            yield Case(function=function, inputs=(np.ones((3, 2), kind),))
    for kind in set(kinds) & set(FLOATS):
        x = np.array([[1, np.nan, 2, np.nan], [np.inf, 0, np.inf, -1], [-np.inf, -0.0, 0.0, -np.inf]], kind)
        yield Case(function=each(getattr(lax, name), axis=1, index_dtype=np.int32), inputs=(x,))


@cases("cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp")
def _cumulative(name: str, kinds: Any) -> Iterator[Case]:
    for kind, axis, reverse in itertools.product(kinds, (0, 1), (False, True)):
        function = each(getattr(lax, name), axis=axis, reverse=reverse)
        x = some(kind, (4, 5), -1, 1)
        if taken(function, x) and kind in (FLOATS if name == "cumlogsumexp" else (*NUMBERS, np.complex64)):
            yield Case(function=function, inputs=(x,), slack=8, tiny=8 * _step(kind))


@cases("sort")
def _sorts(_: str, kinds: Any) -> Iterator[Case]:
    def by_two(*arrays: Any) -> Any:
        return lax.sort(arrays, dimension=1, num_keys=2)

    def by_first(*arrays: Any) -> Any:
        return lax.sort(arrays, dimension=0, num_keys=1, is_stable=True)

    for kind in kinds:
        if np.dtype(kind).kind == "c":
            continue
        x, y, z = (some(kind, (6, 7), -1, 2, seed) for seed in range(3))
        rounded: Any = np.rint(x.astype(float))
        rounded = rounded.astype(kind)
        yield Case(function=each(lax.sort, dimension=0), inputs=(x,))
        yield Case(function=by_first, inputs=(rounded, y))
        yield Case(function=by_two, inputs=(rounded, y, z))
        yield Case(function=each(lax.sort, dimension=0), inputs=(edges(kind),))


@cases("top_k")
def _top(_: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) & set(NUMBERS):
        for count, axis in ((1, -1), (3, -1), (2, 0)):
            function = each(lax.top_k, k=count, axis=axis)
            x = some(kind, (4, 6), -1, 2)
            if taken(function, x):
                yield Case(function=function, inputs=(x,))


_WINDOWS = (
    {"window_dimensions": (2, 3), "window_strides": (1, 2), "padding": ((0, 0), (0, 0))},
    {"window_dimensions": (2, 2), "window_strides": (2, 1), "padding": ((1, 0), (1, 2)), "window_dilation": (1, 2)},
    {"window_dimensions": (3, 1), "window_strides": (1, 1), "padding": ((2, 1), (0, 0)), "base_dilation": (2, 1)},
)


@cases("reduce_window", "reduce_window_sum", "reduce_window_max", "reduce_window_min")
def _windows(name: str, kinds: Any) -> Iterator[Case]:
    def compound(a: Any, b: Any) -> Any:
        return a + b + a * b

    for kind, window in itertools.product(set(kinds) & set(NUMBERS), _WINDOWS):
        combine, start = {
            "reduce_window": (compound, 0), "reduce_window_sum": (lax.add, 0),
            "reduce_window_max": (lax.max, _limit(kind, highest=False)),
            "reduce_window_min": (lax.min, _limit(kind, highest=True)),
        }[name]  # fmt: skip
        function = each(lax.reduce_window, init_value=np.array(start, kind)[()], computation=combine, **window)
        yield Case(function=function, inputs=(some(kind, (4, 6), -1, 1),), slack=20, tiny=8 * _step(kind))


def _limit(kind: Any, *, highest: bool) -> Any:
    if np.dtype(kind).kind not in "iu":
        return np.inf if highest else -np.inf
    return np.iinfo(kind).max if highest else np.iinfo(kind).min


@cases("reduce")
def _own_reductions(_: str, kinds: Any) -> Iterator[Case]:
    def compound(a: Any, b: Any) -> Any:
        return a + b + a * b

    for kind, axes in itertools.product(set(kinds) & set(NUMBERS), ((0,), (1,), (0, 1))):
        function = each(lax.reduce, init_values=np.array(0, kind)[()], computation=compound, dimensions=axes)
        yield Case(function=function, inputs=(some(kind, (3, 4), -0.5, 0.5),), slack=20, tiny=8 * _step(kind))


@cases("select_and_scatter_add")
def _pooled(_: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) & {np.float32}:
        for select, strides in itertools.product((primitives.ge_p, primitives.le_p), ((2, 2), (1, 2))):
            bind = each(primitives.select_and_scatter_add_p.bind, select_prim=select, window_dimensions=(2, 2),
                        window_strides=strides, padding=((0, 0), (0, 0)))  # fmt: skip
            rows, columns = ((size - 2) // step + 1 for size, step in zip((4, 6), strides, strict=True))
            yield Case(function=bind, inputs=(some(kind, (rows, columns)), some(kind, (4, 6), seed=1)), slack=4)


@cases("conv_general_dilated")
def _convolutions(_: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) & set(FLOATS):
        line, taps = some(kind, (2, 4, 9), -1, 1), some(kind, (6, 4, 3), -1, 1, 1)
        image, filters = some(kind, (2, 5, 6, 4), -1, 1), some(kind, (2, 3, 2, 8), -1, 1, 1)
        convolve = lax.conv_general_dilated
        near = {"slack": 20, "tiny": 16 * _step(kind)}
        for strides, padding, left, right in ((1, (0, 0), 1, 1), (2, (2, 1), 1, 2), (1, (3, 0), 2, 1)):
            function = each(convolve, window_strides=(strides,), padding=(padding,), lhs_dilation=(left,),
                            rhs_dilation=(right,))  # fmt: skip
            yield Case(function=function, inputs=(line, taps), **near)
        function = each(convolve, window_strides=(1, 2), padding="SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"),
                        feature_group_count=2)  # fmt: skip
        yield Case(function=function, inputs=(image, filters), **near)


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
        function = each(lax.dot_general, dimension_numbers=dimensions)
        if taken(function, *inputs) and kind is not np.bool_:
            yield Case(function=function, inputs=inputs, slack=20, tiny=16 * _step(kind))
    for kind, wide in ((np.int8, np.int32), (np.float16, np.float32), (FLOATS[1], np.float32)):
        if kind in kinds:
            function = each(lax.dot_general, dimension_numbers=numbers[0][0], preferred_element_type=wide)
            yield Case(function=function, inputs=(some(kind, (3, 4)), some(kind, (4, 5), seed=1)), slack=4, tiny=1e-5)


def _matrix(size: int, stack: tuple[int, ...] = ()) -> Any:
    made = some(np.float32, (*stack, size, size), -1, 1, size) + np.diag(3.0 * np.arange(1, size + 1))
    return made.astype(np.float32)


_FACTORS: dict[str, list[Any]] = {
    "cholesky": [linalg.cholesky, each(linalg.cholesky, symmetrize_input=False)],
    "lu": [linalg.lu],
    "qr": [each(linalg.qr, full_matrices=full) for full in (True, False)],
    "eigh": [linalg.eigh, each(linalg.eigh, lower=False, symmetrize_input=False)],
    "svd": [linalg.svd, each(linalg.svd, full_matrices=False), each(linalg.svd, compute_uv=False)],
    "schur": [linalg.schur, each(linalg.schur, compute_schur_vectors=False)],
    "hessenberg": [linalg.hessenberg],
    "tridiagonal": [each(linalg.tridiagonal, lower=True)],
    "eig": [each(linalg.eig, compute_left_eigenvectors=False, compute_right_eigenvectors=False)],
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
    if name in ("lu", "qr", "cholesky", "eigh", "svd"):
        x = _matrix(3, (2,))
        yield Case(function=_FACTORS[name][0], inputs=((x + np.swapaxes(x, 1, 2)) / 2,), slack=60, tiny=2e-5)
    if name in ("lu", "qr", "svd"):
        yield Case(function=_FACTORS[name][-1], inputs=(some(np.float32, (5, 3)),), slack=60, tiny=2e-5)


def _ordered(name: str, function: Any, x: Any) -> Any:
    """Eigenvalues come in any order."""
    return jnp.sort(jnp.abs(function(x)[0])) if name == "eig" else function(x)


@cases("triangular_solve")
def _triangles(_: str, kinds: Any) -> Iterator[Case]:
    for left, lower, transposed, unit in itertools.product((True, False), repeat=4):
        function = each(
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


@cases("householder_product")
def _householder(_: str, kinds: Any) -> Iterator[Case]:
    for size in (2, 3, 5):
        packed, factors = (np.asarray(made) for made in linalg.hessenberg(_matrix(size)))
        yield Case(function=linalg.householder_product, inputs=(packed[1:, :-1], factors), slack=60, tiny=2e-6)


@cases("lu_pivots_to_permutation")
def _pivots(_: str, kinds: Any) -> Iterator[Case]:
    function = each(linalg.lu_pivots_to_permutation, permutation_size=5)
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
        function = each(lax.fft, fft_type=lax.FftType[kind], fft_lengths=lengths)
        yield Case(function=function, inputs=(x,), slack=20, tiny=1e-5)


# ---- places


@cases("dynamic_slice", "dynamic_update_slice")
def _dynamic(name: str, kinds: Any) -> Iterator[Case]:
    def cut(x: Any, a: Any, b: Any) -> Any:
        return lax.dynamic_slice(x, (a, b), (2, 3))

    def put(x: Any, part: Any, a: Any, b: Any) -> Any:
        return lax.dynamic_update_slice(x, part, (a, b))

    for kind, (a, b) in itertools.product(kinds, ((0, 1), (9, -7), (2, 2))):
        places = (np.array(a, np.int32), np.array(b, np.int32))
        part = (some(kind, (2, 3), seed=1),) if name == "dynamic_update_slice" else ()
        yield Case(function=put if part else cut, inputs=(some(kind, (4, 5)), *part, *places))


_MODES = ("clip", "fill", "promise_in_bounds")


@cases("gather")
def _gathers(_: str, kinds: Any) -> Iterator[Case]:
    def row(mode: Any, x: Any, index: Any) -> Any:
        return x.at[index].get(mode=mode)

    def place(mode: Any, x: Any, index: Any) -> Any:
        return x.at[index, ::2].get(mode=mode, fill_value=None)

    def along(x: Any, index: Any) -> Any:
        return jnp.take_along_axis(x, index, 1)

    def batches(x: Any, index: Any) -> Any:
        numbers = lax.GatherDimensionNumbers(offset_dims=(1,), collapsed_slice_dims=(), start_index_map=(1,),
                                             operand_batching_dims=(0,), start_indices_batching_dims=(0,))  # fmt: skip
        return lax.gather(x, index, numbers, (1, 2), mode="fill")

    for kind, mode in itertools.product(kinds, _MODES):
        inside = mode == "promise_in_bounds"
        index = np.array([[0, 3], [2, 1]] if inside else [[0, 9], [-1, 1]], np.int32)
        yield Case(function=partial(row, mode), inputs=(some(kind, (4, 5)), index))
        yield Case(function=partial(place, mode), inputs=(some(kind, (4, 5)), index))
    for kind in kinds:
        yield Case(function=along, inputs=(some(kind, (4, 5)), some(np.int32, (4, 2), 0, 1)))
        yield Case(function=batches, inputs=(some(kind, (3, 5)), np.array([[0], [4], [3]], np.int32)))


@cases("scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max")
def _scatters(name: str, kinds: Any) -> Iterator[Case]:
    put = {"scatter": "set", "scatter-sub": "subtract", "scatter-mul": "multiply"}.get(name, name.partition("-")[2])

    def rows(mode: Any, x: Any, index: Any, new: Any) -> Any:
        return getattr(x.at[index], put)(new, mode=mode)

    def spots(mode: Any, x: Any, index: Any, new: Any) -> Any:
        return getattr(x.at[index, 1:3], put)(new, mode=mode)

    for kind, mode in itertools.product(kinds, _MODES):
        inside, once = mode == "promise_in_bounds", name == "scatter"
        index = np.array([0, 3, 1] if inside else [0, 9, -1] if once else [2, 9, 2], np.int32)
        for function, width in ((rows, 5), (spots, 2)):
            inputs = (some(kind, (4, 5)), index, some(kind, (3, width), seed=1))
            if taken(partial(function, mode), *inputs) and (kind is not np.bool_ or once):
                yield Case(function=partial(function, mode), inputs=inputs, slack=4)


# ---- calls, branches, loops


def _sine(x: Any) -> Any:
    return jnp.sin(x) * 2


@cases("jit", "closed_call", "remat2", "custom_jvp_call", "custom_vjp_call")
def _calls(name: str, kinds: Any) -> Iterator[Case]:
    def closed(x: Any) -> Any:
        call = primitives.closed_call_p
        return call.bind(x, **call.get_bind_params({"call_jaxpr": jax.make_jaxpr(_sine)(x)}))[0]

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
        yield Case(function=partial(folded, reverse), inputs=inputs, slack=8, tiny=8 * _step(kind))


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
