"""Rotations and poses of rigid bodies: quaternions, frames, and measures between two of them."""

from collections.abc import Callable

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
    """Return rotations near each other, as quaternions that are not yet normalised and never zero."""
    return Leaf((n, 4), 0.1, 1.0)


_UNITS = "quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)"
_ROTATED = {
    "rotate": (
        """
        {?0.2 if quat.shape[-1] != 4:
            raise ValueError(f'expected quaternions of shape (n, 4), got <<quat.shape>>')}
        {?0.5 UNITS}
        {?0.8 if inverse:
            {?0.5 # {the conjugate turns the other way}}
            quat = {quat.at[:, 1:].multiply(-1.0) ~ jnp.concatenate([quat[:, :1], -quat[:, 1:]], axis=-1)}}
        {return jax.vmap(rotate)(vec, quat) ~
        s, u = quat[:, :1], quat[:, 1:]
        {t = 2.0 * jnp.cross(u, vec)
        return vec + s * t + jnp.cross(u, t) ~
        dot_uv = jnp.sum(u * vec, axis=-1, keepdims=True)
        u_sq = jnp.sum(u ** 2, axis=-1, keepdims=True)
        return 2.0 * dot_uv * u + (s ** 2 - u_sq) * vec + 2.0 * s * jnp.cross(u, vec)}}
        """,
        ("rotate", "rotate_vectors", "quat_rotate", "apply_rotation"),
        "Rotates vectors by quaternions",
    ),
    "axis": (
        """
        {?0.7 axis = axis / jnp.linalg.norm(axis, axis=-1, keepdims=True)}
        {?0.4 if degrees:
            angle = jnp.deg2rad(angle)}
        {cos, sin = jnp.cos(angle)[:, None], jnp.sin(angle)[:, None] ~
        angle = angle[:, None]
        cos, sin = jnp.cos(angle), jnp.sin(angle)}
        {?0.4 # {Rodrigues' formula ~ what is along the axis stays}}
        {along = jnp.sum(axis * vec, axis=-1, keepdims=True) * axis ~
        along = jnp.einsum('ni,ni->n', axis, vec)[:, None] * axis}
        {return cos * vec + sin * jnp.cross(axis, vec) + (1.0 - cos) * along ~
        perp = vec - along
        return along + cos * perp + sin * jnp.cross(axis, perp)}
        """,
        ("rotate_about_axis", "axis_angle_rotate", "rodrigues"),
        "Rotates vectors about axes by angles",
    ),
    "pivot": (
        """
        {?0.3 if one.shape != (4,):
            raise ValueError(f'expected one quaternion of shape (4,), got <<one.shape>>')}
        one = one / jnp.linalg.norm(one)
        {{?0.4 # {about the centroid unless told otherwise}}
        center = {jnp.mean(vec, axis=0) ~ vec.mean(axis=0)} if pivot is None else pivot ~
        if masses is None:
            center = {jnp.mean(vec, axis=0) ~ vec.mean(axis=0)}
        else:
            {?0.3 if masses.shape[0] != vec.shape[0]:
                raise ValueError(f'expected <<vec.shape[0]>> masses, got <<masses.shape>>')}
            center = {masses @ vec / jnp.sum(masses) ~ jnp.average(vec, axis=0, weights=masses)} ~
        center = vec.mean(axis=0)}
        {rotated = jax.vmap(rotate, in_axes=(0, None))(vec - center, one)
        return center + rotated ~
        return center + jax.vmap(lambda x: rotate(x, one))(vec - center) ~
        s, u = one[0], one[1:]
        arm = vec - center
        t = 2.0 * jnp.cross(u, arm)
        return center + arm + s * t + jnp.cross(u, t)}
        """,
        ("rotate_about_point", "rotate_cloud", "rotate_about_center"),
        "Rotates a cloud of points about a point",
    ),
    "points": (
        """
        {?0.4 UNITS}
        {if inverse:
            {?0.5 # {from the world into the body: undo the translation first}}
            quat = jax.vmap(quat_inv)(quat)
            return jax.vmap(rotate)(vec - offset, quat)
        return jax.vmap(rotate)(vec, quat) + offset ~
        def apply(point, rot, trans):
            if inverse:
                {?0.4 # {from the world into the body}}
                return rotate(point - trans, quat_inv(rot))
            return rotate(point, rot) + trans

        return jax.vmap(apply)(vec, quat, offset) ~
        rotated = jax.vmap(rotate)(vec, quat)
        if scale is not None:
            rotated = scale[:, None] * rotated
        return rotated + offset}
        """,
        ("transform_points", "apply_transform"),
        "Takes points from one frame to another",
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
            "quat": Array(_quat(n), "rotations as quaternions, the real part first", ("quat", "rot", "q")),
            "one": Array(Leaf((4,), 0.1, 1.0), "rotation as a quaternion, the real part first", ("quat", "rot", "q")),
            "axis": Array(Leaf((n, 3), 0.2, 1.0), "axis of each rotation", ("axis", "axes")),
            "angle": Array(Leaf((n,), -2, 2), "angle of each rotation", ("angle", "theta", "angles")),
            "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
            "pivot": Array(Leaf((3,), -1, 1), "the point that stays", ("pivot",)),
            "masses": Array(Leaf((n,), 0.5, 2), "mass of each point", ("masses", "weights")),
            "offset": Array(Leaf((n, 3), -2, 2), "where the origin of each frame is", ("offset", "origin", "trans")),
            "scale": Array(Leaf((n,), 0.5, 2), "scale of each frame", ("scale",)),
            "inverse": Option("bool", "whether to go the other way", ("False", "True"), ("inverse", "inv")),
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
_RENORMALIZED = """
    {{?0.5 # {products drift away from unit length ~ keep the quaternion of unit length}}
    rot = rot / jnp.linalg.norm(rot, axis=-1, keepdims=True) ~
    if normalize:
        rot = rot / jnp.linalg.norm(rot, axis=-1, keepdims=True) ~
    {?0.5 # {q and -q are the same rotation}}
    rot = jnp.where(rot[:, :1] < 0, -rot, rot) ~}
"""
_COMPOSED = {
    "forward": (
        """
        {pos = a.pos + jax.vmap(rotate)(b.pos, a.rot)
        rot = jax.vmap(quat_mul)(a.rot, b.rot) ~
        def apply(parent_pos, parent_rot, pos, rot):
            {?0.4 # {the child is known in its parent's frame ~ rotate, then move}}
            pos = parent_pos + rotate(pos, parent_rot)
            return pos, quat_mul(parent_rot, rot)

        pos, rot = jax.vmap(apply)(a.pos, a.rot, b.pos, b.rot)}
        """,
        ("transform", "compose", "to_world"),
        "Frames of children in the world",
    ),
    "relative": (
        """
        {{?0.4 # {from the world into the frame ~ undo the translation first}}
        inv = jax.vmap(quat_inv)(a.rot)
        pos = jax.vmap(rotate)(b.pos - a.pos, inv)
        rot = jax.vmap(quat_mul)(inv, b.rot) ~
        def relative(parent_pos, parent_rot, pos, rot):
            inv = quat_inv(parent_rot)
            return rotate(pos - parent_pos, inv), quat_mul(inv, rot)

        pos, rot = jax.vmap(relative)(a.pos, a.rot, b.pos, b.rot)}
        """,
        ("to_local", "inverse_transform", "relative_frame"),
        "Frames as they are seen from others",
    ),
    "blend": (
        """
        {pos = (1.0 - frac[:, None]) * a.pos + frac[:, None] * b.pos ~
        pos = a.pos + frac[:, None] * (b.pos - a.pos)}
        {q0 = a.rot / jnp.linalg.norm(a.rot, axis=-1, keepdims=True)
        q1 = b.rot / jnp.linalg.norm(b.rot, axis=-1, keepdims=True)
        cos = jnp.sum(q0 * q1, axis=-1, keepdims=True)
        {{?0.4 # {take the shorter way}}
        q1 = jnp.where(cos < 0, -q1, q1)
        cos = jnp.abs(cos) ~
        {?0.4 # {the shorter arc: q and -q are the same rotation}}
        sign = jnp.where(cos < 0, -1.0, 1.0)
        q1, cos = sign * q1, sign * cos}
        weight = frac[:, None]
        {{?0.4 # {spherical interpolation}}
        theta = jnp.arccos(jnp.clip(cos, 0.0, 1.0 - 1e-6))
        rot = (jnp.sin((1.0 - weight) * theta) * q0 + jnp.sin(weight * theta) * q1) / jnp.sin(theta) ~
        rot = (1.0 - weight) * q0 + weight * q1
        rot = rot / jnp.linalg.norm(rot, axis=-1, keepdims=True)} ~
        def slerp(q0, q1, t):
            q0, q1 = q0 / jnp.linalg.norm(q0), q1 / jnp.linalg.norm(q1)
            cos = jnp.dot(q0, q1)
            {?0.5 # {the shorter arc}}
            q1 = jnp.where(cos < 0, -q1, q1)
            theta = jnp.arccos(jnp.clip(jnp.abs(cos), 0.0, 1.0 - 1e-6))
            w0, w1 = jnp.sin((1.0 - t) * theta), jnp.sin(t * theta)
            return (w0 * q0 + w1 * q1) / jnp.sin(theta)

        rot = jax.vmap(slerp)(a.rot, b.rot, frac)}
        """,
        ("interpolate_frames", "interpolate", "blend_poses"),
        "Frames between two others",
    ),
    "chain": (
        """
        def step(parent, link):
            {pos, rot = parent
            link_pos, link_rot = link
            {?0.5 # {each link is known in the frame of the one before}}
            pos = pos + rotate(link_pos, rot)
            rot = quat_mul(rot, link_rot)
            NORMED
            return (pos, rot), (pos, rot) ~
            pos = parent[0] + rotate(link[0], parent[1])
            rot = quat_mul(parent[1], link[1])
            NORMED
            return (pos, rot), (pos, rot)}

        {{?0.4 # {the base does not move}}
        base = (jnp.zeros(3), jnp.zeros(4).at[0].set(1.0)) ~
        if origin is None:
            origin = jnp.zeros(3)
        base = (origin, jnp.zeros(4).at[0].set(1.0))}
        LINKS
        _, (pos, rot) = {lax ~ jax.lax}.scan(step, base, links)
        """,
        ("chain_frames", "forward_kinematics", "accumulate_frames"),
        "Frames of a chain of links in the world",
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
            "frac": Array(Leaf((n,), 0.05, 0.95), "how far from the first to the second", ("t", "frac")),
            "origin": Array(Leaf((3,), -1, 1), "where the base is", ("origin", "base_pos")),
            "normalize": Option("bool", "whether quaternions are brought to unit length", ("True",), ("normalize",)),
        },
        result=(Record(name, (("pos", Leaf((n, 3))), ("rot", Leaf((n, 4))))),),
        titles=titles,
        summary=summary,
        returned="the frames",
        helpers=(ROTATE, MULTIPLY, INVERT),
    )


_TURNS = """
    {def integrate_rotation(rot, ang):
        {?0.4 # exponential map}
        rate = jnp.sqrt(jnp.dot(ang, ang) + 1e-12)
        half = 0.5 * rate * dt
        dq = jnp.append(jnp.cos(half), jnp.sin(half) * ang / rate)
        rot = quat_mul(dq, rot)
        return rot / jnp.linalg.norm(rot) ~
    def integrate_rotation(rot, ang):
        {?0.4 # first order in the step}
        spin = jnp.append({jnp.zeros(1) ~ 0.0}, ang)
        rot = rot + 0.5 * dt * quat_mul(spin, rot)
        return rot / jnp.linalg.norm(rot)}
"""
_MOVES = """
    {{?0.4 # {semi-implicit Euler: velocities first}}
    {acc = force / mass[:, None] ~ acc = force / mass[:, None] + gravity}
    {vel = state.vel + dt * acc ~ vel = (1.0 - damping * dt) * state.vel + dt * acc} ~
    vel = state.vel + dt * {gravity ~ force / mass[:, None] ~ (gravity + force / mass[:, None])}}
    {{?0.4 # {Euler's equations in the frame of the body}}
    inv = jax.vmap(quat_inv)(state.rot)
    local = jax.vmap(rotate)(state.ang, inv)
    {local_torque = jax.vmap(rotate)(torque, inv)
    gyro = jnp.cross(local, inertia * local)
    local = local + dt * (local_torque - gyro) / inertia ~
    momentum = inertia * local
    rate = (jax.vmap(rotate)(torque, inv) - jnp.cross(local, momentum)) / inertia
    local = local + dt * rate}
    ang = jax.vmap(rotate)(local, state.rot) ~
    {?0.4 # {a sphere: the same inertia about all axes}}
    ang = state.ang + dt * torque / {moment[:, None] ~ (0.4 * mass * radius ** 2)[:, None]} ~
    {?0.4 # {torques about the axes of the body, diagonal inertia}}
    def angular_acc(rot, ang, torque):
        inv = quat_inv(rot)
        local_ang, local_torque = rotate(ang, inv), rotate(torque, inv)
        gyro = jnp.cross(local_ang, inertia * local_ang)
        return rotate((local_torque - gyro) / inertia, rot)

    ang = state.ang + dt * jax.vmap(angular_acc)(state.rot, state.ang, torque)}
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
        summary=p.pick("Moves rigid bodies by one step of time", "Integrates forces and torques on rigid bodies"),
        returned="the next state",
        helpers=(MULTIPLY, ROTATE, INVERT),
    )


_ENTRIES = """
    {?0.15 if quat.ndim != 2 or quat.shape[-1] != 4:
        raise ValueError(f'expected quaternions of shape (n, 4), got <<quat.shape>>')}
    {?0.6 quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)}
    w, x, y, z = {quat.T ~ jnp.moveaxis(quat, -1, 0)}
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
    matrix = entries.reshape(-1, 3, 3)}
