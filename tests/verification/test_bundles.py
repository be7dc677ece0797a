"""Structs that hold arrays: what of them is run and compared, wrong texts of them, and what a row may say of one."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from checking import judged, pairs_of_texts

from synthesis import Domain, KernelSpec, Pair, Rejection, Symptom, SynthesisPipeline, get_frontend, run_pipeline
from synthesis.core.signatures import Role, Signature
from synthesis.frontends.base import Direction, Kernel
from synthesis.frontends.warp.recipes.applications.forms import bundles
from synthesis.generator import KernelGenerator
from synthesis.making.runs.extraction import extract, extract_to_folder
from synthesis.making.runs.reverification import verify_folder
from synthesis.verification.claims import refuted_claim
from synthesis.verification.inputs import complete, draw_inputs
from synthesis.verification.verifier import Verifier
from synthesis.workbench.minimising.scripts import script_of

pytestmark = pytest.mark.needs("warp")
LEVELS = ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward")
KERNELS = """
import warp as wp

@wp.struct
class Shape:
    axes: wp.array[wp.mat33]
    scale: wp.vec3

@wp.struct
class Point:
    mass: float
    v: wp.vec3

@wp.struct
class State:
    q: wp.array[wp.vec3]
    dt: float
    enabled: bool
    shape: Shape
    points: wp.array[Point]
    spare: wp.array[float]
    count: wp.array[int]
    out: wp.array2d[float]

@wp.func
def advance(s: State, i: int) -> float:
    return wp.length(s.q[i]) * s.dt

@wp.func
def put(s: State, i: int, x: float):
    s.out[i, 0] = x
    wp.atomic_add(s.count, 0, 1)

@wp.kernel
def step(state: State, f: wp.array[float]):
    i = wp.tid()
    if i >= state.q.shape[0]:
        return
    x = advance(state, i) * f[i]
    if state.enabled:
        p = state.points[i]
        x = x + p.mass * wp.dot(state.shape.axes[i] * state.shape.scale, p.v)
    put(state, i, x)
    state.out[i, 1] = 2.0 * x

@wp.kernel
def renamed(state: State):
    i = wp.tid()
    out = state.out
    out[i, 0] = state.dt * float(i)

