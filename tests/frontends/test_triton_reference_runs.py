"""What the reference of Triton's kernels tells of runs: coverage, order, rounding, faults, and its speed."""

import time
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from triton_cases import HEAD, Job, spec_of
from triton_programs import every_program

from synthesis.frontends.base import (
    OutOfBoundsError,
    ReferenceFaultError,
    ReferenceUnknownError,
    Trace,
    Values,
    ZeroDivisorError,
)
from synthesis.frontends.triton.reference import machine
from synthesis.frontends.triton.reference.oracle import TritonReference
from synthesis.verification.comparison import compare
from synthesis.verification.coverage import coverage_of
from synthesis.verification.inputs import poison_of
from synthesis.verification.rounding import with_relaxed_tolerances
from synthesis.verification.tolerances import expect

PROGRAMS = every_program()


def _reference(job: Job) -> TritonReference:
    return TritonReference(spec_of(job.source, job.values, launch=job.grid, constants=job.constants))


# ---- coverage


_BRANCHES = (
    HEAD
    + """@triton.jit
def _unused(a):
    return a + 1


@triton.jit
def _limited(a, WIDE: tl.constexpr):
    if WIDE:
        return tl.minimum(a, 9.0 * a)
    return a


@triton.jit
def kernel(x_ptr, out_ptr, n, WIDE: tl.constexpr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs, mask=offs < n, other=x_ptr.dtype.element_ty == tl.float32)
    if tl.max(x) > 100:
        x = x - 100
        x = x * 2
    y = tl.where(x > 3, x * x, x + 1)
    z = tl.maximum(y, x * 8)
    z = _limited(z, WIDE)
    z = z * (2 if n > 60 else tl.sum(x))
    tl.store(out_ptr + offs, z)
    return
    z = _unused(z)
"""
)


def _branches(x: float, n: int, *, wide: bool = False) -> tuple[TritonReference, dict[str, npt.NDArray[Any]]]:
    values: Values = {
        "x_ptr": np.full(64, x, np.float32),
        "out_ptr": np.zeros(64, np.float32),
        "n": np.array(n, np.int32),
    }
    return TritonReference(spec_of(_BRANCHES, values, constants={"WIDE": wide})), values


def _missed(trace: Trace, reference: TritonReference) -> tuple[list[str], list[str]]:
    reached = reference.reached(trace)
    return list(reached.missed), [each.words.rpartition(" of line")[0] for each in reached.untaken]


def test_statements_and_arms_that_no_run_takes_are_told() -> None:
    reference, run = _branches(1.0, 64)
    trace = Trace()
    reference([run], double=False, trace=trace)
    statements, arms = _missed(trace, reference)
    assert statements == ["x = x - 100", "x = x * 2"]
    assert set(arms) == {"x * x", "y", "x_ptr.dtype.element_ty == tl.float32", "tl.sum(x)"}
    assert reference.reached(trace).places == 13
    assert not any(each.slopes for each in reference.reached(trace).untaken)


def test_several_runs_reach_the_whole_kernel_and_the_first_is_recorded() -> None:
    reference, run = _branches(1.0, 64)
    trace = Trace()
    runs = [run, _branches(-0.1, 4)[1], _branches(200.0, 64)[1]]
    runs[1]["x_ptr"][1] = 4.0
    reference(runs, double=False, trace=trace)
    assert _missed(trace, reference) == ([], [])
    assert set(trace.first.values()) == {0, 2}
    assert set(trace.arms.values()) == {0, 1}


def test_a_branch_that_constants_decide_on_is_left_out() -> None:
    wide, run = _branches(1.0, 64, wide=True)
    trace = Trace()
    wide([run], double=False, trace=trace)
    assert wide.reached(trace).places == 13
    assert "9.0 * a" in _missed(trace, wide)[1]


# ---- order


def test_an_array_that_depends_on_the_order_of_programs_is_told() -> None:
    orders: dict[str, str | None] = {}
    for name, job in PROGRAMS.items():
        trace = Trace()
        _reference(job)([job.values], double=False, trace=trace)
        orders[name] = trace.order
    assert orders.pop("atomics") == "out_ptr"
    assert set(orders.values()) == {None}


