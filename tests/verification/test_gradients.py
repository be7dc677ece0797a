"""Wrong adjoints are caught, right ones are not blamed."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checking import judged, pairs_of, pairs_of_texts
from conftest import kernels_module

from synthesis import Pair, Rejection, Symptom, SynthesisPipeline, get_frontend
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.base import Kernel, Outcome, Program, Purpose, numbered
from synthesis.making.runs.extraction import extract
from synthesis.verification.gradients import told_apart
from synthesis.verification.inputs import complete, draw_inputs
from synthesis.verification.planning import make_plan
from synthesis.verification.slopes import draw_point
from synthesis.verification.verifier import Verifier

CLASSES = {
    "wrong_square_after_loop": "a value carried from trip to trip of a loop that is not unrolled",
    "wrong_product_in_loop": "a value carried from trip to trip of a loop that is not unrolled",
    "wrong_sine_in_loop": "a value carried from trip to trip of a loop that is not unrolled",
    "wrong_many_constant_trips": "a value carried from trip to trip of a loop that is not unrolled",
    "wrong_least_in_loop": "a value carried from trip to trip of a loop that is not unrolled",
    "wrong_break": "break, while or return inside a loop",
    "wrong_while": "break, while or return inside a loop",
    "wrong_component": "a component written over an existing value",
    "wrong_named_component": "a component written over an existing value",
    "wrong_frac": "wp.frac, which has no adjoint",
    "wrong_clamp_in_place": "an array that is read and written",
    "wrong_modulus": "% by a value that has a derivative",
    "wrong_own_rule": "derivative rules of its own",
}


@pytest.fixture(scope="module")
def checked() -> dict[str, Pair]:
    return pairs_of(kernels_module(Path(__file__).parents[1] / "kernels", "gradients"), frontend="warp")


def test_wrong_adjoints_lose_their_column_and_the_class_is_named(checked: dict[str, Pair]) -> None:
    wrong = {name: pair for name, pair in checked.items() if name.startswith("wrong")}
    assert set(wrong) == set(CLASSES)
    for name, pair in wrong.items():
        assert pair.verdict.verified == ("cpp_forward", "cuda_forward"), name
        assert str(pair.verdict.gradient) == f"disagrees: {CLASSES[name]}"
        assert pair.texts["cpp_backward"] is None
        assert {each.level for each in pair.rejections} == {"cpp_backward", "cuda_backward"}
        assert all("the slope is" in each.detail for each in pair.rejections)


def test_right_adjoints_stay(checked: dict[str, Pair]) -> None:
    right = {name: pair for name, pair in checked.items() if name.startswith("right")}
    assert len(right) == 8
    for name, pair in right.items():
        kept = name == "right_atomic_max"
        expected = "convention: the adjoint of o is kept where an atomic replaces what it held" if kept else "agrees"
        assert str(pair.verdict.gradient) == expected, (name, pair.rejections)
        assert list(pair.verdict.verified) == [level for level in pair.texts if pair.texts[level]]


def planted(text: str) -> list[str]:
    """Backward texts with an error planted: a call of an adjoint left out, or made twice."""
    lines = text.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if "_kernel_backward(" in line)
    calls = [number for number, line in enumerate(lines) if number > start and re.match(r"\s*wp::adj_\w+\(", line)]
    without = ["".join([*lines[:number], *lines[number + 1 :]]) for number in calls]
    return without + ["".join([*lines[:number], lines[number], *lines[number:]]) for number in calls]


def test_planted_errors_in_adjoints_are_caught(checked: dict[str, Pair]) -> None:
    frontend = get_frontend("warp")
    (level,) = [each for each in frontend.compiler.levels if each.name == "cpp_backward"]
    caught = 0
    with Verifier(frontend) as verifier:
        for name, pair in checked.items():
            right, signature = pair.texts["cpp_backward"], pair.spec.signature
            if right is None:
                continue
            texts = planted(right)
            # Whether an error shows at all is decided by execution on other inputs.
            generator = np.random.default_rng(7)
            runs: list[dict[str, Any]] = []
            for seed in range(8):
                values = complete(signature, draw_inputs(signature, 500 + seed), poisoned=False)
                for each in signature.arguments:
                    if each.shape is not None:
                        weights = generator.uniform(0.5, 1, values[each.name].shape)
                        values[f"adj_{each.name}"] = weights.astype("float32")
                runs.append(values)
            programs = [
                Program(name=name, level=level, text=text, signature=signature, runs=numbered(Purpose.POINT, runs))
                for text in (right, *texts)
            ]
            expected, *outcomes = verifier.run(programs)
            assert not isinstance(expected, Rejection)
            forward = {"cpp_forward": pair.texts["cpp_forward"]}
            results = judged(verifier, pair.spec, [forward | {"cpp_backward": text} for text in texts])
            for text, outcome, result in zip(texts, outcomes, results, strict=True):
                if not isinstance(outcome, Rejection) and same(outcome, expected, signature.differentiable):
                    continue
                assert result.verdict.verified == ("cpp_forward",), f"{name}\n{text}"
                caught += 1
    assert caught > 40


def same(left: Outcome, right: Outcome, names: tuple[str, ...]) -> bool:
    return all(
        np.allclose(left[key][f"adj_{name}"], right[key][f"adj_{name}"], rtol=1e-4, atol=1e-6)
        for key in right
        for name in names
    )


RARE = """
import jax.numpy as jnp


