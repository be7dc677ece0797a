"""Queries of a mesh for its closest point. The kernel gets the mesh as an id."""

from collections.abc import Sequence

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FRAME, Program
from synthesis.frontends.warp.recipes.applications.shapes import CLOSED, SHAPES, face_count, mesh_argument

_BODIES = read_bodies("warp", "mesh_queries", margin=8)
_ARGUMENTS = read_arguments("warp", "mesh_queries")

MESHES = ("mesh", "mesh_id", "shape_mesh")
"""Possible names of a mesh argument."""
_ROOM = 24
"""Maximum number of contacts in a list."""
NOISE = 0.15
"""Maximum random displacement of the vertices of a mesh along each axis."""


def ask_mesh(p: Program, shapes: Sequence[str] = tuple(SHAPES), *, velocities: bool = False) -> int:
    """Declare an argument ``mesh`` with a random shape, and return the number of its faces.

    Args:
        p: the kernel.
        shapes: the names of the shapes to choose from.
        velocities: whether its corners have velocities.
    """
    shape = p.choices.choice(shapes)
    p.handle("mesh", MESHES, lambda name: mesh_argument(name, shape, NOISE, velocities=velocities))
    return face_count(shape)


_SAME_ANYWHERE = ("mesh_contact", "mesh_distance", "sdf_sample", "inside_count", "winding_number")
"""Targets whose results are distances or are in the frame of the mesh, so that the mesh may have a pose."""
_SURFACE = "surface = wp.mesh_eval_position(mesh, answer.face, answer.u, answer.v)"
_IDLE = """{?0.3 if (flags[tid] & ACTIVE) == 0:
            return}"""
"""Lines that skip inactive particles."""

_CLOSEST: dict[str, tuple[tuple[str, str, str], ...]] = {
    "mesh_contact": (
        (
            "create_particle_contacts generate_mesh_contacts collide_particles_mesh",
            "Appends a contact for each particle near a mesh",
            _BODIES["mesh_contact.create_particle_contacts"],
        ),
        (
            "mesh_contact_distance detect_mesh_contact particle_mesh_contact",
            "Finds the contact of each particle with a mesh",
            _BODIES["mesh_contact.mesh_contact_distance"],
        ),
    ),
    "mesh_project": (
        (
            "project_to_mesh snap_to_surface shrinkwrap",
            "Projects points onto the surface of a mesh",
            _BODIES["mesh_project.project_to_mesh"],
        ),
        (
            "constrain_to_surface slide_on_mesh keep_on_surface",
            "Keeps particles on the surface of a mesh",
            _BODIES["mesh_project.constrain_to_surface"],
        ),
    ),
    "mesh_distance": (
        (
            "mesh_distance distance_to_mesh compute_distances",
            "Computes the distance of points to a mesh",
            _BODIES["mesh_distance.mesh_distance"],
        ),
        (
            "surface_error measure_surface_distance hausdorff_distance",
            "Computes the distance of a point cloud to a mesh",
            _BODIES["mesh_distance.surface_error"],
        ),
    ),
    "mesh_velocity": (
        (
            "mesh_contact_forces couple_to_mesh eval_mesh_contact",
            "Computes contact forces of a moving mesh on particles",
            _BODIES["mesh_velocity.mesh_contact_forces"],
        ),
        (
            "apply_surface_velocity transfer_mesh_velocity drag_with_mesh",
            "Carries particles along with a moving mesh",
            _BODIES["mesh_velocity.apply_surface_velocity"],
        ),
    ),
}
"""Kernels that use the closest point of a mesh, by target. Each has possible names, a summary and lines."""

_CELL = _BODIES["cell"]

_SAMPLES: tuple[tuple[str, str, str], ...] = (
    (
        "sample_sdf compute_signed_distance mesh_sdf",
        "Computes the signed distance of points to a mesh",
        _BODIES["samples.sample_sdf"],
    ),
    (
        "bake_sdf fill_sdf_grid build_sdf",
        "Fills a grid with the signed distance to a mesh",
        _BODIES["samples.bake_sdf"],
    ),
)