"""
_SKEW = """
    x, y, z = axis.T
    zero = jnp.zeros_like(x)
    {skew = jnp.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(-1, 3, 3) ~
    skew = jnp.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]).transpose(2, 0, 1)}
"""
_POSE = """
    if inverse:
        {?0.4 # {the inverse of a rotation is its transpose}}
        matrix = {jnp.swapaxes(matrix, -1, -2) ~ matrix.transpose(0, 2, 1)}
        offset = -jnp.einsum('nij,nj->ni', matrix, offset)
"""
_MATRICES = {
    "plain": (
        join(_ENTRIES, "{?0.5 if inverse:\n    return jnp.swapaxes(matrix, -1, -2)}\nreturn matrix"),
        ("quat_to_matrix", "rotation_matrix", "quat_to_rotmat"), "Rotation matrices of quaternions",
    ),
    "homogeneous": (
        join(
            _ENTRIES, f"{{?0.5 {_POSE.strip()}}}",
            """
            {pose = jnp.zeros((quat.shape[0], 4, 4))
            pose = pose.at[:, :3, :3].set(matrix).at[:, :3, 3].set(offset)
            return pose.at[:, 3, 3].set(1.0) ~
            top = jnp.concatenate([matrix, offset[:, :, None]], axis=-1)
            bottom = jnp.zeros((quat.shape[0], 1, 4)).at[..., 3].set(1.0)
            return jnp.concatenate([top, bottom], axis=1)}
            """,
        ),
        ("pose_matrix", "to_homogeneous", "transform_matrix"), "Homogeneous matrices of poses",
    ),
    "axis": (
        join(
            """
            {{?0.4 # {the length of the vector is the angle}}
            angle = jnp.sqrt(jnp.sum(vector ** 2, axis=-1, keepdims=True))
            axis = vector / angle
            {?0.2 if degrees:
                angle = jnp.deg2rad(angle)} ~
            axis = vector / jnp.linalg.norm(vector, axis=-1, keepdims=True)
            {?0.5 if degrees:
                angle = jnp.deg2rad(angle)}
            angle = angle[:, None]}
            """,
            _SKEW,
            """
            {?0.4 # {Rodrigues' formula}}
            {sin, cos = jnp.sin(angle)[..., None], jnp.cos(angle)[..., None]
            return jnp.eye(3) + sin * skew + (1.0 - cos) * skew @ skew ~
            angle = angle[..., None]
            return jnp.eye(3) + jnp.sin(angle) * skew + (1.0 - jnp.cos(angle)) * jnp.matmul(skew, skew)}
            """,
        ),
        ("axis_angle_to_matrix", "rodrigues_matrix"), "Rotation matrices of axes and angles",
    ),
    "look": (
        """
        {forward = aim - eye
        forward = forward / jnp.linalg.norm(forward, axis=-1, keepdims=True) ~
        def unit(x):
            return x / jnp.linalg.norm(x, axis=-1, keepdims=True)

        forward = unit(aim - eye)}
        {{?0.4 # {z is up unless told otherwise}}
        if up is None:
            up = jnp.zeros(3).at[2].set(1.0) ~
        up = jnp.eye(3)[2]}
        right = jnp.cross(forward, up)
        right = right / jnp.linalg.norm(right, axis=-1, keepdims=True)
        true_up = jnp.cross(right, forward)
        {{?0.4 # {cameras look along their negative z axis}}
        return jnp.stack([right, true_up, -forward], axis=-1) ~
        {?0.4 # {x to the right, y down, z ahead}}
        return jnp.stack([right, -true_up, forward], axis=-1) ~
        if opencv:
            {?0.5 # {x to the right, y down, z ahead}}
            axes = [right, -true_up, forward]
        else:
            {?0.5 # {x to the right, y up, looking along -z}}
            axes = [right, true_up, -forward]
        return jnp.stack(axes, axis=-1) ~
        rotation = jnp.stack([right, true_up, -forward], axis=-1)
        if inverse:
            {?0.4 # {from the world to the camera}}
            rotation = jnp.swapaxes(rotation, -1, -2)
        return rotation}
        """,
        ("look_at", "look_at_rotation", "camera_rotation"), "Rotations of cameras that look at points",
    ),
    "euler": (
        """
        {?0.4 if degrees:
            euler = jnp.deg2rad(euler)}
        {roll, pitch, yaw = euler.T
        cr, sr = jnp.cos(roll), jnp.sin(roll)
        cp, sp = jnp.cos(pitch), jnp.sin(pitch)
        cy, sy = jnp.cos(yaw), jnp.sin(yaw) ~
        (cr, cp, cy), (sr, sp, sy) = jnp.cos(euler).T, jnp.sin(euler).T}
        {?0.4 # {yaw after pitch after roll}}
        {rows = [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
        matrix = {jnp.array(rows).transpose(2, 0, 1) ~ jnp.stack([jnp.stack(r, axis=-1) for r in rows], axis=-2)} ~
        entries = [
            cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr,
            sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr,
            -sp, cp * sr, cp * cr,
        ]
        matrix = jnp.stack(entries, axis=-1).reshape(-1, 3, 3)}
        {?0.3 if inverse:
            return jnp.swapaxes(matrix, -1, -2)}
        return matrix
        """,
        ("euler_to_matrix", "rpy_to_matrix", "euler_to_rotmat"), "Rotation matrices of roll, pitch and yaw",
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
            "aim": Array(Leaf((n, 3), 2, 4), "what they look at", ("at", "target")),
            "up": Array(Leaf((3,), 0.1, 0.2), "the direction that is up in the image", ("up",)),
            "opencv": Option("bool", "whether y points down and z ahead", ("True", "False"), ("opencv",)),
            "euler": Array(Leaf((n, 3), -2, 2), "roll, pitch and yaw", ("euler", "rpy", "angles")),
            "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
            "inverse": Option("bool", "whether to give the way back", ("False", "True"), ("inverse", "inv")),
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
        ("rotation_angle", "angle_between", "angular_distance"), "Angles between rotations", "one angle for each pair",
    ),
    "vector": (
        "angle = 2.0 * jnp.arctan2(sine, rel[0])\nreturn angle / sine * rel[1:]",
        ("relative_rotation", "rotation_between", "rotation_vector"), "Relative rotations, as rotation vectors",
        "rotation vectors of shape (n, 3)",
    ),
    "both": (
        "{return rel[1:] / sine, 2.0 * jnp.arctan2(sine, rel[0]) ~ axis = rel[1:] / sine\n"
        "return axis, 2.0 * jnp.arctan2(sine, rel[0])}",
        ("axis_angle_between", "relative_axis_angle"), "Axes and angles of relative rotations",
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
_RATES = """
    {?0.4 # {from the first rotation to the second in one step}}
    def rate(before, after):
        dq = quat_mul(after, quat_inv(before))
        {?0.5 # {the shorter way around}}
        dq = jnp.where(dq[0] < 0, -dq, dq)
        {return 2.0 * dq[1:] / dt ~
        sine = jnp.sqrt(jnp.sum(dq[1:] ** 2) + 1e-12)
        angle = 2.0 * jnp.arctan2(sine, dq[0])
        return angle / (dt * sine) * dq[1:]}

    {?0.5 a = a / jnp.linalg.norm(a, axis=-1, keepdims=True)
    b = b / jnp.linalg.norm(b, axis=-1, keepdims=True)}
    {ang = jax.vmap(rate)(a, b)
    {?0.4 if local:
        {?0.4 # {in the frame of the body}}
        ang = jax.vmap(rotate)(ang, jax.vmap(quat_inv)(a))}
    return ang ~ return jax.vmap(rate)(a, b)}
"""


def _angles(p: Program) -> Text:
    n = p.size(64, 128, 256)
    form = p.pick(*_MEASURED, "rate")
    given = {
        "a": Array(_quat(n), "rotations of the parents, shape (n, 4)", ("parent", "q1")),
        "b": Array(_quat(n), "rotations of the children, shape (n, 4)", ("child", "q2")),
        "axes": Array(Leaf((n, 3), 0.2, 1), "axis of each hinge", ("axes", "hinge_axes")),
        "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
        "dt": Option("float", "time between the two", ("0.1", "0.05"), ("dt",)),
        "local": Option("bool", "whether in the frame of the body", ("True", "False"), ("local", "in_body_frame")),
    }
    if form == "rate":
        given["a"] = Array(_quat(n), "rotations before, shape (n, 4)", ("prev_rot", "q_prev"))
        given["b"] = Array(_quat(n), "rotations after, shape (n, 4)", ("rot", "q_next"))
        return Text(
            lines=_RATES,
            given=given,
            result=(Leaf((n, 3)),),
            titles=("angular_velocity", "finite_difference_ang", "quat_to_ang_vel"),
            summary="Angular velocities from rotations at two times",
            returned="angular velocities of shape (n, 3)",
            helpers=(ROTATE, MULTIPLY, INVERT),
        )
    end, titles, summary, returned = _MEASURED[form]
    hinged = form == "twist"
    angled = form in ("angle", "twist")
    lines = join(
        "rel = quat_mul(quat_inv(q_p), q_c)",
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
            raise ValueError(f'expected rotations of one shape, got <<a.shape>> and <<b.shape>>')}
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
