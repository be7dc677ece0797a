"""Operations on blocks in TTIR and TTGIR texts compute what NumPy computes."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest

pytest.importorskip("triton")

from kernels import triton_operations as kernels
from triton_texts import Array, check_same, floats, outcomes, texts, where, zeros

from synthesis.frontends.triton.texts import run

K: Any = kernels
RNG = np.random.default_rng(7)
I32, I64, U32 = np.int32, np.int64, np.uint32
F16, F32, F64, BF16 = np.float16, np.float32, np.float64, ml_dtypes.bfloat16


def test_masked_loads_read_nothing_where_the_mask_is_false() -> None:
    x = floats(100)
    found = outcomes(K.masked, (4,), x=x, y=zeros(100), n=I32(100), B=32)
    check_same(found, "y", x + x)


def test_programs_of_a_grid_know_their_places() -> None:
    found = outcomes(K.grid, (2, 3, 4), y=zeros(24 * 8, I32), B=8)
    z, y, x = np.meshgrid(range(4), range(3), range(2), indexing="ij")
    del z, x
    check_same(found, "y", 4000 + 10 * y.reshape(-1, 1) + np.arange(8))


def test_reductions_of_rows_and_columns() -> None:
    x = floats(16, 32)
    found = outcomes(K.row_sums, x=x, y=zeros(16 + 32 + 32 + 1), M=16, N=32)
    check_same(found, "y", np.concatenate((x.sum(1, F64), x.max(0), x.min(0), [x.sum(dtype=F64)])), 1e-5)


def test_places_of_largest_and_smallest_elements() -> None:
    x = RNG.integers(0, 9, (16, 32)).astype(F32)
    found = outcomes(K.places, x=x, y=zeros(16 + 32 + 16, I32), M=16, N=32)
    for arrays in found.values():
        assert arrays["y"][:48].tolist() == [*x.argmax(1), *x.argmin(0)]
        assert (x[np.arange(16), arrays["y"][48:]] == x.max(1)).all()


def test_reductions_of_bits() -> None:
    x = RNG.integers(0, 2**30, 64).astype(I32)
    found = outcomes(K.bits_reduced, x=x, y=zeros(4, I32), N=64)
    with np.errstate(over="ignore"):
        check_same(found, "y", [np.bitwise_xor.reduce(x), np.bitwise_or.reduce(x), x.max(), x.sum(dtype=I32)])


@pytest.mark.parametrize("kernel", ["custom_reduce", "branching_reduce"])
def test_reductions_with_functions_of_their_own(kernel: str) -> None:
    x = floats(64)
    expected = x[x > 0][-1] if kernel == "custom_reduce" else x.max()
    check_same(outcomes(getattr(K, kernel), x=x, y=zeros(1), N=64), "y", [expected])


def test_scans() -> None:
    x = RNG.uniform(0.8, 1.2, 64).astype(F32) * where(RNG.random(64) < 0.5, 1, -1).astype(F32)
    found = outcomes(K.scans, x=x, y=zeros(5 * 64), N=64)
    last, state = x[0], 0.0
    lasts: list[float] = []
    states: list[float] = []
    for number, value in enumerate(x):
        last = value if value > 0 or not number else last
        state = state * 0.5 * float(value) + float(value)
        lasts.append(float(last))
        states.append(state)
    wide = x.astype(F64)
    check_same(found, "y", [wide.cumsum(), wide[::-1].cumsum()[::-1], wide.cumprod(), lasts, states], 2e-5)


def test_sorts() -> None:
    x = floats(64)
    found = outcomes(K.sorted_blocks, x=x, y=zeros(3 * 64 + 8), N=64, K=8)
    check_same(found, "y", np.concatenate((np.sort(x), np.sort(x)[::-1], np.sort(x)[::-1][:8], x[::-1])))


def test_arrangements_of_elements() -> None:
    x = floats(8, 16)
    joined = np.stack((x, x * 2), -1)
    both = np.concatenate((x.ravel(), x.ravel() + 5))
    expected = [x.T, (x * 2) - x * 3, joined.transpose(2, 0, 1), np.stack((x, x + 1), -1)]
    flat = np.concatenate([each.ravel() for each in expected] + [np.repeat(np.arange(8.0), 16)])
    found = outcomes(K.arranged, x=x, y=zeros(9 * 128), M=8, N=16)
    check_same(found, "y", np.concatenate((flat.astype(F32), both)))


def test_gathers() -> None:
    x, i = floats(8, 16), RNG.integers(0, 16, (8, 16)).astype(I32)
    found = outcomes(K.gathered, x=x, i=i, y=zeros(256), M=8, N=16)
    check_same(found, "y", [np.take_along_axis(x, i, 1), np.take_along_axis(x, i % 8, 0)])


def test_histograms() -> None:
    i = RNG.integers(-3, 19, 64).astype(I32)
    found = outcomes(K.counted, i=i, y=zeros(32, I32), n=I32(20), N=64, BINS=16)
    check_same(found, "y", [[(part == bin_).sum() for bin_ in range(16)] for part in (i, i[:20])])


@pytest.mark.parametrize("dtype", [F16, BF16, F32, ml_dtypes.float8_e5m2, ml_dtypes.float8_e4m3fn])
@pytest.mark.parametrize("precision", ["ieee", "tf32"])
def test_products(dtype: Any, precision: str) -> None:
    a, b, c = floats(16, 32, dtype=dtype), floats(32, 16, dtype=dtype), floats(16, 16)
    found = outcomes(K.product, a=a, b=b, c=c, y=zeros(256), M=16, N=16, K=32, PRECISION=precision, ACC=None)
    exact = a.astype(F64) @ b.astype(F64) + c
    loose = dtype is F32 and precision == "tf32"
    check_same(found, "y", exact, 2e-2 if loose else 1e-5)
    if loose:
        assert all(np.abs(arrays["y"].reshape(16, 16) - exact).max() > 1e-4 for arrays in found.values())


def test_products_of_integers() -> None:
    a, b = (RNG.integers(-128, 128, shape).astype(np.int8) for shape in ((16, 32), (32, 16)))
    c = RNG.integers(-(2**31), 2**31, (16, 16)).astype(I32)
    found = outcomes(
        K.product, a=a, b=b, c=c, y=zeros(256, I32), M=16, N=16, K=32, PRECISION="ieee", ACC=kernels.tl.int32
    )
    check_same(found, "y", (a.astype(I64) @ b.astype(I64) + c).astype(I32))


def test_products_of_batches() -> None:
    a, b = floats(4, 16, 16), floats(4, 16, 16)
    check_same(outcomes(K.batched, a=a, b=b, y=zeros(1024), G=4, M=16), "y", a.astype(F64) @ b, 1e-5)


@pytest.mark.parametrize("device", ["cuda:80", "cuda:90", "cuda:100", "hip"])
@pytest.mark.parametrize("dtype", [F16, F32])
def test_pipelined_products(dtype: Any, device: str) -> None:
    a, b = floats(80, 112, dtype=dtype), floats(112, 48, dtype=dtype)
    sizes: dict[str, Any] = {"M": I32(80), "N": I32(48), "K": I32(112), "sa": I32(112), "sb": I32(48), "sc": I32(48)}
    arrays: dict[str, Any] = {"a": a, "b": b, "c": np.zeros((80, 48), dtype)}
    found = outcomes(K.matmul, (2, 2), device, aligned=True, **arrays, **sizes, BM=64, BN=32, BK=32)
    check_same(found, "c", a.astype(F64) @ b.astype(F64), 3e-2)


def test_a_text_that_waits_for_too_few_copies_computes_something_else() -> None:
    a, b = floats(64, 128, dtype=F16), floats(128, 32, dtype=F16)
    sizes: dict[str, Any] = {"M": I32(64), "N": I32(32), "K": I32(128), "sa": I32(128), "sb": I32(32), "sc": I32(32)}
    arrays: dict[str, Any] = {"a": a, "b": b, "c": np.zeros((64, 32), F16), **sizes}
    text = texts(K.matmul, aligned=True, **arrays, BM=64, BN=32, BK=32)["ttgir"]
    waits = text.count("{num = 2 : i32}")
    assert waits
    late = text.replace("{num = 2 : i32}", "{num = 6 : i32}")
    right, wrong = (run(each, "matmul", arrays, list(arrays), (1, 1))["c"] for each in (text, late))
    assert np.isfinite(right).all()
    assert not np.allclose(right, wrong, equal_nan=False)


_E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])


@pytest.mark.parametrize("device", ["cuda:90", "cuda:100"])
@pytest.mark.parametrize("left", ["e4m3", "e5m2", "e2m1"])
def test_scaled_products(left: str, device: str) -> None:
    m, n, k = 128, 32, 64
    right = "e4m3"
    scales = [RNG.integers(120, 132, shape).astype(np.uint8) for shape in ((m, k // 32), (n, k // 32))]
    b = floats(k, n, dtype=ml_dtypes.float8_e4m3fn)
    if left == "e2m1":
        a: Array = RNG.integers(0, 256, (m, k // 2)).astype(np.uint8)
        codes = np.stack((a & 15, a >> 4), -1).reshape(m, k)
        numbers = _E2M1[codes & 7] * where(codes & 8, -1.0, 1.0)
    else:
        a = floats(m, k, dtype={"e4m3": ml_dtypes.float8_e4m3fn, "e5m2": ml_dtypes.float8_e5m2}[left])
        numbers = a.astype(F64)
    factors = [np.repeat(2.0 ** (each.astype(F64) - 127), 32, 1) for each in scales]
    arrays: dict[str, Any] = {"a": a, "sa": scales[0], "b": b, "sb": scales[1], "y": zeros(m * n)}
    sizes: dict[str, Any] = {"M": m, "N": n, "K": k, "LEFT": left, "RIGHT": right}
    assert "tt.dot_scaled" in texts(K.scaled, **arrays, **sizes)["ttir"]
    found = outcomes(K.scaled, device=device, **arrays, **sizes)
    check_same(found, "y", (numbers * factors[0]) @ (b.astype(F64) * factors[1].T), 1e-4)


@pytest.mark.parametrize("device", ["cuda:90", "hip"])
def test_atomics_change_elements_lane_by_lane(device: str) -> None:
    i, f = np.arange(12, dtype=I32), zeros(5)
    x, y = RNG.integers(-50, 50, 16).astype(I32), floats(16)
    expected, totals, old = i.copy(), f.copy(), np.zeros((3, 16), I32)
    for lane in range(16):
        if lane % 3:
            old[0, lane] = expected[lane % 4]
            expected[lane % 4] += x[lane]
        expected[4], expected[5] = max(expected[4], x[lane]), min(expected[5], x[lane])
        expected[6], expected[7], expected[8] = expected[6] & x[lane], expected[7] | x[lane], expected[8] ^ x[lane]
        old[1, lane], expected[9] = expected[9], x[lane]
        old[2, lane] = expected[10 + lane % 2]
        expected[10 + lane % 2] = x[lane] if old[2, lane] == lane else old[2, lane]
        totals[lane % 2] += y[lane]
    totals[2:] = max(0, y.max()), min(0, y.min()), 1.5
    found = outcomes(K.atomics, device=device, i=i, f=f, x=x, y=y, old=zeros(48, I32), N=16)
    check_same(found, "i", expected)
    check_same(found, "f", totals, 1e-6)
    check_same(found, "old", old)


@pytest.mark.parametrize("device", ["cuda:90", "cuda:80", "hip"])
def test_tensor_descriptors_leave_out_what_is_outside(device: str) -> None:
    x = floats(20, 40)
    sizes: dict[str, Any] = {"M": I32(20), "N": I32(40)}
    found = outcomes(K.described, (2, 2), device, x=x, y=np.zeros_like(x), **sizes, B=16, C=32)
    check_same(found, "y", x * 3, 1e-6)


def test_tensor_descriptors_gather_and_scatter_rows() -> None:
    x, rows = floats(32, 64), np.array([3, 0, 9, 31, 8, 40, 2, 1], I32)
    arrays: dict[str, Any] = {"x": x, "i": rows, "y": np.zeros_like(x), "M": I32(32), "N": I32(64)}
    expected = np.zeros_like(x)
    inside = rows[rows < 32]
    expected[inside, :32] = x[inside, 32:64]
    text = texts(K.collected, **arrays, B=8, C=32)["ttir"]
    found = run(text, "collected", {key: np.asarray(each) for key, each in arrays.items()}, list(arrays), (1,))
    np.testing.assert_array_equal(found["y"], expected)


@pytest.mark.parametrize("n", [3, 20, 77])
def test_loops_and_branches(n: int) -> None:
    x = floats(16)
    count = next(each for each in range(20) if each * each >= n)
    expected = (x + count) * (2 if n > 50 else 3 if n > 10 else 1)
    expected = expected + sum(step for step in range(n, 0, -7) if step % 2 == 0) - 3 + (0 if n == 20 else count)
    check_same(outcomes(K.flow, x=x, y=zeros(16), n=I32(n), B=16), "y", expected, 1e-5)


def test_calls_of_functions_that_are_not_inlined() -> None:
    x = floats(16)
    assert "tt.call" in texts(K.calls, x=x, y=zeros(16), B=16)["ttir"]
    check_same(outcomes(K.calls, x=x, y=zeros(16), B=16), "y", (x * 3 + 1) * (x - 3), 1e-6)


def test_maps_of_scalar_functions() -> None:
    def collatz(value: int) -> int:
        steps = 0
        while value > 1:
            value = value // 2 if value % 2 == 0 else value * 3 + 1
            steps += 1
        return steps

    x = RNG.integers(1, 99, 16).astype(I32)
    pairs = [number for a, b in x.reshape(-1, 2).tolist() for number in (b, a + b)]
    check_same(outcomes(K.mapped, x=x, y=zeros(32, I32), B=16), "y", [*map(collatz, x.tolist()), *pairs])


def test_arrays_of_flags() -> None:
    x = RNG.random(16) < 0.5
    at = np.arange(16)
    check_same(outcomes(K.flags, x=x, y=zeros(32, np.bool_), B=16), "y", [x ^ (at % 3 == 0), x & (at % 2 == 1)])


def test_pointers_into_different_arrays() -> None:
    x, y = floats(16), floats(16)
    found = outcomes(K.chosen_pointers, x=x, y=y, out=zeros(16), B=16)
    check_same(found, "out", where(np.arange(16) % 2, y, x))


def test_pointers_to_another_type() -> None:
    x = RNG.integers(0, 256, 64).astype(np.uint8)
    check_same(outcomes(K.viewed, x=x, y=zeros(16, I32), B=16), "y", x.view(I32))


def test_random_numbers_are_those_of_philox() -> None:
    """Philox in Python integers, as in Salmon and others, Parallel random numbers: as easy as 1, 2, 3."""

    def philox(seed: int, counter: int) -> int:
        c, k = [counter, 0, 0, 0], [seed & 0xFFFFFFFF, seed >> 32]
        for _ in range(10):
            a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [b >> 32 ^ c[1] ^ k[0], b & 0xFFFFFFFF, a >> 32 ^ c[3] ^ k[1], a & 0xFFFFFFFF]
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        return c[0]

    signed = np.array([philox(11, lane) for lane in range(16)], U32).view(I32)
    uniform = where(signed < 0, -signed - 1, signed) * 4.6566127342e-10
    found = outcomes(K.randoms, y=zeros(32), seed=I32(11), B=16)
    check_same(found, "y", np.concatenate((uniform, signed.view(U32).astype(F64))), 1e-6)
