"""The benchmark that compares drawn kernels with applications: its counts, checked on sources counted by hand."""

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from measures import comparing, jax_functions, reading, warp_kernels
from measures.profiles import Profile
from measures.syntax import Function
from measures.texts import profile_cuda, profile_stablehlo

_WARP = '''
import warp as wp

@wp.struct
class State:
    q: wp.array[wp.vec3]
    n: int

@wp.func
def helped(x: float):
    return x

@wp.kernel(enable_backward=False)
def step(
    state: State, a: wp.array[float], b: wp.array2d(dtype=wp.int32), unused: int,
    count: wp.array(dtype=wp.vec2i), out: wp.array[float],
):
    """A docstring."""
    i, j = wp.tid()
    if b[i, j] == -1 or not unused_flag:
        return
    v = wp.vec3(0.0)  # a comment
    n = b[i, 0]
    for k in range(n):
        if k > 3:
            continue
        elif k == 2:
            a[n] += helped(a[i + 1] * 0.37)
    for k in range(2, 8, 3):
        v[0] = wp.sin(wp.tanh(1.0))
    slot = wp.atomic_add(count, 0, wp.vec2i(1, 1))
    out[i] = v[0] + a[b[i, k]]
    state.q[i] = v
'''

_JAX = """
import functools
import jax
from jax import lax, numpy as jp

class Layer:
    def apply(self, x, w, *, scale=1.0):
        if x.ndim != 2:
            raise ValueError(f"no matrix: {x.shape}")
        y = jp.tanh(x @ w["kernel"])
        y = jax.nn.sigmoid(y)
        return y[..., 0] * self.gain / (1 + jp.abs(x)), [each for each in (x, *w)]

@jax.jit
def plain(x):
    def step(carry, _):
        return carry * 0.5, None
    return lax.scan(functools.partial(step), x, None, length=3)[0]

def other(x):
    return x + 1
"""

_STABLEHLO = '''
module @jit_f {
  func.func public @main(%arg0: tensor<2x128x4xbf16>, %arg1: tensor<2x4x8xbf16>) -> (tensor<f32> {a = ""}) {
    %0 = stablehlo.dot_general %arg0, %arg1, batching_dims = [0] x [0], contracting_dims = [2] x [1] : \
(tensor<2x128x4xbf16>, tensor<2x4x8xbf16>) -> tensor<2x128x8xbf16>
    %1 = stablehlo.convert %0 : (tensor<2x128x8xbf16>) -> tensor<2x128x8xf32>
    %cst = stablehlo.constant dense<0.0> : tensor<f32>
    %2 = "stablehlo.reduce_window"(%1, %cst) <{padding = dense<0> : tensor<3x2xi64>}> ({
    ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
      %3 = stablehlo.add %arg2, %arg3 : tensor<f32>
      stablehlo.return %3 : tensor<f32>
    }) : (tensor<2x128x8xf32>, tensor<f32>) -> tensor<1x1x1xf32>
    return %2 : tensor<f32>
  }
}
'''  # fmt: skip


def _functions(frontend: str, source: str) -> dict[str, Function]:
    return {each.node.name: each for each in reading.parse_functions(frontend, source)}


@pytest.fixture(scope="module")
def step() -> Profile:
    return warp_kernels.profile(_functions("warp", _WARP)["step"])


def _having(profile: Profile, heading: str) -> set[str]:
    return {name for name, has in profile.shares[heading].items() if has}


def test_kernels_are_told_from_other_functions_by_their_decorator() -> None:
    functions = _functions("warp", _WARP)
    assert [name for name, each in functions.items() if reading.is_kernel(each)] == ["step"]


def test_a_kernels_control_flow_is_counted(step: Profile) -> None:
    assert _having(step, "control flow") == {
        "if", "guard, if ...: return", "elif", "==, !=", "compared with 0 or -1", "and, or", "not",
        "loop, bound not a literal", "loop, literal bound", "range with a step", "continue",
    }  # fmt: skip
    assert step.numbers["nesting"] == [2]
    assert step.numbers["trips of a literal loop"] == [2]
    assert step.skeleton == "assign if(return)() assign for(if(continue)(if(update)())) for(store) assign store"