def test_arrays_that_programs_add_to_and_those_that_they_share_are_told() -> None:
    job = PROGRAMS["atomics"]
    reference = _reference(job)
    assert reference.accumulated(job.values) == {"out_ptr", "out_f_ptr"}
    assert reference.separate([job.values]) == {"x_ptr", "out_ptr", "out_f_ptr", "out_m_ptr"}
    shared = _kernel("tl.store(out_ptr + 1, tl.load(out_ptr + 2) + pid)\n    tl.store(out_ptr + 2, pid)", grid=4)
    assert shared[0].separate([shared[1]]) == {"x_ptr"}
    trace = Trace()
    shared[0]([shared[1]], double=False, trace=trace)
    assert trace.order == "out_ptr"


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_an_order_that_matters_is_told_if_some_elements_are_not_written(dtype: str) -> None:
    source = HEAD + "@triton.jit\ndef kernel(x_ptr, out_ptr):\n    pid = tl.program_id(0)\n"
    source += "    tl.store(out_ptr + pid % 2, tl.load(x_ptr + pid))\n"
    out = np.full(8, poison_of(dtype))
    values: Values = {"x_ptr": np.arange(4).astype(dtype), "out_ptr": out}
    trace = Trace()
    TritonReference(spec_of(source, values, launch=(4,)))([values], double=False, trace=trace)
    assert trace.order == "out_ptr"


_LOCKED = (
    HEAD
    + """@triton.jit
def kernel(x_ptr, out_lock_ptr, out_count_ptr, out_ptr):
    v = tl.load(x_ptr + tl.program_id(0))
    while tl.atomic_cas(out_lock_ptr, 0, 1) == 1:
        pass
    tl.store(out_ptr, tl.load(out_ptr) + v)
    tl.atomic_xchg(out_lock_ptr, 0)
    tl.atomic_add(out_count_ptr, 1)
"""
)


def _locked_values() -> Values:
    return {
        "x_ptr": np.arange(1, 5).astype(np.float32),
        "out_lock_ptr": np.zeros(1, np.int32),
        "out_count_ptr": np.zeros(1, np.int32),
        "out_ptr": np.zeros(1, np.float32),
    }


def test_a_lock_that_is_released_is_no_output_that_nothing_changed() -> None:
    values = _locked_values()
    spec = spec_of(_LOCKED, values, launch=(4,))
    reference, trace = TritonReference(spec), Trace()
    found = reference([values], double=False, trace=trace)
    code = reference.reached(trace)
    assert code.restored == {"out_lock_ptr"}
    assert coverage_of(spec.signature, [values], found, code).share == 1.0
    assert coverage_of(spec.signature, [values], [values], code).share == 0.0  # a count that stays is a fault


_RACES = {
    "a sum": "tl.store(out_ptr, tl.load(out_ptr) + v)",
    "sums of overlapping blocks": "at = out_ptr + pid + tl.arange(0, 2)\n    tl.store(at, tl.load(at) + v)",
    "the first and the last one alike": "tl.store(out_ptr, tl.load(x_ptr + (pid % 3 == 0).to(tl.int32)))",
}


@pytest.mark.parametrize("statement", _RACES.values(), ids=_RACES)
def test_plain_stores_that_are_the_same_in_reverse_order_are_told(statement: str) -> None:
    assert _order(statement, out=8) == "out_ptr"


@pytest.mark.parametrize(
    "statement",
    [
        "tl.atomic_add(out_ptr, v)",
        "tl.store(out_ptr, 1.0, mask=v > 2.0)",
        "tl.store(out_ptr + pid, tl.load(out_ptr + pid) + v)",
    ],
)
def test_changes_that_commute_are_not_told(statement: str) -> None:
    assert _order(statement, out=8) is None


def test_the_order_of_programs_that_take_turns_by_a_lock_is_not_told() -> None:
    source, values = _LOCKED, _locked_values()
    trace = Trace()
    TritonReference(spec_of(source, values, launch=(4,)))([values], double=False, trace=trace)
    assert trace.order is None


def test_an_array_that_is_only_read_is_not_named_if_programs_wait_for_others() -> None:
    waiting = "while tl.atomic_add(out_ptr, 0.0) != pid:\n        pass\n    tl.atomic_add(out_ptr, 1.0)"
    assert _order(waiting, out=1) == "out_ptr"


def _order(statement: str, *, out: int) -> str | None:
    """Return the array that depends on the order of four programs that execute a statement."""
    source = HEAD + "@triton.jit\ndef kernel(x_ptr, out_ptr):\n    pid = tl.program_id(0)\n"
    source += f"    v = tl.load(x_ptr + pid)\n    {statement}\n"
    values: Values = {"x_ptr": np.arange(1, 5).astype(np.float32), "out_ptr": np.zeros(out, np.float32)}
    trace = Trace()
    TritonReference(spec_of(source, values, launch=(4,)))([values], double=False, trace=trace)
    return trace.order


