"""Questions to a mesh: the closest point, rays, its faces. The mesh is an id that a kernel is given."""

from collections.abc import Sequence

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FRAME, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import CLOSED, SHAPES, face_count, mesh_argument

MESHES = ("mesh", "mesh_id", "shape_mesh")
"""What a mesh is called."""
_ROOM = 24
"""Contacts that there is room for."""
NOISE = 0.15
"""What the corners of a mesh are moved by at most."""


def ask_mesh(p: Program, shapes: Sequence[str] = tuple(SHAPES), *, velocities: bool = False) -> int:
    """Have lines name a mesh of one of some shapes ``mesh``; how many faces it has.

    Args:
        p: the kernel.
        shapes: those that it may have.
        velocities: whether its corners have velocities.
    """
    shape = p.choices.choice(shapes)
    p.handle("mesh", MESHES, lambda name: mesh_argument(name, shape, NOISE, velocities=velocities))
    return face_count(shape)


_SAME_ANYWHERE = ("mesh_contact", "mesh_distance", "sdf_sample", "inside_count", "winding_number")
"""Targets of which each kernel gives distances, or what it gives in the frame of the mesh."""
_SURFACE = "surface = wp.mesh_eval_position(mesh, answer.face, answer.u, answer.v)"
_IDLE = """{?0.3 if (flags[tid] & ACTIVE) == 0:
            return}"""
"""What leaves particles alone that are not active."""

