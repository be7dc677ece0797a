"""Forces of a contact on two bodies, or on a particle and a body."""

import re
from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.helpers import with_bodies_called
from synthesis.frontends.warp.recipes.applications.program import Program

_ARGUMENTS = read_arguments("warp", "contact_forces")

_CONTACTS = (("tid", "i", "contact", "contact_id"),)

_PUSHES = {
    "contact_wrench": """
        {?0.45 if tid >= contact_count[0]:
            return}
        {a = body0[tid]
        b = body1[tid] ~ a = shape_body[shape0[tid]]
        b = shape_body[shape1[tid]]}
        n = normals[tid]
        sep = {depths[tid] ~ depths[tid] - margins[tid]}
        if sep >= 0.0:
            return
        # velocity of each body where they touch
        {ra = wp.vec3(0.0, 0.0, 0.0)
        rb = wp.vec3(0.0, 0.0, 0.0)
        va = wp.vec3(0.0, 0.0, 0.0)
        vb = wp.vec3(0.0, 0.0, 0.0) ~ ra = wp.vec3()
        va = wp.vec3()
        rb = wp.vec3()
        vb = wp.vec3()}
        if a >= 0:
            ra = points[tid] - COM[a]
            va = VEL[a]
        if b >= 0:
            rb = points[tid] - COM[b]
            vb = VEL[b]
        v = vb - va
        vn = wp.dot(n, v)
        LAW
        if a >= 0:
            PUSH[a]
        if b >= 0:
            PULL[b]
    """,
    "contact_push": """
        {?0.45 if tid >= contact_count[0]:
            return}
        {particle = particle_of[tid]
        shape = shape_of[tid] ~ shape = shape_of[tid]
        particle = particle_of[tid]}
        body = shape_body[shape]
        {?0.4 if (particle_flags[particle] & ACTIVE) == 0:
            return}
        X_wb = body_q[body] if body >= 0 else wp.transform_identity()
        # where the shape is touched
        x = wp.transform_point(X_wb, body_points[tid])
        n = normals[tid]
        {sep = wp.dot(n, particle_q[particle] - x) - radius[particle] ~
        d = particle_q[particle] - x
        sep = wp.dot(n, d) - radius[particle]}
        if sep >= 0.0:
            return
        r = wp.vec3(0.0, 0.0, 0.0)
        {rel_vel = particle_qd[particle]
        if body >= 0:
            r = x - wp.transform_point(X_wb, body_com[body])
            rel_vel -= wp.spatial_top(body_qd[body]) + wp.cross(wp.spatial_bottom(body_qd[body]), r)
        {?0.4 # and motion along the surface
        rel_vel -= wp.transform_vector(X_wb, surface_v[tid])} ~
        vs = wp.vec3(0.0, 0.0, 0.0)
        if body >= 0:
            r = x - wp.transform_point(X_wb, body_com[body])
            vs = wp.spatial_top(body_qd[body]) + wp.cross(wp.spatial_bottom(body_qd[body]), r)
        {?0.5 vs += wp.transform_vector(X_wb, surface_v[tid])}
        rel_vel = particle_qd[particle] - vs}
        vn = wp.dot(n, rel_vel)
        LAW
        wp.atomic_add(particle_f, particle, f)
        # and back on the body
        if body >= 0:
            wp.atomic_sub(wrenches, body, wp.spatial_vector(f, wp.cross(r, f)))
    """,
}
"""For each target, the lines that apply a contact. The force ``f`` acts on the first body, or on the particle."""