def test_a_kernels_arrays_and_indices_are_counted(step: Profile) -> None:
    assert _having(step, "arrays") == {
        "array read and written", "three outputs and more", "v[i] = ... on a local vector", "a[i] += ...",
        "slot = atomic_add(...)",
    }  # fmt: skip
    assert step.numbers["arrays written"] == [4]
    assert step.parts["indices of array arguments"] == Counter({
        "[tid, tid]": 1, "several, mixed": 1, "read or computed before": 1, "arithmetic": 1, "[tid]": 2,
        "read in place": 1, "[tid, a loop's counter]": 1,
    })  # fmt: skip


def test_a_kernels_arguments_are_counted(step: Profile) -> None:
    assert step.numbers["arguments"] == [6]
    assert step.parts["annotations of arrays"] == Counter({"array[...]": 2, "array(dtype=...)": 2})
    assert step.parts["elements of array arguments"] == Counter({"float32": 2, "int32": 1, "integer vectors": 1})
    assert step.parts["types of other arguments"] == Counter({"others": 1, "int32": 1})
    assert _having(step, "arguments") == {"unused argument", "struct argument", "struct argument that holds arrays"}


def test_a_kernels_form_and_names_are_counted(step: Profile) -> None:
    assert _having(step, "form") == {
        "decorator with options", "several thread indices", "a helper function", "augmented assignment",
        "early return", "docstring", "comment", "atomics",
    }  # fmt: skip
    assert step.names == {"tid", "vec3", "sin", "tanh", "atomic_add", "vec2i", "array", "array2d", "int32"}
    assert step.parts["literals of floating point"] == Counter({"0, 0.5, 1, 2": 2, "two digits": 1})
    assert step.numbers["statements"] == [15]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("y = wp.tanh(wp.atan(x[i]))", {"squash of a squash"}),
        ("z = wp.tanh(x[i])\n    y = 2.0 * wp.atan(z)", {"squash of a squash"}),
        ("y = z / (1.0 + wp.abs(z))", {"x / (1 + |x|)"}),
        ("y = z / (2.0 + wp.abs(z))", set[str]()),
        ("y = wp.add(z, z)", {"wp.add(a, b) spelled out"}),
        ("part = float(0.0)\n    part += z", {"v = float(0.0), then v += e", "locals part, lift, drift, blend, delta"}),
        ("y = wp.tanh(z) + wp.atan(z)", set[str]()),
    ],
)
def test_what_gives_drawn_kernels_away_is_told(line: str, told: set[str]) -> None:
    source = f"import warp as wp\n@wp.kernel\ndef k(x: wp.array[float], z: float):\n    i = wp.tid()\n    {line}\n"
    assert _having(warp_kernels.profile(_functions("warp", source)["k"]), "what gives drawn ones away") == told


def test_functions_that_call_jax_are_told_from_others_whatever_the_import_is_named() -> None:
    functions = _functions("jax", _JAX)
    assert [name for name, each in functions.items() if reading.calls_jax(each)] == ["plain", "apply"]


def test_a_jax_functions_form_is_counted() -> None:
    apply, plain = (jax_functions.profile(_functions("jax", _JAX)[name]) for name in ("apply", "plain"))
    assert _having(apply, "control flow") == {"if", "==, !=", "raise", "comprehension"}
    assert _having(apply, "signature") == {"default argument", "keyword-only argument", "unused argument"}
    assert _having(apply, "attributes") == {"self.x", ".shape", ".ndim", "an argument's entry, w['x']", "x[..., i]"}
    assert _having(apply, "form") == {"starred", "f-string", "returns several values"}
    assert _having(apply, "what gives drawn ones away") == {"squash of a squash", "x / (1 + |x|)"}
    assert apply.names == {"tanh", "sigmoid", "abs"}
    assert _having(plain, "signature") == {"@jit"}
    assert _having(plain, "form") == {
        "functools.partial", "scan, cond, while_loop", "an inner function",
    }  # fmt: skip