_CLOSEST: dict[str, tuple[tuple[str, str, str], ...]] = {
    "mesh_contact": (
        (
            "create_particle_contacts generate_mesh_contacts collide_particles_mesh",
            "Appends a contact for each particle near a mesh",
            """
        IDLE
        p = x[tid]
        answer = wp.mesh_query_point_no_sign(mesh, p, margin + radius[tid])
        if not answer.result:
            return
        SURFACE
        d = p - surface
        r = wp.length(d)
        n = d / wp.max(r, 1.0e-3)
        slot = wp.atomic_add(count, 0, 1)
        {if slot >= max_contacts:
            return
        contact_particle[slot] = tid
        contact_point[slot] = surface
        contact_normal[slot] = n
        {contact_dist[slot] = r - radius[tid] ~
        contact_velocity[slot] = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)} ~
        if slot < max_contacts:
            contact_particle[slot] = tid
            contact_point[slot] = surface
            contact_normal[slot] = n}
            """,
        ),
        (
            "mesh_contact_distance detect_mesh_contact particle_mesh_contact",
            "The contact of each particle with a mesh, if it has one",
            """
        {if (flags[tid] & ACTIVE) == 0:
            in_contact[tid] = 0
            return ~}
        p = x[tid]
        {r_max = radius[tid] + margin
        answer = wp.mesh_query_point_no_sign(mesh, p, r_max) ~
        answer = wp.mesh_query_point_no_sign(mesh, p, radius[tid] + margin)}
        {if not answer.result:
            in_contact[tid] = 0
            return
        SURFACE
        d = p - surface
        r = wp.length(d)
        in_contact[tid] = 1
        depth[tid] = radius[tid] - r
        normal[tid] = d / wp.max(r, 1.0e-3) ~
        in_contact[tid] = 0
        if answer.result:
            SURFACE
            d = p - surface
            r = wp.length(d)
            in_contact[tid] = 1
            closest[tid] = surface
            normal[tid] = d / wp.max(r, 1.0e-3)
            {wp.atomic_add(count, 0, 1) ~}}
            """,
        ),
    ),
    "mesh_project": (
        (
            "project_to_mesh snap_to_surface shrinkwrap",
            "Moves points to the surface of a mesh",
            """
        p = x[tid]
        answer = wp.mesh_query_point_no_sign(mesh, p, reach)
        {if not answer.result:
            out[tid] = p
            return
        SURFACE
        {out[tid] = surface ~ d = p - surface
        r = wp.length(d)
        {# a little off the surface, on the side where it is
        ~}
        out[tid] = surface + (offset / wp.max(r, 1.0e-3)) * d ~ # part of the way only
        out[tid] = wp.lerp(p, surface, strength)} ~
        {# near points go farther
        ~}
        out[tid] = p
        if answer.result:
            SURFACE
            r = wp.length(surface - p)
            w = wp.max(1.0 - r / reach, 0.0)
            out[tid] = p + w * (surface - p) ~
        if answer.result:
            SURFACE
            out[tid] = surface
            dist[tid] = wp.length(p - surface)
        else:
            out[tid] = p
            dist[tid] = -1.0}
            """,
        ),
        (
            "constrain_to_surface slide_on_mesh keep_on_surface",
            "Keeps particles on the surface of a mesh",
            """
        IDLE
        p = x_io[tid] + dt * v[tid]
        answer = wp.mesh_query_point_no_sign(mesh, p, reach)
        {if not answer.result:
            {# it has come off
            ~}
            x_io[tid] = p
            in_contact[tid] = 0
            return
        SURFACE
        x_io[tid] = surface
        in_contact[tid] = 1 ~
        if not answer.result:
            x_io[tid] = p
            return
        SURFACE
        {correction[tid] = surface - p
        x_io[tid] = surface ~
        d = p - surface
        r = wp.length(d)
        if r > margin:
            x_io[tid] = surface + (margin / r) * d
        else:
            x_io[tid] = p}}
            """,
        ),
    ),
    "mesh_distance": (
        (
            "mesh_distance distance_to_mesh compute_distances",
            "How far points are from a mesh",
            """
        {p = x[tid] ~ # in the frame of the mesh
        p = wp.transform_point(wp.transform_inverse(body_q[mesh_body]), x[tid])}
        answer = wp.mesh_query_point_no_sign(mesh, p, reach)
        {if answer.result:
            SURFACE
            dist[tid] = wp.length(p - surface){ ~ - thickness}
        else:
            dist[tid] = reach ~
        if answer.result:
            SURFACE
            dist[tid] = wp.length(p - surface)
            closest[tid] = surface
        else:
            dist[tid] = reach
            closest[tid] = p ~
        dist[tid] = reach
        if answer.result:
            SURFACE
            d = p - surface
            {dist[tid] = wp.length(d) ~ r = wp.length(d)
            dist[tid] = wp.max(r - radius[tid], 0.0)
            normal[tid] = d / wp.max(r, 1.0e-3)}}
            """,
        ),
        (
            "surface_error measure_surface_distance hausdorff_distance",
            "How far a cloud of points is from a mesh",
            """
        {if (flags[tid] & ACTIVE) == 0:
            return ~}
        p = x[tid]
        answer = wp.mesh_query_point_no_sign(mesh, p, reach)
        {if not answer.result:
            {# too far away to be of this surface
            ~}
            wp.atomic_add(num_outliers, 0, 1)
            return
        SURFACE
        r = wp.length(p - surface)
        wp.atomic_add(error_sum, 0, {r ~ r * r})
        {wp.atomic_max(error_max, 0, r) ~}
        wp.atomic_add(count, 0, 1) ~
        r = float(reach)
        if answer.result:
            SURFACE
            r = wp.length(p - surface)
        dist[tid] = r
        wp.atomic_max(error_max, 0, r)
        {wp.atomic_add(error_sum, 0, r) ~}}
            """,
        ),
    ),
    "mesh_velocity": (
        (
            "mesh_contact_forces couple_to_mesh eval_mesh_contact",
            "The force of a moving mesh on particles that touch it",
            """
        IDLE
        p = x[tid]
        answer = wp.mesh_query_point_no_sign(mesh, p, margin + radius[tid])
        if not answer.result:
            return
        SURFACE
        d = p - surface
        r = wp.length(d)
        n = d / wp.max(r, 1.0e-3)
        depth_c = {radius[tid] + margin - r ~ margin + radius[tid] - r}
        v_s = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
        v_rel = v[tid] - v_s
        vn = wp.dot(v_rel, n)
        {fn = ke * depth_c - kd * wp.min(vn, 0.0) ~ fn = ke * depth_c
        if vn < 0.0:
            fn -= kd * vn}
        {vt = v_rel - vn * n
        {# at most what friction holds
        ~}
        ft = -wp.normalize(vt) * wp.min(kf * wp.length(vt), mu * fn)
        wp.atomic_add(f, tid, fn * n + ft) ~
        wp.atomic_add(f, tid, fn * n) ~
        f[tid] += fn * n - kf * (v_rel - vn * n)}
            """,
        ),
        (
            "apply_surface_velocity transfer_mesh_velocity drag_with_mesh",
            "Carries particles along with a moving mesh",
            """
        IDLE
        p = x[tid]
        answer = wp.mesh_query_point_no_sign(mesh, p, reach)
        {if not answer.result:
            return
        v_s = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
        SURFACE
        {w = strength * wp.max(1.0 - wp.length(p - surface) / reach, 0.0)
        v_io[tid] = wp.lerp(v_io[tid], v_s, w) ~
        {# nothing goes into the surface
        ~}
        n = wp.normalize(p - surface)
        vn = wp.dot(v_io[tid] - v_s, n)
        if vn < 0.0:
            v_io[tid] -= vn * n ~
        n = wp.normalize(p - surface)
        v_rel = v_io[tid] - v_s
        vn = wp.dot(v_rel, n)
        if vn < 0.0:
            {vt = v_rel - vn * n
            v_io[tid] = v_s + (1.0 - mu) * vt ~ v_io[tid] = v_s + v_rel - (1.0 + rest) * vn * n}} ~
        if answer.result:
            v_s = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)
            {v_io[tid] += kd * (v_s - v_io[tid]) * dt ~ v_io[tid] = wp.lerp(v_io[tid], v_s, strength)}}
            """,
        ),
    ),
}
"""What is asked of the closest point for: the kernel's names, its summary, and its lines."""