# ---- rounding


def _expected(reference: TritonReference, values: Values) -> Any:
    double, own = reference([values], double=True), reference([values], double=False)
    expected = expect(double, own, {}, unit=reference.unit)
    assert expected.ill_conditioned is None
    assert expected.non_finite is None
    return with_relaxed_tolerances(expected, reference.perturbed([values], seed=3))


def _passes(expected: Any, found: Values) -> bool:
    return compare([found], expected).mismatch is None


_ROUNDED = (
    HEAD
    + """@triton.jit
def kernel(x_ptr, y_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs)
    y = tl.load(y_ptr + offs)
    total = tl.sum(x * 1000.0) - tl.sum(x) * 999.0
    tl.store(out_ptr + offs, tl.exp(x) * y + total)
"""
)


def test_another_order_of_summation_stays_within_and_another_term_does_not() -> None:
    random = np.random.default_rng(4)
    values: Values = {name: random.normal(size=64).astype(np.float32) for name in ("x_ptr", "y_ptr", "out_ptr")}
    reference = TritonReference(spec_of(_ROUNDED, values))
    expected = _expected(reference, values)
    x, y = values["x_ptr"], values["y_ptr"]
    one = np.add.accumulate((x * np.float32(1000))[::-1])[-1] - np.add.accumulate(x[::-1])[-1] * np.float32(999)
    right = np.exp(x) * y + one
    assert right.dtype == np.float32
    assert _passes(expected, values | {"out_ptr": right})
    assert not _passes(expected, values | {"out_ptr": np.exp(x) * y + one * np.float32(1.1)})
    assert not _passes(expected, values | {"out_ptr": (np.exp(x[::-1]) * y + one).astype(np.float32)})


def test_perturbed_numbers_differ_by_units_in_the_last_place() -> None:
    values: Values = {name: np.random.default_rng(4).normal(size=64).astype(np.float32) for name in
                      ("x_ptr", "y_ptr", "out_ptr")}  # fmt: skip
    reference, off = TritonReference(spec_of(HEAD + _SIMPLE, values)), list[npt.NDArray[Any]]()
    (own,) = reference([values], double=False)
    for seed, opposite in ((1, False), (2, False), (1, True)):
        (found,) = reference.perturbed_results([values], seed=seed, opposite=opposite)
        off.append(found["out_ptr"].astype(np.float64) - own["out_ptr"])
    units = np.abs(off[0]) / np.spacing(np.abs(own["out_ptr"]))
    assert 0.3 < np.mean(units > 0) <= 1
    assert units.max() <= 64
    assert not np.array_equal(off[0], off[1])
    assert np.corrcoef(off[0], off[2])[0, 1] < -0.9


_SIMPLE = """@triton.jit
def kernel(x_ptr, y_ptr, out_ptr):
    offs = tl.arange(0, 64)
    tl.store(out_ptr + offs, tl.load(x_ptr + offs) / 3.0)
"""


def test_numbers_that_are_exact_are_not_perturbed() -> None:
    source = (
        HEAD
        + """@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs)
    tl.store(out_ptr + offs, tl.cumsum(x * 2.0 + 1.0, 0).to(tl.int32) + tl.argmax(x, 0))
"""
    )
    values: Values = {"x_ptr": np.arange(64, dtype=np.float32), "out_ptr": np.zeros(64, np.int32)}
    reference = TritonReference(spec_of(source, values))
    (perturbed_run,), (own,) = reference.perturbed([values], seed=1), reference([values], double=False)
    assert np.array_equal(perturbed_run.off["out_ptr"], own["out_ptr"])
    assert not perturbed_run.inverted
    assert not perturbed_run.unsettled


_DECIDING = (
    HEAD
    + """@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs)
    y = x * 0.1 * 10.0
    tl.store(out_ptr + offs, tl.where(y >= 0.7, 1.0, 20.0) + tl.floor(y * 10.0))
"""
)


def test_a_decision_that_rounding_may_turn_is_turned_and_no_other() -> None:
    values: Values = {"x_ptr": np.linspace(0, 3, 64).astype(np.float32), "out_ptr": np.zeros(64, np.float32)}
    values["x_ptr"][5] = 0.7
    reference = TritonReference(spec_of(_DECIDING, values))
    (perturbed_run,), (own,) = reference.perturbed([values], seed=1), reference([values], double=False)
    moved = np.flatnonzero(perturbed_run.inverted[0]["out_ptr"] != own["out_ptr"])
    near = np.flatnonzero(np.abs(values["x_ptr"] * 10 - np.round(values["x_ptr"] * 10)) < 1e-4)
    assert 5 in moved
    assert set(moved) <= set(near)
    assert not perturbed_run.unsettled


