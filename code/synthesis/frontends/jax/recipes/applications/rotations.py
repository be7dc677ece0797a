"""Rotations and poses of rigid bodies: quaternions, frames, and what is measured between two of them."""

from collections.abc import Callable

from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe
from synthesis.grammar.lines import block, join

ROTATE = '''
    def rotate(vec: Array, quat: Array) -> Array:
        {?0.5 """Rotates a vector by a unit quaternion, its real part first."""}
        s, u = quat[0], quat[1:]
        {t = 2.0 * jnp.cross(u, vec)
        return vec + s * t + jnp.cross(u, t) ~
        {?0.4 # {two cross products are cheaper than a matrix}}
        t = jnp.cross(u, vec) + s * vec
        return vec + 2.0 * jnp.cross(u, t)}
'''
MULTIPLY = '''
    def quat_mul(u: Array, v: Array) -> Array:
        {?0.5 """{Product of two quaternions ~ The rotation by v and then by u}."""}
        {return jnp.array([
            u[0] * v[0] - u[1] * v[1] - u[2] * v[2] - u[3] * v[3],
            u[0] * v[1] + u[1] * v[0] + u[2] * v[3] - u[3] * v[2],
            u[0] * v[2] - u[1] * v[3] + u[2] * v[0] + u[3] * v[1],
            u[0] * v[3] + u[1] * v[2] - u[2] * v[1] + u[3] * v[0],
        ]) ~
        real = u[0] * v[0] - jnp.dot(u[1:], v[1:])
        imag = u[0] * v[1:] + v[0] * u[1:] + jnp.cross(u[1:], v[1:])
        return {jnp.concatenate([real[None], imag]) ~ jnp.append(real, imag)} ~
        w1, x1, y1, z1 = u
        w2, x2, y2, z2 = v
        w = w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2
        x = w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2
        y = w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2
        z = w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2
        return jnp.stack({[w, x, y, z] ~ (w, x, y, z)})}
'''
INVERT = '''
    def quat_inv(quat: Array) -> Array:
        {?0.4 """The rotation back: the conjugate of a unit quaternion."""}
        return {quat.at[1:].multiply(-1.0) ~ jnp.concatenate([quat[:1], -quat[1:]])}
'''
NORMALIZE = '''
    def normalize(x: Array, eps: float = {1e-6 ~ 1e-8}):
        {?0.4 """{The direction of a vector, and its length ~ A unit vector and the length that was taken off}."""}
        {norm = jnp.linalg.norm(x, axis=-1, keepdims=True)
        return x / (norm + eps), norm ~
        norm = jnp.sqrt(jnp.sum(x ** 2, axis=-1, keepdims=True) + eps)
        return x / norm, norm}
'''


def _quat(n: int) -> Leaf:
    """Rotations near each other, which are no unit quaternions yet: none of them is nothing."""
    return Leaf((n, 4), 0.1, 1.0)


