"""Rotations and poses of rigid bodies: quaternions, frames, and measures between two of them."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.frontends.jax.recipes.applications.linkages import (
    write_conventions,
    write_inertia,
    write_links,
    write_subtrees,
)
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "rotations", margin=8)

ROTATE = _BODIES["rotate"]
MULTIPLY = _BODIES["multiply"]
INVERT = '''
    def quat_inv(quat: Array) -> Array:
        {?0.4 """The rotation back: the conjugate of a unit quaternion."""}
        return {quat.at[1:].multiply(-1.0) ~ jnp.concatenate([quat[:1], -quat[1:]])}
'''
NORMALIZE = _BODIES["normalize"]


def _quat(n: int) -> Leaf:
    """Return rotations near each other, as quaternions that are not yet normalised and never zero."""
    return Leaf((n, 4), 0.1, 1.0)


_UNITS = "quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)"
_ROTATED = {
    "rotate": (
        _BODIES["rotate_rotated"],
        ("rotate", "rotate_vectors", "quat_rotate", "apply_rotation"),
        "Rotates vectors by quaternions",
    ),
    "axis": (
        _BODIES["axis"],
        ("rotate_about_axis", "axis_angle_rotate", "rodrigues"),
        "Rotates vectors about axes by angles",
    ),
    "pivot": (
        _BODIES["pivot"],
        ("rotate_about_point", "rotate_cloud", "rotate_about_center"),
        "Rotates a cloud of points about a point",
    ),
    "points": (
        _BODIES["points"],
        ("transform_points", "apply_transform"),
        "Transforms points from one frame to another",
    ),
}  # fmt: skip


def _rotate(p: Program) -> Text:
    n = p.size(64, 128, 256)
    form = p.pick(*_ROTATED)
    lines, titles, summary = _ROTATED[form]
    moved = form in ("pivot", "points")
    return Text(
        lines=lines.replace("UNITS", _UNITS),
        given={
            "vec": Array(Leaf((n, 3), -2, 2), "points of shape (n, 3)" if moved else "vectors of shape (n, 3)",
                         ("points", "pos") if moved else ("vec", "vectors", "v")),
            "quat": Array(_quat(n), "rotations as quaternions, scalar part first", ("quat", "rot", "q")),
            "one": Array(Leaf((4,), 0.1, 1.0), "rotation as a quaternion, scalar part first", ("quat", "rot", "q")),
            "axis": Array(Leaf((n, 3), 0.2, 1.0), "axis of each rotation", ("axis", "axes")),
            "angle": Array(Leaf((n,), -2, 2), "angle of each rotation", ("angle", "theta", "angles")),
            "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
            "pivot": Array(Leaf((3,), -1, 1), "fixed point of the rotation", ("pivot",)),
            "masses": Array(Leaf((n,), 0.5, 2), "mass of each point", ("masses", "weights")),
            "offset": Array(Leaf((n, 3), -2, 2), "origin of each frame", ("offset", "origin", "trans")),
            "scale": Array(Leaf((n,), 0.5, 2), "scale of each frame", ("scale",)),
            "inverse": Option("bool", "whether to apply the inverse", ("False", "True"), ("inverse", "inv")),
        },
        result=(Leaf((n, 3)),),
        titles=titles,
        summary=summary,
        returned="points of the same shape" if moved else "vectors of the same shape",
        helpers=(ROTATE, INVERT),
    )  # fmt: skip


_SAME_SHAPES = """
    {?0.15 if a.pos.shape != b.pos.shape:
        raise ValueError(f'expected frames of one shape, got <<a.pos.shape>> and <<b.pos.shape>>')}
