"""Vectors, matrices, rotations and frames made by Warp's generic constructors."""

from collections.abc import Mapping

from synthesis.core.signatures import Domain
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.domains.scene import UNIT, VEC
from synthesis.frontends.warp.recipes.usages.base import QUAT, QUATS, VALUES, Given, Usage, literal, own, point, scalar

_OF_FRAME: Mapping[str, Given] = {
    "given_q": own(QUAT, UNIT, QUATS, "wp.quat"),
    "own": point(("points", "positions")),
    "shift": own(VEC, UNIT, ("offsets", "origins", "shifts")),
}

USAGES: dict[str, Usage] = {
    "vector": Usage(
        category="vector",
        recipe="vector_made",
        texts=(
            """
            d = wp.vector(x, y, x - y)
            s = wp.dot(d, own)
            """,
            """
            d = wp.vector(x, scale, y)
            s = wp.length(d) + wp.dot(d, own)
            """,
            """
            d = wp.vector(x, y, scale) + own
            s = wp.length_sq(d)
            """,
        ),
        made="s",
        bound=60.0,
        given={
            "x": scalar(VALUES, ("x", "u")),
            "y": scalar(VALUES, ("y", "w")),
            "own": own(VEC, UNIT, ("axes", "normals", "directions")),
            "scale": literal(0.5, 2.0),
        },
    ),
    "matrix": Usage(
        category="matrix",
        recipe="matrix_made",
        texts=(
            """
            m = wp.matrix(x, y, -y, scale, shape=(2, 2), dtype=float)
            d = m * own
            s = d[0] + 0.5 * d[1]
            """,
            """
            m = wp.matrix(scale, x, 0.5 * x, y, shape=(2, 2), dtype=float)
            s = wp.determinant(m) + wp.dot(own, m * own)
            """,
            """
            m = wp.matrix(x, y, scale, -x, 1.0, x - y, shape=(2, 3), dtype=float)
            d = wp.transpose(m) * own
            s = d[0] + d[1] * d[2]
            """,
        ),
        made="s",
        bound=60.0,
        given={
            "x": scalar(VALUES, ("x", "u")),
            "y": scalar(VALUES, ("y", "w")),
            "own": own(Type("float32", (2,)), UNIT, ("points", "pairs", "uv")),
            "scale": literal(0.5, 2.0),
        },
    ),
    "quaternion": Usage(
        category="quaternion",
        recipe="quaternion_made",
        texts=(
            """
            q = wp.normalize(wp.quaternion(x, y, 0.3, 1.0))
            d = wp.quat_rotate(q, own)
            """,
            """
            q = wp.normalize(wp.quaternion(own, 1.5))
            d = wp.quat_rotate(q, wp.vec3(x, y, 1.0))
            """,
            """
            q = wp.normalize(wp.quaternion(0.2, x, y, 1.2))
            d = wp.quat_rotate_inv(q, own) + own
            """,
        ),
        made="d",
        bound=9.0,
        kind=VEC,
        given={
            "x": scalar(UNIT, ("x", "u")),
            "y": scalar(UNIT, ("y", "w")),
            "own": point(("points", "positions", "axes")),
        },
    ),
    "quat_identity": Usage(
        category="quaternion",
        recipe="quaternion_made",
        texts=(
            """
            q = wp.quat_slerp(wp.quat_identity(), wp.normalize(given_q), share)
            d = wp.quat_rotate(q, own)
            """,
            """
            q = wp.quat_identity()
            if own[0] > 0.0:
                q = wp.normalize(given_q)
            d = wp.quat_rotate(q, own) * (share + 0.5)
            """,
            """
            q = wp.normalize(given_q * 0.5 + wp.quat_identity())
            d = wp.quat_rotate(q, own) + own * share
            """,
        ),
        made="d",
        bound=12.0,
        kind=VEC,
        given={
            "given_q": own(QUAT, UNIT, QUATS, "wp.quat"),
            "own": point(("points", "positions", "axes")),
            "share": scalar(Domain(low=0.1, high=0.9), ("share", "blend")),
        },
    ),
    "transform_identity": Usage(
        category="transform",
        recipe="transform_made",
        texts=(
            """
            X = wp.transform_identity()
            if own[1] > 0.0:
                X = wp.transform(shift, wp.normalize(given_q))
            d = wp.transform_point(X, own)
            """,
            """
            X = wp.transform_identity() * wp.transform(shift, wp.normalize(given_q))
            d = wp.transform_point(X, own)
            """,
            """
            X = wp.transform_identity()
            for _ in range(2):
                X = X * wp.transform(shift, wp.normalize(given_q))
            d = wp.transform_point(X, own)
            """,
        ),
        made="d",
        bound=20.0,
        kind=VEC,
        given=_OF_FRAME,
    ),
    "transformation": Usage(
        category="transform",
        recipe="transform_made",
        texts=(
            """
            X = wp.transformation(shift, wp.normalize(given_q))
            d = wp.transform_point(X, own)
            """,
            """
            X = wp.transform_inverse(wp.transformation(shift, wp.normalize(given_q)))
            d = wp.transform_point(X, own) - own
            """,
            """
            q = wp.normalize(given_q)
            X = wp.transformation(shift + own * 0.5, q)
            d = wp.transform_vector(X, own) + wp.transform_get_translation(X)
            """,
        ),
        made="d",
        bound=20.0,
        kind=VEC,
        given=_OF_FRAME,
    ),
}
"""The usage of each built-in."""
SUMMARIES = {
    "vector_made": "Construction of vectors from components",
    "matrix_made": "Construction of matrices from elements",
    "quaternion_made": "Construction of quaternions",
    "transform_made": "Construction of rigid transforms",
}
"""Descriptions of what the kernels of each recipe do."""
