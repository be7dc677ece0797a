"""Matrix factorizations, used so that the result is the same for all equivalent factors."""

from collections.abc import Mapping

from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.domains.scene import MATRIX, UNIT, VEC
from synthesis.frontends.warp.recipes.usages.base import SQUARE, Given, Usage, literal, own

_MATRICES = ("deformations", "def_grads", "mats", "stresses", "tensors")
_OF_MATRIX: Mapping[str, Given] = {
    "own": own(MATRIX, UNIT, _MATRICES),
    "vec": own(VEC, UNIT, ("vectors", "directions", "loads")),
    "scale": literal(0.3, 1.5),
}

USAGES: dict[str, Usage] = {
    "svd3": Usage(
        category="matrix",
        recipe="factor",
        texts=(
            """
            F = wp.diag(wp.vec3(1.0, 2.0, 3.5)) + own * 0.3
            U, w, V = wp.svd3(F)
            d = U * (wp.transpose(V) * vec) + w * scale
            """,
            """
            F = wp.diag(wp.vec3(1.0, 2.0, 3.5)) + own * 0.3
            U, w, V = wp.svd3(F)
            w = wp.vec3(wp.min(w[0], 3.0), wp.min(w[1], 3.0), w[2] * scale)
            d = U * wp.diag(w) * wp.transpose(V) * vec
            """,
        ),
        made="d",
        bound=30.0,
        kind=VEC,
        given=_OF_MATRIX,
    ),
    "svd2": Usage(
        category="matrix",
        recipe="factor",
        texts=(
            """
            F = wp.diag(wp.vec2(1.0, 3.0)) + own * 0.4
            U, w, V = wp.svd2(F)
            d = U * (wp.transpose(V) * vec) + w * scale
            s = d[0] - d[1] * 0.5
            """,
            """
            F = own * 0.4 + wp.diag(wp.vec2(1.0, 3.0))
            U, w, V = wp.svd2(F)
            s = w[0] * scale - w[1] + wp.dot(vec, U * wp.transpose(V) * vec)
            """,
        ),
        made="s",
        bound=30.0,
        given={
            "own": own(SQUARE, UNIT, _MATRICES),
            "vec": own(Type("float32", (2,)), UNIT, ("vectors", "uv", "loads")),
            "scale": literal(0.3, 1.5),
        },
    ),
    "eig3": Usage(
        category="matrix",
        recipe="factor",
        texts=(
            """
            F = wp.diag(wp.vec3(1.0, 2.0, 3.5)) + own * 0.3
            E = (F + wp.transpose(F)) * 0.5
            Q, w = wp.eig3(E)
            d = Q * wp.diag(wp.vec3(wp.max(w[0], 0.5), wp.max(w[1], 0.5), wp.max(w[2], 0.5))) * wp.transpose(Q) * vec
            """,
            """
            F = wp.diag(wp.vec3(1.0, 2.0, 3.5)) + own * 0.3
            Q, w = wp.eig3(wp.transpose(F) * F)
            m = Q * wp.diag(wp.vec3(wp.sqrt(w[0]), wp.sqrt(w[1]), wp.sqrt(w[2]))) * wp.transpose(Q)
            d = m * vec * scale
            """,
        ),
        made="d",
        bound=60.0,
        kind=VEC,
        given=_OF_MATRIX,
    ),
    "qr3": Usage(
        category="matrix",
        recipe="factor",
        texts=(
            """
            F = wp.diag(wp.vec3(1.0, 2.0, 3.5)) + own * 0.3
            Q, R = wp.qr3(F)
            d = Q * (vec * scale) + R * vec
            """,
            """
            F = wp.diag(wp.vec3(1.0, 2.0, 3.5)) + own * 0.3
            Q, R = wp.qr3(F)
            d = wp.transpose(Q) * vec - wp.get_diag(R) * scale
            """,
        ),
        made="d",
        bound=60.0,
        kind=VEC,
        given=_OF_MATRIX,
    ),
    "inverse_approx": Usage(
        category="matrix",
        recipe="factor",
        texts=(
            """
            F = wp.diag(wp.vec3(1.0, 2.0, 3.5)) + own * 0.3
            d = wp.inverse_approx(F) * vec * scale
            """,
            """
            F = wp.diag(wp.vec3(1.0, 2.0, 3.5)) + own * 0.3
            m = wp.inverse_approx(F)
            d = m * vec + wp.get_diag(m) * scale
            """,
        ),
        made="d",
        bound=30.0,
        kind=VEC,
        given=_OF_MATRIX,
    ),
}
"""The usage of each built-in."""
SUMMARIES = {
    "factor": "Matrix decompositions and approximate inverses",
}
"""Descriptions of what the kernels of each recipe do."""