@wp.kernel
def added(state: State):
    i = wp.tid()
    wp.atomic_add(state.spare, i // 4, wp.sin(state.q[i][0]))
"""
INPUTS = """
[step]
dim = 8
"state.q" = "f32[8] in -1..1"
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_texts(tmp_path_factory.mktemp("bundles"), KERNELS, "")


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(get_frontend("warp")) as found:
        yield found


def loaded(spec: KernelSpec) -> Kernel:
    kernel = get_frontend("warp").load_one(spec)
    assert isinstance(kernel, Kernel)
    return kernel


def test_arrays_of_structs_are_inferred_and_proved_with_their_gradients(pairs: dict[str, Pair]) -> None:
    pair = pairs["step"]
    assert pair.verdict is not None
    assert pair.verdict.verified == LEVELS
    assert str(pair.verdict.gradient) == "agrees"
    assert pair.spec.arg_types == {"state": "State", "f": "wp.array[float]"}
    roles = {each.name: each.role for each in pair.spec.signature.spread.arguments}
    assert {name for name, role in roles.items() if role is not Role.INPUT} == {"state.count", "state.out"}
    assert "state.shape.axes" in pair.spec.signature.differentiable
    assert pair.spec.signature.arguments[0].role is Role.INOUT


def test_an_array_of_a_struct_under_another_name_is_known_to_be_written(pairs: dict[str, Pair]) -> None:
    roles = {each.name: each.role for each in pairs["renamed"].spec.signature.spread.arguments}
    assert roles["state.out"] is Role.INOUT
    assert roles["state.q"] is Role.INPUT


def test_a_signature_is_the_same_after_it_was_spread_and_written(pairs: dict[str, Pair]) -> None:
    signature = pairs["step"].spec.signature
    assert signature.gather(signature.spread) == signature
    assert signature.spread.spread == signature.spread
    assert Signature.from_json(json.loads(json.dumps(signature.to_json())), signature.options) == signature


HOLDING = """
import warp as wp

@wp.struct
class Row:
    values: wp.array[float]
    scale: float

@wp.kernel
def holds(rows: wp.array[Row], out: wp.array[float]):
    i = wp.tid()
    out[i] = rows[i].scale
"""


def test_arrays_of_structs_that_hold_arrays_are_no_inputs_and_say_so(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(HOLDING)
    extract_to_folder(str(tmp_path / "mine.py"), tmp_path / "rows")
    report = verify_folder(tmp_path / "rows")
    assert not report.failures, report
    pair = pairs_of_texts(tmp_path, HOLDING, "")["holds"]
    assert not pair.verdict.verified
    assert "field 'values' of 'rows' is an array" in str(pair.verdict.unverified["cpp_forward"])


EDITS = {
    "another array": (
        "added",
        "cpp_forward",
        r"&\(\(var_state\)\.spare\)",
        "(&((var_state).spare) + 0); var_state.spare.data -= 4",
    ),
    "another element": ("step", "cpp_forward", r"(wp::array_store\(\w+, )(\w+), (\w+), ", r"\1\3, \3, "),
    "another number": ("step", "cuda_forward", r"&\(\(var_s\)\.dt\)", "&((var_s).shape.scale[1])"),
    "a larger sum": ("added", "cpp_forward", r"(wp::atomic_add\(\w+, \w+, )(\w+)\)", r"\1\2 * 1.01f)"),
    "no atomic": (
        "added",
        "cuda_forward",
        r"\w+ = wp::atomic_add\((\w+), (\w+), (\w+)\)",
        r"wp::array_store(\1, \2, wp::load(wp::address(\1, \2)) + \3)",
    ),
    "half a gradient": ("step", "cpp_backward", r"(adj_\w+ \+= adj_ret);", r"\1 * 0.5f;"),
    "no gradient of an array": ("step", "cuda_backward", r"wp::adj_address\(var_2, var_i", "//"),
}
"""What is wrong: the kernel, the level, what is replaced in its text, and by what."""


@pytest.mark.parametrize("what", EDITS)
def test_a_wrong_text_is_found(verifier: Verifier, pairs: dict[str, Pair], what: str) -> None:
    name, level, pattern, replacement = EDITS[what]
    spec, texts = pairs[name].spec, pairs[name].texts
    wrong, count = re.subn(pattern, replacement, texts[level] or "", count=1)
    assert count == 1
    right, changed = judged(verifier, spec, [texts, {**texts, level: wrong}])
    assert set(right.verdict.verified) == set(texts), right
    assert level in changed.failed, changed


def test_what_a_stranger_says_of_a_field_is_held_against_the_source(pairs: dict[str, Pair]) -> None:
    spec = pairs["step"].spec
    signature = spec.signature
    kernel = loaded(spec)
    assert refuted_claim(spec, kernel) is None
    leaves = {each.name: each for each in signature.spread.arguments}

    def claimed(**changes: object) -> KernelSpec:
        q = replace(leaves["state.q"], **changes)
        spread = replace(signature.spread, arguments=tuple({**leaves, "state.q": q}.values()))
        return replace(spec, signature=signature.gather(spread))

    for changes, said in (
        ({"role": Role.INOUT}, "state.q is said to be an inout; the source only reads it"),
        ({"domain": Domain(low=1.0, high=1.0)}, "state.q is said to be in"),
        ({"dtype": "float64"}, "state is said to be State"),
        ({"shape": (4, 4)}, "state is said to be State"),
        ({"shape": (2**25,)}, "state.q is said to have shape"),
    ):
        refuted = refuted_claim(claimed(**changes), kernel)
        assert refuted is not None
        assert said in refuted


def test_inputs_of_a_field_are_given_by_its_name(tmp_path: Path) -> None:
    pair = pairs_of_texts(tmp_path, KERNELS, INPUTS)["step"]
    leaves = {each.name: each for each in pair.spec.signature.spread.arguments}
    assert leaves["state.q"].shape == (8,)
    assert leaves["state.q"].domain == Domain(low=-1, high=1)
    assert pair.spec.signature.launch == (8,)


def test_a_script_fills_the_struct(pairs: dict[str, Pair]) -> None:
    spec = pairs["added"].spec
    values = complete(spec.signature.spread, draw_inputs(spec.signature.spread, 0))
    script = script_of(spec, values, Direction.FORWARD)
    assert "state = State()" in script
    assert "state.q = wp.array(" in script
    assert "inputs=[state]" in script
    assert "print('state.spare', state.spare.numpy())" in script
    compile(script, "script.py", "exec")


# ---- drawn kernels

CATEGORIES = ["contact", "articulation", "particles", "events"]


def has_bundle(spec: KernelSpec) -> bool:
    return any(each.is_bundle for each in spec.signature.arguments)


def test_drawn_kernels_with_structs_are_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_SHARE", 1.0)
    pipeline = SynthesisPipeline("warp", seed=5, category=CATEGORIES)
    outcomes = list(pipeline.outcomes(range(16)))
    pairs = [each for each in outcomes if isinstance(each, Pair)]
    assert len(pairs) >= 15, [each for each in outcomes if not isinstance(each, Pair)]
    taking = [each for each in pairs if has_bundle(each.spec)]
    assert len(taking) > 6
    for pair in taking:
        assert {"cpp_forward", "cuda_forward"} <= set(pair.verdict.verified), pair.spec.source
    assert any(not set(each.spec.signature.differentiable).isdisjoint(spread_names(each.spec)) for each in taking)


def spread_names(spec: KernelSpec) -> set[str]:
    return {each.name for each in spec.signature.spread.arguments if "." in each.name}


def test_rows_with_structs_are_made_again_byte_for_byte_and_verified_on_other_inputs(tmp_path: Path) -> None:
    few = 5
    drawn = (KernelGenerator("warp", seed, category=CATEGORIES) for seed in range(60))
    seed = next(n for n, each in enumerate(drawn) if any(has_bundle(each.spec(index)) for index in range(few)))
    run_pipeline(few, tmp_path / "rows", frontend="warp", seed=seed, category=CATEGORIES)
    report = verify_folder(tmp_path / "rows", seed=3)
    assert not report.failures, report
    assert report.rows == few


TABLE = """
[weigh]
dim = 6
"points.mass" = "f32[6] in 2..3"
"points.v" = "f32[6] in 0.5..1"
"one.mass" = 2.0
out = "f32[6]"
"""
WEIGH = """
import warp as wp

@wp.struct
class Point:
    mass: float
    v: wp.vec3

@wp.kernel
def weigh(points: wp.array[Point], one: Point, out: wp.array[float]):
    i = wp.tid()
    out[i] = points[i].mass * wp.length(points[i].v) + one.mass
"""


def test_inputs_say_what_the_fields_of_structs_are(tmp_path: Path) -> None:
    pair = pairs_of_texts(tmp_path, WEIGH, TABLE)["weigh"]
    points, one, _ = pair.spec.signature.arguments
    assert points.shape == (6,)
    assert [each.domain for each in points.fields] == [Domain(low=2, high=3), Domain(low=0.5, high=1)]
    # 2 in the first draw, and near it in the others
    assert (one.fields[0].base, one.fields[0].domain) == ((2.0,), Domain(low=-0.05, high=0.0))
    assert {"cpp_forward", "cuda_forward"} <= set(pair.verdict.verified)


def test_fields_of_an_array_have_one_shape(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(WEIGH)
    (tmp_path / "mine.toml").write_text(TABLE.replace('"points.v" = "f32[6]', '"points.v" = "f32[5]'))
    (found,) = extract(tmp_path / "mine.py", frontend="warp", inputs=tmp_path / "mine.toml")
    assert isinstance(found, Rejection)
    assert found.symptom is Symptom.NO_EXAMPLE_ARGUMENTS
    assert "points.v is [5], another field [6]" in found.detail