def rare(x):
    return jnp.where(jnp.all(x > 0.3), jnp.sum(x * x), 0.0)
"""


@pytest.mark.needs("jax")
def test_a_proof_of_a_gradient_that_few_points_show_is_looked_for_at_points_of_more_seeds() -> None:
    x = Argument(name="x", type_name="", dtype="float32", shape=(4,), domain=Domain(low=-1, high=1), role=Role.INPUT)
    result = Argument(name="result", type_name="", dtype="float32", shape=())
    signature = Signature(arguments=(x,), results=(result,), differentiable=("x",))
    frontend = get_frontend("jax")
    kernel = frontend.load_one(KernelSpec(frontend="jax", name="rare", category="", source=RARE, signature=signature))
    assert isinstance(kernel, Kernel)
    shown: dict[bool, int] = {}
    for fresh in (True, False):
        plans = (
            make_plan(frontend, kernel, {"vjp_stablehlo": ""}, useful=False, fresh=fresh, seed=10 * seed)
            for seed in range(20)
        )
        shown[fresh] = sum(isinstance(plan.points, tuple) and len(plan.points) > 0 for plan in plans)
    frontend.compiler.release([kernel])
    assert 0 < shown[True] <= shown[False] == 20  # points are aimed at the arm that shows it, in fresh rows too


SOURCE = """
import jax
import jax.numpy as jnp
from synthesis import example


@jax.custom_jvp
def tripled(x):
    return 3.0 * jnp.sin(x)


@tripled.defjvp
def tripled_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return tripled(x), 2.0 * jnp.cos(x) * t


@example("f32[4,3]")
def wrong(x):
    return tripled(x) + x


@example("f32[4,3]", "f32[3]")
def right(x, w):
    return jnp.tanh(x @ w) * jnp.exp(-x[:, 0])


@example("f32[5]", "i32[5]")
def mixed(x, n):
    return x * x.sum() + n, n
"""
SMALL = """
import jax
import jax.numpy as jnp
from synthesis import example


@jax.custom_jvp
def summed(x, k):
    return 30 * x + k * x


@summed.defjvp
def summed_jvp(primals, tangents):
    (x, k), (t, u) = primals, tangents
    return summed(x, k), 30 * t + k * t - 0 * x * u


@example("f16[8]", "f16[]")
def hidden(x, k):
    return summed(x, k)
