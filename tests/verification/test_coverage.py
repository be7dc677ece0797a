"""A proof is only of what ran: statements that no run executed, outputs that no run changed."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from checking import judged, pairs_of, pairs_of_texts

from synthesis import Pair, Symptom, get_frontend
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.formats import numpy_dtype
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.core.verdicts import Hindrance
from synthesis.frontends.base import Kernel, Reached, Trace, Values
from synthesis.verification.aimed import TRIALS, aimed_inputs
from synthesis.verification.boundaries import (
    _comparable,  # pyright: ignore[reportPrivateUsage]
    _edge_inputs,  # pyright: ignore[reportPrivateUsage]
)
from synthesis.verification.coverage import Coverage, coverage_of
from synthesis.verification.inputs import complete, draw_inputs
from synthesis.verification.planning import make_plan
from synthesis.verification.thresholds import Thresholds, thresholds_of
from synthesis.verification.verifier import Verifier

WARP = """
import warp as wp

LIMIT = wp.constant(7)

@wp.func
def halved(x: float):
    if x > 100.0:
        x = x - 1.0
    return x * 0.5

@wp.kernel
def never(n: int, x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    if n < 0:
        out[i] = x[i] * 2.0

@wp.kernel
def nothing_new(x: wp.array(dtype=float)):
    i = wp.tid()
    x[i] = wp.max(x[i], 0.0)

@wp.kernel
def partly(n: int, x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    a = halved(x[i])
    b = a + 1.0
    c = a * b
    d = c - 2.0
    if n < 0:
        d = a
    out[i] = d

@wp.kernel
def lost(x: wp.array(dtype=float), out: wp.array(dtype=bool)):
    i = wp.tid()
    out[i] = wp.isnan(x[i])

@wp.kernel
def at_seven(k: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = 1.5
    if k[i] == LIMIT:
        out[i] = 2.5

@wp.kernel
def from_seven(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = 1.5
    if x[i] >= 0.7:
        out[i] = 2.5

@wp.kernel
def at_both(n: int, m: int, x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i]
    if n == m:
        out[i] = 2.5
    if n == 12345 and m != 77:
        out[i] = 3.5

@wp.kernel
def fixed(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    '''A docstring, and branches that Warp resolves when it builds the kernel.'''
    i = wp.tid()
    out[i] = x[i]
    if wp.static(3 > 4):
        out[i] = 0.0
    for _ in range(0):
        out[i] = 1.0
    if x[i] > 0.7:
        pass
"""
ROW = ArrayType("float32", (16,), Domain(low=0.1, high=1.5))
WHOLE = ArrayType("int32", (16,), Domain(low=-1000000, high=1000000))
NUMBER = ArrayType("int32", (), Domain(low=-1000000, high=1000000))
TABLES = {
    "never": {"n": 3, "x": ROW, "out": ROW, "dim": 16},
    "nothing_new": {"x": ROW, "dim": 16},
    "partly": {"n": 3, "x": ROW, "out": ROW, "dim": 16},
    "lost": {"x": ROW, "out": ArrayType("bool", (16,), Domain(low=0, high=1)), "dim": 16},
    "at_seven": {"k": WHOLE, "out": ROW, "dim": 16},
    "from_seven": {"x": ROW, "out": ROW, "dim": 16},
    "at_both": {"n": NUMBER, "m": NUMBER, "x": ROW, "out": ROW, "dim": 16},
    "fixed": {"x": ROW, "out": ROW, "dim": 16},
}


@pytest.fixture(scope="module")
def warp_pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("reach") / "reach.py"
    path.write_text(WARP)
    return pairs_of(path, examples=Examples(tables=TABLES))


@pytest.mark.needs("warp")
def test_a_body_that_no_input_enters_proves_nothing(warp_pairs: dict[str, Pair]) -> None:
    verdict = warp_pairs["never"].verdict
    assert verdict.verified == ()
    assert verdict.reached == 0.0
    assert {each.hindrance for each in verdict.unverified.values()} == {Hindrance.NOT_REACHED}
    assert str(verdict.unverified["cpp_forward"]) == "not reached: no run changed out"
    assert "cpp_forward" in warp_pairs["never"].texts


@pytest.mark.needs("warp")
def test_a_truth_value_that_is_always_the_same_changes_what_is_there(warp_pairs: dict[str, Pair]) -> None:
    verdict = warp_pairs["lost"].verdict
    assert verdict.reached == 1.0
    assert "cpp_forward" in verdict.verified


@pytest.mark.needs("warp")
def test_a_text_without_its_stores_passes_where_they_change_nothing_and_is_not_verified(
    warp_pairs: dict[str, Pair],
) -> None:
    pair = warp_pairs["nothing_new"]
    text = pair.texts["cpp_forward"]
    assert text is not None
    without = "\n".join(line for line in text.split("\n") if "array_store" not in line)
    assert without != text
    with Verifier(get_frontend("warp")) as verifier:
        for each in (text, without):
            (found,) = judged(verifier, pair.spec, {"cpp_forward": each})
            assert not found.failed
            assert found.verdict.verified == ()
            assert str(found.verdict.unverified["cpp_forward"]) == "not reached: no run changed x"


@pytest.mark.needs("warp")
def test_the_share_that_is_asked_for_decides(warp_pairs: dict[str, Pair], tmp_path: Path) -> None:
    pair = warp_pairs["partly"]
    assert pair.verdict.reached == pytest.approx(9 / 11)  # statements, those of the function that is called included
    assert "cpp_forward" in pair.verdict.verified
    (tmp_path / "strict.py").write_text(WARP)
    strict = pairs_of(tmp_path / "strict.py", examples=Examples(tables=TABLES), reach=0.9)
    reasons = {str(each) for each in strict["partly"].verdict.unverified.values()}
    assert reasons == {"not reached: no run executed 2 of 11 statements, such as d = a"}
    assert str(strict["partly"].verdict.gradient).startswith("not_applicable: not reached")
    lax = pairs_of(tmp_path / "strict.py", examples=Examples(tables=TABLES), reach=0.0)
    assert "cpp_forward" in lax["partly"].verdict.verified
    assert lax["never"].verdict.verified == ()  # no output changes, whatever is asked for


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", ["at_seven", "at_both"])
def test_draws_look_for_the_numbers_that_a_source_compares_with(name: str, warp_pairs: dict[str, Pair]) -> None:
    verdict = warp_pairs[name].verdict
    assert verdict.reached == 1.0
    assert "cpp_forward" in verdict.verified
    assert verdict.figures["inputs_tried"] > 6


@pytest.mark.needs("warp")
def test_a_text_that_is_wrong_where_only_an_aimed_draw_comes_fails(warp_pairs: dict[str, Pair]) -> None:
    pair = warp_pairs["at_seven"]
    text = pair.texts["cpp_forward"]
    assert text is not None
    assert "2.5" in text
    with Verifier(get_frontend("warp")) as verifier:
        (found,) = judged(verifier, pair.spec, {"cpp_forward": text.replace("2.5", "3.5")})
    assert "expected 2.5, got 3.5" in found.failed["cpp_forward"].detail


@pytest.mark.needs("warp")
def test_a_comparison_that_is_wrong_where_both_sides_are_equal_fails(warp_pairs: dict[str, Pair]) -> None:
    pair = warp_pairs["from_seven"]
    text = pair.texts["cpp_forward"]
    assert text is not None
    assert text.count(" >= ") == 1
    with Verifier(get_frontend("warp")) as verifier:
        (found,) = judged(verifier, pair.spec, {"cpp_forward": text.replace(" >= ", " > ")})
    assert "expected 2.5, got 1.5" in found.failed["cpp_forward"].detail


@pytest.mark.needs("warp")
def test_what_warp_leaves_out_of_a_text_does_not_count(warp_pairs: dict[str, Pair]) -> None:
    assert warp_pairs["fixed"].verdict.reached == 1.0
    assert warp_pairs["fixed"].verdict.figures["inputs_tried"] == 19  # an overlap, four where x is 0.7, eight others


JAX = """
import jax.numpy as jnp
from jax import lax

def rarely(x, k):
    return lax.cond(k == 77777, lambda v: v * 2.0 + jnp.sin(v), lambda v: v - 1.0, x)

def never(x, k):
    return lax.cond(jnp.all(x * 0.0 > 1.0), lambda v: jnp.sin(v * 2.0 + 1.0), lambda v: v, x)

def loops(x, k):
    return lax.fori_loop(0, 3, lambda _, v: v * 1.5, x) + k
"""
VECTOR = ArrayType("float32", (5,), Domain(low=0.1, high=1.5))
DECIDED = """
import jax.numpy as jnp
from jax import lax

def decided(x):
    return lax.cond(jnp.sum(x) < 4.06, lambda v: v * 2.0, lambda v: v - 1.0, x)
"""


@pytest.mark.needs("jax")
def test_equations_of_branches_that_no_run_takes_do_not_count_as_verified(tmp_path: Path) -> None:
    (tmp_path / "branches.py").write_text(JAX)
    tables = {name: {"x": VECTOR, "k": NUMBER} for name in ("rarely", "never", "loops")}
    found = pairs_of(tmp_path / "branches.py", examples=Examples(tables=tables), frontend="jax")
    assert found["rarely"].verdict.reached == found["loops"].verdict.reached == 1.0
    assert found["rarely"].verdict.figures["inputs_tried"] > 6
    assert found["loops"].verdict.figures["inputs_tried"] == 6
    assert found["never"].verdict.reached == pytest.approx(6 / 9)
    assert found["never"].verdict.verified == ()
    reason = str(found["never"].verdict.unverified["stablehlo"])
    assert reason == "not reached: no run executed 3 of 9 statements, such as mul in branch 1 of cond"


# ---- the parts

X = Argument(name="x", type_name="", dtype="float32", shape=(8,), domain=Domain(low=-2.0, high=3.0))
K = replace(X, name="k", dtype="int32", domain=Domain(low=0, high=9))
M = replace(K, name="m")
SPEC = KernelSpec(
    frontend="warp",
    name="f",
    category="",
    source="LIMIT = 5\ndef f(x, k, m):\n    y = x[0] * 2.0\n    if y > 0.75 and k[0] == LIMIT and m: pass\n",
    signature=Signature(arguments=(X, K, M), launch=(8,)),
)


def test_aimed_draws_are_a_pure_function_of_source_signature_and_seed_and_keep_to_the_domains() -> None:
    first, again, other = aimed_inputs(SPEC), aimed_inputs(SPEC), aimed_inputs(SPEC, seed=1)
    assert len(first) == len(other) == TRIALS
    for one, two in zip(first, again, strict=True):
        assert all(np.array_equal(one[name], two[name]) for name in one)
    unlike = [any(not np.array_equal(one[name], two[name]) for name in one)
              for one, two in zip(first, other, strict=True)]  # fmt: skip
    assert sum(unlike) >= TRIALS - 4  # of two bounds two seeds may take the same
    for argument in SPEC.signature.arguments:
        values = np.concatenate([each[argument.name] for each in (*first, *other)])
        assert argument.domain is not None
        assert values.min() >= argument.domain.low
        assert values.max() <= argument.domain.high
    values = np.concatenate([each["x"] for each in first])
    assert {0.75, -2.0, 3.0} <= set(values.tolist())
    assert any((each["k"] == 5).mean() > 0.4 for each in first)
    assert any((each["k"] == each["m"]).sum() > 4 for each in first)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "uint8"])
def test_whole_numbers_are_drawn_into_any_format(dtype: str) -> None:
    """NumPy itself has no type for whole numbers beside those of bfloat16."""
    argument = replace(X, dtype=dtype, domain=Domain(low=0, high=4))
    spec = replace(SPEC, signature=replace(SPEC.signature, arguments=(argument, K, M)))
    edges = _edge_inputs(spec.signature, Thresholds(of={"x": (1, 3)}), 0)
    for run in (*aimed_inputs(spec), *edges):
        assert run["x"].dtype == numpy_dtype(dtype)
        assert ((run["x"] >= 0) & (run["x"] <= 4)).all()


@dataclass(frozen=True)
class Told:
    """A reference that gives what each run holds for it."""

    unit: float = 0.0

    def __call__(
        self, runs: Sequence[Values], *, double: bool, trace: Trace | None = None, group: int = 1
    ) -> list[Values]:
        return [self.left(run, "double" if double else "own") for run in runs]

    def others(self, runs: Sequence[Values]) -> list[list[Values]]:
        return [[self.left(run, "other") for run in runs]]

    def left(self, run: Values, name: str) -> Values:
        return {"x": run["x"] + run[name], "n": run["n"] + (run[name] > 0.5)}


def test_a_draw_that_depends_on_an_open_order_or_counts_what_rounding_decides_is_left_out() -> None:
    values = [Argument(name="x", type_name="f32[4]", dtype="float32", shape=(4,), role=Role.INOUT),
              Argument(name="n", type_name="i32[4]", dtype="int32", shape=(4,), role=Role.INOUT)]  # fmt: skip
    signature = Signature(arguments=tuple(values))
    spec = KernelSpec(frontend="warp", name="k", category="extracted", source="", signature=signature)
    clear, ordered, counted = (
        {"x": np.ones(4, np.float32), "n": np.zeros(4, np.int32), "own": np.float32(0), "double": np.float32(double),
         "other": np.float32(other)}
        for double, other in ((0, 0), (0, 0.1), (1e-9, 0.6))
    )  # fmt: skip
    turned = clear | {"double": np.float32(0.6), "own": np.float32(0.4999), "x": np.full(4, 1e6, np.float32)}
    reference, runs = cast(Any, Told()), cast(Any, [clear, ordered, counted, turned])
    found = _comparable(reference, spec, runs, {"x": 1e-5, "n": 0.0}, infinite=False)
    assert [each.inputs is clear for each in found] == [True]


def test_aimed_draws_bend_a_base_and_never_leave_it() -> None:
    base = (40.0, 10.0, 30.0, 0.0, 20.0, 50.0, 70.0, 60.0)
    spec = replace(SPEC, signature=replace(SPEC.signature, arguments=(X, K, replace(M, base=base))))
    for run in aimed_inputs(spec):
        bent = run["m"] - np.asarray(base)
        assert bent.min() >= 0
        assert bent.max() <= 9
    assert any((each["m"] == np.asarray(base) + 9).all() for each in aimed_inputs(spec))


def test_what_a_source_compares_with_is_told_by_argument() -> None:
    told = thresholds_of(SPEC.source, ["x", "k", "m"])
    assert told.of["x"] == (0.75,)
    assert told.of["k"] == (5.0,)
    assert told.flags == {"m"}
    assert {0.75, 5.0, 2.0} <= set(told.numbers)
    assert thresholds_of("def f(:", ["x"]).numbers == ()


@pytest.mark.parametrize("source", ["if n < -3: pass", "while not n >= -3: pass", "y = a[n] if n + 1 != -3 else 0"])
def test_negative_numbers_are_told(source: str) -> None:
    ast.parse(source)
    assert -3.0 in thresholds_of(source, ["n"]).of["n"]


def coverage(signature: Signature, left: float, places: int = 4, missed: int = 0) -> Coverage:
    runs = [complete(signature, draw_inputs(signature, number)) for number in range(2)]
    results = [{name: value + np.float32(left) for name, value in run.items()} for run in runs]
    return coverage_of(signature, runs, results, Reached(places=places, missed=("x = 1",) * missed))


def test_the_less_of_statements_and_outputs_is_the_share() -> None:
    signature = Signature(arguments=(replace(X, role=Role.INOUT), replace(X, name="o", role=Role.OUTPUT)))
    assert coverage(signature, 0.0).share == 0.0
    assert coverage(signature, 1e35, missed=1).share == 0.75
    assert coverage(signature, 1.0).idle == ("o",)  # poison swallows a number as small as this
    assert coverage(signature, 1.0).share == 0.5
    assert coverage(Signature(arguments=(X,)), 0.0).share == 0.0
    assert coverage(Signature(arguments=(X,), results=(X,)), 0.0).share == 1.0
    assert str(coverage(Signature(arguments=(X,)), 0.0).hindrance(0.0)) == "not reached: the kernel writes nothing"
    assert coverage(signature, 1e35, missed=1).hindrance(0.75) is None


@pytest.mark.needs("warp")
def test_another_seed_gives_other_draws_points_and_directions_everywhere() -> None:
    frontend = get_frontend("warp")
    from synthesis import KernelGenerator

    kernel = frontend.load_one(KernelGenerator("warp", 0).spec(1))
    assert isinstance(kernel, Kernel)
    texts = {"cpp_forward": "", "cpp_backward": ""}
    plain, fixed, other = (make_plan(frontend, kernel, texts, useful=True, seed=seed) for seed in (0, 0, 5))
    for one, two, three in zip(plain.programs, fixed.programs, other.programs, strict=True):
        assert one.runs
        for key in set(one.runs) & set(three.runs):
            arrays = [name for name, value in one.runs[key].items() if value.size > 1 and len(set(value.ravel())) > 1]
            assert arrays
            assert all(np.array_equal(one.runs[key][name], two.runs[key][name]) for name in arrays)
            assert any(not np.array_equal(one.runs[key][name], three.runs[key][name]) for name in arrays)
    frontend.compiler.release([kernel])


def test_a_trace_counts_each_place_once() -> None:
    assert Reached(places=0).share == 1.0
    assert Reached(places=4, missed=("a",)).share == 0.75
    assert Trace().first == {}


@pytest.mark.needs("jax")
def test_a_number_that_decides_for_the_whole_kernel_is_held_to_a_hundredth(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(DECIDED)
    table = {"decided": {"x": VECTOR}}
    pair = pairs_of(tmp_path / "mine.py", examples=Examples(tables=table), frontend="jax")["decided"]
    text = pair.texts["stablehlo"]
    assert text is not None
    assert "4.060000e+00" in text
    with Verifier(get_frontend("jax")) as verifier:
        for wrong in ("4.020000e+00", "4.100000e+00"):
            (found,) = judged(verifier, pair.spec, {"stablehlo": text.replace("4.060000e+00", wrong)})
            assert found.failed["stablehlo"].symptom is Symptom.WRONG_RESULT


STEP = """
import warp as wp

@wp.kernel
def accepted(cost: wp.array[float], step: wp.array[float], alpha: wp.array[float]):
    alpha[0] = step[0] if cost[0] <= 0.37 + step[0] else 0.0
"""
STEP_INPUTS = """
[accepted]
dim = 1
cost = "f32[1] in -1..2"
step = "f32[1] in 0.1..0.5"
alpha = "f32[1]"
"""


@pytest.mark.needs("warp")
def test_a_number_that_one_thread_decides_by_in_an_expression_is_held_to_a_hundredth(tmp_path: Path) -> None:
    pair = pairs_of_texts(tmp_path, STEP, STEP_INPUTS)["accepted"]
    text = pair.texts["cpp_forward"]
    assert text is not None
    assert "0.37" in text
    with Verifier(get_frontend("warp")) as verifier:
        for wrong in ("0.366", "0.374"):
            (found,) = judged(verifier, pair.spec, {"cpp_forward": text.replace("0.37", wrong)})
            assert found.failed["cpp_forward"].symptom is Symptom.WRONG_RESULT


CHOICE = """
import warp as wp

@wp.kernel(enable_backward=False)
def choose_step(cost: wp.array[float], step: wp.array[float], least: float, best: wp.array[int], low: wp.array[float]):
    found = int(-1)
    lowest = float(1e6)
    for j in range(cost.shape[0]):
        if step[j] >= least and cost[j] < lowest:
            lowest = cost[j]
            found = j
    best[0] = found
    low[0] = lowest
"""
CHOICE_INPUTS = """
[choose_step]
dim = 1
cost = "f32[5] in -2..2"
step = "f32[5] in 0.1..0.5"
least = "f32 in 0.2..0.3"
best = "i32[1]"
low = "f32[1]"
"""


@pytest.mark.needs("warp")
@pytest.mark.parametrize(("right", "wrong"), [(r" >= (?=var_)", " > "), (r"\((var_\d+) < (var_\d+)\)", r"(\1 <= \2)")])
def test_one_thread_finds_numbers_that_are_equal(tmp_path: Path, right: str, wrong: str) -> None:
    pair = pairs_of_texts(tmp_path, CHOICE, CHOICE_INPUTS)["choose_step"]
    text = pair.texts["cpp_forward"]
    assert text is not None
    changed, count = re.subn(right, wrong, text)
    assert count == 1
    with Verifier(get_frontend("warp")) as verifier:
        (found,) = judged(verifier, pair.spec, {"cpp_forward": changed})
    assert found.failed["cpp_forward"].symptom is Symptom.WRONG_RESULT


def test_a_variable_is_not_the_function_whose_name_it_has(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "import warp as wp\n\n\n@wp.func\ndef distance(a: float, b: float):\n    c = a - b\n    return wp.abs(c)\n\n\n"
        "@wp.kernel\ndef apart(x: wp.array(dtype=float), y: wp.array(dtype=float), out: wp.array(dtype=float)):\n"
        "    i = wp.tid()\n    distance = x[i] - y[i]\n    out[i] = distance * 2.0\n"
    )
    found = pairs_of(tmp_path / "mine.py", frontend="warp")
    assert found["apart"].verdict.reached == 1.0
