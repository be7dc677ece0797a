"""Kernels that ask objects by an id: their rows, wrong texts of them, and what a stranger may say of an object."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from asked_objects import KERNELS, signature_of
from checking import judged

from synthesis import ConfigError, Domain, KernelSpec, Pair, SynthesisPipeline, get_frontend, run_pipeline
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Kernel, Program
from synthesis.frontends.warp.handles import is_object
from synthesis.frontends.warp.memory import Memory
from synthesis.frontends.warp.recipes.applications.shapes import (
    bvh_argument,
    grid_argument,
    mesh_argument,
    texture_argument,
    volume_argument,
)
from synthesis.frontends.warp.reference.objects import chosen
from synthesis.frontends.warp.reference.triangles import closest_by_regions, closest_on_parts
from synthesis.generator import draw
from synthesis.making.runs.reverification import verify_folder
from synthesis.verification.claims import refuted_claim
from synthesis.verification.inputs import complete, draw_argument, draw_inputs
from synthesis.verification.usefulness import redraws
from synthesis.verification.verifier import Verifier

RECIPES = [each for each in get_frontend("warp").drawer.recipes if each.category == "queries"]
FORWARD = ("cpp_forward", "cuda_forward")
CALL = r"(wp::{}\(var_\w+, (?:var_\w+, ){{{}}}var_\w+)"
"""A call of a built-in, up to the end of an argument; of those before it there are so many after the first."""
EDITS = {
    "a shorter distance": ("mesh_distance", CALL.format("mesh_query_point_no_sign", 1), r"\1 * 0.9f"),
    "the other weight": ("mesh_distance", r"&\(\((var_\w+)\)\.u\)", r"&((\1).v)"),
    "the other sign": ("sdf_sample", r"(wp::mesh_query_point)\(", r"\1_no_sign("),
    "a shorter ray": ("depth_image", CALL.format("mesh_query_ray", 2), r"\1 * 0.9f"),
    "a weight for a distance": ("depth_image", r"&\(\((var_\w+)\)\.t\)", r"&((\1).u)"),
    "a smaller box": ("overlap_count", CALL.format("mesh_query_aabb", 1), r"\1 * 0.9f"),
    "a smaller box in a tree": ("broad_count", CALL.format("bvh_query_aabb", 1), r"\1 * 0.9f"),
    "another ray in a tree": ("ray_boxes", CALL.format("bvh_query_ray", 1), r"\1 * -1.0f"),
    "a smaller neighbourhood": ("sph_density", CALL.format("hash_grid_query", 1), r"\1 * 0.5f"),
    "the closest voxel": (
        "volume_contact",
        r"(wp::volume_sample(?:_f)?(?:<[^>]*>)?\(var_\w+, var_\w+), var_\w+",
        r"\1, 0",
    ),
    "a point beside": ("volume_force", CALL.format("volume_world_to_index", 0), r"\1 * 0.9f"),
    "the next voxel": ("voxel_laplacian", CALL.format("volume_lookup_f", 1), r"\1 + 1"),
    "another texel": ("texture_sdf", r"(wp::texture_sample<[^>]*>\(var_\w+, var_\w+)", r"\1 * 0.9f"),
    "another corner": ("face_area", CALL.format("mesh_get_point", 0), r"\1 + 1"),
}
"""What is wrong: the target of the kernel, what is replaced in its text, and by what."""
SOURCE = (Path(__file__).parents[1] / "kernels" / "objects.py").read_text()
QUESTIONS = {
    "a smaller sphere": ("faces_in_sphere", CALL.format("mesh_query_sphere", 1), r"\1 * 0.8f"),
    "a smaller sphere in a tree": ("around_boxes", CALL.format("bvh_query_sphere", 1), r"\1 * 0.8f"),
    "a thinner capsule": ("around_boxes", CALL.format("bvh_query_capsule", 2), r"\1 * 0.2f"),
    "another group": ("boxes_of_a_group", CALL.format("bvh_get_group_root", 0), r"\1 + 1"),
    "another group of faces": ("faces_of_a_group", CALL.format("mesh_get_group_root", 0), r"\1 + 1"),
    "the closest for the furthest": ("furthest_point", r"mesh_query_furthest_point", r"mesh_query_point"),
    "the way back": ("sides", CALL.format("mesh_query_ray_count_intersections", 1), r"-\1"),
    "a smaller box of a block": ("boxes_of_a_block", CALL.format("tile_bvh_query_aabb", 1), r"\1 * 0.8f"),
    "a smaller box of a block in a mesh": ("faces_of_a_block", CALL.format("tile_mesh_query_aabb", 1), r"\1 * 0.8f"),
}
"""The same of kernels in ``tests/kernels/objects.py``."""


def drawn(target: str, number: int) -> KernelSpec:
    recipe = next(each for each in RECIPES if target in each.targets)
    return draw(recipe, Stream("objects", target, number, difficulty=3), target)


def text_of(spec: KernelSpec, level: str) -> str:
    frontend = get_frontend("warp")
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel)
    (lowered,) = frontend.compiler.lower([kernel], [frontend.level(level)], device="cpu+cuda")
    frontend.compiler.release([kernel])
    text = getattr(lowered, "texts", {})[level]
    assert text is not None
    return text


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(get_frontend("warp")) as found:
        yield found


@pytest.mark.parametrize("what", EDITS)
def test_a_wrong_question_is_found(verifier: Verifier, what: str) -> None:
    target, pattern, replacement = EDITS[what]
    for number in range(20):
        spec = drawn(target, number)
        text = text_of(spec, "cpp_forward")
        wrong, count = re.subn(pattern, replacement, text, count=1)
        if not count:
            continue
        right, changed = judged(verifier, spec, [{"cpp_forward": text}, {"cpp_forward": wrong}])
        assert not right.failed, (right, spec.source)
        if right.verdict.verified == ("cpp_forward",):  # a point may be as near to two faces as numbers can tell
            break
    else:
        raise AssertionError(f"no kernel of {target} has it")
    assert list(changed.failed) == ["cpp_forward"], spec.source


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_wrong_question_of_a_kernel_of_ones_own_is_found(verifier: Verifier, what: str) -> None:
    name, pattern, replacement = QUESTIONS[what]
    kernel, make = [(each, make) for each, make in KERNELS if each.key == name][-1]
    signature = signature_of(kernel, make)
    spec = KernelSpec(
        frontend="warp", name=name, category="own", source=SOURCE, signature=signature, ops=("tid",)
    )  # fmt: skip
    text = text_of(spec, "cpp_forward")
    wrong, count = re.subn(pattern, replacement, text, count=1)
    assert count == 1
    right, changed = judged(verifier, spec, [{"cpp_forward": text}, {"cpp_forward": wrong}])
    assert right.verdict.verified == ("cpp_forward",), right
    assert list(changed.failed) == ["cpp_forward"]


@pytest.mark.parametrize("difficulty", [2, 3, 4, 5])
def test_rows_that_ask_objects_are_verified(difficulty: int) -> None:
    count = 24
    pipeline = SynthesisPipeline("warp", seed=77, category=["queries"], difficulty=difficulty)
    outcomes = list(pipeline.outcomes(range(count)))
    pairs = [each for each in outcomes if isinstance(each, Pair)]
    whole = [each for each in outcomes if not isinstance(each, Pair) and each.level is None]
    assert len(pairs) >= count - 1, whole
    for pair in pairs:
        assert any(each.handle for each in pair.spec.signature.arguments), pair.spec.source
        assert pair.verdict is not None
        assert set(FORWARD) <= set(pair.verdict.verified), pair.spec.source
        again = Signature.from_json(json.loads(json.dumps(pair.spec.signature.to_json())), pair.spec.signature.options)
        assert again == pair.spec.signature


def test_such_rows_are_made_again_byte_for_byte_and_verified_on_other_inputs(tmp_path: Path) -> None:
    run_pipeline(8, tmp_path / "rows", frontend="warp", seed=5, category=["queries"])
    for seed in (0, 3):
        report = verify_folder(tmp_path / "rows", seed=seed)
        assert not report.failures, report
        assert report.rows == 8


# ---- what an object is drawn from


def drawn_object(argument: Argument, number: int) -> dict[str, Any]:
    values: Any = draw_argument(argument, number)
    return {each.name: values[each.name] for each in argument.fields}


def test_a_draw_bends_the_base_and_no_two_are_alike() -> None:
    mesh = mesh_argument("mesh", "box", 0.1, velocities=True)
    first, second = drawn_object(mesh, 0), drawn_object(mesh, 1)
    base = np.reshape(mesh.fields[0].base, (-1, 3))
    for each in (first, second):
        assert (np.abs(each["points"] - base) <= 0.1 + 1e-6).all()
        assert np.array_equal(each["indices"], mesh.fields[1].base)
    assert not np.array_equal(first["points"], second["points"])
    assert not np.array_equal(first["velocities"], second["velocities"])


def test_a_grid_has_the_points_of_its_argument_in_every_draw() -> None:
    x = Argument(
        name="x", type_name="wp.array[wp.vec3]", dtype="float32", element=(3,), shape=(8,), domain=Domain(low=0, high=1)
    )
    signature = Signature(arguments=(grid_argument("grid", 8, "x"), x), launch=(8,))
    values = complete(signature, draw_inputs(signature, 0))
    assert np.array_equal(values["grid"]["points"], values["x"])
    changed = redraws(signature, values, ["grid", "x"], 1)
    assert list(changed) == ["x"]
    assert np.array_equal(changed["x"]["grid"]["points"], changed["x"]["x"])
    with pytest.raises(ConfigError, match="'y'"):
        draw_inputs(Signature(arguments=(grid_argument("grid", 8, "y"), x), launch=(8,)), 0)


def test_a_base_has_as_many_numbers_as_the_argument() -> None:
    mesh = mesh_argument("mesh", "box", 0.1)
    with pytest.raises(ConfigError, match="a base of 3"):
        replace(mesh.fields[0], base=(0.0, 1.0, 2.0))


def test_a_part_that_a_text_changes_is_named() -> None:
    mesh = mesh_argument("mesh", "tetrahedron", 0.1)
    signature = Signature(arguments=(mesh,), launch=(1,))
    level = get_frontend("warp").level("cpp_forward")
    program = Program(name="k", level=level, text="", signature=signature, runs={})
    memory = Memory(draw_inputs(signature, 0), program)
    assert memory.changed_part() is None
    memory._parts["mesh.points"].inner[2] += 1.0  # pyright: ignore[reportPrivateUsage]
    assert memory.changed_part() == "mesh.points"
    assert memory.guarded()


# ---- what is said of an object


def with_field(argument: Argument, name: str, **changes: Any) -> Argument:
    return replace(argument, fields=tuple(replace(each, **changes) if each.name == name else each
                                          for each in argument.fields))  # fmt: skip


MESH, TREE, GRID = mesh_argument("a", "box", 0.1), bvh_argument("a", 8, 1.0, (0.1, 0.2)), grid_argument("a", 8, "x")
PICTURE = texture_argument("a", (4, 5), (0.0, 1.0), True, "CLAMP", normalized=True)
VOLUME = volume_argument("a", "volume_f", (4, 5, 6), 1.0, (0.0, 1.0), 0.0)
WRONG = {
    "a corner that there is not": with_field(MESH, "indices", domain=Domain(low=0, high=1)),
    "corners of no face": with_field(MESH, "indices", shape=(35,), base=()),
    "no points": replace(MESH, fields=MESH.fields[1:]),
    "points of another type": with_field(MESH, "points", dtype="float64"),
    "an array of ids that is written": replace(MESH, shape=(1,), role=Role.INOUT),
    "an array of ids of unknown size": replace(MESH, shape=(None,)),
    "an array of textures": replace(PICTURE, shape=(1,)),
    "another kind": replace(MESH, handle="volume"),
    "more lower bounds than upper ones": with_field(TREE, "lowers", shape=(7,), base=()),
    "cells without a width": with_field(GRID, "cell_width", domain=Domain(low=0, high=1)),
    "a texture of another space": replace(PICTURE, handle="texture_3d"),
    "the id of a texture": replace(PICTURE, dtype="uint64"),
    "modes that change": with_field(PICTURE, "address_mode", domain=Domain(low=0, high=3)),
    "no such mode": with_field(PICTURE, "filter_mode", domain=Domain(low=2, high=2)),
    "a volume of other values": replace(VOLUME, handle="volume_i"),
    "a volume without voxels": with_field(VOLUME, "values", shape=(4, 0, 6)),
    "voxels without a size": with_field(VOLUME, "voxel_size", domain=Domain(low=0, high=1)),
    "more voxels than there is room for": with_field(VOLUME, "values", shape=(4, 4000, 6000)),
    "more cells than there is room for": with_field(GRID, "dims", domain=Domain(low=1, high=1000)),
}


@pytest.mark.parametrize("argument", WRONG.values(), ids=WRONG)
def test_an_object_that_cannot_be_made_is_none(argument: Argument) -> None:
    assert not is_object(argument)


@pytest.mark.parametrize(
    "argument",
    [MESH, TREE, GRID, VOLUME, PICTURE, replace(MESH, shape=(1,))],
    ids=["mesh", "bvh", "hash_grid", "volume", "texture", "ids"],
)
def test_an_object_that_can_be_made_is_one(argument: Argument) -> None:
    assert is_object(argument)


@pytest.mark.parametrize(
    "change",
    ["no such corner", "one mesh alone", "another kind"],
)
def test_a_row_whose_object_cannot_be_made_is_refuted(change: str) -> None:
    def changed(each: Argument) -> Argument:
        if change == "no such corner":
            return with_field(each, "indices", domain=Domain(low=0, high=50))
        return (
            replace(each, handle="bvh")
            if change == "another kind"
            else with_field(each, "points", domain=Domain(low=0, high=0))
        )

    spec = drawn("mesh_distance", 0)
    arguments = [changed(each) if each.handle else each for each in spec.signature.arguments]
    wrong = replace(spec, signature=replace(spec.signature, arguments=tuple(arguments)))
    for each, refuted in ((spec, False), (wrong, True)):
        kernel = get_frontend("warp").load_one(each)
        assert isinstance(kernel, Kernel)
        assert (refuted_claim(each, kernel) is not None) == refuted


def test_of_what_is_equally_close_the_two_orders_take_different_places() -> None:
    distances = np.array([[2, 1 + 1e-8, 1, 1 + 1e-8, 3], [2, 1, 1, 1, 3], [2, 1, 3, 3, 3]])
    places = np.zeros((3, 5, 3))
    places[0, 2] = places[:, 0] = 1  # the closest one lies apart from those before and behind it; the first is too far

    def taken(*, backwards: bool) -> tuple[list[int], list[bool]]:
        machine: Any = SimpleNamespace(backwards=backwards)
        face, apart = chosen(machine, distances, np.ones((3, 1)), lambda some: places[some])
        return face.tolist(), apart.tolist()

    assert taken(backwards=True) == ([3, 3, 1], [True, False, False])
    assert taken(backwards=False) == ([2, 1, 1], [True, False, False])


def test_the_closest_point_by_regions_is_the_same_and_loses_what_single_precision_does_of_thin_faces() -> None:
    rng = np.random.default_rng(5)
    wide = rng.uniform(-1, 1, (200, 3, 3))
    thin = wide.copy()
    thin[:, 2] = 0.6 * wide[:, 0] + 0.4 * wide[:, 1] + 0.05 * (wide[:, 2] - wide[:, 0])
    points = np.concatenate([rng.uniform(-2, 2, (200, 3)), 20 * rng.normal(size=(200, 3))])
    for way in zip(closest_by_regions(wide[None], points), closest_on_parts(wide[None], points), strict=True):
        np.testing.assert_allclose(*way, atol=1e-7)

    inside = np.einsum("nc,ncx->nx", rng.dirichlet([1, 1, 1], 200), thin).astype(np.float32)

    def is_off(closest: Any) -> float:
        """How far weights of faces, each near a point of it, are off in single precision: the median."""
        single = closest(thin[None].astype(np.float32), inside)[1]
        double = closest_on_parts(thin[None].astype(np.float32).astype(float), inside.astype(float))[1]
        assert single.dtype == np.float32
        return float(np.median(np.abs(single - double)[range(200), range(200)].max(axis=-1)))

    assert is_off(closest_by_regions) > 5 * is_off(closest_on_parts)