"""
LEVELS = ["jaxpr", "stablehlo", "vjp_jaxpr", "vjp_stablehlo", "vjp_hlo", "jvp_jaxpr", "jvp_stablehlo"]


@pytest.mark.needs("jax")
def test_derivatives_of_jax_are_checked_at_every_level(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SOURCE)
    found = {each.spec.name: each for each in extract(str(tmp_path / "mine.py"), level=LEVELS)
             if isinstance(each, Pair)}  # fmt: skip
    assert found["right"].verdict.verified == tuple(LEVELS)
    assert found["mixed"].verdict.verified == tuple(LEVELS)
    assert found["wrong"].verdict.verified == ("jaxpr", "stablehlo")
    assert str(found["wrong"].verdict.gradient) == "disagrees: derivative rules of its own"


@pytest.mark.needs("jax")
def test_a_wrong_tangent_of_one_input_does_not_hide_behind_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SMALL)
    (found,) = (each for each in extract(str(tmp_path / "mine.py"), level=["stablehlo", "jvp_stablehlo"])
                if isinstance(each, Pair) and each.spec.name == "hidden")  # fmt: skip
    assert found.verdict.verified == ("stablehlo",)
    assert "the slope is" in found.rejections[0].detail


COUNTS = """
import jax
import jax.numpy as jnp
import numpy as np
from synthesis import example


@jax.custom_jvp
def sizes(x):
    return x * x, (x > 0.5).sum()


@sizes.defjvp
def sizes_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return (x * x, (x > 0.5).sum() + MORE), (2 * x * t, np.zeros((), jax.dtypes.float0))


@example("f32[8]")
def counted(x):
    return sizes(x)
"""


@pytest.mark.needs("jax")
@pytest.mark.parametrize(("more", "levels"), [(0, ("stablehlo", "jvp_stablehlo")), (1, ("stablehlo",))])
def test_a_wrong_count_beside_right_tangents_is_found(tmp_path: Path, more: int, levels: tuple[str, ...]) -> None:
    (tmp_path / "mine.py").write_text(COUNTS.replace("MORE", str(more)))
    (found,) = (each for each in extract(str(tmp_path / "mine.py"), level=["stablehlo", "jvp_stablehlo"])
                if isinstance(each, Pair) and each.spec.name == "counted")  # fmt: skip
    assert found.verdict.verified == levels
    assert ["result_1[]: the result is" in each.detail for each in found.rejections] == [True] * more


INTEGERS = """
import warp as wp


@wp.kernel
def shifted(a: wp.array(dtype=int), b: wp.array(dtype=int)):
    i = wp.tid()
    b[i] = a[i] * 3 + 1


@wp.kernel
def stepped(a: wp.array(dtype=float), b: wp.array(dtype=float)):
    i = wp.tid()
    b[i] = wp.floor(a[i] * 4.0)
"""


def test_a_text_without_a_derivative_to_check_is_no_column(tmp_path: Path) -> None:
    (tmp_path / "integers.py").write_text(INTEGERS)
    pairs = pairs_of(tmp_path / "integers.py", frontend="warp")
    assert str(pairs["shifted"].verdict.gradient) == "not_applicable: no floating-point input"
    assert str(pairs["stepped"].verdict.gradient) == "not_applicable: the derivative is zero"
    for pair in pairs.values():
        assert pair.verdict.verified == ("cpp_forward", "cuda_forward")
        assert pair.texts["cuda_backward"] is None


def test_drawn_kernels_with_wrong_adjoints_keep_their_forward_texts_alone() -> None:
    pipeline = SynthesisPipeline(
        "warp", category=("vector", "matrix", "math", "arithmetic", "array"), wrong_adjoints=1.0
    )
    pairs = [each for each in pipeline.pairs(25) if isinstance(each, Pair)]
    asked = [pair for pair in pairs if pair.spec.signature.options["enable_backward"]]
    assert len(pairs) > 20
    assert len(asked) > 15
    for pair in asked:
        assert str(pair.verdict.gradient).startswith("disagrees: "), pair.spec.source
    for pair in pairs:
        assert [level for level, text in pair.texts.items() if text] == ["cpp_forward", "cuda_forward"]


FAULTS = """
import warp as wp