def draw_contact_force(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that applies a contact's wrench to two bodies, or to a particle and a body."""
    p = Program(stream, *_CONTACTS)
    bodies, shapes, count = p.choices.choice((6, 8, 10)), p.choices.choice((8, 12)), p.threads
    soft = target == "contact_push"
    counts = ("soft_contact_count",) if soft else ("contact_count", "rigid_contact_count")
    particles = p.choices.choice((48, 64))
    word = "soft_contact" if soft else "contact"
    sizes = {"count": count, "bodies": bodies, "shapes": shapes, "particles": particles}
    called = {
        "contact_count": counts,
        "normals": ("soft_contact_normal",) if soft else ("contact_normal", "normals", "contact_n"),
        "ke": (f"{word}_ke",),
        "kd": (f"{word}_kd",),
        "kf": (f"{word}_kf",),
        "mu": (f"{word}_mu",),
    }
    for part in ("contacts", "particles"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.constants({"ACTIVE": 1})
    by_shape = p.choices.chance(0.5)
    text = _PUSHES[target].replace("LAW", _contact_law(p, soft=soft, by_shape=by_shape).replace("\n", "\n        "))
    if by_shape and not soft:
        text = text.replace("{a = body0[tid]\n        b = body1[tid] ~ ", "").replace("shape1[tid]]}", "shape1[tid]]")
    text = re.sub(r"(COM|VEL|PUSH|PULL)\[(\w)\]", _state_replacer(p.choices.chance(0.5), p.choices.chance(0.6)), text)
    if soft:
        text = with_bodies_called(p.choices, text)
    p.write(text)
    titles = {
        "contact_wrench": ("eval_body_contacts", "apply_contact_forces", "eval_rigid_contacts", "penalty_contacts"),
        "contact_push": ("eval_particle_contacts", "eval_soft_contacts", "particle_shape_contact_forces"),
    }[target]
    summary = f"Computes contact forces on {'particles' if soft else 'rigid bodies'}"
    return p.done("contact", "contact_force", target, summary, titles, (
        "One thread per contact; the normal points from the first body to the second." if not soft
        else "One thread per contact of a particle with a shape.",
    ))  # fmt: skip


def _state_replacer(vectors: bool, called: bool) -> Callable[[re.Match[str]], str]:
    """Return a replacement function for ``re.sub`` that expands ``COM``, ``VEL``, ``PUSH`` and ``PULL`` of a body.

    Args:
        vectors: whether velocities and forces are pairs of 3-vectors; otherwise they are spatial vectors.
        called: whether helper functions are called.
    """
    lines = {
        "COM": "positions[{0}]", "VEL": "velocities[{0}] + wp.cross(spins[{0}], r{0})",
        "PUSH": "wp.atomic_add(forces, {0}, f)\n            wp.atomic_add(torques, {0}, wp.cross(r{0}, f))",
        "PULL": "wp.atomic_sub(forces, {0}, f)\n            wp.atomic_sub(torques, {0}, wp.cross(r{0}, f))",
    } if vectors else {
        "COM": "wp.transform_point(body_q[{0}], body_com[{0}])",
        "VEL": "wp.spatial_top(body_qd[{0}]) + wp.cross(wp.spatial_bottom(body_qd[{0}]), r{0})",
        "PUSH": "wp.atomic_add(wrenches, {0}, wp.spatial_vector(f, wp.cross(r{0}, f)))",
        "PULL": "wp.atomic_sub(wrenches, {0}, wp.spatial_vector(f, wp.cross(r{0}, f)))",
    }  # fmt: skip
    if called and vectors:
        pull = "wp.atomic_add(forces, {0}, -f)\n            wp.atomic_add(torques, {0}, -wp.cross(r{0}, f))"
        lines = lines | {"PULL": pull}
    elif called:
        lines = lines | {
            "VEL": "point_velocity(body_qd[{0}], r{0})",
            "PUSH": "wp.atomic_add(wrenches, {0}, wrench_at(f, r{0}))",
            "PULL": "wp.atomic_add(wrenches, {0}, -wrench_at(f, r{0}))",
        }
    return lambda found: lines[found[1]].format(found[2])


def _contact_law(p: Program, *, soft: bool, by_shape: bool) -> str:
    """Return lines that compute the penalty and friction force ``f`` on the first body, or on a particle."""
    ke, kd, mu = "ke", "kd", "mu"
    lines = list[str]()
    if by_shape and not soft:
        # the mean of both shapes' parameters
        ke, kd, mu = "stiffness", "damping", "friction"
        lines = [
            "sa = shape0[tid]\nsb = shape1[tid]",
            "stiffness = 0.5 * (shape_ke[sa] + shape_ke[sb])\ndamping = 0.5 * (shape_kd[sa] + shape_kd[sb])",
        ]
    elif by_shape:
        ke, kd, mu = (f"shape_{each}[shape]" for each in ("ke", "kd", "mu"))
    lines.append(
        p.pick(
            f"fn = wp.max(-{ke} * sep - {kd} * vn, 0.0)",
            f"# damping only while they approach\nfn = -{ke} * sep - {kd} * wp.min(vn, 0.0)",
            f"fn = -{ke} * sep\nif vn < 0.0:\n    fn -= {kd} * vn",
        )
    )
    push, pull = ("n * fn", "-") if soft else ("-n * fn", "+")
    if not p.maybe(0.55):
        return join(*lines, f"f = {push}")
    if mu == "friction":
        lines.append(
            p.pick(
                "friction = combine_friction(shape_mu[sa], shape_mu[sb])",
                "friction = 0.5 * (shape_mu[sa] + shape_mu[sb])",
            )
        )
    slip = "rel_vel" if soft else "v"
    lines.append(f"# Coulomb friction\nvt = {slip} - n * vn\nvt_len = wp.length(vt)\nf = {push}")
    slides = p.pick(f"wp.min(kf * vt_len, {mu} * fn)", f"{mu} * fn")
    lines.append(
        p.pick(
            block("if vt_len > TINY:", f"f {pull}= vt * ({slides} / vt_len)"),
            block("if vt_len > TINY:", f"ft = {slides}", f"f {pull}= vt / vt_len * ft"),
        )
    )
    return join(*lines)
