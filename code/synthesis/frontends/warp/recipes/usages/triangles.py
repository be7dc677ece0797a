"""Pairs of edges or triangles, a pair for each thread."""

from synthesis.drawing.syntax import Expression, Literal
from synthesis.frontends.warp.recipes.domains.scene import UNIT, VEC
from synthesis.frontends.warp.recipes.usages.base import VALUES, Usage, UsageScene, literal, own, point, scalar

_EDGES = {name: point((pool, f"edge_{name}")) for name, pool in zip("abcd", ("p0", "p1", "q0", "q1"), strict=True)}


def _leg(scene: UsageScene, about: tuple[float, float, float]) -> Expression:
    """Return a side of a triangle, a constant vector near ``about``, in a local variable."""
    x, y, z = (Literal(repr(round(each + scene.choices.decimal(-0.1, 0.1, 2), 2))) for each in about)
    return scene.draft.add_local(scene.template.expression("wp.vec3(x, y, z)", x=x, y=y, z=z), ("side", "leg", "span"))


USAGES: dict[str, Usage] = {
    "closest_point_edge_edge": Usage(
        category="geometry",
        recipe="pair",
        texts=(
            """
            c = wp.closest_point_edge_edge(a, b, c0, d, 1.0e-6)
            s = wp.max(radius - c[2], 0.0) + 0.1 * c[0] - c[1]
            """,
            """
            p = a
            q = c0
            c = wp.closest_point_edge_edge(p, b, q, d, 1.0e-6)
            x = wp.lerp(p, b, c[0])
            y = wp.lerp(q, d, c[1])
            s = wp.length(x - y) + radius * c[0]
            """,
        ),
        made="s",
        bound=20.0,
        given={
            "a": _EDGES["a"],
            "b": _EDGES["b"],
            "c0": _EDGES["c"],
            "d": _EDGES["d"],
            "radius": literal(2.0, 5.0),
        },
    ),
    "intersect_tri_tri": Usage(
        category="geometry",
        recipe="pair",
        texts=(
            """
            p = a - b
            q = wp.vec3(-0.4, 0.2, -0.5)
            h = wp.intersect_tri_tri(p, p + u, p + v, q, q + v * 2.0 + u, q - u + wp.vec3(0.2, 0.1, 2.0))
            s = x + p[0]
            if h == 1:
                s = x * 2.0 - p[1]
            """,
            """
            p = a + wp.vec3(0.1, -0.3, 0.3)
            h = wp.intersect_tri_tri(p, p + u, p + v, b, b + wp.vec3(0.4, 0.3, 2.0), b - wp.vec3(2.0, 0.2, 0.9))
            s = wp.where(h == 1, x, -0.5 * x) + wp.dot(p, b)
            """,
            """
            p = a * 0.4 + wp.vec3(0.1, -0.3, 0.3)
            q = b * 0.4
            h = wp.intersect_tri_tri(p, p + u, p + v, q - u, q + wp.vec3(0.4, 1.0, 2.0), q - wp.vec3(2.0, -0.8, 0.9))
            s = (float(h) + 0.5) * x + wp.length(p - q)
            """,
        ),
        made="s",
        bound=20.0,
        given={
            "a": own(VEC, UNIT, ("points", "corners", "positions")),
            "b": own(VEC, UNIT, ("others", "centers", "anchors")),
            "u": lambda scene: _leg(scene, (1.4, 0.2, 0.1)),
            "v": lambda scene: _leg(scene, (0.3, 1.6, -0.2)),
            "x": scalar(VALUES, ("x", "penalties")),
        },
    ),
}
"""The usage of each built-in."""
SUMMARIES = {
    "pair": "Edge distance and triangle intersection tests",
}
"""Descriptions of what the kernels of each recipe do."""
