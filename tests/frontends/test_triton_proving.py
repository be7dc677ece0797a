"""Triton's texts are verified through the pipeline, and wrong, endless or unusual ones are not."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from triton_parts import FRONTEND, drawn, pointer, spec_of, texts_of

from synthesis import Pair, Rejection, Symptom, SynthesisPipeline
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.base import Program, Prover, Purpose, RunKey, Values
from synthesis.frontends.triton import proving
from synthesis.frontends.triton.texts import Limits, run
from synthesis.verification.judge import Judgement
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("triton")

LEVELS = ("ttir", "ttgir")
RUN = RunKey(Purpose.DRAW)
ADDED = """import triton
import triton.language as tl


@triton.jit
def added(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
    offs = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offs < n
    x = tl.load(x_ptr + offs, mask=mask, other=0.0)
    y = tl.load(y_ptr + offs, mask=mask, other=0.0)
    tl.store(out_ptr + offs, tl.where(x > 0.5, (x - y) * 3.0, y), mask=mask)
"""
"""The arrays have 100 elements, and the last block of 64 reaches beyond them."""
WRONG = {
    "a constant": ("dense<3.000000e+00>", "dense<3.010000e+00>"),
    "the order of operands": ("arith.subf %9, %12", "arith.subf %12, %9"),
    "a comparison": ("arith.cmpf ogt", "arith.cmpf oge"),
    "the arms of a selection": ("arith.select %15, %17, %12", "arith.select %15, %12, %17"),
    "a bound of the mask": ("arith.cmpi slt", "arith.cmpi sle"),
}
ENDLESS = """    scf.while : () -> () {
      %true = arith.constant true
      scf.condition(%true)
    } do {
      scf.yield
    }
"""
RACE = """module {
  tt.func public @added(%x: !tt.ptr<f32>, %y: !tt.ptr<f32>, %out: !tt.ptr<f32>, %n: i32) {
    %0 = tt.get_program_id x : i32
    %1 = arith.sitofp %0 : i32 to f32
    tt.store %out, %1 : !tt.ptr<f32>
    tt.return
  }
}
"""
ORDER = "depends on order: threads change out_ptr in ways that do not commute"
AGAIN = """    %90 = tt.load %8, %6, %cst_1 : tensor<64x!tt.ptr<f32>>
    tt.store %11, %90, %6 : tensor<64x!tt.ptr<f32>>
"""
STRAY = """    %90 = arith.constant 99 : i32
    %91 = arith.constant 7.000000e+00 : f32
    %92 = arith.constant 0 : i32
    %93 = arith.cmpi eq, %0, %92 : i32
    %94 = tt.addptr %arg2, %90 : !tt.ptr<f32>, i32
    tt.store %94, %91, %93 : !tt.ptr<f32>
"""
REFUSED = {
    "assembly": '    %a = tt.elementwise_inline_asm "mov.u32 $0, $1;" '
    '{constraints = "=r,r", packed_element = 1 : i32, pure = true} %arg3 : i32 -> i32\n',
    "print": '    tt.print " n: " {hex = false, isSigned = array<i32: 1>} : %arg3 : i32\n',
    "an address": "    %a = arith.constant 4096 : i64\n    %b = tt.int_to_ptr %a : i64 -> !tt.ptr<f32>\n",
}


def added_spec() -> KernelSpec:
    domain = Domain(low=0.0, high=1.0)
    signature = Signature(
        arguments=(
            replace(pointer("x_ptr"), domain=domain),
            replace(pointer("y_ptr"), domain=domain),
            pointer("out_ptr", role=Role.OUTPUT),
            Argument(name="n", type_name="i32", dtype="int32", domain=Domain(low=100, high=100)),
        ),
        launch=(2,),
        call={"constants": {"BLOCK": 64}},
        options={"num_warps": 2},
    )
    return replace(spec_of(ADDED, "added"), signature=signature)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return texts_of(added_spec(), LEVELS)


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(FRONTEND) as found:
        yield found


def plan_of(texts: Mapping[str, str]) -> Plan:
    """The plan of texts that somebody else may have made."""
    kernel = FRONTEND.load_one(added_spec())
    assert not isinstance(kernel, Rejection)
    try:
        return make_plan(FRONTEND, kernel, texts, useful=False, fresh=False)
    finally:
        FRONTEND.compiler.release([kernel])


def judged(verifier: Verifier, texts: Mapping[str, str]) -> Judgement:
    (found,) = verifier.judge([plan_of(texts)])
    return found


def before(text: str, statements: str) -> str:
    """The text with statements before the end of its function."""
    assert text.count("    tt.return\n") == 1
    return text.replace("    tt.return\n", f"{statements}    tt.return\n")


def prover() -> Prover:
    assert FRONTEND.prover is not None
    return FRONTEND.prover


def program(text: str, values: Values, **changes: object) -> Program:
    (level,) = [each for each in FRONTEND.compiler.levels if each.name == "ttir"]
    fields = {"name": "added", "level": level, "text": text, "signature": added_spec().signature, "runs": {RUN: values}}
    return Program(**{**fields, **changes})  # pyright: ignore[reportArgumentType]


def outcome_of(each: Program, folder: Path) -> Values | Rejection:
    """What becomes of a program in this process."""
    ((_, started), (_, found)) = prover().run([each], folder)
    assert started is None
    assert found is not None
    return found if isinstance(found, Rejection) else found[RUN]


def values_of(x: np.ndarray, y: np.ndarray) -> Values:
    return {"x_ptr": x, "y_ptr": y, "out_ptr": np.zeros(100, np.float32), "n": np.asarray(np.int32(100))}


@pytest.mark.parametrize("recipe", ["map", "vector_add", "softmax", "atomics", "layer_norm", "matmul"])
def test_a_drawn_kernel_is_verified_at_both_levels(recipe: str) -> None:
    pair = SynthesisPipeline(FRONTEND, level=LEVELS, verify="all").create_pair(drawn(recipe))
    assert isinstance(pair, Pair), pair
    assert pair.verdict.verified == LEVELS


def test_a_level_that_nothing_verifies_is_not_verified() -> None:
    pair = SynthesisPipeline(FRONTEND, level=["ttir", "sass"], verify="all").create_pair(added_spec())
    assert isinstance(pair, Pair), pair
    assert pair.verdict.verified == ("ttir",)
    assert {name: str(why) for name, why in pair.verdict.unverified.items()} == {"sass": "sass is not executed"}


@pytest.mark.parametrize("changed", WRONG)
def test_a_changed_text_is_a_wrong_result(texts: dict[str, str], verifier: Verifier, changed: str) -> None:
    wrong = texts["ttir"].replace(*WRONG[changed])
    assert wrong != texts["ttir"]
    found = judged(verifier, {**texts, "ttir": wrong})
    assert found.verdict.verified == ("ttgir",)
    allowed = {Symptom.BUILD_ERROR} if changed == "a bound of the mask" else {Symptom.WRONG_RESULT}
    assert found.failed["ttir"].symptom in allowed, found.failed


@pytest.mark.parametrize("level", LEVELS)
def test_a_mask_that_is_dropped_is_an_access_outside_the_array(
    texts: dict[str, str], verifier: Verifier, level: str
) -> None:
    lines = [line.replace(", %6 :", " :") if "tt.store" in line else line for line in texts[level].splitlines()]
    wrong = "\n".join(lines) + "\n"
    assert wrong != texts[level]
    found = judged(verifier, {level: wrong})
    assert not found.verdict.verified
    assert "element 127 of out_ptr, which has 100" in found.failed[level].detail


def test_an_endless_loop_is_stopped(texts: dict[str, str]) -> None:
    with Verifier(FRONTEND, time_limit=0.5) as hasty:
        found = judged(hasty, {**texts, "ttir": before(texts["ttir"], ENDLESS)})
    assert found.verdict.verified == ("ttgir",)
    assert found.failed["ttir"].symptom is Symptom.TIMEOUT


def test_work_without_end_is_too_much_whatever_time_there_is(
    texts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "run", functools.partial(run, limits=Limits(work=10_000)))
    some = np.ones(100, np.float32)
    found = outcome_of(program(before(texts["ttir"], ENDLESS), values_of(some, some)), tmp_path)
    assert isinstance(found, Rejection)
    assert found.symptom is Symptom.TIMEOUT


def test_a_huge_grid_is_refused(texts: dict[str, str], tmp_path: Path) -> None:
    signature = replace(added_spec().signature, launch=(1 << 20, 1 << 10, 1 << 10))
    some = np.ones(100, np.float32)
    found = outcome_of(program(texts["ttir"], values_of(some, some), signature=signature), tmp_path)
    assert isinstance(found, Rejection)
    assert "a grid of" in found.detail


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_more_than_compute_is_refused(texts: dict[str, str], verifier: Verifier, what: str) -> None:
    found = judged(verifier, {"ttir": before(texts["ttir"], REFUSED[what])})
    assert not found.verdict.verified
    assert found.failed["ttir"].symptom is Symptom.BUILD_ERROR
    assert "is not allowed" in found.failed["ttir"].detail


def test_a_text_of_other_parameters_is_told_from_the_row_s(texts: dict[str, str]) -> None:
    (level,) = [each for each in FRONTEND.compiler.levels if each.name == "ttir"]
    own = texts["ttir"]
    assert prover().sanitise(level, own, own).other is None
    other = prover().sanitise(level, RACE.replace("%n: i32", "%n: i64"), own)
    assert other.other == "its functions are added(!tt.ptr<f32>, !tt.ptr<f32>, !tt.ptr<f32>, i64)"
    assert prover().sanitise(level, RACE, own).other is None
    assert prover().sanitise(level, own.replace("tt.return", "tt.retur"), own).broken is not None


def test_two_arrays_that_are_one_are_one_in_memory(texts: dict[str, str], tmp_path: Path) -> None:
    """A second load of ``x`` after the store sees what the store left, if ``x`` and ``out`` are one array."""
    both = np.linspace(0.0, 1.0, 100, dtype=np.float32)
    y = np.full(100, 0.25, np.float32)
    text = before(texts["ttir"], AGAIN)
    expected = np.where(both > 0.5, (both - y) * np.float32(3), y)
    apart = outcome_of(program(text, values_of(both, y)), tmp_path)
    one = outcome_of(program(text, {**values_of(both, y), "out_ptr": both}), tmp_path)
    assert not isinstance(apart, Rejection), apart
    assert not isinstance(one, Rejection), one
    np.testing.assert_array_equal(apart["y_ptr"], both)
    np.testing.assert_array_equal(one["x_ptr"], expected)
    np.testing.assert_array_equal(one["out_ptr"], expected)
    np.testing.assert_array_equal(one["y_ptr"], expected)


def test_one_array_as_two_arguments_is_a_run_of_the_plan(texts: dict[str, str]) -> None:
    plan = plan_of(texts)
    assert plan.overlap is not None
    assert all(RunKey(Purpose.OVERLAP) in each.runs for each in plan.programs)


def test_programs_may_race_where_two_arguments_are_one_array(verifier: Verifier) -> None:
    """A program reads an element that the next one writes, if ``x`` and ``out`` are one array."""
    source = ADDED.replace("x_ptr + offs, mask=mask", "x_ptr + offs + 1, mask=offs + 1 < n")
    kernel = FRONTEND.load_one(replace(added_spec(), source=source))
    assert not isinstance(kernel, Rejection)
    plan = make_plan(FRONTEND, kernel, texts_of(kernel.spec, LEVELS), useful=False, fresh=False)
    FRONTEND.compiler.release([kernel])
    assert plan.overlap is not None
    assert all(each.separate for each in plan.programs)
    (found,) = verifier.judge([plan])
    assert found.verdict.verified == LEVELS


def test_a_race_between_programs_is_told_by_what_they_touch(tmp_path: Path) -> None:
    some = np.ones(100, np.float32)
    raced = outcome_of(program(RACE, values_of(some, some), separate=frozenset({"out_ptr"})), tmp_path)
    assert isinstance(raced, Rejection)
    assert (raced.symptom, raced.detail) == (Symptom.WRONG_RESULT, "several programs access an element of out_ptr")
    unwatched = outcome_of(program(RACE, values_of(some, some)), tmp_path)
    assert not isinstance(unwatched, Rejection)
    assert unwatched["out_ptr"][0] == 1.0


def test_a_race_with_right_results_is_found_in_a_text_of_others(texts: dict[str, str], verifier: Verifier) -> None:
    """The first program stores to an element that the second one overwrites with the right value."""
    text = before(texts["ttir"], STRAY)
    assert judged(verifier, {"ttir": texts["ttir"]}).verdict.verified == ("ttir",)
    found = judged(verifier, {"ttir": text})
    assert found.failed["ttir"].symptom is Symptom.WRONG_RESULT
    assert "several programs access an element of out_ptr" in found.failed["ttir"].detail


def test_a_kernel_whose_programs_race_is_not_verified() -> None:
    """The last program decides what is left in the first element, and a GPU has no last one."""
    source = ADDED.replace(
        "tl.store(out_ptr + offs,",
        "tl.store(out_ptr, tl.load(x_ptr + tl.program_id(0)))\n    tl.store(out_ptr + offs + 1,",
    )
    spec = replace(added_spec(), source=source)
    arguments = [replace(each, shape=(101,)) if each.name == "out_ptr" else each for each in spec.signature.arguments]
    spec = replace(spec, signature=replace(spec.signature, arguments=tuple(arguments)))
    found = SynthesisPipeline(FRONTEND, level=LEVELS, verify="all").create_pair(spec)
    assert isinstance(found, Pair), found
    assert not found.verdict.verified
    assert {str(each) for each in found.verdict.unverified.values()} == {ORDER}