_CELL = """
        {{# the middle of the thread's cell
        ~}
        ix = tid % nx
        iy = tid // nx % ny
        iz = tid // (nx * ny) ~
        iz = tid // (nx * ny)
        iy = (tid - iz * nx * ny) // nx
        ix = tid % nx}
        p = grid_origin + cell_size * wp.vec3(float(ix) + 0.5, float(iy) + 0.5, float(iz) + 0.5)"""

_SAMPLES: tuple[tuple[str, str, str], ...] = (
    (
        "sample_sdf compute_signed_distance mesh_sdf",
        "The signed distance of points to a mesh",
        """
        {p = x[tid] ~ # in the frame of the mesh
        p = wp.transform_point(wp.transform_inverse(body_q[mesh_body]), x[tid])}
        answer = QUERY(mesh, p, reach)
        {if answer.result:
            SURFACE
            phi[tid] = answer.sign * wp.length(p - surface){ ~ - radius[tid]}
        else:
            phi[tid] = reach ~
        if not answer.result:
            phi[tid] = reach
            gradient[tid] = wp.vec3(0.0, 0.0, 0.0)
            return
        SURFACE
        d = p - surface
        r = wp.length(d)
        phi[tid] = answer.sign * r{ - thickness ~}
        {# outwards on both sides
        ~}
        gradient[tid] = answer.sign * d / wp.max(r, 1.0e-3) ~
        {# below 0 inside
        ~}
        s = float(reach)
        if answer.result:
            SURFACE
            s = wp.length(p - surface)
            if answer.sign < 0.0:
                s = -s
        phi[tid] = s
        {state[tid] = INSIDE if s < 0.0 else OUTSIDE ~
        if s < -margin:
            state[tid] = INSIDE
        elif s < margin:
            state[tid] = SURFACE_BAND
        else:
            state[tid] = OUTSIDE ~}}
        """,
    ),
    (
        "bake_sdf fill_sdf_grid build_sdf",
        "Fills a grid with the signed distance to a mesh",
        """
        CELL
        answer = QUERY(mesh, p, band)
        {s = float(band)
        if answer.result:
            SURFACE
            s = answer.sign * wp.length(p - surface){ ~ - thickness}
        phi[tid] = s
        {?0.4 if wp.abs(s) < cell_size:
            wp.atomic_add(count, 0, 1)} ~
        if answer.result:
            SURFACE
            phi[tid] = answer.sign * wp.length(p - surface)
        else:
            phi[tid] = band ~
        {# the nearest of several meshes stays
        ~}
        if not answer.result:
            return
        SURFACE
        s = answer.sign * wp.length(p - surface)
        phi_io[tid] = {wp.min(phi_io[tid], s) ~ wp.max(phi_io[tid], -s)}}
        """,
    ),
)