def test_a_loop_that_rounding_may_end_elsewhere_is_unsettled() -> None:
    source = (
        HEAD
        + """@triton.jit
def kernel(x_ptr, out_ptr):
    total = tl.load(x_ptr) * 0.0
    while total < 0.7:
        total += 0.1
    tl.store(out_ptr, total)
"""
    )
    values: Values = {"x_ptr": np.ones(1, np.float32), "out_ptr": np.zeros(1, np.float32)}
    assert TritonReference(spec_of(source, values)).perturbed([values], seed=1)[0].unsettled


def test_a_product_of_rounded_operands_may_be_rounded_otherwise() -> None:
    random = np.random.default_rng(8)
    source = (
        HEAD
        + """@triton.jit
def kernel(x_ptr, y_ptr, out_ptr):
    i = tl.arange(0, 32)
    offs = i[:, None] * 32 + i[None, :]
    tl.store(out_ptr + offs, tl.dot(tl.load(x_ptr + offs), tl.load(y_ptr + offs)))
"""
    )
    values: Values = {name: random.normal(size=(32, 32)).astype(np.float32) for name in ("x_ptr", "y_ptr", "out_ptr")}
    reference = TritonReference(spec_of(source, values))
    expected = _expected(reference, values)
    assert reference.unit == 2.0**-10
    cut = [(values[name].view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32) for name in ("x_ptr", "y_ptr")]
    for one, two in ((values["x_ptr"], values["y_ptr"]), cut):
        assert _passes(expected, values | {"out_ptr": one @ two})
    wrong = cut[0] @ cut[1] - cut[0][:, :1] * cut[1][:1]
    assert not _passes(expected, values | {"out_ptr": wrong})


@pytest.mark.parametrize(("body", "unit"), [
    ("x = x.to(tl.float32)\n    tl.store(out_ptr + offs, x * 3)", 0.0),
    ("tl.store(out_ptr + offs, (x.to(tl.float32) * 3).to(tl.float16))", 0.0),
    ("tl.store(out_ptr + offs, x * x)", 2.0**-10),
    ("y = (x.to(tl.float32) * 3).to(tl.bfloat16)\n    tl.store(out_ptr + offs, y.to(tl.float32) + 1)", 2.0**-7),
])  # fmt: skip
def test_the_unit_is_that_of_numbers_that_are_computed_with(body: str, unit: float) -> None:
    source = (
        HEAD
        + f"""@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs)
    {body}
"""
    )
    values: Values = {name: np.linspace(0, 1, 64).astype(np.float16) for name in ("x_ptr", "out_ptr")}
    reference = TritonReference(spec_of(source, values))
    reference([values], double=False)
    assert reference.unit == unit


# ---- faults and what is not modelled


def _kernel(body: str, *, grid: int = 1, head: str = "") -> tuple[TritonReference, Values]:
    source = (
        HEAD
        + head
        + f"""@triton.jit
def kernel(x_ptr, out_ptr, n):
    pid = tl.program_id(0)
    offs = tl.arange(0, 16)
    {body}
"""
    )
    values: Values = {
        "x_ptr": np.arange(16, dtype=np.int32),
        "out_ptr": np.zeros(16, np.int32),
        "n": np.array(0, np.int32),
    }
    return TritonReference(spec_of(source, values, launch=(grid,))), values


