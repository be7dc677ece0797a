"""Arguments that are objects: meshes of simple shapes, trees of boxes, grids of points, volumes, textures.

Each draw of inputs moves the points a little, so that no two runs query the same object.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product

from synthesis.core.signatures import Argument, Domain
from synthesis.frontends.warp.handles import VOLUMES

Point = tuple[float, float, float]
Shape = tuple[Sequence[Point], Sequence[tuple[int, int, int]]]
"""Vertices and faces. The vertices of a face are in counter-clockwise order as seen from outside."""

_SIGNS = tuple(product((-1.0, 1.0), repeat=3))
_SHIFT = (0.07, -0.04, 0.03)
"""Centre of every mesh. It differs from the centre of a domain, which would be equally far from several faces."""
_GOLDEN = (1 + math.sqrt(5)) / 2


def _hull(points: Sequence[Point]) -> Shape:
    """Return the triangles of a convex solid: those through three corners with all other corners behind them."""
    faces: list[tuple[int, int, int]] = []
    count = len(points)
    for a, b, c in product(range(count), repeat=3):
        if a < b and a < c and b != c:
            heights = [_volume(points[a], points[b], points[c], points[d]) for d in range(count) if d not in (a, b, c)]
            if max(heights) < -1e-9:
                faces.append((a, b, c))
    return points, faces


def _volume(a: Point, b: Point, c: Point, d: Point) -> float:
    """Return six times the volume of a tetrahedron; positive if the last corner is in front of the first three."""
    ab, ac, ad = (tuple(q - p for p, q in zip(a, each, strict=True)) for each in (b, c, d))
    normal = (ab[1] * ac[2] - ab[2] * ac[1], ab[2] * ac[0] - ab[0] * ac[2], ab[0] * ac[1] - ab[1] * ac[0])
    return sum(p * q for p, q in zip(normal, ad, strict=True))


def _tetrahedron() -> Shape:
    return _hull([(x, y, z) for x, y, z in _SIGNS if x * y * z > 0])


def _octahedron() -> Shape:
    return _hull([(1.2, 0, 0), (-1.2, 0, 0), (0, 1.2, 0), (0, -1.2, 0), (0, 0, 1.2), (0, 0, -1.2)])


def _icosahedron() -> Shape:
    pairs = list(product((-0.6, 0.6), (-0.6 * _GOLDEN, 0.6 * _GOLDEN)))
    return _hull([point for a, b in pairs for point in ((0.0, a, b), (a, b, 0.0), (b, 0.0, a))])


def _box() -> Shape:
    """Return a box, each side of which is divided along the diagonal from its first corner."""
    points = [(0.9 * x, 0.8 * y, 0.7 * z) for x, y, z in _SIGNS]
    sides = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    return points, [face for a, b, c, d in sides for face in ((a, b, c), (a, c, d))]


def _terrain() -> Shape:
    """Return a bumpy surface of four by four squares that is open below."""
    size = 5
    heights = (0.0, 0.2, 0.1, -0.15, 0.05, 0.25, -0.1)
    points = [
        (0.6 * (column - 2), 0.6 * (row - 2), heights[(3 * row + 5 * column) % 7])
        for row in range(size)
        for column in range(size)
    ]
    faces: list[tuple[int, int, int]] = []
    for row, column in product(range(size - 1), repeat=2):
        corner = row * size + column
        faces += [(corner, corner + 1, corner + size + 1), (corner, corner + size + 1, corner + size)]
    return points, faces


SHAPES: Mapping[str, Callable[[], Shape]] = {
    "tetrahedron": _tetrahedron, "octahedron": _octahedron, "icosahedron": _icosahedron, "box": _box,
    "terrain": _terrain,
}  # fmt: skip
CLOSED = ("tetrahedron", "octahedron", "icosahedron", "box")
"""The names of the closed shapes, which have an inside."""


def mesh_argument(name: str, shape: str, noise: float, *, velocities: bool = False) -> Argument:
    """Return the argument of a mesh: a shape whose vertices are drawn from small cubes around their usual positions.

    Args:
        name: the argument's name.
        shape: one of :data:`SHAPES`.
        noise: half the width of the cubes.
        velocities: whether the vertices have velocities.
    """
    corners, faces = SHAPES[shape]()
    points = [tuple(each + shift for each, shift in zip(corner, _SHIFT, strict=True)) for corner in corners]
    fields = [
        _points("points", points, noise),
        Argument(
            name="indices",
            type_name="wp.array[int]",
            dtype="int32",
            shape=(3 * len(faces),),
            domain=Domain(low=0, high=0),
            base=tuple(corner for face in faces for corner in face),
        ),
    ]
    if velocities:
        fields.append(_vectors("velocities", len(points), Domain(low=-1.0, high=1.0)))
    return _object(name, "mesh", fields)


def bvh_argument(name: str, count: int, spread: float, half: tuple[float, float]) -> Argument:
    """Return the argument of a tree of boxes, whose centres are spread irregularly over a cube.

    Args:
        name: the argument's name.
        count: the number of boxes.
        spread: half the width of the cube.
        half: minimum and maximum of half the width of a box.
    """
    centres = [tuple(spread * (2 * _fraction(number, axis) - 1) for axis in range(3)) for number in range(count)]
    middle, noise = (half[0] + half[1]) / 2, (half[1] - half[0]) / 2
    fields = [
        _points(side, [tuple(each + sign * middle for each in centre) for centre in centres], noise)
        for side, sign in (("lowers", -1), ("uppers", 1))
    ]
    return _object(name, "bvh", fields)


def grid_argument(name: str, count: int, points: str) -> Argument:
    """Return the argument of a hash grid of points. Results do not depend on the width of its cells.

    Args:
        name: the argument's name.
        count: the number of points.
        points: the name of the array of points.
    """
    return _object(
        name,
        "hash_grid",
        [
            _same("points", count, points),
            Argument(name="cell_width", type_name="float", dtype="float32", domain=Domain(low=0.2, high=0.8)),
            Argument(name="dims", type_name="wp.vec3i", dtype="int32", element=(3,), domain=Domain(low=4, high=16)),
        ],
    )


def volume_argument(
    name: str,
    kind: str,
    sizes: tuple[int, int, int],
    half: float,
    values: tuple[float, float],
    around: float,
) -> Argument:
    """Return the argument of a volume around the origin, with random values.

    Args:
        name: the argument's name.
        kind: ``volume_f``, ``volume_v`` or ``volume_i``, by the type of its values.
        sizes: the number of voxels along each axis.
        half: half the volume's width along the axis with the most voxels.
        values: minimum and maximum of a value, or of each component of one.
        around: the background value, in every component. Floating-point values are drawn from ``around`` to
            ``around + 0.09``; kernels should not compare values with a number in this range.
    """
    part = VOLUMES[kind]["values"]
    whole = part.dtype == "int32"
    spelled = ("wp.vec3" if part.element else "int" if whole else "float", part.dtype, part.element)
    width = round(2 * half / (max(sizes) - 1), 3)
    corner = tuple(round(-width * (size - 1) / 2, 3) for size in sizes)
    held = Argument(
        name="values",
        type_name=f"wp.array3d[{spelled[0]}]",
        dtype=part.dtype,
        element=part.element,
        shape=sizes,
        domain=Domain(low=values[0], high=values[1]),
    )
    least, most = round(0.9 * width, 3), round(1.1 * width, 3)
    beyond = around if whole else around + 0.09
    return _object(
        name,
        kind,
        [
            held,
            Argument(
                name="min_world",
                type_name="wp.vec3",
                dtype="float32",
                element=(3,),
                domain=Domain(low=-0.05, high=0.05),
                base=corner,
            ),
            Argument(name="voxel_size", type_name="float", dtype="float32", domain=Domain(low=least, high=most)),
            replace(held, name="bg_value", type_name=spelled[0], shape=None, domain=Domain(low=around, high=beyond)),
        ],
    )


def texture_argument(
    name: str,
    sizes: tuple[int, ...],
    values: tuple[float, float],
    linear: bool,
    address: str,
    normalized: bool,
) -> Argument:
    """Return the argument of a texture of one channel, with random texels.

    Args:
        name: the argument's name.
        sizes: the number of texels along each of two or three axes, that of the last coordinate first.
        values: minimum and maximum of a texel.
        linear: whether values are interpolated linearly between texels; otherwise the closest texel is used.
        address: the name of a ``wp.TextureAddressMode``, which determines the values beyond the edges.
        normalized: whether coordinates are from 0 to 1; otherwise they are in texels.
    """
    modes = {
        "filter_mode": int(linear),
        "address_mode": ("WRAP", "CLAMP", "MIRROR", "BORDER").index(address),
        "normalized_coords": int(normalized),
    }
    held = Argument(
        name="values",
        type_name=f"wp.array{len(sizes)}d[float]",
        dtype="float32",
        shape=sizes,
        domain=Domain(low=values[0], high=values[1]),
    )
    whole = [
        Argument(name=each, type_name="int", dtype="int32", domain=Domain(low=mode, high=mode))
        for each, mode in modes.items()
    ]
    kind = f"Texture{len(sizes)}D"
    made = _object(name, f"texture_{len(sizes)}d", [held, *whole])
    return replace(made, type_name=f"wp.{kind}", dtype=kind)


def _fraction(number: int, axis: int) -> float:
    """Return the ``number``-th element of an axis's low-discrepancy sequence in [0, 1) (an additive recurrence)."""
    return (number + 1) * (0.819173, 0.671044, 0.549700)[axis] % 1.0


