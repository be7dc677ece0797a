"""Kernels that query objects of which nothing is known: small objects are assumed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from checking import judged_with, pairs_of

from synthesis import Pair, get_frontend
from synthesis.frontends.base import Kernel
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.making.runs.reverification import verify_folder
from synthesis.verification.claims import refuted_claim

pytestmark = pytest.mark.needs("warp")

WARP = """
import warp as wp

@wp.kernel
def inside(mesh: wp.uint64, p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_point(mesh, p[i], 10.0)
    if q.result:
        d[i] = q.sign * wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - p[i])

@wp.kernel
def into_variables(mesh: wp.uint64, p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    face = int(0)
    u = float(0.0)
    v = float(0.0)
    sign = float(0.0)
    if wp.mesh_query_point(mesh, p[i], 10.0, sign, face, u, v):
        d[i] = sign * wp.length(wp.mesh_eval_position(mesh, face, u, v) - p[i])

@wp.kernel
def ray_into_variables(mesh: wp.uint64, p: wp.array(dtype=wp.vec3), along: wp.array(dtype=wp.vec3),
                       d: wp.array(dtype=float)):
    i = wp.tid()
    t = float(0.0)
    u = float(0.0)
    v = float(0.0)
    sign = float(0.0)
    normal = wp.vec3()
    face = int(0)
    if wp.mesh_query_ray(mesh, p[i], along[i], 10.0, t, u, v, sign, normal, face):
        d[i] = t

@wp.kernel
def furthest(mesh: wp.uint64, p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_furthest_point_no_sign(mesh, p[i], 0.0)
    if q.result:
        d[i] = wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - p[i])

@wp.kernel
def near(grid: wp.uint64, mesh: wp.uint64, p: wp.array(dtype=wp.vec3), r: float, d: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_point_no_sign(mesh, p[i], 10.0)
    c = wp.mesh_eval_position(mesh, q.face, q.u, q.v)
    n = float(0.0)
    for j in wp.hash_grid_query(grid, c, r):
        n += wp.max(r - wp.length(p[j] - c), 0.0)
    d[i] = n

@wp.kernel
def overlapping(bvh: wp.uint64, low: wp.array(dtype=wp.vec3), high: wp.array(dtype=wp.vec3), n: wp.array(dtype=int)):
    i = wp.tid()
    q = wp.bvh_query_aabb(bvh, low[i], high[i])
    b = int(0)
    while wp.bvh_query_next(q, b):
        wp.atomic_add(n, b, 1)

@wp.kernel
def flow(volume: wp.uint64, p: wp.array(dtype=wp.vec3), v: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    v[i] = wp.volume_sample_v(volume, wp.volume_world_to_index(volume, p[i]), wp.Volume.LINEAR)

@wp.kernel
def looked_up(texture: wp.Texture2D, at: wp.array(dtype=wp.vec2), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = wp.texture_sample(texture, at[i], dtype=float)

@wp.struct
class Scene:
    mesh: wp.uint64
    points: wp.array(dtype=wp.vec3)

@wp.kernel
def of_a_struct_with_arrays(s: Scene, d: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_point_no_sign(s.mesh, s.points[i], 10.0)
    d[i] = wp.length(wp.mesh_eval_position(s.mesh, q.face, q.u, q.v) - s.points[i])

@wp.struct
class Collider:
    mesh: wp.uint64
    scale: float

@wp.kernel
def of_a_struct(c: Collider, p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_point_no_sign(c.mesh, p[i], 10.0)
    d[i] = wp.length(wp.mesh_eval_position(c.mesh, q.face, q.u, q.v) - p[i]) * c.scale

@wp.kernel
def of_an_array(ids: wp.array(dtype=wp.uint64), p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_point_no_sign(ids[i], p[i], 10.0)
    d[i] = wp.length(wp.mesh_eval_position(ids[i], q.face, q.u, q.v) - p[i])

@wp.kernel
def some_of_an_array(
    ids: wp.array(dtype=wp.uint64), which: wp.array(dtype=int), p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)
):
    i = wp.tid()
    mesh = ids[which[i]]
    if mesh == wp.uint64(0):
        d[i] = -1.0
        return
    q = wp.mesh_query_point_no_sign(mesh, p[i], 10.0)
    d[i] = wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - p[i])

@wp.kernel
def rays_into_many(ids: wp.array2d(dtype=wp.uint64), p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    least = float(10.0)
    for j in range(ids.shape[1]):
        q = wp.mesh_query_ray(ids[i, j], p[i], wp.vec3(0.0, 0.0, -1.0), least)
        if q.result:
            least = wp.min(least, q.t)
    d[i] = least

@wp.kernel
def first_corners(ids: wp.array(dtype=wp.uint64), which: wp.array(dtype=int), y: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    mesh = wp.mesh_get(ids[which[i]])
    y[i] = mesh.points[mesh.indices[1]]

@wp.kernel
def velocities(ids: wp.array(dtype=wp.uint64), p: wp.array(dtype=wp.vec3), v: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    q = wp.mesh_query_point_no_sign(ids[i], p[i], 10.0)
    v[i] = wp.mesh_eval_velocity(ids[i], q.face, q.u, q.v)

@wp.kernel
def in_boxes(ids: wp.array(dtype=wp.uint64), low: wp.array(dtype=wp.vec3), high: wp.array(dtype=wp.vec3),
             n: wp.array(dtype=int)):
    i = wp.tid()
    q = wp.bvh_query_aabb(ids[i], low[i], high[i])
    b = int(0)
    while wp.bvh_query_next(q, b):
        n[i] += 1

@wp.kernel
def from_volumes(ids: wp.array(dtype=wp.uint64), p: wp.array(dtype=wp.vec3), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = wp.volume_sample_f(ids[i], wp.volume_world_to_index(ids[i], p[i]), wp.Volume.LINEAR)

@wp.struct
class Shapes:
    meshes: wp.array(dtype=wp.uint64)
    scales: wp.array(dtype=float)

@wp.kernel
def of_an_array_in_a_struct(s: Shapes, p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_point_no_sign(s.meshes[i], p[i], 10.0)
    d[i] = wp.length(wp.mesh_eval_position(s.meshes[i], q.face, q.u, q.v) - p[i]) * s.scales[i]

@wp.kernel
def of_one_that_may_not_exist(mesh: wp.uint64, p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    if mesh != wp.uint64(0):
        q = wp.mesh_query_point_no_sign(mesh, p[i], 10.0)
        d[i] = wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - p[i])

@wp.kernel
def by_winding_number(mesh: wp.uint64, p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_point_sign_winding_number(mesh, p[i], 10.0, 3.0, 0.6)
    d[i] = q.sign * wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - p[i])

@wp.kernel
def by_a_rough_winding_number(mesh: wp.uint64, p: wp.array(dtype=wp.vec3), d: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_point_sign_winding_number(mesh, p[i], 10.0, 0.5)
    d[i] = q.sign

@wp.kernel
def voxels_in_turn(grid: wp.uint64, at: wp.array(dtype=wp.vec3i), stride: int, y: wp.array(dtype=float)):
    i = wp.tid()
    while i < wp.volume_voxel_count(grid):
        y[i] = 2.0 * wp.volume_lookup_f(grid, at[i][0], at[i][1], at[i][2])
        i += stride

@wp.kernel
def numbers_of_voxels(grid: wp.uint64, at: wp.array(dtype=wp.vec3i), n: wp.array(dtype=int)):
    i = wp.tid()
    n[i] = wp.volume_lookup_index(grid, at[i][0], at[i][1], at[i][2])

@wp.kernel
def first_found(grid: wp.uint64, p: wp.array(dtype=wp.vec3), found: wp.array(dtype=int)):
    i = wp.tid()
    q = wp.hash_grid_query(grid, p[i], 2.0)
    j = int(-1)
    wp.hash_grid_query_next(q, j)
    found[i] = j

@wp.kernel
def roots(bvh: wp.uint64, found: wp.array(dtype=int)):
    i = wp.tid()
    found[i] = wp.bvh_get_group_root(bvh, i)

@wp.kernel
def met_in_cells(grid: wp.uint64, p: wp.array(dtype=wp.vec3), found: wp.array(dtype=int)):
    i = wp.tid()
    n = int(0)
    for j in wp.hash_grid_query(grid, p[i], 0.05):
        n += 1
    found[i] = n

@wp.kernel
def of_a_group(grid: wp.uint64, p: wp.array(dtype=wp.vec3), r: float, worlds: wp.array(dtype=int),
               d: wp.array(dtype=float)):
    i = wp.tid()
    n = float(0.0)
    for j in wp.hash_grid_query(grid, p[i], r, worlds[i]):
        n += wp.max(r - wp.length(p[j] - p[i]), 0.0)
    d[i] = n

@wp.func
def nearest(query: wp.HashGridQuery[wp.float32], p: wp.array(dtype=wp.vec3), at: wp.vec3, r: float):
    least = r
    j = int(0)
    while wp.hash_grid_query_next(query, j):
        least = wp.min(least, wp.length(p[j] - at))
    return least

@wp.kernel
def asked_by_a_function(grid: wp.uint64, p: wp.array(dtype=wp.vec3), at: wp.array(dtype=wp.vec3), r: float,
                        d: wp.array(dtype=float)):
    i = wp.tid()
    d[i] = nearest(wp.hash_grid_query(grid, at[i], r), p, at[i], r)

@wp.kernel
def in_double(grid: wp.uint64, p: wp.array(dtype=wp.vec3d), r: wp.float64, n: wp.array(dtype=int)):
    i = wp.tid()
    count = int(0)
    for j in wp.hash_grid_query(grid, p[i], r):
        if wp.length(p[j] - p[i]) <= r:
            count += 1
    n[i] = count
"""
KINDS = {
    "inside": {"mesh": "mesh"},
    "into_variables": {"mesh": "mesh"},
    "ray_into_variables": {"mesh": "mesh"},
    "furthest": {"mesh": "mesh"},
    "near": {"grid": "hash_grid", "mesh": "mesh"},
    "overlapping": {"bvh": "bvh"},
    "flow": {"volume": "volume_v"},
    "looked_up": {"texture": "texture_2d"},
    "by_winding_number": {"mesh": "mesh"},
    "voxels_in_turn": {"grid": "volume_f"},
    "numbers_of_voxels": {"grid": "volume_f"},
    "of_a_group": {"grid": "hash_grid"},
    "asked_by_a_function": {"grid": "hash_grid"},
    "of_an_array": {"ids": "mesh"},
    "some_of_an_array": {"ids": "mesh"},
    "rays_into_many": {"ids": "mesh"},
    "first_corners": {"ids": "mesh"},
    "in_boxes": {"ids": "bvh"},
    "from_volumes": {"ids": "volume_f"},
    "of_one_that_may_not_exist": {"mesh": "mesh"},
}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("objects") / "objects.py"
    path.write_text(WARP)
    return pairs_of(path)


@pytest.mark.parametrize("name", KINDS)
def test_an_object_of_the_kind_that_is_queried_is_assumed(pairs: dict[str, Pair], name: str) -> None:
    pair = pairs[name]
    assert {"cpp_forward", "cuda_forward"} <= set(pair.verdict.verified)
    assert {each.name: each.handle for each in pair.spec.signature.arguments if each.handle} == KINDS[name]


def test_a_hash_grid_has_the_points_that_the_kernel_reads(pairs: dict[str, Pair]) -> None:
    (grid,) = (each for each in pairs["near"].spec.signature.arguments if each.handle == "hash_grid")
    points = next(each for each in grid.fields if each.name == "points")
    assert points.same == "p"


def test_answers_in_variables_have_derivatives(pairs: dict[str, Pair]) -> None:
    for name in ("inside", "into_variables", "ray_into_variables"):
        assert str(pairs[name].verdict.gradient) == "agrees"


@pytest.mark.parametrize("name", ["of_a_struct", "of_a_struct_with_arrays", "of_an_array_in_a_struct"])
def test_an_id_in_a_struct_is_that_of_an_assumed_object(pairs: dict[str, Pair], name: str) -> None:
    pair = pairs[name]
    assert set(pair.verdict.verified) == {"cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward"}
    leaves = {each.name: each.handle for each in pair.spec.signature.spread.arguments if each.handle}
    assert list(leaves.values()) == ["mesh"]


def test_a_text_that_asks_another_question_of_an_object_in_a_struct_is_found(pairs: dict[str, Pair]) -> None:
    pair = pairs["of_a_struct_with_arrays"]
    text = pair.texts["cpp_forward"] or ""
    wrong = text.replace("wp::mesh_query_point_no_sign(", "wp::mesh_query_furthest_point_no_sign(")
    right, changed = judged_with(pair, "cpp_forward", wrong)
    assert right.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("some_of_an_array", "wp::address(var_ids, var_2)", "wp::address(var_ids, var_0)"),
        ("first_corners", "wp::address(var_ids, var_2)", "wp::address(var_ids, var_0)"),
        ("in_boxes", "wp::address(var_ids, var_0)", "wp::address(var_ids, 0)"),
        ("from_volumes", "wp::address(var_ids, var_0)", "wp::address(var_ids, 1)"),
    ],
)
def test_a_text_that_asks_another_object_of_an_array_is_found(
    pairs: dict[str, Pair], name: str, right: str, wrong: str
) -> None:
    text = pairs[name].texts["cpp_forward"] or ""
    first, changed = judged_with(pairs[name], "cpp_forward", text.replace(right, wrong))
    assert first.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()


def test_the_objects_of_an_array_have_no_more_elements_than_an_array_may_have(pairs: dict[str, Pair]) -> None:
    spec = pairs["of_an_array"].spec
    ids, *others = spec.signature.arguments
    large = replace(spec.signature, arguments=(replace(ids, shape=(2**21,)), *others))
    frontend = get_frontend("warp")
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel)
    said = refuted_claim(replace(spec, signature=large), kernel)
    frontend.compiler.release([kernel])
    assert (said or "").startswith("ids.points is said to have shape [2097152, 12, 3]; allowed: 1 to")


def test_velocities_may_be_those_of_a_mesh_of_an_array(pairs: dict[str, Pair]) -> None:
    pair = pairs["velocities"]
    assert {"cpp_forward", "cuda_forward"} <= set(pair.verdict.verified)


def test_ids_of_objects_that_do_not_exist_are_tried_where_the_kernel_expects_them(pairs: dict[str, Pair]) -> None:
    pair = pairs["some_of_an_array"]
    assert pair.verdict.reached == 1.0
    (ids,) = (each for each in pair.spec.signature.arguments if each.handle)
    assert ids.fields[-1].name == "exists"
    text = pair.texts["cpp_forward"] or ""
    _, changed = judged_with(pair, "cpp_forward", text.replace("-1.0", "-2.0"))
    assert changed.verdict.verified == ()


def test_a_text_that_numbers_voxels_in_another_order_is_found(pairs: dict[str, Pair]) -> None:
    pair = pairs["numbers_of_voxels"]
    text = pair.texts["cpp_forward"] or ""
    wrong = re.sub(r"(volume_lookup_index\(\w+), (\w+), (\w+), (\w+)\)", r"\1, \4, \3, \2)", text)
    right, changed = judged_with(pair, "cpp_forward", wrong)
    assert right.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()


def test_a_text_that_asks_a_grid_for_the_points_of_all_groups_is_found(pairs: dict[str, Pair]) -> None:
    pair = pairs["of_a_group"]
    wrong = re.sub(r"(hash_grid_query\((?:\w+, ){2}\w+), \w+\)", r"\1)", pair.texts["cpp_forward"] or "")
    right, changed = judged_with(pair, "cpp_forward", wrong)
    assert right.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()


def test_a_grid_of_double_precision_is_unverified_with_a_reason(pairs: dict[str, Pair]) -> None:
    reason = str(pairs["in_double"].verdict.unverified["cpp_forward"])
    assert "no reference semantics for a hash grid of float64" in reason


@pytest.mark.parametrize("name", ["first_found", "met_in_cells", "roots"])
def test_numbers_that_the_order_of_an_object_decides_are_unverified(pairs: dict[str, Pair], name: str) -> None:
    assert not pairs[name].verdict.verified
    expected = "found depends on the order in which an object keeps its items, on the inputs drawn"
    assert str(pairs[name].verdict.unverified["cpp_forward"]) == expected


def test_a_sign_by_a_rough_winding_number_is_unverified_with_a_reason(pairs: dict[str, Pair]) -> None:
    reason = str(pairs["by_a_rough_winding_number"].verdict.unverified["cpp_forward"])
    assert "a winding number of less accuracy than 2.0" in reason


def test_a_row_with_an_object_in_a_struct_verifies_again(tmp_path: Path) -> None:
    source = (
        WARP[: WARP.index("@wp.kernel")] + WARP[WARP.index("@wp.struct") : WARP.index("@wp.kernel\ndef rays_into_many")]
    )
    (tmp_path / "mine.py").write_text(source)
    extract_to_folder(str(tmp_path / "mine.py"), tmp_path / "rows")
    found = verify_folder(tmp_path / "rows", seed=3)
    assert found.rows == 4
    assert not found.failures
