"""Overlaps: the faces of a mesh in a box, and the boxes of a tree that a box or a ray hits."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.mesh_queries import ask_mesh
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import bvh_argument

_BODIES = read_bodies("warp", "box_queries", margin=8)
_ARGUMENTS = read_arguments("warp", "box_queries")

_FACES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "overlap_count": (
        (
            "count_overlaps count_faces_in_box count_nearby_faces",
            "Counts the faces of a mesh near each box",
            _BODIES["overlap_count.count_overlaps"],
        ),
        (
            "mark_surface_cells voxelize_surface mark_occupied_cells",
            "Marks the grid cells near the faces of a mesh",
            _BODIES["overlap_count.mark_surface_cells"],
        ),
    ),
    "face_hits": (
        (
            "mark_touched_faces touch_faces count_face_contacts",
            "Marks the faces of a mesh near boxes",
            _BODIES["face_hits.mark_touched_faces"],
        ),
        (
            "mark_face_pairs find_mesh_pairs find_near_faces",
            "Marks the pairs of shapes and mesh faces that may touch",
            _BODIES["face_hits.mark_face_pairs"],
        ),
    ),
    "overlap_sum": (
        (
            "nearest_face_center find_nearest_face_center distance_to_face_centers",
            "Finds the nearest face center in a box around each point",
            _BODIES["overlap_sum.nearest_face_center"],
        ),
        (
            "average_face_normal estimate_surface_normal smooth_face_normals",
            "Averages the normals of the faces near each point",
            _BODIES["overlap_sum.average_face_normal"],
        ),
        (
            "gather_face_values sample_face_field average_face_temperature",
            "Averages a face field around each point, weighted by distance",
            _BODIES["overlap_sum.gather_face_values"],
        ),
    ),
}
"""Kernels that find the faces of a mesh in a box, by target. Each has possible names, a summary and lines."""

_BOX = _BODIES["box"]
_CELL = """{ix = tid % nx
        iy = tid // nx % ny
        iz = tid // (nx * ny) ~
        iz = tid // (nx * ny)
        iy = (tid - iz * nx * ny) // nx
        ix = tid % nx}
        lower = grid_origin + cell_size * wp.vec3(float(ix), float(iy), float(iz))
        {upper = lower + wp.vec3(cell_size, cell_size, cell_size) ~
        {# slightly larger than the cell
        ~}
        upper = lower + wp.vec3(cell_size, cell_size, cell_size)
        lower = lower - wp.vec3(margin, margin, margin)
        upper = upper + wp.vec3(margin, margin, margin)}"""


def _draw_overlap(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that counts, lists or compares the faces of a mesh whose bounding boxes overlap a box."""
    titles, summary, text = stream.child("purpose").choice(_FACES[target])
    axes = ("tid", "cell", "voxel", "i") if "CELL" in text else ("tid", "i", "shape" if "shape" in summary else "point")
    p = Program(stream, axes, launch=(stream.child("threads").choice((64, 96, 128)),))
    faces = ask_mesh(p, ("icosahedron", "terrain"))  # shapes so large that a box does not contain all faces
    count = p.threads
    p.array("x", VEC, (-1.2, 1.08), (count,), ("centers", "positions", "particle_q"))
    p.array("radius", FLOAT, (0.1, 0.6), (count,), ("radius", "radii", "shape_radius"))
    p.array("weight", FLOAT, (0.2, 1.5), (count,), ("weights", "particle_mass"))
    p.array("enabled", INT, (0, 1), (count,), ("enabled", "is_active"))
    p.array("own", INT, (-1, 2), (count,), ("group", "shape_group"))
    p.array("face_group", INT, (-1, 2), (faces,), ("face_group", "face_tag"))
    p.array("face_enabled", INT, (0, 1), (faces,), ("face_enabled", "face_mask"))
    p.array("face_material", INT, (0, 4), (faces,), ("face_material", "face_label"))
    p.array("face_area", FLOAT, (0.2, 1.5), (faces,), ("face_area", "areas"))
    p.array("face_value", FLOAT, (-1, 1), (faces,),
            ("face_temperature",) if "temperature" in titles else ("face_values",))  # fmt: skip
    p.scalar("wanted", INT, (-1, 2), ("wanted_group", "group"))
    p.scalar("capacity", INT, (1, 5), ("max_faces", "capacity"))
    p.scalar("grid_origin", VEC, (-1.4, -0.9), ("grid_origin", "grid_lower"))
    for key, span, names, usual in (
        ("cell_size", (0.35, 0.55), ("cell_size", "voxel_size"), ("0.45",)), ("margin", (0.03, 0.2), ("margin",),
        ("0.1",)),
        ("query_radius", (0.2, 0.6), ("query_radius", "search_radius"), ("0.4",)),
        ("min_normal_z", (-0.3, 0.6), ("min_normal_z",), ("0.25",)), ("falloff", (0.4, 1),
        ("falloff", "kernel_radius"), ("0.5",)),
        ("far", (0.3, 0.5), ("search_radius", "kernel_radius"), ("0.4",)),
        ("far_value", (2, 4), ("default_value", "background"), ("3.0",)),
    ):  # fmt: skip
        p.number(key, span, names, usual)
    p.sizes(nx=4, ny=4)
    for key, names in (
        ("number", ("num_faces", "face_count")), ("nearest_out", ("nearest_face", "closest_face")),
        ("state", ("cell_mask", "cell_labels") if "face_material" in text else ("occupied", "occupancy")),
    ):  # fmt: skip
        p.output(key, INT, (count,), names)
    p.output("hits", INT, (faces,), ("face_hits", "hit_count"), (0, 3))
    p.output("face_load", FLOAT, (faces,), ("face_load", "face_weight"), (0, 1))
    p.output("near_faces", INT, (count, faces), ("near_faces", "pair_matrix"), (0, 1))
    for key, names in (
        ("total", ("num_occupied", "occupied_count") if "CELL" in text else ("total_pairs", "pair_count")),
        ("most_out", ("max_faces_per_box", "max_overlaps")), ("num_dropped", ("num_dropped",)),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, (0, 3))
    p.output("distance", FLOAT, (count,), ("distance", "face_distance"))
    p.output("value_out", FLOAT, (count,), ("temperature",) if "temperature" in titles else ("sampled", "value_out"))
    p.output("normal_out", VEC, (count,), ("normals", "surface_normal"))
    p.output("mean_normal", VEC, (count,), ("mean_normal", "average_normal"))
    if "enabled" not in text and "CELL" not in text:
        p.guard_count("shape" if "shape" in axes and "shape" in summary else "point" if "point" in summary else "box")
    text = text.replace("BOX", _BOX).replace("CELL", _CELL)
    for line in dict.fromkeys(re.findall(r" *for facet in .*\n", text)) if p.choices.chance(0.5) else ():
        pad = line[: len(line) - len(line.lstrip())]
        begin = f"{pad}search = wp.mesh_query_aabb(mesh, lower, upper)\n{pad}facet = int(0)\n"
        text = text.replace(line, f"{begin}{pad}while wp.mesh_query_aabb_next(search, facet):\n")
    p.write(text)
    return p.done("queries", "mesh_overlap", target, summary, tuple(titles.split()))