def _object(name: str, kind: str, fields: Sequence[Argument]) -> Argument:
    return Argument(name=name, type_name="wp.uint64", dtype="uint64", handle=kind, fields=tuple(fields))


def _points(name: str, points: Sequence[Sequence[float]], noise: float) -> Argument:
    return Argument(
        name=name,
        type_name="wp.array[wp.vec3]",
        dtype="float32",
        element=(3,),
        shape=(len(points),),
        domain=Domain(low=-noise, high=noise),
        base=tuple(round(each, 3) for point in points for each in point),
    )


def _same(name: str, count: int, argument: str) -> Argument:
    return Argument(
        name=name, type_name="wp.array[wp.vec3]", dtype="float32", element=(3,), shape=(count,), same=argument
    )


def _vectors(name: str, count: int, domain: Domain) -> Argument:
    return Argument(
        name=name, type_name="wp.array[wp.vec3]", dtype="float32", element=(3,), shape=(count,), domain=domain
    )


def face_count(shape: str) -> int:
    """Return the number of faces of a shape."""
    return len(SHAPES[shape]()[1])


def face_area(shape: str) -> float:
    """Return the mean area of a shape's faces."""
    points, faces = SHAPES[shape]()
    areas = [_area(*(points[corner] for corner in face)) for face in faces]
    return round(sum(areas) / len(areas), 2)


def _area(a: Point, b: Point, c: Point) -> float:
    sides = [math.dist(p, q) for p, q in ((a, b), (b, c), (c, a))]
    half = sum(sides) / 2
    return math.sqrt(half * math.prod(half - side for side in sides))
