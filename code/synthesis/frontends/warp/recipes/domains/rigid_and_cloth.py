"""Rigid bodies and cloth: rotation under torques, and forces on the corners of triangles."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Name, Subscript
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.domains.scene import (
    NUMBER,
    POINTS,
    POSITIVE,
    STEP,
    UNIT,
    VEC,
    Scene,
    term,
)
from synthesis.frontends.warp.recipes.domains.simulation import DT, INDICES


def _add_step(
    scene: Scene, choices: Stream, target: str, dt: Expression, inertia: Expression, torque: Expression
) -> None:
    """Add the new angular velocity or momentum."""
    if target == "euler_equations":
        scene.add(
            (
                "wb = wp.quat_rotate_inv(rot, w)\n\ntb = wp.quat_rotate_inv(rot, torque)\n\n"
                "inert = inertia\n\ngyro = wp.cross(wb, wp.cw_mul(inert, wb))\n\n"
                "wb = wb + wp.cw_div(tb - gyro, inert) * dt"
            ),
            torque=torque,
            inertia=inertia,
            dt=dt,
        )
        scene.add(
            choices.choice(("nxt = wp.quat_rotate(rot, wb)", "nxt = wp.quat_rotate(rot, wb) * (1.0 - 0.1 * dt)")), dt=dt
        )
    elif target == "impulse":
        scene.add(
            (
                "arm = wp.quat_rotate(rot, lever)\n\njt = wp.cross(arm, push)\n\n"
                "nxt = w + wp.cw_div(jt, inertia) + dt * torque"
            ),
            lever=scene.own(VEC, UNIT, ("levers", "contact_r", "arms")),
            push=scene.own(VEC, UNIT, ("impulses", "contact_j", "pushes")),
            inertia=inertia,
            dt=dt,
            torque=torque,
        )
    else:
        scene.add(
            "R = wp.quat_to_matrix(rot)\n\nIw = R * wp.cw_mul(inertia, wp.transpose(R) * w)\n\nnxt = Iw + torque * dt",
            inertia=inertia,
            torque=torque,
            dt=dt,
        )


def _draw_rigid(stream: Stream, target: str) -> KernelSpec:
    """Draw a step of a rigid body's angular velocity or momentum."""
    scene = Scene(stream, (VEC, NUMBER))
    choices, dt = scene.choices, scene.shared(NUMBER, STEP, DT)
    quat = Type("float32", (4,))
    body_q = scene.own(quat, UNIT, ("rotations", "body_rot", "orientations", "quats"), element="wp.quat")
    scene.add(
        "rot = wp.normalize(body_q)\n\nw = own_w",
        body_q=body_q,
        own_w=scene.own(VEC, UNIT, ("omega", "angular_velocity", "body_w", "spin")),
    )
    inertia = scene.own(VEC, POSITIVE, ("inertia", "body_inertia", "I_diag", "moments"))
    torque = scene.own(VEC, UNIT, ("torques", "body_t", "moments_ext", "tau"))
    _add_step(scene, choices, target, dt, inertia, torque)
    extra = scene.weave_hole(VEC, [(scene.name("w"), UNIT)], Domain(low=-60.0, high=60.0), (0, 2))
    made = scene.template.expression(
        choices.choice(("nxt + gain * extra", "nxt * keep + gain * extra", "nxt * keep - extra * gain")),
        extra=extra,
        gain=scene.number(0.1, 0.9, ("gain", "coupling", "alpha")),
        keep=scene.weave_factor,
    )
    return scene.finish(
        term(made, 60.0, VEC),
        "simulation",
        "rigid_body",
        target,
        "Update of angular velocity or momentum of rigid bodies",
        ("quat_rotate", "cross"),
    )