_FILTER = """{?0.6 {if body_world[other] != world_of[tid]:
                continue ~ if body[other] == mine[tid]:
                continue ~ if (bits[other] & mask[tid]) == 0:
                continue ~ {# worlds do not interact; -1 is in all of them
            ~}
            if body_world[other] != -1 and body_world[other] != world_of[tid]:
                continue}}"""
"""Lines that skip some of the boxes that a query finds."""
_SKIP_ITSELF = """if other == tid:
                continue
            """
_EACH_PAIR_ONCE = """{# each pair once
            ~}
            if other <= tid:
                continue
            """
"""Lines that skip the box itself, or visit each pair once, if the query boxes are those of the tree."""
_QUERY_ARRAY_OF = {
    "item_pos": "x",
    "item_radius": "radius",
    "world_of": "body_world",
    "mine": "body",
    "item_mass": "weight",
}
"""Maps an array to the one that replaces it if the query boxes are the tree's boxes. The two are then the same."""
_BOUNDS = _BODIES["bounds"]

_SPHERE_BOUNDS = _BODIES["reach"]
"""Lines that compute the bounding box of a sphere."""

_BROAD_PHASE: dict[str, tuple[tuple[str, str, str], ...]] = {
    "broad_count": (
        (
            "count_pairs count_overlaps broadphase_count",
            "Counts the boxes of a BVH that each box overlaps",
            _BODIES["broad_count.count_pairs"],
        ),
        (
            "estimate_density gather_density accumulate_density",
            "Estimates the density of items around each point",
            _BODIES["broad_count.estimate_density"],
        ),
    ),
    "broad_pairs": (
        (
            "broadphase_bvh find_pairs mark_pairs",
            "Marks the pairs of overlapping boxes",
            _BODIES["broad_pairs.broadphase_bvh"],
        ),
        (
            "find_sphere_pairs broadphase_spheres mark_sphere_pairs",
            "Marks the pairs of touching spheres whose boxes overlap",
            _BODIES["broad_pairs.find_sphere_pairs"],
        ),
    ),
    "broad_first": (
        (
            "check_overlaps is_in_collision find_collisions",
            "Tests whether each sphere touches another one",
            _BODIES["broad_first.check_overlaps"],
        ),
        (
            "find_nearest_item nearest_overlap assign_nearest",
            "Finds the nearest item among those with overlapping boxes",
            _BODIES["broad_first.find_nearest_item"],
        ),
        (
            "deepest_contact find_deepest_overlap deepest_penetration",
            "Finds the deepest contact of each sphere",
            _BODIES["broad_first.deepest_contact"],
        ),
    ),
}
"""Kernels that find the boxes that overlap a box, by target. Each has possible names, a summary and lines."""