"""
_RENORMALIZED = _BODIES["renormalized"]
_COMPOSED = {
    "forward": (
        _BODIES["forward"],
        ("transform", "compose", "to_world"),
        "Computes world frames of children",
    ),
    "relative": (
        _BODIES["relative"],
        ("to_local", "inverse_transform", "relative_frame"),
        "Computes frames relative to other frames",
    ),
    "blend": (
        _BODIES["blend"],
        ("interpolate_frames", "interpolate", "blend_poses"),
        "Interpolates between two frames",
    ),
    "chain": (
        _BODIES["chain"],
        ("chain_frames", "forward_kinematics", "accumulate_frames"),
        "Computes world frames of a chain of links",
    ),
}


def _compose(p: Program) -> Text:
    n = p.size(64, 128, 256)
    form = p.pick(*_COMPOSED)
    lines, titles, summary = _COMPOSED[form]
    n = p.size(8, 16, 24) if form == "chain" else n
    # unit quaternions from the start, or normalised on the way
    early = p.choices.chance(0.5)
    said = {
        "NORMED": "" if early else "rot = rot / jnp.linalg.norm(rot)",
        "LINKS": "links = (a.pos, a.rot / jnp.linalg.norm(a.rot, axis=-1, keepdims=True))"
        if early else "links = (a.pos, a.rot)",
    }  # fmt: skip
    for mark, line in said.items():
        lines = lines.replace(mark, line)
    frame = p.record("Transform", [("pos", Leaf((n, 3), -2, 2)), ("rot", _quat(n))], "Position and rotation of bodies")
    name = frame.name
    first, second = {
        "forward": (("frames of the parents", "parent", "a"), ("frames in those of the parents", "child", "b")),
        "relative": (("frames of the parents", "parent", "a"), ("frames in the world", "child", "b")),
        "blend": (("frames at 0", "start", "a"), ("frames at 1", "end", "b")),
        "chain": (("each link in the frame of the one before", "links_local", "local"), ("", "b")),
    }[form]
    ends = _RENORMALIZED if form in ("forward", "relative") else ""
    return Text(
        lines=join(_SAME_SHAPES if form != "chain" else "", lines, ends, f"return {name}(pos=pos, rot=rot)"),
        given={
            "a": Array(frame, first[0], first[1:]),
            "b": Array(frame, second[0], second[1:]),
            "frac": Array(Leaf((n,), 0.05, 0.95), "interpolation parameter", ("t", "frac")),
            "origin": Array(Leaf((3,), -1, 1), "position of the base", ("origin", "base_pos")),
            "normalize": Option("bool", "whether to normalize quaternions", ("True",), ("normalize",)),
        },
        result=(Record(name, (("pos", Leaf((n, 3))), ("rot", Leaf((n, 4))))),),
        titles=titles,
        summary=summary,
        returned="the frames as 4x4 matrices",
        helpers=(ROTATE, MULTIPLY, INVERT),
    )


_TURNS = _BODIES["turns"]
_MOVES = _BODIES["moves"]


def _integrate(p: Program) -> Text:
    n = p.size(64, 128, 256)
    state = p.record(
        "State",
        [("pos", Leaf((n, 3), -2, 2)), ("rot", _quat(n)), ("vel", Leaf((n, 3), -1, 1)), ("ang", Leaf((n, 3), -2, 2))],
        "Where bodies are and how they move",
    )
    name = state.name
    return Text(
        lines=join(_TURNS, _MOVES, f"return {name}(pos=pos, rot=rot, vel=vel, ang=ang)"),
        given={
            "state": Array(state, "positions, rotations and velocities", ("state", "bodies")),
            "force": Array(Leaf((n, 3), -5, 5), "force on each body", ("force", "forces")),
            "torque": Array(Leaf((n, 3), -2, 2), "torque on each body", ("torque", "torques")),
            "mass": Array(Leaf((n,), 0.5, 2), "mass of each body", ("mass", "masses")),
            "inertia": Array(Leaf((3,), 0.5, 2), "moments of inertia about the axes of a body", ("inertia",)),
            "moment": Array(Leaf((n,), 0.5, 2), "moment of inertia of each body", ("moment_of_inertia",)),
            "radius": Array(Leaf((n,), 0.8, 2), "radius of each body", ("radius", "radii")),
            "gravity": Array(Leaf((3,), -9.81, 0), "acceleration of gravity", ("gravity",)),
            "damping": Option("float", "damping rate", ("0.1", "0.5"), ("damping", "drag")),
            "dt": Option("float", "time step", ("0.01", "0.02", "0.005"), ("dt", "time_step")),
        },
        result=(
            Record(
                name,
                (("pos", Leaf((n, 3))), ("rot", Leaf((n, 4))), ("vel", Leaf((n, 3))), ("ang", Leaf((n, 3)))),
            ),
        ),
        titles=("integrate", "step_bodies", "integrate_bodies"),
        summary=p.pick("Advances rigid bodies by one time step", "Integrates forces and torques on rigid bodies"),
        returned="the next state",
        helpers=(MULTIPLY, ROTATE, INVERT),
    )


_ENTRIES = _BODIES["entries"]
_SKEW = _BODIES["skew"]
_POSE = _BODIES["pose"]
_MATRICES = {
    "plain": (
        join(_ENTRIES, "{?0.5 if inverse:\n    return jnp.swapaxes(matrix, -1, -2)}\nreturn matrix"),
        ("quat_to_matrix", "rotation_matrix", "quat_to_rotmat"), "Computes rotation matrices from quaternions",
    ),
    "homogeneous": (
        join(
            _ENTRIES, f"{{?0.5 {_POSE.strip()}}}",
            _BODIES["homogeneous"],
        ),
        ("pose_matrix", "to_homogeneous", "transform_matrix"), "Computes homogeneous matrices from poses",
    ),
    "axis": (
        join(
            _BODIES["axis_matrices.axis_matrices"],
            _SKEW,
            _BODIES["axis_matrices.axis_matrices_2"],
        ),
        ("axis_angle_to_matrix", "rodrigues_matrix"), "Computes rotation matrices from axes and angles",
    ),
    "look": (
        _BODIES["look"],
        ("look_at", "look_at_rotation", "camera_rotation"), "Computes camera rotations that look at points",
    ),
    "euler": (
        _BODIES["euler"],
        ("euler_to_matrix", "rpy_to_matrix", "euler_to_rotmat"), "Computes rotation matrices from roll, pitch and yaw",
    ),
}  # fmt: skip


def _matrix(p: Program) -> Text:
    n = p.size(64, 128, 256)
    form = p.pick(*_MATRICES)
    lines, titles, summary = _MATRICES[form]
    whole = form == "homogeneous"
    return Text(
        lines=lines,
        given={
            "quat": Array(_quat(n), "rotations as quaternions of shape (n, 4)", ("quat", "rot", "q")),
            "offset": Array(Leaf((n, 3), -2, 2), "position of each frame", ("pos", "translation")),
            "vector": Array(Leaf((n, 3), 0.2, 1.0), "axes of the rotations", ("axis_angle", "rotvec", "axes")),
            "angle": Array(Leaf((n,), -2, 2), "angle of each rotation", ("angle", "theta")),
            "eye": Array(Leaf((n, 3), -1, 1), "positions of the cameras", ("eye", "camera_pos")),
            "aim": Array(Leaf((n, 3), 2, 4), "points that the cameras look at", ("at", "target")),
            "up": Array(Leaf((3,), 0.1, 0.2), "up direction", ("up",)),
            "opencv": Option(
                "bool", "whether to use the OpenCV convention: y down, z forward", ("True", "False"), ("opencv",)
            ),
            "euler": Array(Leaf((n, 3), -2, 2), "roll, pitch and yaw", ("euler", "rpy", "angles")),
            "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
            "inverse": Option("bool", "whether to return the inverse", ("False", "True"), ("inverse", "inv")),
        },
        result=(Leaf((n, 4, 4) if whole else (n, 3, 3)),),
        titles=titles,
        summary=summary,
        returned="matrices of shape (n, 4, 4)" if whole else "matrices of shape (n, 3, 3)",
    )


_MEASURED: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "angle": (
        """
        {?0.4 # {well behaved for small angles, unlike the arc cosine}}
        return 2.0 * jnp.arctan2(sine, rel[0])
        """,
        ("rotation_angle", "angle_between", "angular_distance"), "Computes angles between rotations",
        "one angle for each pair",
    ),
    "vector": (
        "angle = 2.0 * jnp.arctan2(sine, rel[0])\nreturn angle / sine * rel[1:]",
        ("relative_rotation", "rotation_between", "rotation_vector"), "Computes relative rotations as rotation vectors",
        "rotation vectors of shape (n, 3)",
    ),
    "both": (
        "{return rel[1:] / sine, 2.0 * jnp.arctan2(sine, rel[0]) ~ axis = rel[1:] / sine\n"
        "return axis, 2.0 * jnp.arctan2(sine, rel[0])}",
        ("axis_angle_between", "relative_axis_angle"), "Computes the axes and angles of relative rotations",
        "axes and angles",
    ),
    "twist": (
        """
        {?0.4 # {the part of the rotation about the hinge}}
        return 2.0 * jnp.arctan2(jnp.dot(rel[1:], hinge), rel[0])
        """,
        ("joint_angle", "hinge_angle", "twist_angle"), "Computes hinge angles between bodies",
        "one angle for each joint",
    ),
}  # fmt: skip
_RATES = _BODIES["rates"]


def _angles(p: Program) -> Text:
    n = p.size(64, 128, 256)
    form = p.pick(*_MEASURED, "rate")
    given = {
        "a": Array(_quat(n), "rotations of the parents, shape (n, 4)", ("parent", "q1")),
        "b": Array(_quat(n), "rotations of the children, shape (n, 4)", ("child", "q2")),
        "axes": Array(Leaf((n, 3), 0.2, 1), "axis of each hinge", ("axes", "hinge_axes")),
        "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
        "dt": Option("float", "time between the two rotations", ("0.1", "0.05"), ("dt",)),
        "local": Option("bool", "whether to use the frame of the body", ("True", "False"), ("local", "in_body_frame")),
    }
    if form == "rate":
        given["a"] = Array(_quat(n), "previous rotations of shape (n, 4)", ("prev_rot", "q_prev"))
        given["b"] = Array(_quat(n), "current rotations of shape (n, 4)", ("rot", "q_next"))
        return Text(
            lines=_RATES,
            given=given,
            result=(Leaf((n, 3)),),
            titles=("angular_velocity", "finite_difference_ang", "quat_to_ang_vel"),
            summary="Computes angular velocities from rotations at two times",
            returned="angular velocities of shape (n, 3)",
            helpers=(ROTATE, MULTIPLY, INVERT),
        )
    end, titles, summary, returned = _MEASURED[form]
    hinged = form == "twist"
    angled = form in ("angle", "twist")
    lines = join(
        "rel = quat_mul(quat_inv(q_p), q_c)",
        _BODIES["angles.shorter"],
        "" if hinged else "sine = jnp.sqrt(jnp.sum(rel[1:] ** 2) + 1e-12)",
        end,
    )
    call = "jax.vmap(between)(a, b, axes)" if hinged else "jax.vmap(between)(a, b)"
    checks = _BODIES["angles.checked"]
    degrees = f"""
        {{?0.5 angle = {call}
        {{if degrees:
            angle = jnp.rad2deg(angle)
        return angle ~ return jnp.rad2deg(angle) if degrees else angle}} ~ return {call}}}
    """
    return Text(
        lines=join(
            checks,
            "{?0.5 axes = axes / jnp.linalg.norm(axes, axis=-1, keepdims=True)}" if hinged else "",
            block("def between(q_p, q_c, hinge):" if hinged else "def between(q_p, q_c):", lines),
            degrees if angled else f"return {call}",
        ),
        given=given,
        result={"vector": (Leaf((n, 3)),), "both": (Leaf((n, 3)), Leaf((n,)))}.get(form, (Leaf((n,)),)),
        titles=titles,
        summary=summary,
        returned=returned,
        helpers=(MULTIPLY, INVERT),
    )


def _links(p: Program) -> Text:
    return write_links(p, (MULTIPLY, ROTATE))


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "rotate_vectors": _rotate,
    "compose_frames": _compose,
    "integrate_bodies": _integrate,
    "rotation_matrix": _matrix,
    "relative_rotation": _angles,
    "link_poses": _links,
    "subtree_mass": write_subtrees,
    "shape_inertia": write_inertia,
    "rotation_convention": write_conventions,
}
RECIPES = (
    written_recipe(
        "rotation", "bodies", _WRITERS, {"integrate_bodies": 0.5, "rotation_convention": 0.45, "rotation_matrix": 0.5}
    ),
)
