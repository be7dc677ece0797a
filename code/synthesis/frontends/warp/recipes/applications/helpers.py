"""Small functions that many kernels of applications call. Each is written beside the kernels that name it."""

import re

from synthesis.drawing.streams import Stream

HELPERS = (
    """
    def has_flag(flags: int, bit: int) -> bool:
        return (flags & bit) {!= 0 ~ == bit}
    """,
    """
    def limit_length(v: wp.vec3, limit: float) -> wp.vec3:
        r = wp.length(v)
        if r > limit:
            return v * (limit / r)
        return v
    """,
    """
    def safe_normalize(v: wp.vec3) -> wp.vec3:
        r = wp.length(v)
        {if r > 1.0e-6:
            return v / r
        return wp.vec3(0.0, 0.0, {1.0 ~ 0.0}) ~ return v / wp.max(r, 1.0e-6)}
    """,
    """
    def wrap_angle(angle: float) -> float:
        {if angle > wp.pi:
            return angle - 2.0 * wp.pi
        if angle < -wp.pi:
            return angle + 2.0 * wp.pi
        return angle ~
        out = angle
        if angle > wp.pi:
            out = angle - 2.0 * wp.pi
        elif angle < -wp.pi:
            out = angle + 2.0 * wp.pi
        return out}
    """,
    """
    def in_grid(x: int, y: int, nx: int, ny: int) -> bool:
        return x >= 0 and y >= 0 and x < nx and y < ny
    """,
    """
    def bilinear(a: float, b: float, c: float, d: float, fx: float, fy: float) -> float:
        low = {a + (b - a) * fx ~ a * (1.0 - fx) + b * fx ~ wp.lerp(a, b, fx)}
        high = {c + (d - c) * fx ~ c * (1.0 - fx) + d * fx ~ wp.lerp(c, d, fx)}
        return {low + (high - low) * fy ~ low * (1.0 - fy) + high * fy}
    """,
    """
    def sdf_box(p: wp.vec3, half: wp.vec3) -> float:
        q = wp.vec3(wp.abs(p[0]) - half[0], wp.abs(p[1]) - half[1], wp.abs(p[2]) - half[2])
        outside = wp.length(wp.vec3(wp.max(q[0], 0.0), wp.max(q[1], 0.0), wp.max(q[2], 0.0)))
        return outside + wp.min(wp.max(q[0], wp.max(q[1], q[2])), 0.0)
    """,
    """
    def sdf_capsule(p: wp.vec3, radius: float, half_height: float) -> float:
        t = wp.clamp(p[2], -half_height, half_height)
        return wp.length(p - wp.vec3(0.0, 0.0, t)) - radius
    """,
    """
    def clamp_symmetric(x: float, limit: float) -> float:
        {return wp.clamp(x, -limit, limit) ~ if x > limit:
            return limit
        if x < -limit:
            return -limit
        return x ~ return wp.max(wp.min(x, limit), -limit)}
    """,
    """
    def spring_damper(ke: float, kd: float, x: float, v: float) -> float:
        {return ke * x + kd * v ~ f = ke * x
        f += kd * v
        return f}
    """,
    """
    def combine_friction(a: float, b: float) -> float:
        return {wp.max(a, b) ~ 0.5 * (a + b) ~ wp.sqrt(a * b)}
    """,
    """
    def bounce(v: wp.vec3, floor_speed: float) -> wp.vec3:
        if v[2] < 0.0:
            return wp.vec3(v[0], v[1], -floor_speed * v[2])
        return v
    """,
    """
    def point_velocity(twist: wp.spatial_vector, r: wp.vec3) -> wp.vec3:
        return wp.spatial_top(twist) + wp.cross(wp.spatial_bottom(twist), r)
    """,
    """
    def wrench_at(f: wp.vec3, r: wp.vec3) -> wp.spatial_vector:
        {return wp.spatial_vector(f, wp.cross(r, f)) ~ t = wp.cross(r, f)
        return wp.spatial_vector(f, t)}
    """,
    """
    def transform_twist(X: wp.transform, lin: wp.vec3, ang: wp.vec3) -> wp.spatial_vector:
        w = wp.transform_vector(X, ang)
        {x = wp.transform_get_translation(X)
        return wp.spatial_vector(wp.transform_vector(X, lin) + wp.cross(x, w), w) ~
        v = wp.transform_vector(X, lin) + wp.cross(wp.transform_get_translation(X), w)
        return wp.spatial_vector(v, w)}
    """,
    """
    def saturate(x: float) -> float:
        {return wp.clamp(x, 0.0, 1.0) ~ return wp.min(wp.max(x, 0.0), 1.0) ~ if x < 0.0:
            return 0.0
        if x > 1.0:
            return 1.0
        return x}
    """,
    """
    def distance_between(a: wp.vec3, b: wp.vec3) -> float:
        {return wp.length(b - a) ~ d = b - a
        return wp.length(d)}
    """,
    """
    def unit_quat(x: float, y: float, z: float, w: float) -> wp.quat:
        {return wp.normalize(wp.quat(x, y, z, w)) ~ q = wp.quat(x, y, z, w)
        return wp.normalize(q)}
    """,
)


def with_bodies_called(choices: Stream, text: str) -> str:
    """Return the lines of a kernel, in most kernels with calls of functions for point velocities and for wrenches."""
    if choices.child("velocities").chance(0.7):
        sought = r"wp\.spatial_top\((\w+\[\w+\])\) \+ wp\.cross\(wp\.spatial_bottom\(\1\), (\w+)\)"
        text = re.sub(sought, r"point_velocity(\1, \2)", text)
    if choices.child("wrenches").chance(0.7):
        text = re.sub(r"wp\.spatial_vector\((\w+), wp\.cross\((\w+), \1\)\)", r"wrench_at(\1, \2)", text)
    if choices.child("signs").chance(0.6):
        sought = r"wp\.atomic_sub\((\w+), (\w+), (wrench_at|wp\.spatial_vector)\("
        text = re.sub(sought, r"wp.atomic_add(\1, \2, -\3(", text)
    return text


def with_shape_data(choices: Stream, text: str, margin: str, share: float = 0.5) -> str:
    """Return the lines of a kernel that reads the size and the margin of shapes.

    In some kernels, both are read from one vector of four elements, ``shape_data``.

    Args:
        choices: the random choices of the kernel. All its lines are written in the same way.
        text: lines that read ``shape_scale[…]``.
        margin: the key of the array of margins.
        share: the probability that they are in one vector.
    """
    if not choices.child("data").chance(share):
        return text
    sought = r"(?m)^( *)(size|scale|half|s)(\w*) = shape_scale\[(\w+)\]"
    told = r"\1data\3 = shape_data[\4]\n\1\2\3 = wp.vec3(data\3[0], data\3[1], data\3[2])"
    text = re.sub(sought, told, text).replace("shape_scale[", "shape_data[")
    read = {place: f"data{end}" for end, place in re.findall(r"data(\w*) = shape_data\[(\w+)\]", text)}
    return re.sub(rf"\b{margin}\[(\w+)\]", lambda found: f"{read.get(found[1], f'shape_data[{found[1]}]')}[3]", text)
