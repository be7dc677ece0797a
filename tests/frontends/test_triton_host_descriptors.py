"""Tensor descriptors that a kernel takes from the host: in texts for several devices, in the oracle, and verified."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from triton_parts import FRONTEND, lower, texts_of

from synthesis import Pair, Rejection, Symptom, SynthesisPipeline
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.base import (
    Program,
    Purpose,
    ReferenceFaultError,
    ReferenceUnknownError,
    RunKey,
)
from synthesis.frontends.triton.descriptors import bounds_of, with_entries
from synthesis.frontends.triton.lowering import lower_again
from synthesis.frontends.triton.reference.oracle import TritonReference
from synthesis.frontends.triton.spelling import SHORT, descriptor_parts, descriptor_type
from synthesis.frontends.triton.texts import Bounds as TextBounds
from synthesis.frontends.triton.texts import TextError, run
from synthesis.verification.judge import Judgement
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("triton")

Array = npt.NDArray[Any]
DEVICES = ("cuda:90", "cuda:80")
"""With descriptors, and without: there they become a pointer, sizes, strides and flags."""
HEAD = "import triton\nimport triton.language as tl\n\n\n@triton.jit\n"
LINE = (
    HEAD
    + """def line(x_desc, out_desc, BLOCK: tl.constexpr):
    start = tl.program_id(0) * BLOCK
    out_desc.store([start], x_desc.load([start]) * 2 + 1)
"""
)
TABLE = (
    HEAD
    + """def table(x_desc, out_desc, sums_ptr, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr):
    row = tl.program_id(0) * BLOCK_M
    total = tl.zeros([BLOCK_M], tl.float32)
    for column in range(0, x_desc.shape[1], BLOCK_N):
        x = x_desc.load([row, column])
        total += tl.sum(x.to(tl.float32), axis=1)
        tl.store_tensor_descriptor(out_desc, [row, column], x * 2 + 1)
    rows = row + tl.arange(0, BLOCK_M)
    tl.store(sums_ptr + rows, total, mask=rows < x_desc.shape[0])
"""
)
STACK = (
    HEAD
    + """def stack(x_desc, out_desc, steps_ptr):
    layer, row = tl.program_id(0), tl.program_id(1) * x_desc.block_shape[1]
    x = tl.load_tensor_descriptor(x_desc, [layer, row, -8])
    y = tl.load_tensor_descriptor(x_desc, [layer, row, 8])
    out_desc.store([layer, row, -8], x * 2 + 1)
    out_desc.store([layer, row, 8], y * 2 + 1)
    tl.store(steps_ptr, x_desc.strides[0] + x_desc.strides[1])