def test_a_stablehlo_text_is_counted_by_what_its_operations_give() -> None:
    profile = profile_stablehlo(_STABLEHLO)
    assert sorted(profile.numbers["elements of a tensor"]) == [1, 1, 1, 2048, 2048]
    assert profile.numbers["arguments of main"] == [2]
    assert _having(profile, "texts") == {
        "a dimension of 10 and more", "a dimension of 100 and more", "low-precision arithmetic", "bf16 dot_general",
        "batched dots",
    }  # fmt: skip
    assert profile.parts["ranks of types"] == Counter({"3 and more": 3, "0": 2})
    assert profile.parts["elements of types"] == Counter({"f32": 4, "bf16": 1})
    assert "dot_general, convert" in profile.names


def test_loops_and_sums_in_place_are_found_in_cuda() -> None:
    text = "if (iter_cmp(r) == 0) goto end;\nvar_4 = wp::iter_next(r);"
    assert _having(profile_cuda(text), "CUDA texts") == {"iter_next"}


@pytest.mark.parametrize(
    ("path", "test"),
    [
        ("tests/a.py", True),
        ("_src/a_test.py", True),
        ("test_a.py", True),
        ("_src/testing/a.py", True),
        ("contest/latest.py", False),
        ("examples/a.py", False),
    ],
)
def test_files_of_test_suites_are_left_out(path: str, test: bool) -> None:
    assert reading.is_test(Path(path)) == test


def test_packages_that_are_not_installed_are_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = reading.Package(module="no_such_module", distribution="no-such-thing")
    monkeypatch.setitem(reading.APPLICATIONS, "jax", (missing,))
    with pytest.raises(reading.MissingPackageError, match=r"no-such-thing; .*\n.*pip install .*--group applications"):
        reading.read_applications("jax")


def test_the_distance_of_numbers_is_that_of_kolmogorov_and_smirnov() -> None:
    assert comparing.Numbers(name="n", drawn=[1, 2], real=[1, 2]).distance == 0
    assert comparing.Numbers(name="n", drawn=[1, 2], real=[2, 3, 3, 3]).distance == 0.75
    assert comparing.Numbers(name="n", drawn=[1, 2], real=[]).distance == 1


@pytest.mark.parametrize(
    ("drawn", "real", "near"), [(0.3, 0.2, True), (0.2, 0.3, True), (0.31, 0.2, False), (0, 0.1, False), (0, 0, True)]
)
def test_shares_are_near_within_a_factor_of_one_and_a_half(drawn: float, real: float, near: bool) -> None:
    assert comparing.Share(heading="h", name="n", drawn=drawn, real=real).is_near == near


def test_operations_are_paired_with_those_whose_results_they_take(step: Profile) -> None:
    found = set(step.flows)
    assert found >= {
        "tanh -> sin", "sin -> []=", "tid -> [] index", "[] -> [] index", "[] -> range", "range -> Gt", "Gt -> if",
        "Not -> Or", "Or -> if", "Add -> [] index", "tid -> Add", "Add -> []=", "vec2i -> atomic_add",
    }  # fmt: skip
    assert not {each for each in found if each.endswith("sin") and each != "tanh -> sin"}
    flows = jax_functions.profile(_functions("jax", _JAX)["apply"]).flows
    assert flows["tanh -> sigmoid"] == flows["MatMult -> tanh"] == flows["abs -> Add"] == flows["Div -> return"] == 1
    assert not any("each" in pair or "gain" in pair for pair in flows)


def test_dataflow_is_covered_by_weight() -> None:
    real = [Profile(flows=Counter({"a -> b": 3, "b -> c": 1, "c -> d": 2}))]
    (by_weight,) = comparing.compare_flows([Profile(flows=Counter({"a -> b": 1, "x -> y": 9}))], real)
    assert (by_weight.drawn, by_weight.real) == (0.5, 1.0)


def test_skeletons_are_counted_in_equally_many_of_both() -> None:
    drawn = [Profile(skeleton=str(each // 6)) for each in range(12)]
    distinct, covered = comparing.compare_skeletons(drawn, [Profile(skeleton="a"), Profile(skeleton="a")])
    assert (distinct.drawn, distinct.real) == (1.0, 0.5)
    assert (covered.drawn, covered.real) == (1.0, 1.0)