_SIGNED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "sdf_sample": _SAMPLES,
    "winding_number": _SAMPLES,
    "push_out": (
        (
            "resolve_penetration project_outside push_out_of_mesh",
            "Moves particles out of a mesh",
            """
        IDLE
        {p = x_io[tid] + dt * v_io[tid]
        answer = wp.mesh_query_point(mesh, p, reach)
        if not answer.result:
            x_io[tid] = p
            return
        SURFACE
        d = p - surface
        r = wp.length(d)
        s = answer.sign * r
        if s < margin:
            n = answer.sign * d / wp.max(r, 1.0e-3)
            x_io[tid] = p + (margin - s) * n
            {vn = wp.dot(v_io[tid], n)
            if vn < 0.0:
                v_io[tid] -= (1.0 + rest) * vn * n ~}
        else:
            x_io[tid] = p ~
        p = x_io[tid]
        answer = wp.mesh_query_point(mesh, p, reach)
        if not answer.result:
            return
        SURFACE
        d = p - surface
        r = wp.length(d)
        s = answer.sign * r
        if s >= margin:
            return
        n = answer.sign * d / wp.max(r, 1.0e-3)
        {# no farther than a step may go
        ~}
        x_io[tid] = p + wp.min(margin - s, max_push) * n
        {v_io[tid] -= wp.min(wp.dot(v_io[tid], n), 0.0) * n ~
        {# it keeps what goes along the surface, but for friction
        ~}
        vn = wp.dot(v_io[tid], n)
        vt = v_io[tid] - vn * n
        v_io[tid] = wp.max(vn, 0.0) * n + (1.0 - mu) * vt}}
            """,
        ),
        (
            "solve_mesh_collision mesh_collision_deltas solve_particle_mesh",
            "The corrections that move particles out of a mesh",
            """
        IDLE
        {?0.5 w = inv_mass[tid]}
        p = x[tid]
        answer = wp.mesh_query_point(mesh, p, reach)
        if not answer.result:
            return
        SURFACE
        d = p - surface
        r = wp.length(d)
        c = answer.sign * r - {thickness ~ radius[tid]}
        if c >= 0.0:
            return
        n = answer.sign * d / wp.max(r, 1.0e-3)
        {delta[tid] -= relaxation * c * n ~ wp.atomic_add(delta, tid, -relaxation * c * n)
        {wp.atomic_add(num_corrections, tid, 1) ~} ~
        push = -c * n
        {# friction against what it moved since the last step
        ~}
        moved = p - x_prev[tid]
        slide = moved - wp.dot(moved, n) * n
        push -= wp.min(mu * -c / wp.max(wp.length(slide), TINY), 1.0) * slide
        delta[tid] += push}
            """,
        ),
        (
            "mesh_penalty_forces penalize_penetration eval_sdf_contact",
            "Forces on particles that are inside a mesh",
            """
        IDLE
        p = x[tid]
        answer = wp.mesh_query_point(mesh, p, reach)
        {if not answer.result or answer.sign > 0.0:
            return
        SURFACE
        d = surface - p
        {f[tid] += ke * d - kd * v[tid] ~
        r = wp.length(d)
        n = d / wp.max(r, 1.0e-3)
        vn = wp.dot(v[tid], n)
        f[tid] += (ke * r - kd * vn) * n} ~
        if not answer.result:
            return
        SURFACE
        d = p - surface
        r = wp.length(d)
        s = answer.sign * r - radius[tid]
        if s < 0.0:
            n = answer.sign * d / wp.max(r, 1.0e-3)
            vn = wp.dot(v[tid], n)
            {wp.atomic_add(f, tid, (-ke * s - kd * vn) * n) ~
            fn = -ke * s - kd * wp.min(vn, 0.0)
            vt = v[tid] - vn * n
            f[tid] += fn * n - wp.min(kf, mu * fn / wp.max(wp.length(vt), TINY)) * vt}}
            """,
        ),
    ),
    "inside_count": (
        (
            "classify_points count_inside mark_inside",
            "Which points are inside a mesh",
            """
        p = x[tid]
        answer = wp.mesh_query_point(mesh, p, HUGE)
        {if answer.result and answer.sign < 0.0:
            state[tid] = 1
            wp.atomic_add(count, 0, 1)
        else:
            state[tid] = 0 ~
        state[tid] = OUTSIDE
        if not answer.result:
            return
        SURFACE
        r = wp.length(p - surface)
        if r < margin:
            state[tid] = SURFACE_BAND
        elif answer.sign < 0.0:
            state[tid] = INSIDE
            {wp.atomic_add(count, 0, 1) ~}}
            """,
        ),
        (
            "voxelize_mesh voxelize_solid fill_occupancy",
            "The cells of a grid whose middle is inside a mesh",
            """
        CELL
        answer = wp.mesh_query_point(mesh, p, HUGE)
        {inside = bool(False)
        if answer.result:
            inside = answer.sign < 0.0
        state[tid] = {1 if inside else 0 ~ INSIDE if inside else OUTSIDE}
        {if inside:
            wp.atomic_add(volume, 0, cell_size * cell_size * cell_size) ~ if inside:
            wp.atomic_add(count, 0, 1) ~} ~
        if answer.result and answer.sign < 0.0:
            state[tid] = INSIDE
            {wp.atomic_add(moment, 0, p)
            wp.atomic_add(count, 0, 1) ~}
        else:
            state[tid] = OUTSIDE ~
        {# cells that another mesh fills stay filled
        ~}
        if answer.result and answer.sign < 0.0:
            state_io[tid] = material_id}
            """,
        ),
        (
            "deactivate_inside remove_inside_particles cull_inside",
            "Takes particles inside a mesh out of the simulation",
            """
        if (flags_io[tid] & ACTIVE) == 0:
            return
        {p = x[tid] ~ p = wp.transform_point(wp.transform_inverse(body_q[mesh_body]), x[tid])}
        answer = wp.mesh_query_point(mesh, p, HUGE)
        {if answer.result and answer.sign < 0.0:
            flags_io[tid] = flags_io[tid] ^ ACTIVE
            {v_io[tid] = wp.vec3(0.0, 0.0, 0.0) ~}
            {wp.atomic_add(count, 0, 1) ~} ~
        if not answer.result or answer.sign > 0.0:
            return
        {# only those that are deep inside
        ~}
        SURFACE
        if {wp.length_sq(p - surface) > margin * margin ~ wp.length(p - surface) > margin}:
            flags_io[tid] = flags_io[tid] ^ ACTIVE
            wp.atomic_add(count, 0, 1)}
            """,
        ),
    ),
}
"""What a signed distance is asked for: the kernel's names, its summary, and its lines."""