_RAY = _BODIES["ray"]
_RAY_FILTER = """{?0.5 {if body_world[other] != world_of[tid]:
                continue ~ if (bits[other] & mask[tid]) == 0:
                continue ~ if body[other] == mine[tid]:
                continue}}"""

_RAYS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "ray_boxes": (
        (
            "count_ray_boxes ray_overlap_count count_box_hits",
            "Counts the boxes of a BVH that each ray crosses",
            _BODIES["ray_boxes.count_ray_boxes"],
        ),
        (
            "compute_transmittance ray_transmittance accumulate_absorption",
            "Computes the transmittance of each ray through all boxes",
            _BODIES["ray_boxes.compute_transmittance"],
        ),
    ),
    "ray_marks": (
        (
            "mark_ray_boxes visibility_table ray_candidates",
            "Marks the boxes that each ray crosses",
            _BODIES["ray_marks"],
        ),
    ),
    "ray_first": (
        (
            "pick_nearest_item pick_item ray_pick",
            "Finds the item with the nearest center along each ray",
            _BODIES["ray_first.pick_nearest_item"],
        ),
        (
            "raycast_spheres pick_sphere trace_spheres",
            "Finds the first sphere that each ray hits",
            _BODIES["ray_first.raycast_spheres"],
        ),
    ),
}
"""Kernels that find the boxes that a ray hits, by target. Each has possible names, a summary and lines."""