"""
)
SIZES = {"line": ((50,), (16,)), "table": ((20, 40), (16, 16)), "stack": ((3, 6, 24), (1, 4, 16))}
"""The shape of the arrays and of the blocks of each kernel; blocks reach beyond the arrays along every axis."""
KERNELS: Mapping[str, tuple[str, dict[str, int], tuple[int, ...]]] = {
    "line": (LINE, {"BLOCK": 16}, (4,)),
    "table": (TABLE, {"BLOCK_M": 16, "BLOCK_N": 16}, (2,)),
    "stack": (STACK, {}, (3, 2)),
}
DTYPES = ("float32", "float16", "bfloat16")


def dtype_of(name: str) -> np.dtype[Any]:
    return np.dtype(getattr(ml_dtypes, name, name))


def described(name: str, dtype: str, role: Role, shape: tuple[int, ...], block: tuple[int, ...]) -> Argument:
    domain = Domain(low=-1.0, high=1.0) if role is Role.INPUT else None
    return Argument(
        name=name, type_name=descriptor_type(SHORT[dtype], block), dtype=dtype, shape=shape, role=role, domain=domain
    )


def spec_of(kernel: str, dtype: str = "float32") -> KernelSpec:
    source, constants, grid = KERNELS[kernel]
    shape, block = SIZES[kernel]
    arguments = [
        described("x_desc", dtype, Role.INPUT, shape, block),
        described("out_desc", dtype, Role.OUTPUT, shape, block),
    ]
    if kernel == "table":
        sums = Argument(name="sums_ptr", type_name="*fp32", dtype="float32", shape=shape[:1], role=Role.OUTPUT)
        arguments.append(sums)
    if kernel == "stack":
        arguments.append(Argument(name="steps_ptr", type_name="*i64", dtype="int64", shape=(1,), role=Role.OUTPUT))
    signature = Signature(
        arguments=tuple(arguments), launch=grid, call={"constants": constants}, options={"num_warps": 2}
    )
    return KernelSpec(frontend="triton", name=kernel, category="tests", source=source, signature=signature)


def values_of(spec: KernelSpec) -> dict[str, Array]:
    """Random inputs, and outputs that hold 7 everywhere."""
    random = np.random.default_rng(3)
    values: dict[str, Array] = {}
    for each in spec.signature.arguments:
        shape = tuple(size or 0 for size in each.shape or ())
        drawn: Any = random.normal(size=shape) if each.role is Role.INPUT else np.full(shape, 7)
        values[each.name] = drawn.astype(dtype_of(each.dtype))
    return values


def run_text(text: str, spec: KernelSpec, values: Mapping[str, Array]) -> dict[str, Array]:
    signature = spec.signature
    found = {each.name: bounds_of(signature, each) for each in signature.arguments}
    blocks = {each.name: descriptor_parts(each.type_name) for each in signature.arguments}
    bounds = {
        name: TextBounds(
            shape=each.shape,
            strides=each.strides,
            block=(blocks[name] or ("", ()))[1],
            fill=math.nan if each.padding == "nan" else 0.0,
        )
        for name, each in found.items()
        if each is not None
    }
    order = [each.name for each in signature.arguments]
    grid = tuple(each or 0 for each in signature.launch or ())
    return run(text, spec.name, values, order, grid, descriptors=bounds)


def every_result(spec: KernelSpec, values: Mapping[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    """What the oracle and each text give."""
    (own,) = TritonReference(spec)([dict(values)], double=False)
    yield "oracle", dict(own)
    for device in DEVICES:
        for level, text in texts_of(spec, ("ttir", "ttgir"), device).items():
            assert ("!tt.tensordesc" in text) == (device == "cuda:90")
            yield f"{level} for {device}", run_text(text, spec, values)


def check(found: Array, expected: Array, dtype: str, told: str) -> None:
    units = {"float32": 1e-6, "float16": 2e-3, "bfloat16": 2e-2}[dtype]
    np.testing.assert_allclose(found.astype(np.float64), expected.astype(np.float64), units, units, err_msg=told)


# ---- texts and the oracle


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kernel", KERNELS)
def test_blocks_are_loaded_and_stored_within_bounds(kernel: str, dtype: str) -> None:
    spec = spec_of(kernel, dtype)
    values = values_of(spec)
    x = values["x_desc"].astype(np.float64)
    for told, found in every_result(spec, values):
        check(found["out_desc"], x * 2 + 1, dtype, told)
        if kernel == "table":
            check(found["sums_ptr"], x.sum(1), dtype, told)
        if kernel == "stack":
            assert found["steps_ptr"].tolist() == [6 * 24 + 24], told


def test_what_is_outside_is_zero_or_not_a_number() -> None:
    source = HEAD + "def line(x_desc, out_ptr):\n    tl.store(out_ptr + tl.arange(0, 16), x_desc.load([-4]))\n"
    out = Argument(name="out_ptr", type_name="*fp32", dtype="float32", shape=(16,), role=Role.OUTPUT)
    signature = Signature(
        arguments=(described("x_desc", "float32", Role.INPUT, (5,), (16,)), out),
        launch=(1,),
        call={"constants": {}},
    )
    spec = KernelSpec(frontend="triton", name="line", category="tests", source=source, signature=signature)
    values = {"x_desc": np.arange(1, 6, dtype=np.float32), "out_ptr": np.full(16, 7, np.float32)}
    for padding, fill in (("zero", 0.0), ("nan", np.nan)):
        padded = replace(spec, signature=with_entries(signature, {"x_desc": {"padding": padding}}))
        for told, found in every_result(padded, values):
            np.testing.assert_array_equal(found["out_ptr"], [*[fill] * 4, 1, 2, 3, 4, 5, *[fill] * 7], told)


def test_a_part_of_an_array_is_described_by_sizes_and_strides() -> None:
    spec = spec_of("table")
    entry = {"shape": [20, 40], "strides": [48, 1]}
    x = replace(spec.signature.arguments[0], shape=(19 * 48 + 40,))
    signature = replace(spec.signature, arguments=(x, *spec.signature.arguments[1:]))
    spec = replace(spec, signature=with_entries(signature, {"x_desc": entry}))
    values = values_of(spec)
    matrix = np.append(values["x_desc"], np.zeros(8)).reshape(20, 48)[:, :40]
    for told, found in every_result(spec, values):
        check(found["out_desc"], matrix * 2 + 1, "float32", told)


def test_two_descriptors_of_one_array_see_each_others_stores() -> None:
    source = HEAD + (
        "def table(x_desc, out_desc):\n"
        "    x = x_desc.load([0, 0])\n"
        "    out_desc.store([2, 0], x_desc.load([0, 0]).reshape([2, 16]) * 3)\n"
        "    out_desc.store([0, 8], x_desc.load([2, 0]).reshape([2, 16]))\n"
    )
    arguments = (
        described("x_desc", "float32", Role.INPUT, (8, 16), (4, 8)),
        described("out_desc", "float32", Role.INOUT, (8, 16), (2, 16)),
    )
    signature = Signature(arguments=arguments, launch=(1,), call={"constants": {}})
    spec = KernelSpec(frontend="triton", name="table", category="tests", source=source, signature=signature)
    x = np.arange(8 * 16, dtype=np.float32).reshape(8, 16)
    expected = x.copy()
    expected[2:4] = expected[:4, :8].reshape(2, 16) * 3
    expected[:2, 8:] = expected[2:6, :8].reshape(2, 16)[:, :8]
    for told, found in every_result(spec, {"x_desc": x, "out_desc": x}):
        np.testing.assert_array_equal(found["x_desc"], expected, told)
        np.testing.assert_array_equal(found["out_desc"], expected, told)


def test_rows_are_gathered_through_a_descriptor() -> None:
    source = HEAD + (
        "def pick(x_desc, rows_ptr, out_ptr):\n"
        "    x = x_desc.gather(tl.load(rows_ptr + tl.arange(0, 8)), 8)\n"
        "    at = tl.arange(0, 8)[:, None] * 16 + tl.arange(0, 16)[None, :]\n"
        "    tl.store(out_ptr + at, x)\n"
    )
    arguments = (
        described("x_desc", "float16", Role.INPUT, (32, 16), (1, 16)),
        Argument(name="rows_ptr", type_name="*i32", dtype="int32", shape=(8,)),
        Argument(name="out_ptr", type_name="*fp16", dtype="float16", shape=(8, 16), role=Role.OUTPUT),
    )
    signature = Signature(arguments=arguments, launch=(1,), call={"constants": {}})
    spec = KernelSpec(frontend="triton", name="pick", category="tests", source=source, signature=signature)
    values = values_of(spec)
    values["rows_ptr"] = np.array([3, 0, 9, 31, 8, 40, 2, 1], np.int32)
    padded = np.zeros((41, 24), np.float16)
    padded[:32, :16] = values["x_desc"]
    for told, found in every_result(spec, values):
        np.testing.assert_array_equal(found["out_ptr"], padded[values["rows_ptr"], 8:], told)


def test_blocks_are_added_through_a_descriptor() -> None:
    source = HEAD + (
        "def add(x_desc, out_desc):\n"
        "    x = x_desc.load([tl.program_id(0) * 4, 0])\n"
        "    out_desc.atomic_add([0, 0], x)\n"
        "    out_desc.atomic_max([4, 8], x)\n"
    )
    arguments = (
        described("x_desc", "int32", Role.INPUT, (10, 16), (4, 16)),
        described("out_desc", "int32", Role.INOUT, (8, 16), (4, 16)),
    )
    signature = Signature(arguments=arguments, launch=(3,), call={"constants": {}})
    spec = KernelSpec(frontend="triton", name="add", category="tests", source=source, signature=signature)
    x = np.arange(-40, 120, dtype=np.int32).reshape(10, 16)
    blocks = np.append(x, np.zeros((2, 16), np.int32), axis=0).reshape(3, 4, 16)
    expected = np.full((8, 16), 7, np.int32)
    expected[:4] += blocks.sum(0)
    expected[4:, 8:] = np.maximum(7, blocks.max(0)[:, :8])
    for told, found in every_result(spec, {"x_desc": x, "out_desc": np.full((8, 16), 7, np.int32)}):
        np.testing.assert_array_equal(found["out_desc"], expected, told)


def test_arguments_that_do_not_fit_the_parameters_are_refused() -> None:
    spec = spec_of("table")
    values = values_of(spec)
    text = texts_of(spec, ("ttir",))["ttir"]
    order = list(values)
    matrix = TextBounds(shape=(20, 40), strides=(40, 1), block=(16, 16))
    bounds = {"x_desc": matrix, "out_desc": matrix}
    with pytest.raises(TextError, match=r"x_desc is read in blocks \(16, 16\) of float16, but the text takes"):
        run(text, "table", {**values, "x_desc": values["x_desc"].astype(np.float16)}, order, (2,), descriptors=bounds)
    flat = TextBounds(shape=(800,), strides=(1,), block=(16,))
    with pytest.raises(TextError, match=r"x_desc is read in blocks \(16,\) of float32, but the text takes"):
        run(text, "table", values, order, (2,), descriptors={**bounds, "x_desc": flat})
    with pytest.raises(TextError, match=r"a parameter of the type !tt\.tensordesc<16x16xf32>"):
        run(text, "table", values, order, (2,))
    with pytest.raises(TextError, match="the tensor descriptor out_desc are not its sizes and strides"):
        run(text.replace("%arg7: i32", "%arg7: i16"), "table", values, order, (2,), descriptors=bounds)
    with pytest.raises(TextError, match="table takes 11 arguments, not 10"):
        run(text, "table", values, order[:-1], (2,), descriptors=bounds)
    with pytest.raises(TextError, match="and none for more"):
        run(text, "table", {**values, "more": values["x_desc"]}, [*order, "more"], (2,), descriptors=bounds)


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ({"strides": [42, 1]}, ReferenceFaultError),
        ({"strides": [1, 40]}, ReferenceFaultError),
        ({"shape": [30, 40]}, ReferenceFaultError),
        ({"shape": [20]}, ReferenceUnknownError),
        ({"shape": ["20", 40]}, ReferenceUnknownError),
        ({"padding": "one"}, ReferenceUnknownError),
        ({"rounds": True}, ReferenceUnknownError),
    ],
)
def test_the_oracle_refuses_descriptors_that_triton_does_not_make(
    entry: dict[str, Any], error: type[Exception]
) -> None:
    spec = spec_of("table")
    wrong = replace(spec, signature=with_entries(spec.signature, {"x_desc": entry}))
    with pytest.raises(error):
        TritonReference(wrong)([values_of(spec)], double=False)


@pytest.mark.parametrize(
    "entries", ["x_desc", ["x_desc"], {"x_desc": 3}, {"x_desc": {"shape": 20}}, {"x_desc": {"shape": [math.inf, 40]}}]
)
def test_entries_of_other_kinds_are_refused(entries: Any, tmp_path: Path) -> None:
    spec = spec_of("table")
    values = values_of(spec)
    signature = replace(spec.signature, call={"constants": {}, "descriptors": entries})
    with pytest.raises(ReferenceUnknownError):
        TritonReference(replace(spec, signature=signature))([values], double=False)
    text = texts_of(spec, ("ttir",))["ttir"]
    runs = {RunKey(Purpose.DRAW): values}
    program = Program(name="table", level=FRONTEND.level("ttir"), text=text, signature=signature, runs=runs)
    assert FRONTEND.prover is not None
    (_, (_, found)) = FRONTEND.prover.run([program], tmp_path)
    assert isinstance(found, Rejection)
    assert "the descriptor of x_desc cannot be read" in found.detail


# ---- verification


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(FRONTEND) as found:
        yield found


def judged(verifier: Verifier, spec: KernelSpec, texts: Mapping[str, str], device: str) -> Judgement:
    kernel = FRONTEND.load_one(spec)
    assert not isinstance(kernel, Rejection)
    try:
        plan = make_plan(FRONTEND, kernel, texts, device=device, useful=False, fresh=False)
        (found,) = verifier.judge([plan])
    finally:
        FRONTEND.compiler.release([kernel])
    return found


@pytest.mark.parametrize("device", ["cuda:90", "cuda:80", "hip:gfx942"])
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_row_is_verified_at_every_default_level(kernel: str, device: str) -> None:
    pair = SynthesisPipeline(FRONTEND, device=device, verify="all").create_pair(spec_of(kernel, "float16"))
    assert isinstance(pair, Pair), pair
    levels = ("ttir", "ttgir") if device.startswith("hip") else ("ttir", "ttgir", "ptx")
    assert pair.verdict.verified == levels, pair.verdict.unverified
    assert pair.verdict.reached == 1.0


WRONG = {
    "an offset of a load": ("cuda:90", "descriptor_load %arg0[%1, %arg11]", "descriptor_load %arg0[%1, %c0_i32]"),
    "an offset of a store": ("cuda:90", "store %arg5[%1, %arg11]", "store %arg5[%c0_i32, %arg11]"),
    "another descriptor": ("cuda:90", "descriptor_load %arg0[", "descriptor_load %arg5["),
    "another size": ("cuda:90", "to %arg2 step", "to %arg1 step"),
    "another bound": ("cuda:80", "tt.splat %arg1 : i64", "tt.splat %arg2 : i64"),
    "another padding": ("cuda:80", "arith.select %arg5, %cst_7, %cst_6", "arith.select %arg5, %cst_6, %cst_7"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_changed_text_is_refused(verifier: Verifier, what: str) -> None:
    spec = spec_of("table")
    device, old, new = WRONG[what]
    texts = texts_of(spec, ("ttir", "ttgir"), device)
    assert texts["ttir"].count(old) == 1
    found = judged(verifier, spec, {**texts, "ttir": texts["ttir"].replace(old, new)}, device)
    assert found.verdict.verified == ("ttgir",)
    symptom = Symptom.BUILD_ERROR if what in ("another bound",) else Symptom.WRONG_RESULT
    assert found.failed["ttir"].symptom is symptom, found.failed


@pytest.mark.parametrize("device", DEVICES)
def test_a_text_of_other_blocks_or_for_another_device_is_told(verifier: Verifier, device: str) -> None:
    spec = spec_of("line")
    x, out = (replace(each, type_name="tensordesc<fp32[32]>") for each in spec.signature.arguments)
    wider = replace(spec, signature=replace(spec.signature, arguments=(x, out)))
    own, wide = (texts_of(each, ("ttir",), device)["ttir"] for each in (spec, wider))
    other = texts_of(spec, ("ttir",), DEVICES[1 - DEVICES.index(device)])["ttir"]
    assert FRONTEND.prover is not None
    level = FRONTEND.level("ttir")
    assert FRONTEND.prover.sanitise(level, own, own).other is None
    assert "its functions are line(" in str(FRONTEND.prover.sanitise(level, other, own).other)
    assert judged(verifier, spec, {"ttir": own}, device).verdict.verified == ("ttir",)
    found = judged(verifier, spec, {"ttir": wide}, device)
    assert not found.verdict.verified
    wrong = "blocks (16,) of float32, but" if device == "cuda:90" else "several programs access an element of out_desc"
    assert wrong in found.failed["ttir"].detail


@pytest.mark.parametrize("device", DEVICES)
def test_texts_are_lowered_to_the_bytes_of_the_row(device: str, tmp_path: Path) -> None:
    spec = spec_of("stack", "bfloat16")
    made = texts_of(spec, ("ttir", "ptx"), device)
    assert lower_again(made["ttir"], "ptx", spec.signature, device, tmp_path) == made["ptx"]


def test_a_descriptor_of_truth_values_is_a_rejection() -> None:
    """Triton's compiler would end the process."""
    spec = spec_of("line")
    x = replace(spec.signature.arguments[0], type_name="tensordesc<i1[16]>", dtype="bool")
    made = lower(replace(spec, signature=replace(spec.signature, arguments=(x, *spec.signature.arguments[1:]))))
    assert isinstance(made, Rejection)
    assert "tensordesc<i1[16]>, which Triton does not compile" in made.detail