def _rotate(p: Program) -> Text:
    n = p.size(64, 128, 256)
    moved = p.choices.chance(0.4)
    turned = """
        {?0.6 {?0.5 # {the conjugate turns the other way}}
        if inverse:
            quat = {quat.at[:, 1:].multiply(-1.0) ~ jnp.concatenate([quat[:, :1], -quat[:, 1:]], axis=-1)}}
        {return jax.vmap(rotate)(vec, quat) ~
        s, u = quat[:, :1], quat[:, 1:]
        {t = 2.0 * jnp.cross(u, vec)
        return vec + s * t + jnp.cross(u, t) ~
        dot_uv = jnp.sum(u * vec, axis=-1, keepdims=True)
        u_sq = jnp.sum(u ** 2, axis=-1, keepdims=True)
        return 2.0 * dot_uv * u + (s ** 2 - u_sq) * vec + 2.0 * s * jnp.cross(u, vec)}}
    """
    transformed = """
        {if inverse:
            {?0.5 # {undo the translation first}}
            inv = jax.vmap(quat_inv)(quat)
            return jax.vmap(rotate)(vec - offset, inv)
        return jax.vmap(rotate)(vec, quat) + offset ~
        if inverse:
            {?0.4 # {from the world into the body}}
            quat = jax.vmap(quat_inv)(quat)
            if offset is not None:
                vec = vec - offset
            return jax.vmap(rotate)(vec, quat)
        out = jax.vmap(rotate)(vec, quat)
        if offset is not None:
            out = out + offset
        return out ~
        rotated = jax.vmap(rotate)(vec, quat)
        return rotated if offset is None else rotated + offset}
    """
    return Text(
        lines=join(
            """
            {?0.15 if quat.shape[-1] != 4:
                raise ValueError(f'expected quaternions of shape (n, 4), got <<quat.shape>>') ~
            {?0.15 if vec.shape[0] != quat.shape[0] or vec.shape[-1] != 3:
                raise ValueError(f'vectors of shape <<vec.shape>> do not match rotations of shape <<quat.shape>>')}}
            {?0.4 quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)}
            """,
            transformed if moved else turned,
        ),
        given={
            "vec": Array(Leaf((n, 3), -2, 2), "points of shape (n, 3)" if moved else "vectors of shape (n, 3)",
                         ("points", "pos") if moved else ("vec", "vectors", "v")),
            "quat": Array(_quat(n), "rotations as quaternions, the real part first", ("quat", "rot", "q")),
            "offset": Array(Leaf((n, 3), -2, 2), "where the origin of each frame is", ("offset", "origin")),
            "inverse": Option("bool", "whether to go the other way", ("False", "True"), ("inverse", "inv")),
        },
        result=(Leaf((n, 3)),),
        titles=("transform_points", "apply_transform") if moved else
               ("rotate", "rotate_vectors", "quat_rotate", "apply_rotation"),
        summary="Takes points from one frame to another" if moved else
                p.pick("Rotates vectors by quaternions", "Applies a rotation to each vector"),
        returned="points of the same shape" if moved else "vectors of the same shape",
        helpers=(ROTATE, INVERT),
    )  # fmt: skip


_SAME_SHAPES = """
    {?0.15 if a.pos.shape != b.pos.shape:
        raise ValueError(f'expected frames of one shape, got <<a.pos.shape>> and <<b.pos.shape>>')}
"""
_UNIT = """
    {{?0.3 # {products drift away from unit length ~ keep the quaternion of unit length}
    rot = rot / jnp.linalg.norm(rot, axis=-1, keepdims=True)} ~
    if canonical:
        rot = rot / jnp.linalg.norm(rot, axis=-1, keepdims=True)
        {?0.5 # {q and -q are the same rotation}}
        rot = jnp.where(rot[:, :1] < 0, -rot, rot) ~}
"""


def _compose(p: Program) -> Text:
    n = p.size(64, 128, 256)
    frame = p.record("Transform", [("pos", Leaf((n, 3), -2, 2)), ("rot", _quat(n))], "Position and rotation of bodies")
    name = frame.name
    back = p.pick("", "", "inverse")
    inverse = """
        {{?0.4 # {from the world into the frame ~ undo the translation first}}
        inv = jax.vmap(quat_inv)(a.rot)
        pos = jax.vmap(rotate)(b.pos - a.pos, inv)
        rot = jax.vmap(quat_mul)(inv, b.rot) ~
        def relative(parent_pos, parent_rot, pos, rot):
            inv = quat_inv(parent_rot)
            return rotate(pos - parent_pos, inv), quat_mul(inv, rot)

        pos, rot = jax.vmap(relative)(a.pos, a.rot, b.pos, b.rot)}
    """
    forward = """
        {pos = a.pos + jax.vmap(rotate)(b.pos, a.rot)
        rot = jax.vmap(quat_mul)(a.rot, b.rot) ~
        def apply(parent_pos, parent_rot, pos, rot):
            {?0.4 # {the child is known in its parent's frame ~ rotate, then move}}
            pos = parent_pos + rotate(pos, parent_rot)
            return pos, quat_mul(parent_rot, rot)

        pos, rot = jax.vmap(apply)(a.pos, a.rot, b.pos, b.rot)}
    """
    return Text(
        lines=join(_SAME_SHAPES, inverse if back else forward, _UNIT, f"return {name}(pos=pos, rot=rot)"),
        given={
            "a": Array(frame, "frames of the parents", ("parent", "a")),
            "b": Array(frame, "frames in those of the parents" if not back else "frames in the world", ("child", "b")),
            "canonical": Option("bool", "whether quaternions are brought to a standard form", ("True",),
                                ("canonical", "normalize")),
        },
        result=(Record(name, (("pos", Leaf((n, 3))), ("rot", Leaf((n, 4))))),),
        titles=("to_local", "inverse_transform", "relative_frame") if back else ("transform", "compose", "to_world"),
        summary="Frames as they are seen from others" if back else "Frames of children in the world",
        returned="the frames",
        helpers=(ROTATE, MULTIPLY, INVERT),
    )  # fmt: skip


