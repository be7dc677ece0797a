"""Rotations and poses of rigid bodies: quaternions, frames, and what is measured between two of them."""

from collections.abc import Callable

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe
from synthesis.grammar.lines import join

ROTATE = '''
    def rotate(vec: Array, quat: Array) -> Array:
        {?0.5 """Rotates a vector by a unit quaternion, its real part first."""}
        {s, u = quat[{0 ~ ..., :1}], quat[{1: ~ ..., 1:}] ~
        s = quat[{0 ~ ..., :1}]
        u = quat[{1: ~ ..., 1:}]}
        {t = 2.0 * jnp.cross(u, vec)
        return vec + s * t + jnp.cross(u, t) ~
        t = jnp.cross(u, vec) + s * vec
        return vec + 2.0 * jnp.cross(u, t) ~
        twice = 2.0 * jnp.cross(u, vec)
        {?0.4 # {one term turns, the other bends back ~ two cross products are cheaper than a matrix}}
        turned = vec + s * twice
        return turned + jnp.cross(u, twice)}
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
        rest = u[0] * v[1:] + v[0] * u[1:] + jnp.cross(u[1:], v[1:])
        return {jnp.concatenate([real[None], rest]) ~ jnp.append(real, rest)} ~
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
        {?0.4 """The rotation back."""}
        return {jnp.append(quat[0], -quat[1:]) ~ quat.at[1:].multiply(-1.0) ~
        jnp.concatenate([quat[:1], -quat[1:]])}
'''
NORMALIZE = '''
    def normalize(x: Array, eps: float = {1e-6 ~ 1e-8 ~ 1e-12}):
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
    return Text(
        lines="""
            {?0.35 if quat.shape[-1] != 4:
                raise ValueError({'a quaternion has four parts' ~ f'expected quaternions, got <<quat.shape>>'})}
            {?0.4 quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True) ~
            {?0.5 quat, _ = normalize(quat) ~ }}
            {?0.5 {if inverse:
                {?0.5 # {turn the other way ~ from the world into the body}}
                quat = {quat.at[..., 1:].multiply(-1) ~ -quat.at[..., 0].multiply(-1.0) ~
                jnp.concatenate([quat[..., :1], -quat[..., 1:]], axis=-1)} ~
            sign = -1.0 if inverse else 1.0
            quat = {quat.at[..., 1:].multiply(sign) ~ jnp.concatenate([quat[..., :1], sign * quat[..., 1:]], axis=-1)}}}
            {{?0.4 # {written for one vector ~ one body at a time}}
            return {jax.vmap(rotate)(vec, quat) ~ jax.vmap(rotate, in_axes=(0, 0))(vec, quat)} ~
            s, u = quat[..., :1], quat[..., 1:]
            {t = 2.0 * jnp.cross(u, vec)
            return vec + s * t + jnp.cross(u, t) ~
            r = 2.0 * jnp.sum(u * vec, axis=-1, keepdims=True) * u
            r += (s ** 2 - jnp.sum(u ** 2, axis=-1, keepdims=True)) * vec
            return r + 2.0 * s * jnp.cross(u, vec)} ~
            rotated = jax.vmap(rotate)(vec, quat)
            return {rotated + offset ~ rotated if offset is None else rotated + offset}}
        """,
        given={
            "vec": Array(Leaf((n, 3), -2, 2), "vectors of shape (n, 3)", ("vec", "vectors", "v")),
            "quat": Array(_quat(n), "rotations as quaternions, the real part first", ("quat", "rot", "q")),
            "offset": Array(Leaf((n, 3), -2, 2), "what is added after the rotation", ("offset", "origin")),
            "inverse": Option("bool", "whether to rotate back", ("False", "True"), ("inverse", "transpose", "inv")),
        },
        result=(Leaf((n, 3)),),
        titles=("rotate", "rotate_vectors", "quat_rotate", "apply_rotation"),
        summary=p.pick("Rotates vectors by quaternions", "Applies a rotation to each vector"),
        returned="vectors of the same shape",
        helpers=(ROTATE, NORMALIZE),
    )


_SAME_SHAPES = """
    {?0.25 if a.pos.shape != b.pos.shape:
        raise ValueError(f'frames of shapes <<a.pos.shape>> and <<b.pos.shape>> do not fit')}
"""
_UNIT = """
    {?0.4 # {products drift away from unit length ~ keep the quaternion of unit length}
    {rot = rot / jnp.linalg.norm(rot, axis=-1, keepdims=True) ~ rot, _ = normalize(rot)}}
    {?0.25 # {q and -q are the same rotation ~ the shorter way around}
    rot = jnp.where(rot[:, :1] < 0, -rot, rot)}
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
        rot = jax.vmap(quat_mul)(a.rot, b.rot)
        pos = jax.vmap(rotate)(b.pos, a.rot) + a.pos ~
        def apply(parent_pos, parent_rot, pos, rot):
            {?0.4 # {the child is known in its parent's frame ~ rotate, then move}}
            pos = parent_pos + rotate(pos, parent_rot)
            return pos, quat_mul(parent_rot, rot)

        pos, rot = jax.vmap(apply)(a.pos, a.rot, b.pos, b.rot)}
    """
    return Text(
        lines=join(_SAME_SHAPES, inverse if back else forward, _UNIT, f"return {name}(pos=pos, rot=rot)"),
        given={
            "a": Array(frame, "frames of the parents", ("parent", "a", "t1")),
            "b": Array(frame, "frames in those of the parents" if not back else "frames in the world",
                       ("child", "b", "t2")),
        },
        result=(Record(name, (("pos", Leaf((n, 3))), ("rot", Leaf((n, 4))))),),
        titles=("to_local", "inverse_transform", "relative_frame") if back else ("transform", "compose", "to_world"),
        summary="Frames as they are seen from others" if back else "Frames of children in the world",
        returned="the frames",
        helpers=(ROTATE, MULTIPLY, INVERT, NORMALIZE),
    )  # fmt: skip


def _integrate(p: Program) -> Text:
    n = p.size(64, 128, 256)
    state = p.record(
        "State",
        [("pos", Leaf((n, 3), -2, 2)), ("rot", _quat(n)), ("vel", Leaf((n, 3), -1, 1)), ("ang", Leaf((n, 3), -2, 2))],
        "Where bodies are and how they move",
    )
    name = state.name
    return Text(
        lines=f"""
            {{?0.4 if dt <= 0:
                raise ValueError({{'time goes forward' ~ f'a step is positive, got <<dt>>'}})}}
            {{def turn(rot, ang):
                {{?0.4 # {{the exponential map of a small rotation ~ a rotation about the axis of the velocity}}}}
                {{speed = jnp.linalg.norm(ang) + 1e-6 ~ speed = jnp.sqrt(jnp.dot(ang, ang) + 1e-12)}}
                axis = ang / speed
                half = 0.5 * speed * dt
                {{step = jnp.concatenate([jnp.cos(half)[None], jnp.sin(half) * axis]) ~
                step = jnp.append(jnp.cos(half), axis * jnp.sin(half))}}
                {{rot = quat_mul(step, rot)
                return rot / jnp.linalg.norm(rot) ~ return quat_mul(step, rot)}} ~
            def turn(rot, ang):
                {{?0.4 # {{half the product is the derivative ~ first order in the step}}}}
                spin = jnp.concatenate([jnp.zeros({{1 ~ (1,)}}), ang])
                rot = rot + 0.5 * dt * quat_mul(spin, rot)
                {{return rot / jnp.linalg.norm(rot) ~ rot, _ = normalize(rot)
                return rot}}}}

            {{?0.5 vel = state.vel.at[{{:, 2 ~ ..., 2}}].add({{-9.81 * dt ~ -g * dt}}) ~
            vel = state.vel}}
            ang = state.ang
            {{?0.5 {{vel, ang = (damping * x for x in (vel, ang)) ~
            vel = vel * damping
            ang = ang * damping ~ vel *= damping}}}}
            {{?0.35 for _ in range({{2 ~ 3 ~ 4}}):
                vel = vel * (1.0 - drag * dt)}}
            pos = state.pos + {{vel * dt ~ dt * vel}}
            rot = {{jax.vmap(turn)(state.rot, ang) ~ jax.vmap(turn, in_axes=(0, 0))(state.rot, ang)}}
            {{?0.4 if floor is not None:
                {{?0.4 # {{nothing falls through the floor ~ bodies that are below are set on it}}}}
                height = {{jnp.maximum(pos[:, 2], floor) ~ jnp.where(pos[:, 2] < floor, floor, pos[:, 2])}}
                pos = pos.at[:, 2].set(height)}}
            return {name}(pos, rot, vel, ang)
        """,
        given={
            "state": Array(state, "positions, rotations and velocities", ("state", "bodies", "s")),
            "dt": Option("float", "time step", ("0.01", "0.02", "0.005"), ("dt", "time_step")),
            "damping": Constant("0.99", "what is left of velocities after a step", ("damping", "decay"), (0.9, 0.99)),
            "drag": Constant("0.1", "friction of the air", ("drag",), (0.05, 0.5)),
            "g": Constant("9.81", "gravity", ("g", "gravity")),
            "floor": Option("float | None", "height of the floor", ("None", "0.0", "-1.0"), ("floor", "ground")),
        },
        result=(
            Record(
                name,
                (("pos", Leaf((n, 3))), ("rot", Leaf((n, 4))), ("vel", Leaf((n, 3))), ("ang", Leaf((n, 3)))),
            ),
        ),
        titles=("integrate", "step_bodies", "advance", "kinetic_step"),
        summary=p.pick("Moves rigid bodies by one step of time", "Integrates velocities to positions and rotations"),
        returned="the next state",
        helpers=(MULTIPLY, NORMALIZE),
    )


def _matrix(p: Program) -> Text:
    n = p.size(64, 128, 256)
    return Text(
        lines="""
            {?0.3 if quat.ndim not in (1, 2):
                raise ValueError(f'expected one quaternion or many, got <<quat.shape>>')}
            {?0.6 {quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True) ~ quat, _ = normalize(quat)}}
            {w, x, y, z = {jnp.moveaxis(quat, -1, 0) ~ quat.T ~ [quat[..., i] for i in range(4)]}
            {?0.4 # {rows of the matrix ~ columns are the axes of the body}}
            {rows = [
                [1.0 - 2.0 * (y ** 2 + z ** 2), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
                [2.0 * (x * y + w * z), 1.0 - 2.0 * (x ** 2 + z ** 2), 2.0 * (y * z - w * x)],
                [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x ** 2 + y ** 2)],
            ]
            matrix = jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2) ~
            xx, yy, zz = x ** 2, y ** 2, z ** 2
            matrix = jnp.stack([
                1.0 - 2.0 * (yy + zz), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y),
                2.0 * (x * y + w * z), 1.0 - 2.0 * (xx + zz), 2.0 * (y * z - w * x),
                2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (xx + yy),
            ], axis=-1)
            matrix = matrix.reshape({quat.shape[:-1] + (3, 3) ~ (*quat.shape[:-1], 3, 3)})} ~
            axes = jnp.eye(3, dtype=quat.dtype)
            {?0.4 # {where each axis goes is a column ~ rotate the three axes}}
            {columns = [jax.vmap(rotate, in_axes=(None, 0))(axis, quat) for axis in axes]
            matrix = jnp.stack(columns, axis=-1) ~
            matrix = jax.vmap(lambda q: jax.vmap(lambda axis: rotate(axis, q))(axes).T)(quat)}}
            {?0.4 if transpose:
                return {jnp.swapaxes(matrix, -1, -2) ~ matrix.swapaxes(-1, -2)}}
            {?0.3 if scale is not None:
                matrix = {matrix * scale[:, None, :] ~ jnp.einsum('nij,nj->nij', matrix, scale)}}
            return matrix
        """,
        given={
            "quat": Array(_quat(n), "rotations as quaternions of shape (n, 4)", ("quat", "rot", "q")),
            "scale": Array(Leaf((n, 3), 0.5, 2), "scale of each axis", ("scale", "scales")),
            "transpose": Option("bool", "whether to give the way back", ("False", "True"), ("transpose", "inverse")),
        },
        result=(Leaf((n, 3, 3)),),
        titles=("quat_to_matrix", "rotation_matrix", "quat_to_3x3"),
        summary="Rotation matrices of quaternions",
        returned="matrices of shape (n, 3, 3)",
        helpers=(ROTATE, NORMALIZE),
    )


def _angles(p: Program) -> Text:
    n = p.size(64, 128, 256)
    vector = p.pick("vector", "angle", "both")
    end = {
        "vector": "return {axis * angle ~ angle * axis}",
        "angle": "return {angle[..., 0] ~ jnp.squeeze(angle, -1) ~ angle.squeeze(-1)}",
        "both": "return axis, {angle[..., 0] ~ jnp.squeeze(angle, -1)}",
    }[vector]
    result = {"vector": (Leaf((n, 3)),), "angle": (Leaf((n,)),), "both": (Leaf((n, 3)), Leaf((n,)))}[vector]
    return Text(
        lines=f"""
            {{?0.3 if a.shape != b.shape:
                raise ValueError({{'two rotations for each joint' ~ f'got <<a.shape>> and <<b.shape>>'}})}}
            {{?0.4 {{a, b = (x / jnp.linalg.norm(x, axis=-1, keepdims=True) for x in (a, b)) ~
            a, _ = normalize(a)
            b, _ = normalize(b)}}}}
            {{rel = jax.vmap(quat_mul)(jax.vmap(quat_inv)(a), b) ~
            {{?0.4 # {{what turns the parent into the child ~ the child as its parent sees it}}}}
            rel = jax.vmap(lambda p, c: quat_mul(quat_inv(p), c))(a, b) ~
            def between(first, second):
                return quat_mul(quat_inv(first), second)

            rel = jax.vmap(between)(a, b)}}
            {{?0.5 {{# {{the shorter way around ~ both signs are the same rotation}}}}
            rel = {{jnp.where(rel[..., :1] < 0, -rel, rel) ~
            rel * jnp.where(rel[..., :1] < 0.0, -1.0, 1.0)}}}}
            {{{{?0.6 axis, length = normalize(rel[..., 1:]) ~
            length = jnp.linalg.norm(rel[..., 1:], axis=-1, keepdims=True) + 1e-6
            axis = rel[..., 1:] / length}}
            angle = 2.0 * jnp.arctan2(length, rel[..., :1])}}
            {{?0.35 if degrees:
                angle = {{jnp.rad2deg(angle) ~ angle * (180.0 / jnp.pi)}}}}
            {{?0.3 angle = {{jnp.minimum(angle, limit) ~ jnp.where(angle > limit, limit, angle)}}}}
            {end}
        """,
        given={
            "a": Array(_quat(n), "rotations of the parents, shape (n, 4)", ("parent", "a", "q1")),
            "b": Array(_quat(n), "rotations of the children, shape (n, 4)", ("child", "b", "q2")),
            "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
            "limit": Constant("1.0", "largest angle", ("limit", "max_angle"), (0.5, 1.0)),
        },
        result=result,
        titles=("relative_rotation", "joint_rotation", "rotation_between", "angle_between"),
        summary="How far rotations are apart",
        returned={"vector": "axes, as long as the angles", "angle": "angles", "both": "axes and angles"}[vector],
        helpers=(MULTIPLY, INVERT, NORMALIZE),
    )


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "rotate_vectors": _rotate,
    "compose_frames": _compose,
    "integrate_bodies": _integrate,
    "rotation_matrix": _matrix,
    "relative_rotation": _angles,
}
RECIPES = (written_recipe("rotation", "bodies", _WRITERS),)
