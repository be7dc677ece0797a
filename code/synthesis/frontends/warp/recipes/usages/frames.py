"""Transforms and spatial vectors that are changed in place."""

from synthesis.frontends.warp.recipes.domains.scene import MATRIX, POSITIVE, UNIT, VEC
from synthesis.frontends.warp.recipes.usages.base import FRAME, QUAT, QUATS, SPATIAL, Usage, own, point

_FRAMES = ("poses", "frames", "transforms", "xforms")

USAGES: dict[str, Usage] = {
    "transform_set_translation": Usage(
        category="transform",
        recipe="changed",
        texts=(
            """
            X = wp.transform(own, wp.normalize(wp.transform_get_rotation(pose)))
            wp.transform_set_translation(X, shift * 0.5)
            d = wp.transform_point(X, own)
            """,
            """
            X = pose
            wp.transform_set_translation(X, wp.transform_get_translation(pose) + shift)
            d = wp.transform_get_translation(X) + own * wp.length(shift)
            """,
        ),
        made="d",
        bound=20.0,
        kind=VEC,
        given={
            "pose": own(FRAME, UNIT, _FRAMES, "wp.transform"),
            "own": point(("points", "positions")),
            "shift": own(VEC, UNIT, ("offsets", "origins", "shifts")),
        },
        wrong_adjoint=True,
    ),
    "transform_set_rotation": Usage(
        category="transform",
        recipe="changed",
        texts=(
            """
            X = pose
            wp.transform_set_rotation(X, wp.normalize(given_q))
            d = wp.transform_point(X, own)
            """,
            """
            X = pose
            q = wp.normalize(wp.transform_get_rotation(pose) + given_q * 0.3)
            wp.transform_set_rotation(X, q)
            d = wp.transform_point(X, own) + own
            """,
        ),
        made="d",
        bound=20.0,
        kind=VEC,
        given={
            "pose": own(FRAME, UNIT, _FRAMES, "wp.transform"),
            "given_q": own(QUAT, POSITIVE, QUATS, "wp.quat"),
            "own": point(("points", "positions")),
        },
        wrong_adjoint=True,
    ),
    "spatial_adjoint": Usage(
        category="transform",
        recipe="changed",
        texts=(
            """
            Ad = wp.spatial_adjoint(basis, wp.skew(shift) * basis)
            h = Ad * motion
            d = wp.spatial_bottom(h) + wp.spatial_top(h) * 0.5
            """,
            """
            Ad = wp.spatial_adjoint(wp.quat_to_matrix(wp.normalize(wp.quat(shift, 1.2))), basis)
            h = Ad * motion
            d = wp.spatial_top(h) + wp.spatial_bottom(h)
            """,
        ),
        made="d",
        bound=60.0,
        kind=VEC,
        given={
            "basis": own(MATRIX, UNIT, ("bases", "rotations", "frames")),
            "shift": own(VEC, UNIT, ("offsets", "origins")),
            "motion": own(SPATIAL, UNIT, ("twists", "motions", "body_v"), "wp.spatial_vector"),
        },
    ),
}
"""The usage of each built-in."""
SUMMARIES = {
    "changed": "Transform setters and spatial adjoints",
}
"""Descriptions of what the kernels of each recipe do."""