_TURNS = """
    {def integrate_rotation(rot, ang):
        {?0.4 # exponential map}
        speed = jnp.sqrt(jnp.dot(ang, ang) + 1e-12)
        half = 0.5 * speed * dt
        step = jnp.append(jnp.cos(half), jnp.sin(half) * ang / speed)
        rot = quat_mul(step, rot)
        return rot / jnp.linalg.norm(rot) ~
    def integrate_rotation(rot, ang):
        {?0.4 # first order in the step}
        spin = jnp.append({jnp.zeros(1) ~ 0.0}, ang)
        rot = rot + 0.5 * dt * quat_mul(spin, rot)
        return rot / jnp.linalg.norm(rot)}
"""
_MOVES = """
    {{vel = state.vel + dt * force * inv_mass[:, None] ~
    {?0.4 # forces, then gravity}
    vel = state.vel + dt * force * inv_mass[:, None]
    vel = vel.at[:, 2].add(-g * dt)}
    ang = state.ang ~
    vel = state.vel .at[:, 2].add(-g * dt)
    ang = state.ang ~
    {?0.4 # exponential damping}
    decay = jnp.exp(-damping * dt)
    vel, ang = state.vel * decay, state.ang * decay ~
    vel = state.vel.at[:, 2].add(-g * dt) * jnp.exp(-linear_damping * dt)
    ang = state.ang * jnp.exp(-angular_damping * dt) ~
    vel = state.vel + dt * force * inv_mass[:, None]
    ang = state.ang + dt * torque * inv_inertia[:, None]}
    {?0.2 if max_speed is not None:
        speed = jnp.sqrt(jnp.sum(vel ** 2, axis=-1, keepdims=True) + 1e-12)
        vel = vel * jnp.minimum(1.0, max_speed / speed)}
    pos = state.pos + dt * vel
    rot = jax.vmap(integrate_rotation)(state.rot, ang)
"""


def _integrate(p: Program) -> Text:
    n = p.size(64, 128, 256)
    state = p.record(
        "State",
        [("pos", Leaf((n, 3), -2, 2)), ("rot", _quat(n)), ("vel", Leaf((n, 3), -1, 1)), ("ang", Leaf((n, 3), -2, 2))],
        "Where bodies are and how they move",
    )
    name = state.name
    return Text(
        lines=join(
            """
            """,
            _TURNS,
            _MOVES,
            f"return {name}(pos=pos, rot=rot, vel=vel, ang=ang)",
        ),
        given={
            "state": Array(state, "positions, rotations and velocities", ("state", "bodies")),
            "dt": Option("float", "time step", ("0.01", "0.02", "0.005"), ("dt", "time_step")),
            "force": Array(Leaf((n, 3), -5, 5), "force on each body", ("force", "forces")),
            "inv_mass": Array(Leaf((n,), 0.5, 2), "inverse mass of each body", ("inv_mass",)),
            "torque": Array(Leaf((n, 3), -2, 2), "torque on each body", ("torque", "torques")),
            "inv_inertia": Array(
                Leaf((n,), 0.5, 2), "inverse moment of inertia, the same about all axes", ("inv_inertia",)
            ),
            "damping": Option("float", "damping rate", ("0.1", "0.5"), ("damping", "drag")),
            "linear_damping": Option("float", "damping of velocities", ("0.1", "0.5")),
            "angular_damping": Option("float", "damping of angular velocities", ("0.2", "0.5")),
            "g": Option("float", "gravity", ("9.81",), ("g", "gravity")),
            "max_speed": Option("float | None", "largest speed", ("None", "1.0", "0.8"), ("max_speed",)),
        },
        result=(
            Record(
                name,
                (("pos", Leaf((n, 3))), ("rot", Leaf((n, 4))), ("vel", Leaf((n, 3))), ("ang", Leaf((n, 3)))),
            ),
        ),
        titles=("integrate", "step_bodies", "advance", "integrate_bodies"),
        summary=p.pick("Moves rigid bodies by one step of time", "Integrates velocities to positions and rotations"),
        returned="the next state",
        helpers=(MULTIPLY,),
    )