_SIGNED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "sdf_sample": _SAMPLES,
    "winding_number": _SAMPLES,
    "push_out": (
        (
            "resolve_penetration project_outside push_out_of_mesh",
            "Pushes particles out of a mesh",
            _BODIES["push_out.resolve_penetration"],
        ),
        (
            "solve_mesh_collision mesh_collision_deltas solve_particle_mesh",
            "Computes corrections that push particles out of a mesh",
            _BODIES["push_out.solve_mesh_collision"],
        ),
        (
            "mesh_penalty_forces penalize_penetration eval_sdf_contact",
            "Computes penalty forces on particles inside a mesh",
            _BODIES["push_out.mesh_penalty_forces"],
        ),
    ),
    "inside_count": (
        (
            "classify_points count_inside mark_inside",
            "Tests which points are inside a mesh",
            _BODIES["inside_count.classify_points"],
        ),
        (
            "voxelize_mesh voxelize_solid fill_occupancy",
            "Marks the grid cells whose center is inside a mesh",
            _BODIES["inside_count.voxelize_mesh"],
        ),
        (
            "deactivate_inside remove_inside_particles cull_inside",
            "Deactivates particles inside a mesh",
            _BODIES["inside_count.deactivate_inside"],
        ),
    ),
}
"""Kernels that use signed distances to a mesh, by target. Each has possible names, a summary and lines."""


def _declare(p: Program, target: str, titles: str) -> None:
    """Declare all arguments that kernels that query points of a mesh may use, except the mesh itself."""
    count = p.threads
    inside = ("num_inside", "inside_count") if target == "inside_count" else ("num_band_cells",)
    sizes = {"count": count, "room": _ROOM}
    called = {
        "x": ("positions", "points") if "velocity" not in target else ("particle_q", "positions"),
        "in_contact": ("on_surface",) if "surface" in titles else ("in_contact", "contact_flag"),
        "state": ("occupancy", "inside") if "voxel" in titles or "inside" in titles else ("state", "label"),
        "count": inside if target in _SIGNED else ("contact_count",) if target == "mesh_contact" else ("num_points",),
    }
    for part in ("points", "contacts", "sums"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.constants({"ACTIVE": 1, "OUTSIDE": 0, "SURFACE_BAND": 1, "INSIDE": 2})


def _write(p: Program, text: str) -> None:
    """Append lines that query a point of a mesh to the kernel, with their placeholders replaced."""
    p.write(
        text.replace("CELL", _CELL.strip()).replace("IDLE", _IDLE).replace("        SURFACE\n", f"        {_SURFACE}\n")
    )


def _placed(p: Program, target: str, text: str) -> str:
    """Return lines that query a mesh; in some kernels, the mesh is placed by a transform."""
    if target not in _SAME_ANYWHERE or "p = x[tid]" not in text or not p.choices.chance(0.85):
        return text
    p.scalar("mesh_pose", FRAME, (-0.3, 0.3), ("mesh_pose", "mesh_xform", "X_mesh"))
    return text.replace("p = x[tid]", "p = wp.transform_point(wp.transform_inverse(mesh_pose), x[tid])")


def _draw_closest(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that uses the closest point of a mesh within a distance: contacts, projections, distances."""
    titles, summary, text = stream.child("purpose").choice(_CLOSEST[target])
    p = Program(stream, ("tid", "i", "particle", "pid"), launch=(stream.child("threads").choice((32, 48, 64)),))
    ask_mesh(p, velocities="eval_velocity" in text)
    _declare(p, target, titles)
    text = _placed(p, target, text)
    if "IDLE" not in text and "ACTIVE" not in text:
        p.guard_count("particle" if "particle" in summary else "point")
    _write(p, text)
    return p.done("queries", "closest_point", target, summary, tuple(titles.split()))


def _draw_signed(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that uses signed distances to a closed mesh, negative inside."""
    titles, summary, text = stream.child("purpose").choice(_SIGNED[target])
    by_cell = "CELL" in text
    axes = ("tid", "cell", "voxel", "i") if by_cell else ("tid", "i", "particle", "pid")
    p = Program(stream, axes, launch=(stream.child("threads").choice((32, 48, 64)),))
    ask_mesh(p, CLOSED)
    _declare(p, target, titles)
    text = _placed(p, target, text)
    if not by_cell and "IDLE" not in text and "ACTIVE" not in text:
        p.guard_count("particle" if "article" in summary else "point")
    query = "wp.mesh_query_point_sign_winding_number" if target == "winding_number" else "wp.mesh_query_point"
    _write(p, text.replace("QUERY", query))
    return p.done("queries", "signed_distance", target, summary, tuple(titles.split()))


RECIPES = (
    Recipe(
        name="closest_point",
        category="queries",
        targets=("mesh_contact", "mesh_project", "mesh_distance", "mesh_velocity"),
        draw=_draw_closest,
    ),
    Recipe(
        name="signed_distance",
        category="queries",
        targets=("sdf_sample", "push_out", "inside_count", "winding_number"),
        draw=_draw_signed,
    ),
)