@pytest.mark.parametrize(("body", "error"), [
    ("tl.store(out_ptr + offs, tl.load(x_ptr + offs + 1))", OutOfBoundsError),
    ("tl.store(out_ptr + offs - 1, 1)", OutOfBoundsError),
    ("tl.atomic_add(out_ptr + offs * 2, 1)", OutOfBoundsError),
    ("tl.store(out_ptr + offs, offs // n)", ZeroDivisorError),
    ("tl.store(out_ptr, 5 % n)", ZeroDivisorError),
    ("while n < 1:\n        n = n * 1", ReferenceFaultError),
    ("for i in range(0, 1 << 40):\n        n += 1", ReferenceFaultError),
    ("x = offs[:, None, None, None, None] + offs[None, :, None, None, None] + offs[None, None, :, None, None] "
     "+ offs[None, None, None, :, None] + offs[None, None, None, None, :] * offs[:, None, None, None, None]\n"
     "    tl.store(out_ptr + x[:, :, :, :, :, None] * offs, 1)", ReferenceFaultError),
    ("tl.store(out_ptr + offs, tl.gather(offs, offs + 1, 0))", ReferenceFaultError),
    ("tl.static_assert(1 > 2)", ReferenceFaultError),
    ("x = 2 ** (2 ** 1000)", ReferenceUnknownError),
    ("x = 'a' * 1000000000", ReferenceUnknownError),
    ("x: tl.constexpr = (1, 2)\n    for _ in tl.static_range(60):\n        x: tl.constexpr = x + x",
     ReferenceUnknownError),
    ("x = tl.math.log(0) + (1,)[5]", ReferenceUnknownError),
    ("tl.store(x_ptr + offs * 0, offs)", ReferenceUnknownError),
    ("x = __import__('os')", ReferenceUnknownError),
    ("x = (1).__class__", ReferenceUnknownError),
    ("x = open('/etc/passwd')", ReferenceUnknownError),
    ("x = tl.inline_asm_elementwise('', '', [offs], tl.int32, True, 1)", ReferenceUnknownError),
    ("x = tl.load((out_ptr + offs).to(tl.int64))", ReferenceUnknownError),
    ("x = tl.make_block_ptr(x_ptr, (16,), (1,), (0,), (16,), (0,))", ReferenceUnknownError),
    ("x = lambda: 1", ReferenceUnknownError),
    ("import os", ReferenceUnknownError),
])  # fmt: skip
def test_a_fault_or_something_not_modelled_is_told(
    body: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_MOST_STEPS", 5_000)
    reference, values = _kernel(body)
    with pytest.raises(error):
        reference([values], double=False, trace=Trace())


def test_a_call_of_itself_ends() -> None:
    head = "@triton.jit\ndef _again(x):\n    return _again(x + 1)\n\n\n"
    reference, values = _kernel("x = _again(n)", head=head)
    with pytest.raises(ReferenceFaultError):
        reference([values], double=False)


def test_an_access_outside_tells_the_array_and_how_many_elements_it_needs() -> None:
    reference, values = _kernel("tl.store(out_ptr + offs, tl.load(x_ptr + offs + 4, mask=offs < 14))")
    with pytest.raises(OutOfBoundsError) as error:
        reference([values], double=False)
    assert (error.value.array, error.value.size, error.value.needed) == ("x_ptr", 16, 18)


def test_what_is_masked_off_without_a_value_is_not_a_number_in_float64() -> None:
    source = (
        HEAD
        + """@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.arange(0, 64)
    x = tl.load(x_ptr + offs, mask=offs < 60)
    tl.store(out_ptr + offs, x, mask=offs < 60)
    tl.store(out_ptr + 63, tl.sum(x))
"""
    )
    values: Values = {"x_ptr": np.ones(60, np.float32), "out_ptr": np.zeros(64, np.float32)}
    (double,) = TritonReference(spec_of(source, values))([values], double=True)
    assert np.isnan(double["out_ptr"][63])
    assert np.isfinite(double["out_ptr"][:63]).all()


@pytest.mark.parametrize("source", ["def kernel(:", "x = 1", "(" * 5000, "class kernel: pass", "-" * 100_000 + "1"])
def test_a_source_without_the_kernel_is_refused(source: str) -> None:
    with pytest.raises(ReferenceUnknownError):
        TritonReference(spec_of(source, {}))


def test_too_many_programs_are_refused() -> None:
    with pytest.raises(ReferenceUnknownError, match="programs"):
        _kernel("tl.store(out_ptr + offs, 1)", grid=2**31)


# ---- speed


def test_a_kernel_of_60_operations_takes_milliseconds() -> None:
    body = "\n    ".join(f"x = x * 1.01 + {number}.0" for number in range(30))
    source = (
        HEAD
        + f"""@triton.jit
def kernel(x_ptr, out_ptr):
    offs = tl.program_id(0) * 256 + tl.arange(0, 256)
    x = tl.load(x_ptr + offs)
    {body}
    tl.store(out_ptr + offs, x)
"""
    )
    values: Values = {name: np.ones(2048, np.float32) for name in ("x_ptr", "out_ptr")}
    reference = TritonReference(spec_of(source, values, launch=(8,)))
    reference([values], double=False)
    began = time.process_time()
    reference([values], double=False)
    assert time.process_time() - began < 0.1
