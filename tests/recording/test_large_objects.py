"""Objects of more points and boxes than a row holds: cut with the arrays that are as long."""

import numpy as np
import pytest
from recorded_rows import rows_of_text

from synthesis import Pair
from synthesis.verification.inputs import draw_inputs

pytestmark = pytest.mark.needs("warp")
PROGRAM = """
import numpy as np
import warp as wp

wp.config.log_level = wp.LOG_ERROR

@wp.kernel
def crowded(
    grid: wp.uint64, points: wp.array(dtype=wp.vec3), masses: wp.array(dtype=float), out: wp.array(dtype=float)
):
    i = wp.tid()
    query = wp.hash_grid_query(grid, points[i], 0.75)
    index = int(0)
    total = float(0.0)
    while wp.hash_grid_query_next(query, index):
        gap = wp.length(points[index] - points[i])
        if gap < 0.75:
            total += masses[index] * (0.75 - gap)
    out[i] = total

@wp.kernel
def met(tree: wp.uint64, weights: wp.array(dtype=float), probes: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    query = wp.bvh_query_aabb(tree, probes[i], probes[i] + wp.vec3(0.5, 0.5, 0.5))
    index = int(0)
    total = float(0.0)
    while wp.bvh_query_next(query, index):
        total += weights[index]
    out[i] = total

@wp.kernel
def grouped(tree: wp.uint64, out: wp.array(dtype=int)):
    out[0] = wp.bvh_get_group_root(tree, 1)

@wp.kernel
def in_group(tree: wp.uint64, probes: wp.array(dtype=wp.vec3), out: wp.array(dtype=int)):
    i = wp.tid()
    root = wp.bvh_get_group_root(tree, i % 3)
    query = wp.bvh_query_sphere(tree, probes[i], 1.2, root)
    index = int(0)
    total = int(0)
    while wp.bvh_query_next(query, index):
        total += 1 + index
    out[i] = total

@wp.kernel
def near_in_group(grid: wp.uint64, points: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    total = float(0.0)
    for index in wp.hash_grid_query(grid, points[i], 0.9, i % 2):
        total += wp.max(0.9 - wp.length(points[index] - points[i]), 0.0)
    out[i] = total

random = np.random.default_rng(0)
side = np.arange(45, dtype=np.float32) * 0.5
at = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
at = at + random.uniform(-0.1, 0.1, at.shape).astype(np.float32)
count = len(at)
points = wp.array(at, dtype=wp.vec3, device="cpu")
out = wp.zeros(count, dtype=float, device="cpu")
grid = wp.HashGrid(128, 128, 128, device="cpu")
grid.build(points, 0.75)
tree = wp.Bvh(points, wp.array(at + 0.25, dtype=wp.vec3, device="cpu"))
weights = wp.array(random.uniform(1.0, 2.0, count).astype(np.float32), dtype=float, device="cpu")
probes = wp.array(at[:40], dtype=wp.vec3, device="cpu")
few = wp.array(at[:8], dtype=wp.vec3, device="cpu")
apart = wp.Bvh(few, few, groups=wp.array([0, 0, 1, 1, 1, 1, 1, 1], dtype=int, device="cpu"))
roots = wp.zeros(1, dtype=int, device="cpu")
wp.launch(crowded, dim=count, inputs=[grid.id, points, weights], outputs=[out], device="cpu")
wp.launch(met, dim=40, inputs=[tree.id, weights, probes], outputs=[out], device="cpu")
wp.launch(grouped, dim=1, inputs=[apart.id], outputs=[roots], device="cpu")
totals = wp.zeros(40, dtype=int, device="cpu")
wp.launch(in_group, dim=40, inputs=[apart.id, probes], outputs=[totals], device="cpu")
cells = wp.HashGrid(4, 4, 4, device="cpu")
cells.build(few, 0.75, groups=wp.array([0, 0, 1, 1, 1, 1, 1, 1], dtype=int, device="cpu"))
nearby = wp.zeros(8, dtype=float, device="cpu")
wp.launch(near_in_group, dim=8, inputs=[cells.id, few], outputs=[nearby], device="cpu")
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return rows_of_text(PROGRAM, tmp_path_factory.mktemp("large"))


@pytest.mark.parametrize(("name", "parts"), [("crowded", {"points"}), ("met", {"lowers", "uppers"})])
def test_an_object_of_many_rows_is_cut_with_the_arrays_that_are_as_long(
    pairs: dict[str, Pair], name: str, parts: set[str]
) -> None:
    found = pairs[name]
    assert {"cpp_forward", "cuda_forward"} <= set(found.verdict.verified), found.verdict.unverified
    assert found.verdict.reached == 1.0
    made, array = found.spec.signature.arguments[:2]
    assert {each.name for each in made.fields if each.shape is not None} == parts
    sizes = {each.shape for each in (*made.fields, array) if each.shape is not None}
    assert len(sizes) == 1
    assert max(size or 0 for shape in sizes for size in shape) <= 64


def test_a_grid_of_128_cells_a_side_has_its_points_where_they_were_on_every_draw(pairs: dict[str, Pair]) -> None:
    signature = pairs["crowded"].spec.signature
    first, second = (draw_inputs(signature, number) for number in range(2))
    assert first["grid"]["dims"].tolist() == [128, 128, 128]
    assert np.array_equal(first["grid"]["points"], second["grid"]["points"])
    assert np.array_equal(second["grid"]["points"], second["points"])
    assert not np.array_equal(first["masses"], second["masses"])


def test_a_tree_in_groups_is_asked_for_those_of_one(pairs: dict[str, Pair]) -> None:
    found = pairs["in_group"]
    assert {"cpp_forward", "cuda_forward"} <= set(found.verdict.verified), found.verdict.unverified
    tree = found.spec.signature.arguments[0]
    assert {each.name for each in tree.fields} == {"lowers", "uppers", "groups"}


def test_a_grid_in_groups_is_kept_with_them(pairs: dict[str, Pair]) -> None:
    found = pairs["near_in_group"]
    assert {"cpp_forward", "cuda_forward"} <= set(found.verdict.verified), found.verdict.unverified
    grid = found.spec.signature.arguments[0]
    assert {each.name for each in grid.fields} == {"points", "cell_width", "dims", "groups"}


def test_the_number_of_a_root_is_not_told(pairs: dict[str, Pair]) -> None:
    assert "grouped" not in pairs or not pairs["grouped"].verdict.verified