def _add_force(scene: Scene, target: str) -> None:
    """Add the force of a triangle."""
    if target == "pressure":
        factor = scene.weave_hole(NUMBER, [], Domain(low=-8.0, high=8.0))
        scene.add("f = n * (factor / 6.0)", factor=factor)
    elif target == "wind":
        wind = scene.shared(VEC, UNIT, ("wind", "air_velocity", "flow"))
        scene.add(
            "f = n * (wp.dot(n, wind) * drag / (r + 0.1))",
            wind=wind,
            drag=scene.number(0.2, 1.5, ("drag", "lift", "coeff")),
        )
    elif target == "area":
        rest = scene.own(NUMBER, POSITIVE, ("rest_areas", "areas", "a0"))
        scene.add(
            "e = 0.5 * r - rest\n\nf = n * (stiffness * e / (r + 0.1))",
            rest=rest,
            stiffness=scene.number(0.5, 2.0, ("stiffness", "ka", "k_area")),
        )
    else:
        scene.add(
            (
                "l1 = wp.length(e1)\n\nl2 = wp.length(e2)\n\n"
                "t = wp.dot(e1, e2) / (l1 * l2 + 0.1)\n\nf = (e1 + e2) * ((t - rest) * bend)"
            ),
            rest=scene.own(NUMBER, UNIT, ("rest_angles", "cos0", "rest_cos")),
            bend=scene.number(0.2, 1.5, ("bending", "kb", "k_bend")),
        )
        scene.add("f = f + n * (r * small)", small=scene.number(0.1, 0.9, ("inflate", "puff", "normal_gain")))


def _draw_cloth(stream: Stream, target: str) -> KernelSpec:
    """Draw the forces of a triangle of a mesh on its corners: from its area, pressure, wind or bending."""
    scene = Scene(stream, (NUMBER,))
    choices, count, i = scene.choices, scene.choices.choice((12, 15, 18)), scene.thread[0]
    x = scene.array(VEC, POINTS, (count,), ("vertices", "points", "mesh_x", "positions"))
    corners: dict[str, Expression] = {}
    third = count // 3
    if choices.chance(0.5):
        faces = scene.array(
            INDICES,
            Domain(low=0, high=third - 1),
            (*scene.draft.threads, 3),
            ("triangles", "faces", "tri_indices", "tris"),
        )
        corners = {
            f"c{k}": scene.template.expression(f"faces[i, {k}] + {k * third}" if k else "faces[i, 0]", faces=faces, i=i)
            for k in range(3)
        }
    else:
        for k, pool in enumerate((("tri_a", "first", "i0s"), ("tri_b", "second", "i1s"), ("tri_c", "third", "i2s"))):
            domain = Domain(low=k * third, high=(k + 1) * third - 1)
            corners[f"c{k}"] = Subscript(scene.array(INDICES, domain, scene.draft.threads, pool), (i,))
    scene.add(
        (
            "ia = c0\n\nib = c1\n\nic = c2\n\np = x[ia]\n\ne1 = x[ib] - p\n\ne2 = x[ic] - p\n\n"
            "n = wp.cross(e1, e2)\n\nr = wp.length(n)"
        ),
        x=x,
        **corners,
    )
    _add_force(scene, target)
    if target != "pressure" and choices.chance(0.7):
        scene.add("f = f * gain", gain=scene.weave_factor())
    out = Name(scene.draft.add_array(VEC, UNIT, (count,), Role.INOUT, ("forces", "vertex_f", "f_out", "nodal_forces")))
    scene.add(
        "wp.atomic_add(out, ia, f)\n\nwp.atomic_add(out, ib, f)\n\nwp.atomic_add(out, ic, f)"
        if target != "bending"
        else "wp.atomic_sub(out, ia, 2.0 * f)\n\nwp.atomic_add(out, ib, f)\n\nwp.atomic_add(out, ic, f)",
        out=out,
    )
    return scene.done(
        "simulation", "cloth", target, "Forces of cloth triangles on their vertices", ("cross", "atomic_add")
    )


RECIPES = (
    Recipe(
        name="rigid_body", category="simulation", targets=("euler_equations", "impulse", "momentum"), draw=_draw_rigid
    ),
    Recipe(name="cloth", category="simulation", targets=("pressure", "wind", "area", "bending"), draw=_draw_cloth),
)
