"""Small functions that many kernels of applications call. A kernel's module defines those that the kernel uses."""

import re

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream

_BODIES = read_bodies("warp", "helpers", margin=4)

HELPERS = (
    """
    def has_flag(flags: int, bit: int) -> bool:
        return (flags & bit) {!= 0 ~ == bit}
    """,
    _BODIES["helpers.limit_length"],
    _BODIES["helpers.safe_normalize"],
    _BODIES["helpers.wrap_angle"],
    """
    def in_grid(x: int, y: int, nx: int, ny: int) -> bool:
        return x >= 0 and y >= 0 and x < nx and y < ny
    """,
    _BODIES["helpers.bilinear"],
    _BODIES["helpers.sdf_box"],
    """
    def sdf_capsule(p: wp.vec3, radius: float, half_height: float) -> float:
        t = wp.clamp(p[2], -half_height, half_height)
        return wp.length(p - wp.vec3(0.0, 0.0, t)) - radius
    """,
    _BODIES["helpers.clamp_symmetric"],
    _BODIES["helpers.spring_damper"],
    """
    def combine_friction(a: float, b: float) -> float:
        return {wp.max(a, b) ~ 0.5 * (a + b) ~ wp.sqrt(a * b)}
    """,
    _BODIES["helpers.bounce"],
    """
    def point_velocity(twist: wp.spatial_vector, r: wp.vec3) -> wp.vec3:
        return wp.spatial_top(twist) + wp.cross(wp.spatial_bottom(twist), r)
    """,
    """
    def wrench_at(f: wp.vec3, r: wp.vec3) -> wp.spatial_vector:
        {return wp.spatial_vector(f, wp.cross(r, f)) ~ t = wp.cross(r, f)
        return wp.spatial_vector(f, t)}
    """,
    _BODIES["helpers.transform_twist"],
    _BODIES["helpers.saturate"],
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