def _declare(p: Program, target: str, titles: str) -> None:
    """All that the lines of a kernel that asks for a point of a mesh may name."""
    count = p.threads
    for key, span, names in (
        ("x", (-1.25, 1.15), ("positions", "points") if "velocity" not in target else ("particle_q", "positions")),
        ("v", (-1, 0.8), ("particle_qd", "velocities")), ("x_prev", (-1.25, 1.15), ("x_prev", "particle_q_prev")),
    ):  # fmt: skip
        p.array(key, VEC, span, (count,), names)
    p.array("radius", FLOAT, (0.02, 0.2), (count,), ("particle_radius", "radius", "radii"))
    p.array("inv_mass", FLOAT, (0.2, 1), (count,), ("particle_inv_mass", "inv_mass"))
    p.array("flags", INT, (0, 3), (count,), ("particle_flags", "flags"))
    p.array("body_q", FRAME, (-0.4, 0.4), (3,), ("body_q",), "wp.transform")
    p.scalar("mesh_body", INT, (0, 2), ("mesh_body", "body_index"))
    p.scalar("material_id", INT, (1, 5), ("material_id", "label"))
    p.scalar("grid_origin", VEC, (-1.2, -1), ("grid_origin", "grid_lower"))
    for key, span, names, usual in (
        ("cell_size", (0.4, 0.6), ("cell_size", "voxel_size"), ("0.5",)),
        ("reach", (0.3, 0.7), ("max_dist", "query_dist", "max_distance"), ("0.5", "0.4")),
        ("band", (0.25, 0.7), ("band", "narrow_band"),
        ("0.5",)),
        ("margin", (0.1, 0.3), ("margin", "contact_margin", "shell"), ("0.2",)),
        ("thickness", (0.05, 0.2), ("thickness",), ("0.1",)), ("offset", (0.02, 0.1), ("offset", "skin"), ("0.05",)),
        ("strength", (0.2, 0.8), ("strength", "blend"), ("0.5",)), ("ke", (0.5, 3), ("ke", "contact_ke"), ("2.0",)),
        ("kd", (0.1, 0.8), ("kd", "contact_kd"), ("0.5",)), ("kf", (0.1, 0.8), ("kf", "contact_kf"), ("0.5",)),
        ("mu", (0.2, 0.8), ("mu", "friction"), ("0.5",)), ("rest", (0.2, 0.9), ("restitution",), ("0.5",)),
        ("dt", (0.05, 0.2), ("dt",), ("0.1",)), ("max_push", (0.1, 0.3), ("max_push", "max_correction"), ("0.2",)),
        ("relaxation", (0.3, 0.9), ("relaxation",), ("0.5",)),
    ):  # fmt: skip
        p.number(key, span, names, usual)
    p.constants({"ACTIVE": 1, "OUTSIDE": 0, "SURFACE_BAND": 1, "INSIDE": 2})
    p.sizes(nx=4, ny=4)
    p.sizes(max_contacts=_ROOM)
    for key, names in (
        ("dist", ("distance", "mesh_dist")), ("phi", ("phi", "sdf", "signed_distance")),
        ("depth", ("penetration", "depth")),
    ):  # fmt: skip
        p.output(key, FLOAT, (count,), names)
    p.output("phi_io", FLOAT, (count,), ("phi", "sdf"), (-0.3, 0.6))
    for key, names in (
        ("closest", ("closest_point", "contact_point")), ("normal", ("contact_normal", "surface_normal")),
        ("out", ("projected", "x_out")), ("gradient", ("gradient", "sdf_grad")),
        ("correction", ("correction", "offset_out")),
    ):  # fmt: skip
        p.output(key, VEC, (count,), names)
    for key, span, names in (
        ("x_io", (-1.25, 1.15), ("particle_q", "positions", "x")), ("v_io", (-1, 0.8),
        ("particle_qd", "velocities", "v")),
        ("f", (-0.5, 0.5), ("particle_f", "forces")), ("delta", (-0.2, 0.2), ("particle_deltas", "deltas")),
    ):  # fmt: skip
        p.output(key, VEC, (count,), names, span)
    for key, names in (
        ("in_contact", ("on_surface",) if "surface" in titles else ("in_contact", "contact_flag")),
        ("state", ("occupancy", "inside") if "voxel" in titles or "inside" in titles else ("state", "label")),
    ):  # fmt: skip
        p.output(key, INT, (count,), names)
    p.output("state_io", INT, (count,), ("cell_material", "labels"), (0, 1))
    p.output("flags_io", INT, (count,), ("particle_flags", "flags"), (0, 3))
    p.output("num_corrections", INT, (count,), ("delta_count", "num_corrections"), (0, 3))
    inside = ("num_inside", "inside_count") if target == "inside_count" else ("num_band_cells",)
    p.output("count", INT, (1,), inside if target in _SIGNED else ("contact_count",) if target == "mesh_contact"
             else ("num_points",), (0, 3))  # fmt: skip
    p.output("num_outliers", INT, (1,), ("num_outliers",), (0, 3))
    for key in ("error_sum", "error_max", "volume"):
        p.output(key, FLOAT, (1,), {"error_max": ("max_error",)}.get(key, (key,)), (0, 0.2))
    p.output("moment", VEC, (1,), ("center_sum", "moment"), (0, 1))
    p.output("contact_particle", INT, (_ROOM,), ("contact_particle",), (-1, 3))
    for key in ("contact_point", "contact_normal", "contact_velocity"):
        p.output(key, VEC, (_ROOM,), (key,), (-1, 1))
    p.output("contact_dist", FLOAT, (_ROOM,), ("contact_dist",), (0, 1))


