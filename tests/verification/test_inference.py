"""Inputs for kernels of which nothing is known."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checking import pairs_of, pairs_of_source
from conftest import kernels_module

from synthesis import Pair
from synthesis.core.signatures import Argument, Domain, Signature
from synthesis.making.runs.extraction import extract
from synthesis.verification.filling import widened
from synthesis.verification.inputs import count_of
from synthesis.verification.slopes import inside
from synthesis.verification.thresholds import thresholds_of


@pytest.mark.needs("warp")
def test_inferred_launches_of_many_dimensions_stay_small() -> None:
    module = kernels_module(Path(__file__).parents[1] / "kernels", "constructs")
    (pair,) = extract(module.several, frontend="warp")
    assert isinstance(pair, Pair)
    assert pair.spec.signature.launch == (8, 8, 8, 8)
    assert str(pair.verdict.gradient) == "agrees"


WARP = """
import warp as wp

@wp.kernel
def flagged(mode: int, x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i]
    if mode == 1:
        out[i] = x[i] * 2.0
    if mode == -1:
        out[i] = x[i] * 3.0

@wp.kernel
def marked(parent: wp.array(dtype=int), x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    if parent[i] == -1:
        out[i] = 0.25
    else:
        out[i] = x[parent[i]]

@wp.kernel
def limited(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    v = x[i]
    if v > 40.0:
        v = 40.0
    out[i] = v

@wp.kernel
def counted(n: int, x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    if i >= n:
        return
    out[i] = x[i] + 1.0

@wp.kernel
def bounded(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    if i >= x.shape[0]:
        return
    out[i] = x[i] + 1.0

@wp.kernel
def looked_up(k: int, table: wp.array(dtype=float), x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] + table[k - 1]
    if k == 500:
        out[i] = 0.0

@wp.kernel
def taken(counter: wp.array(dtype=int), x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[wp.atomic_add(counter, 0, 1)] = x[i * 2 + 1]

@wp.kernel
def split(n: int, per: wp.array(dtype=int), x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] + float(n / per[i])

@wp.kernel
def unchecked(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    i = wp.tid()
    t = wp.tile_load(x, shape=(8, 8), offset=(i * 8, 0), bounds_check=False)
    wp.tile_store(out, t * t, offset=(i * 8, 0), bounds_check=False)

GRID = wp.constant(400)

@wp.kernel
def wrapped(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    i, j = wp.tid()
    out[i, j] = x[(i + GRID - 1) % GRID, j] + x[i, (j + GRID - 1) % GRID] - 2.0 * x[i, j]

@wp.struct
class Axes:
    first: int
    scale: float

@wp.kernel
def of_an_axis(
    q: wp.array(dtype=wp.quat), axis: int, axes: Axes, other: wp.array(dtype=int), out: wp.array(dtype=float)
):
    i = wp.tid()
    along = wp.vec3(q[i][0], q[i][1], q[i][2])
    out[i] = q[i][axis] * axes.scale + along[axes.first] + along[other[i]]

@wp.kernel
def in_one_thread(a: wp.array(dtype=float), b: wp.array(dtype=float), c: wp.array(dtype=float),
                  out: wp.array(dtype=float)):
    for i in range(100):
        out[i] = wp.clamp(a[i], b[i], c[i])

@wp.kernel
def filled(out: wp.array(dtype=float)):
    out[wp.tid()] = 0.5

@wp.kernel
def asked(x: wp.array(dtype=float)):
    wp.expect_eq(x[wp.tid()], x[0] * 3.0)
"""


@pytest.fixture(scope="module")
def inferred(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("inference") / "inferred.py"
    path.write_text(WARP)
    return pairs_of(path)


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", ["flagged", "marked", "limited", "counted", "bounded"])
def test_domains_are_chosen_so_that_branches_are_taken(name: str, inferred: dict[str, Pair]) -> None:
    assert inferred[name].verdict.reached == 1.0
    assert "cpp_forward" in inferred[name].verdict.verified


@pytest.mark.needs("warp")
def test_domains_hold_what_the_source_compares_with_only_where_the_kernel_stays_in_its_arrays(
    inferred: dict[str, Pair],
) -> None:
    domains = {each.name: each.domain for each in inferred["flagged"].spec.signature.arguments}
    assert domains["mode"] == Domain(low=-2, high=16)
    assert domains["x"] == Domain(low=-1.5, high=1.5)
    assert inferred["bounded"].spec.signature.launch == (19,)
    looked_up = inferred["looked_up"]
    assert looked_up.spec.signature.arguments[0].domain == Domain(low=4, high=16)
    assert looked_up.verdict.reached == 0.75
    assert str(looked_up.verdict.unverified["cpp_forward"]) == (
        "not reached: no run executed 1 of 4 statements, such as out[i] = 0.0"
    )


@pytest.mark.needs("warp")
def test_arrays_are_as_large_as_the_indices_that_left_them_ask_for(inferred: dict[str, Pair]) -> None:
    taken = inferred["taken"]
    shapes = {each.name: each.shape for each in taken.spec.signature.arguments}
    assert taken.spec.signature.launch == (16,)
    assert shapes == {"counter": (16,), "x": (32,), "out": (32,)}
    assert {"cpp_forward", "cuda_forward"} <= set(taken.verdict.verified)


@pytest.mark.needs("warp")
def test_several_arrays_are_as_large_as_a_loop_asks_for(inferred: dict[str, Pair]) -> None:
    pair = inferred["in_one_thread"]
    assert all(count_of(each) >= 100 for each in pair.spec.signature.arguments)
    assert "cpp_forward" in pair.verdict.verified


@pytest.mark.needs("warp")
def test_arrays_are_as_large_as_a_grid_whose_size_is_a_constant(inferred: dict[str, Pair]) -> None:
    x, _ = inferred["wrapped"].spec.signature.arguments
    assert x.shape is not None
    assert all((size or 0) >= 400 for size in x.shape)
    assert set(inferred["wrapped"].verdict.verified) == {"cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"}


@pytest.mark.needs("warp")
def test_arrays_hold_the_tiles_whose_bounds_are_not_checked(inferred: dict[str, Pair]) -> None:
    unchecked = inferred["unchecked"]
    shapes = {each.name: each.shape for each in unchecked.spec.signature.arguments}
    assert unchecked.spec.signature.launch is not None
    (threads,) = unchecked.spec.signature.launch
    assert all(shape is not None and (shape[0] or 0) >= 8 * (threads or 0) for shape in shapes.values())
    assert {"cpp_forward", "cuda_forward"} <= set(unchecked.verdict.verified)


@pytest.mark.needs("warp")
def test_numbers_of_components_are_kept_inside_their_vectors(inferred: dict[str, Pair]) -> None:
    pair = inferred["of_an_axis"]
    arguments = {each.name: each for each in pair.spec.signature.arguments}
    assert arguments["axis"].domain in (Domain(low=0, high=3), Domain(low=0, high=2))
    assert arguments["axes"].fields[0].domain == arguments["other"].domain == Domain(low=0, high=2)
    assert {"cpp_forward", "cpp_backward", "cuda_forward"} <= set(pair.verdict.verified)
    assert pair.verdict.reached == 1.0


@pytest.mark.needs("warp")
def test_divisors_are_kept_from_zero(inferred: dict[str, Pair]) -> None:
    split = inferred["split"]
    domains = {each.name: each.domain for each in split.spec.signature.arguments}
    assert domains["per"] == Domain(low=1, high=15)
    assert domains["x"] == Domain(low=-1.5, high=1.5)
    assert "cpp_forward" in split.verdict.verified


@pytest.mark.needs("warp")
def test_a_kernel_that_always_gives_the_same_is_proved_and_one_that_writes_nothing_is_not(
    inferred: dict[str, Pair],
) -> None:
    assert {"cpp_forward", "cuda_forward"} <= set(inferred["filled"].verdict.verified)
    asked = inferred["asked"].verdict
    assert not asked.verified
    assert str(asked.unverified["cpp_forward"]) == "not reached: the kernel writes nothing"


def test_an_argument_of_no_comparison_keeps_its_domain() -> None:
    argument = Argument(name="x", type_name="", dtype="float32", shape=(4,), domain=Domain(low=0.1, high=1.5))
    assert widened(argument, thresholds_of("def f(x, y):\n    return y > 3.0", ["x", "y"])) == argument
    assert widened(argument, thresholds_of("def f(x):\n    return x > 4.0", ["x"])).domain == Domain(low=0.1, high=5.0)
    counter = replace(argument, dtype="uint32", domain=Domain(low=3, high=9))
    assert widened(counter, thresholds_of("def f(x):\n    return x == 0", ["x"])).domain == Domain(low=0, high=9)


CHOOSING = {
    "jax": "import jax.numpy as jnp\n\n\ndef f(c, x):\n    return jnp.where(c > 0, jnp.sin(x), x * 3.0) + c\n",
    "warp": (
        "import warp as wp\n\n\n@wp.kernel\n"
        "def f(c: wp.array(dtype=float), x: wp.array(dtype=float), y: wp.array(dtype=float)):\n"
        "    i = wp.tid()\n    y[i] = wp.where(c[i] > 0.0, wp.sin(x[i]), x[i] * 3.0) + c[i]\n"
    ),
}


@pytest.mark.parametrize("frontend", ["warp", "jax"])
def test_domains_have_both_sides_of_what_a_choice_is_made_by(frontend: str, tmp_path: Path) -> None:
    (tmp_path / "choosing.py").write_text(CHOOSING[frontend])
    given: dict[str, Any] = {} if frontend == "warp" else {"arg": ("f32[16]", "f32[16]")}
    (pair,) = extract(tmp_path / "choosing.py", **given)
    assert isinstance(pair, Pair)
    domain = pair.spec.signature.arguments[0].domain
    assert domain is not None
    assert domain.low < 0 < domain.high
    assert pair.verdict.verified


def test_a_number_that_is_kept_inside_its_domain_is_an_array() -> None:
    domain = Domain(low=0.1, high=1.5)
    argument = Argument(name="limit", type_name="float", dtype="float32", domain=domain)
    kept = inside(Signature(arguments=(argument,)), {"limit": np.asarray(1.5, np.float32)})["limit"]
    assert type(kept) is np.ndarray
    assert kept.dtype == np.float32
    assert kept < 1.5


SIGNS = """import warp as wp


@wp.func
def square(x: float):
    return x * x


@wp.func_grad(square)
def adj_square(x: float, adj_ret: float):
    wp.adjoint[x] += 2.0 * wp.sqrt(x) * wp.sqrt(x) * adj_ret


@wp.kernel
def wrong_below_zero(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.abs(square(x[i]))


@wp.kernel
def both_signs(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.max(x[i], 0.0)


@wp.kernel
def one_sign(x: wp.array(dtype=float), y: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.log(x[i]) * y[i]


@wp.kernel
def either_side(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.where(wp.abs(x[i]) > 0.2, 1.0 / x[i], 0.0)


@wp.kernel
def integers(n: wp.array(dtype=int), k: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    out[k[i]] = n[i] // 4 + n[i] % 3


@wp.func
def byte_of(v: float):
    return wp.uint8(255.0 * v)


@wp.kernel
def unsigned(x: wp.array(dtype=float), n: wp.array(dtype=int), out: wp.array(dtype=wp.uint32)):
    i = wp.tid()
    out[i] = wp.uint32(x[i] * 10.0) << wp.uint32(n[i])


@wp.kernel
def bytes_of(x: wp.array(dtype=float), out: wp.array(dtype=wp.uint8)):
    i = wp.tid()
    out[i] = byte_of(x[i])


@wp.kernel
def shifted(n: wp.array(dtype=int), k: wp.array(dtype=int), out: wp.array(dtype=int)):
    i = wp.tid()
    out[i] = n[i] << k[i]


@wp.kernel
def neighbours(grid: wp.uint64, p: wp.array(dtype=wp.vec3), radius: float, out: wp.array(dtype=float)):
    i = wp.tid()
    total = float(0.0)
    for j in wp.hash_grid_query(grid, p[i], radius):
        total += wp.max(radius * radius - wp.length_sq(p[i] - p[j]), 0.0)
    out[i] = total


@wp.kernel
def distances(mesh: wp.uint64, p: wp.array(dtype=wp.vec3), radius: float, out: wp.array(dtype=float)):
    i = wp.tid()
    found = wp.mesh_query_point_no_sign(mesh, p[i], radius)
    out[i] = wp.where(found.result, 1.0, radius)
"""


@pytest.mark.needs("warp")
def test_domains_have_negative_numbers_where_the_kernel_is_defined(tmp_path: Path) -> None:
    pairs = pairs_of_source(tmp_path, SIGNS, frontend="warp")
    domains = {name: {each.name: each.domain for each in pair.spec.signature.arguments} for name, pair in pairs.items()}
    assert domains["both_signs"]["x"] == domains["one_sign"]["y"] == Domain(low=-1.5, high=1.5)
    assert domains["one_sign"]["x"] == Domain(low=0.1, high=1.5)
    assert domains["either_side"]["x"] == Domain(low=-1.5, high=1.5)
    assert domains["integers"]["n"] == Domain(low=-15, high=15)
    assert domains["integers"]["k"] != Domain(low=-15, high=15)
    assert {"cpp_forward", "cpp_backward"} <= set(pairs["one_sign"].verdict.verified)
    assert "cpp_forward" in pairs["wrong_below_zero"].verdict.verified
    assert "cpp_backward" not in pairs["wrong_below_zero"].verdict.verified
    unit, indices = Domain(low=0.1, high=1.5), Domain(low=0, high=15)
    assert domains["unsigned"]["x"] == domains["bytes_of"]["x"] == unit
    assert domains["unsigned"]["n"] == domains["shifted"]["k"] == indices
    assert domains["shifted"]["n"] == Domain(low=-15, high=15)
    assert all(
        each is not None and each.low > 0 for each in (domains["neighbours"]["radius"], domains["distances"]["radius"])
    )
    assert {"cpp_forward", "cpp_backward"} <= set(pairs["neighbours"].verdict.verified)
    assert "cpp_forward" in pairs["distances"].verdict.verified