_ENTRIES = """
    {?0.15 if quat.ndim != 2 or quat.shape[-1] != 4:
        raise ValueError(f'expected quaternions of shape (n, 4), got <<quat.shape>>')}
    {?0.6 quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)}
    {w, x, y, z = quat.T
    {rows = [
        [1.0 - 2.0 * (y ** 2 + z ** 2), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), 1.0 - 2.0 * (x ** 2 + z ** 2), 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x ** 2 + y ** 2)],
    ]
    matrix = jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2) ~
    xx, yy, zz = x ** 2, y ** 2, z ** 2
    entries = jnp.stack([
        1.0 - 2.0 * (yy + zz), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y),
        2.0 * (x * y + w * z), 1.0 - 2.0 * (xx + zz), 2.0 * (y * z - w * x),
        2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (xx + yy),
    ], axis=-1)
    matrix = entries.reshape(-1, 3, 3)} ~
    {?0.4 # {where each axis goes is a column ~ rotate the three axes}}
    columns = [jax.vmap(rotate, in_axes=(None, 0))(axis, quat) for axis in jnp.eye(3, dtype=quat.dtype)]
    matrix = jnp.stack(columns, axis=-1)}
"""
_MATRICES = {
    "plain": "return matrix",
    "inverse": """
        {?0.4 # {the inverse of a rotation is its transpose}}
        if inverse:
            matrix = jnp.swapaxes(matrix, -1, -2)
        return matrix
    """,
    "scaled": """
        if scale is not None:
            {?0.25 if scale.shape != matrix.shape[:2]:
                raise ValueError(f'expected a scale for each axis, got <<scale.shape>>')}
            {?0.4 # {scale along the axes of the body, then rotate}}
            matrix = matrix * scale[:, None, :]
        return matrix
    """,
    "homogeneous": """
        {pose = jnp.zeros((quat.shape[0], 4, 4), dtype=quat.dtype)
        pose = pose.at[:, :3, :3].set(matrix)
        pose = pose.at[:, :3, 3].set(offset)
        return pose.at[:, 3, 3].set(1.0) ~
        if inverse:
            {?0.4 # {the inverse of a rotation is its transpose}}
            matrix = jnp.swapaxes(matrix, -1, -2)
            offset = -jnp.einsum('nij,nj->ni', matrix, offset)
        pose = jnp.zeros((quat.shape[0], 4, 4))
        pose = pose.at[:, :3, :3].set(matrix).at[:, :3, 3].set(offset)
        return pose.at[:, 3, 3].set(1.0)}
    """,
}


def _matrix(p: Program) -> Text:
    n = p.size(64, 128, 256)
    form = p.pick(*_MATRICES)
    whole = form == "homogeneous"
    return Text(
        lines=join(_ENTRIES, _MATRICES[form]),
        given={
            "quat": Array(_quat(n), "rotations as quaternions of shape (n, 4)", ("quat", "rot", "q")),
            "scale": Array(Leaf((n, 3), 0.5, 2), "scale of each axis", ("scale", "scales")),
            "offset": Array(Leaf((n, 3), -2, 2), "position of each frame", ("pos", "translation")),
            "inverse": Option("bool", "whether to give the way back", ("False", "True"), ("inverse", "inv")),
        },
        result=(Leaf((n, 4, 4) if whole else (n, 3, 3)),),
        titles=("pose_matrix", "to_homogeneous", "transform_matrix") if whole else
               ("quat_to_matrix", "rotation_matrix", "quat_to_rotmat"),
        summary="Homogeneous matrices of poses" if whole else "Rotation matrices of quaternions",
        returned="matrices of shape (n, 4, 4)" if whole else "matrices of shape (n, 3, 3)",
        helpers=(ROTATE,),
    )  # fmt: skip