@wp.kernel
def flat(a: wp.array(dtype=float), b: wp.array(dtype=float), c: wp.array(dtype=float)):
    i = wp.tid()
    c[i] = wp.sin(a[i]) * 3.0 + b[i] * b[i] * 1.0e-4


@wp.kernel
def large(a: wp.array(dtype=float), c: wp.array(dtype=float)):
    i = wp.tid()
    c[i] = wp.exp(a[i]) * a[i]


@wp.kernel
def summed(a: wp.array(dtype=float), c: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_add(c, 0, wp.exp(a[i]) * a[i])


@wp.kernel
def narrow(a: wp.array(dtype=float), c: wp.array(dtype=float)):
    i = wp.tid()
    if a[i] > 0.1:
        c[i] = a[i] * a[i]
    else:
        c[i] = 2.0 * a[i]


@wp.kernel
def half(a: wp.array(dtype=wp.float16), b: wp.array(dtype=wp.float16), c: wp.array(dtype=wp.float16)):
    i = wp.tid()
    c[i] = wp.float16(8.0) * a[i] + b[i] * wp.float16(0.25)


@wp.kernel
def widened(a: wp.array(dtype=float), b: wp.array(dtype=wp.bfloat16), c: wp.array(dtype=float)):
    i = wp.tid()
    c[i] = wp.sin(a[i] * 3.0 - float(b[i]))
"""
FAULTS_INPUTS = """
[flat]
a = "f32[30]"
b = "f32[30]"
c = "f32[30]"
dim = 30
[large]
a = "f32[4096]"
c = "f32[4096]"
dim = 4096
[summed]
a = "f32[4096]"
c = "f32[1]"
dim = 4096
[narrow]
a = "f32[40] in 0.08..4"
c = "f32[40]"
dim = 40
[widened]
a = "f32[40]"
b = "bf16[40]"
c = "f32[40]"
dim = 40
[half]
a = "f16[40]"
b = "f16[40]"
c = "f16[40]"
dim = 40
"""


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_texts(tmp_path_factory.mktemp("faults"), FAULTS, FAULTS_INPUTS)


ADDED = r"( *)wp::adj_address\(var_a, (var_\d+), adj_a, \w+, (adj_\d+)\);\n"
WRONG_BACKWARDS = {
    "a flat input's gradient is left out": ("flat", r" *wp::adj_address\(var_b, var_\d+, adj_b, \w+, adj_\d+\);\n", ""),
    "a flat input's gradient is off by a tenth": ("flat", r"(adj_b, \w+, )(adj_\d+)\)", r"\1wp::mul(\2, 1.1f))"),
    "one thread of thousands adds nothing": ("large", ADDED, r"if (\2 != 1234) { \g<0> }"),
    "the last thread adds nothing": ("large", ADDED, r"if (\2 != 4095) { \g<0> }"),
    "one of thousands that are summed adds twice": ("summed", ADDED, r"if (\2 == 77) { \g<0> } \g<0>"),
    "an adjoint is set, not added to": ("large", ADDED, r"wp::array_store(adj_a, \2, wp::add(\3, 0.0f));\n"),
    "an input is written": ("large", ADDED, r"\g<0> wp::array_store(var_a, \2, 0.5f);\n"),
    "an output's adjoint is not spent": ("large", r"adj_array_store\(var_c,", "adj_array_store(var_a,"),
    "a gradient is off by a thousandth": ("large", r"(adj_a, \w+, )(adj_\d+)\)", r"\1wp::mul(\2, 1.001f))"),
    "a small one in half precision": ("half", r" *wp::adj_address\(var_b, var_\d+, adj_b, \w+, adj_\d+\);\n", ""),
    "one of float32 beside half precision, off by 0.2 %": ("widened", r"\b(var_\w+ = )3\.0\b", r"\g<1>3.006"),
    "one side of a branch that is seldom taken": ("narrow", r"if \(!var_(\d+)\) \{\n", r"if (false) {\n"),
}  # fmt: skip


def test_faults_that_are_easily_overlooked_are_found(faults: dict[str, Pair]) -> None:
    missed: list[str] = []
    with Verifier(get_frontend("warp")) as verifier:
        for what, (name, pattern, replacement) in WRONG_BACKWARDS.items():
            pair = faults[name]
            right = pair.texts["cpp_backward"]
            assert right is not None, pair.rejections
            wrong, count = re.subn(pattern, replacement, right)
            assert count, f"{what}\n{right}"
            forward = pair.texts["cpp_forward"]
            (judgement,) = judged(verifier, pair.spec, {"cpp_forward": forward, "cpp_backward": wrong})
            problem = judgement.failed.get("cpp_backward")
            if problem is None or problem.symptom != "wrong_gradient":
                missed.append(f"{what}: {problem}")
    assert not missed


def test_points_beside_edges_hold_no_value_twice() -> None:
    row = Argument(name="x", type_name="f64[500]", dtype="float64", shape=(500,), domain=Domain(low=-1.0, high=2.0))
    signature = Signature(arguments=(row,))
    for number in range(4):
        place = draw_point(signature, "x > 0.5", number, near=True)["x"]
        assert len(set(place.tolist())) == 500
        assert -1.0 < place.min() < -0.98
        assert 1.98 < place.max() < 2.0


MARKED = """
import warp as wp


@wp.kernel
def marked(a: wp.array(dtype=float), n: int, b: wp.array(dtype=float), mark: wp.array(dtype=float)):
    i = wp.tid()
    b[i] = 2.0 * a[i]
    if i >= n:
        return
    mark[i] = 0.0
"""


@pytest.mark.parametrize("level", ["cpp_backward", "cuda_backward"])
def test_the_adjoint_of_what_a_kernel_leaves_alone_stays(level: str, tmp_path: Path) -> None:
    inputs = '[marked]\na = "f32[8]"\nn = 5\nb = "f32[8]"\nmark = "f32[8]"\ndim = 8\n'
    pair = pairs_of_texts(tmp_path, MARKED, inputs)["marked"]
    right = pair.texts[level]
    assert right is not None
    wrong = re.sub(r"if \((var_\d+)\) \{", "if (false) {", right)
    assert wrong != right
    forward = level.replace("backward", "forward")
    before = {forward: pair.texts[forward]}
    a, n, *outputs = pair.spec.signature.arguments
    arguments = (a, n, *(replace(each, role=Role.OUTPUT, domain=None) for each in outputs))
    spec = replace(pair.spec, signature=replace(pair.spec.signature, arguments=arguments, differentiable=("a",)))
    with Verifier(get_frontend("warp")) as verifier:
        sound, judgement = judged(verifier, spec, [{**before, level: right}, {**before, level: wrong}])
    assert level in sound.verdict.verified
    failed = judgement.failed[level]
    assert (failed.symptom, failed.detail.partition(";")[0]) == (
        Symptom.WRONG_GRADIENT,
        "the adjoint of mark changes at an element of mark that the kernel does not write",
    )


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [(-41.4021, -41.4134, ("-41.4", "-41.41")), (1.88, 1.79, ("1.88", "1.79")), (0.0, 1.5, ("0", "1.5"))],
)
def test_a_message_shows_that_two_numbers_differ(first: float, second: float, shown: tuple[str, str]) -> None:
    assert told_apart(first, second) == shown