def _write(p: Program, text: str) -> None:
    """Write lines that ask for a point of a mesh."""
    p.write(
        text.replace("CELL", _CELL.strip()).replace("IDLE", _IDLE).replace("        SURFACE\n", f"        {_SURFACE}\n")
    )


def _placed(p: Program, target: str, text: str) -> str:
    """Lines that ask a mesh, in some kernels one that stands somewhere, for what is the same in any frame."""
    if target not in _SAME_ANYWHERE or "p = x[tid]" not in text or not p.choices.chance(0.85):
        return text
    p.scalar("mesh_pose", FRAME, (-0.3, 0.3), ("mesh_pose", "mesh_xform", "X_mesh"))
    return text.replace("p = x[tid]", "p = wp.transform_point(wp.transform_inverse(mesh_pose), x[tid])")


def _draw_closest(stream: Stream, target: str) -> KernelSpec:
    """The closest point of a mesh, within a distance: contacts, projections, distances."""
    titles, summary, text = stream.child("purpose").choice(_CLOSEST[target])
    p = Program(stream, ("tid", "i", "particle", "pid"), launch=(stream.child("threads").choice((64, 96, 128)),))
    ask_mesh(p, velocities="eval_velocity" in text)
    _declare(p, target, titles)
    text = _placed(p, target, text)
    if "IDLE" not in text and "ACTIVE" not in text:
        p.guard_count("particle" if "particle" in summary else "point")
    _write(p, text)
    return p.done("queries", "closest_point", target, summary, tuple(titles.split()))


def _draw_signed(stream: Stream, target: str) -> KernelSpec:
    """Signed distances to a closed mesh: negative inside; particles are pushed out, or counted."""
    titles, summary, text = stream.child("purpose").choice(_SIGNED[target])
    by_cell = "CELL" in text
    axes = ("tid", "cell", "voxel", "i") if by_cell else ("tid", "i", "particle", "pid")
    p = Program(stream, axes, launch=(stream.child("threads").choice((64, 96, 128)),))
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