_MEASURED: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "angle": (
        """
        {?0.4 # {well behaved for small angles, unlike the arc cosine}}
        return 2.0 * jnp.arctan2(sine, rel[0])
        """,
        ("rotation_angle", "angle_between", "angular_distance"), "Angles between rotations", "one angle for each pair",
    ),
    "vector": (
        "angle = 2.0 * jnp.arctan2(sine, rel[0])\nreturn angle / sine * rel[1:]",
        ("relative_rotation", "rotation_between", "rotation_vector"), "Rotations that lead from others, as vectors",
        "axes, as long as the angles",
    ),
    "both": (
        "{return rel[1:] / sine, 2.0 * jnp.arctan2(sine, rel[0]) ~ axis = rel[1:] / sine\n"
        "return axis, 2.0 * jnp.arctan2(sine, rel[0])}",
        ("axis_angle_between", "relative_axis_angle"), "Axes and angles that lead from rotations to others",
        "axes and angles",
    ),
    "twist": (
        """
        {?0.4 # {the part of the rotation about the hinge}}
        return 2.0 * jnp.arctan2(jnp.dot(rel[1:], hinge), rel[0])
        """,
        ("joint_angle", "hinge_angle", "twist_angle"), "Angles of hinges between bodies", "one angle for each joint",
    ),
}  # fmt: skip


def _angles(p: Program) -> Text:
    n = p.size(64, 128, 256)
    form = p.pick(*_MEASURED)
    end, titles, summary, returned = _MEASURED[form]
    hinged = form == "twist"
    angled = form in ("angle", "twist")
    lines = join(
        "rel = quat_mul(quat_inv(p), c)",
        """
        {?0.5 # {the shorter way around ~ both signs are the same rotation}}
        rel = jnp.where(rel[0] < 0, -rel, rel)
        """,
        "" if hinged else "sine = jnp.sqrt(jnp.sum(rel[1:] ** 2) + 1e-12)",
        end,
    )
    call = "jax.vmap(between)(a, b, axes)" if hinged else "jax.vmap(between)(a, b)"
    checks = """
        {?0.15 if a.shape != b.shape:
            raise ValueError(f'expected rotations of one shape, got <<a.shape>> and <<b.shape>>') ~
        {?0.12 if a.shape[-1] != 4 or b.shape[-1] != 4:
            raise ValueError(f'expected quaternions, got <<a.shape>> and <<b.shape>>')}}
        {?0.4 a = a / jnp.linalg.norm(a, axis=-1, keepdims=True)
        b = b / jnp.linalg.norm(b, axis=-1, keepdims=True)}
    """
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
            block("def between(p, c, hinge):" if hinged else "def between(p, c):", lines),
            degrees if angled else f"return {call}",
        ),
        given={
            "a": Array(_quat(n), "rotations of the parents, shape (n, 4)", ("parent", "q1")),
            "b": Array(_quat(n), "rotations of the children, shape (n, 4)", ("child", "q2")),
            "axes": Array(Leaf((n, 3), 0.2, 1), "axis of each hinge", ("axes", "hinge_axes")),
            "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
        },
        result={"vector": (Leaf((n, 3)),), "both": (Leaf((n, 3)), Leaf((n,)))}.get(form, (Leaf((n,)),)),
        titles=titles,
        summary=summary,
        returned=returned,
        helpers=(MULTIPLY, INVERT),
    )


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "rotate_vectors": _rotate,
    "compose_frames": _compose,
    "integrate_bodies": _integrate,
    "rotation_matrix": _matrix,
    "relative_rotation": _angles,
}
RECIPES = (written_recipe("rotation", "bodies", _WRITERS),)