def _declare_boxes(p: Program, boxes: int, target: str, *, same: bool = False) -> None:
    """Declare all arguments that kernels that query a tree of boxes may use, including the tree's id, ``bvh``.

    Args:
        p: the kernel.
        boxes: the number of boxes in the tree.
        target: the target of the kernel.
        same: whether the query boxes are the boxes of the tree.
    """
    rays = target.startswith("ray_")
    count = p.threads
    degrees = {"broad_pairs": ("item_count", "overlaps_per_item"), "broad_first": ("points_per_item", "assigned_count")}
    totals = {
        "broad_count": ("total_overlaps",), "broad_pairs": ("total_pairs", "num_pairs"),
        "broad_first": ("num_colliding", "collision_count"),
    }  # fmt: skip
    sizes = {"count": count, "boxes": boxes}
    called = {
        "mask": ("collision_mask",) if same else ("query_mask", "filter_mask"),
        "pair_count": ("hit_count", "num_hits") if rays else ("pair_count", "num_overlaps"),
        "degree": degrees.get(target, ("rays_per_item",)),
        "total": totals.get(target, ("total_hits",)),
        "most_out": ("max_hits",) if rays else ("max_pairs_per_item",),
    }
    for part in ("boxes", "box_outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.handle("bvh", ("bvh", "bvh_id", "shape_bvh"), lambda name: bvh_argument(name, boxes, 1.4, (0.15, 0.5)))
    p.constants({"SENSOR": 2, "PAIR_CONTACT": 1, "PAIR_SENSOR": 2})


def _draw_broad(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel in which each thread finds the boxes that overlap its own box and pass a filter."""
    titles, summary, text = stream.child("purpose").choice(_BROAD_PHASE[target])
    # whether the query boxes are those of the tree
    same = stream.child("same").chance(0.5)
    boxes = stream.child("boxes").choice((32, 48, 64) if same else (16, 20, 24, 32))
    threads = boxes if same else stream.child("threads").choice((64, 96, 128))
    p = Program(
        stream, ("tid", "i", "shape_id", "shape") if same else ("tid", "i", "query_id", "query"), launch=(threads,)
    )
    _declare_boxes(p, boxes, target, same=same)
    p.guard_count("shape" if same else "query")
    text = text.replace("BOUNDS", _BOUNDS).replace("REACH", _SPHERE_BOUNDS)
    text = text.replace("ANY_FILTER", _FILTER)
    itself = _EACH_PAIR_ONCE if target == "broad_pairs" else _SKIP_ITSELF
    text = text.replace("FILTER", f"{itself}{_FILTER}" if same else _FILTER)
    if same:
        # both boxes may be in all worlds (-1)
        text = text.replace("!= -1 and body_world[other] !=", "!= -1 and world_of[tid] != -1 and body_world[other] !=")
        text = re.sub(r"\b(\w+)(?=\[)", lambda found: _QUERY_ARRAY_OF.get(found[1], found[1]), text)
    p.write(text)
    return p.done("queries", "broad_phase", target, summary, tuple(titles.split()))


def _draw_ray_boxes(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that finds the boxes that a ray hits."""
    titles, summary, text = stream.child("purpose").choice(_RAYS[target])
    p = Program(stream, ("tid", "ray_id", "i", "r"), launch=(stream.child("threads").choice((64, 96, 128)),))
    _declare_boxes(p, stream.child("boxes").choice((16, 20, 24, 32)), target)
    p.guard_count("ray")
    p.write(text.replace("FILTER", _RAY_FILTER).replace("RAY", _RAY))
    return p.done("queries", "ray_boxes", target, summary, tuple(titles.split()))


RECIPES = (
    Recipe(
        name="mesh_overlap",
        category="queries",
        targets=("overlap_count", "face_hits", "overlap_sum"),
        draw=_draw_overlap,
    ),
    Recipe(
        name="broad_phase", category="queries", targets=("broad_count", "broad_pairs", "broad_first"), draw=_draw_broad
    ),
    Recipe(name="ray_boxes", category="queries", targets=("ray_boxes", "ray_marks", "ray_first"), draw=_draw_ray_boxes),
)
