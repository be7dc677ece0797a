"""Built-ins that have a use or two of their own: each in the shape in which it is used, with drawn operands around it.

A :class:`Usage` is a template with holes (:mod:`synthesis.grammar.templates`). To add one, say what its holes are given
and what it makes; several texts for one built-in are ways to write it, of which one is drawn.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import cleandoc

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.domains.scene import FACTOR, MATRIX, NUMBER, POINTS, POSITIVE, UNIT, VEC, Scene
from synthesis.grammar.operations import Term
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import Assign, Expression, Literal, Name, Subscript
from synthesis.grammar.templates import Hole
from synthesis.grammar.types import Type
from synthesis.records import DIFFICULTIES, Domain, KernelSpec

_VALUES = Domain(low=-2.0, high=2.0)
_INT, _SQUARE = Type("int32"), Type("float32", (2, 2))
_QUAT, _FRAME, _SPATIAL = Type("float32", (4,)), Type("float32", (7,)), Type("float32", (6,))
_ROWS = ("rows", "samples", "table", "series", "scores", "data")
_LISTS = ("weights", "levels", "knots", "taps", "coeffs", "edges")


class UsageScene(Scene):
    """A scene with a small number of elements of its own, which its texts call ``W``."""

    width = 4


Given = Callable[[UsageScene], Expression]
"""What a hole is filled with."""


@dataclass(frozen=True)
class Usage:
    """How a built-in is used.

    Attributes:
        category: of the kernels.
        recipe: the recipe's name.
        texts: ways to write its statements; ``W`` is a small number of elements, drawn for each kernel.
        made: the expression that they lead to.
        bound: how large that can be.
        kind: its type.
        given: holes to what they are filled with.
        wrong_adjoint: whether Warp's adjoint is known to be wrong.
    """

    category: str
    recipe: str
    texts: tuple[str, ...]
    made: str
    bound: float
    given: Mapping[str, Given]
    kind: Type = NUMBER
    wrong_adjoint: bool = False


def _own(kind: Type, domain: Domain, pool: tuple[str, ...], element: str = "") -> Given:
    """The thread's own element of a new array."""
    return lambda scene: scene.own(kind, domain, pool, element=element)


def _scalar(domain: Domain, pool: tuple[str, ...]) -> Given:
    """A number: the thread's own, or something drawn that lies in the same interval."""

    def fill(scene: UsageScene) -> Expression:
        own = scene.own(NUMBER, domain, pool)
        if scene.choices.chance(0.4):
            return own
        return scene.weave_hole(NUMBER, [(own, domain)], domain, (1, 2))

    return fill


def _point(pool: tuple[str, ...]) -> Given:
    """A point: the thread's own, or one that is a little away from it."""

    def fill(scene: UsageScene) -> Expression:
        own = scene.own(VEC, POINTS, pool)
        if scene.choices.chance(0.6):
            return own
        return scene.weave_hole(VEC, [(own, POINTS)], Domain(low=-9.0, high=9.0), (1, 2))

    return fill


def _row(scene: UsageScene) -> Expression:
    """A new array of a row a thread."""
    return scene.array(NUMBER, _VALUES, (*scene.draft.threads, scene.width), _ROWS)


def _list(domain: Domain = _VALUES, pool: tuple[str, ...] = _LISTS) -> Given:
    """A new array that all threads share."""
    return lambda scene: scene.array(NUMBER, domain, (scene.width,), pool)


def _literal(low: float, high: float) -> Given:
    return lambda scene: Literal(repr(scene.choices.decimal(low, high, 1)))


def _constant(low: float, high: float) -> Given:
    """A number of the module's."""

    def fill(scene: UsageScene) -> Expression:
        name = Name(scene.draft.book.take(("SCALE", "GAIN", "STEP", "RATE", "WIDTH")))
        scene.draft.declare(Assign(name, Literal(repr(scene.choices.decimal(low, high, 2)))))
        return name

    return fill


def _leg(scene: UsageScene, about: tuple[float, float, float]) -> Expression:
    """A side of a triangle, in a local."""
    x, y, z = (Literal(repr(round(each + scene.choices.decimal(-0.1, 0.1, 2), 2))) for each in about)
    return scene.draft.add_local(scene.template.expression("wp.vec3(x, y, z)", x=x, y=y, z=z), ("side", "leg", "span"))


def _generator(scene: UsageScene) -> Expression:
    seed = scene.draft.add_uniform(_INT, Domain(low=0, high=10_000), ("seed", "frame", "run_id")).node
    return scene.template.expression("wp.rand_init(seed, i)", seed=seed, i=scene.thread[0])


_QUATS = ("orientations", "rotations", "quats", "attitudes")
_FRAMES = ("poses", "frames", "transforms", "xforms")
_EDGES = {name: _point((pool, f"edge_{name}")) for name, pool in zip("abcd", ("p0", "p1", "q0", "q1"), strict=True)}
_MATRICES = ("deformations", "def_grads", "mats", "stresses", "tensors")

_OF_FRAME: Mapping[str, Given] = {
    "given_q": _own(_QUAT, UNIT, _QUATS, "wp.quat"),
    "own": _point(("points", "positions")),
    "shift": _own(VEC, UNIT, ("offsets", "origins", "shifts")),
}
_OF_MATRIX: Mapping[str, Given] = {
    "own": _own(MATRIX, UNIT, _MATRICES),
    "vec": _own(VEC, UNIT, ("vectors", "directions", "loads")),
    "scale": _literal(0.3, 1.5),
}

USAGES: dict[str, Usage] = {
    # ---- what is no number, and what is none
    "isfinite": Usage(
        category="math",
        recipe="guard",
        texts=(
            """
            s = float(0.0)
            for k in range(W):
                t = wp.log(row[i, k])
                if wp.isfinite(t):
                    s += t * scale
            """,
            """
            s = float(0.0)
            for k in range(W):
                t = 1.0 / wp.floor(row[i, k])
                if wp.isfinite(t):
                    s += t * scale + row[i, k]
            """,
        ),
        made="s",
        bound=60.0,
        given={
            "row": _row,
            "scale": _scalar(POSITIVE, ("scale", "gain")),
        },
    ),
    "isnan": Usage(
        category="math",
        recipe="guard",
        texts=(
            """
            t = wp.log(x + 0.3)
            if wp.isnan(t):
                t = other
            """,
            "t = wp.where(wp.isnan(wp.log(x - 0.2)), other, x * 0.5)",
            """
            t = wp.log(x * 2.0 + 0.7)
            if not wp.isnan(t):
                t = t + other
            else:
                t = x
            """,
        ),
        made="t",
        bound=12.0,
        given={
            "x": _own(NUMBER, _VALUES, ("x", "raw", "readings")),
            "other": _scalar(_VALUES, ("fallback", "y")),
        },
    ),
    "isinf": Usage(
        category="math",
        recipe="guard",
        texts=(
            """
            s = float(0.0)
            for k in range(W):
                t = 1.0 / wp.floor(row[i, k])
                if wp.isinf(t):
                    s += row[i, k] * scale
            """,
            """
            s = float(0.0)
            for k in range(W):
                t = 1.0 / wp.ceil(row[i, k])
                s += wp.where(wp.isinf(t), scale, t) + 0.1 * row[i, k]
            """,
        ),
        made="s",
        bound=60.0,
        given={
            "row": _row,
            "scale": _scalar(POSITIVE, ("scale", "gain")),
        },
    ),
    "nonzero": Usage(
        category="math",
        recipe="guard",
        texts=(
            "s = wp.nonzero(wp.max(x, 0.0)) * other + x",
            "s = other - wp.nonzero(wp.min(x, 0.0)) * x",
            """
            c = wp.max(x, 0.0)
            s = other * wp.nonzero(c) + c
            """,
        ),
        made="s",
        bound=20.0,
        given={
            "x": _own(NUMBER, _VALUES, ("x", "raw", "readings")),
            "other": _scalar(_VALUES, ("y", "scores")),
        },
    ),
    "unot": Usage(
        category="control_flow",
        recipe="negated",
        texts=(
            """
            s = x
            if not x > edge:
                s = other * 0.5
            """,
            """
            s = other
            if not (x > edge and other > 0.0):
                s = x - edge
            """,
            "s = wp.where(not x > edge, other, x)",
        ),
        made="s",
        bound=20.0,
        given={
            "x": _own(NUMBER, _VALUES, ("x", "heights", "readings")),
            "other": _scalar(_VALUES, ("y", "fallback")),
            "edge": _literal(-0.8, 0.8),
        },
    ),
    "static": Usage(
        category="math",
        recipe="constant",
        texts=(
            "s = x * wp.static(one * 2.0) + wp.static(one + two)",
            "s = (x + wp.static(one * two)) / wp.static(two + 1.0)",
            """
            c = wp.static(two - one)
            s = c * x + c
            """,
            """
            s = float(0.0)
            for k in range(wp.static(W)):
                s += x * wp.static(one / 2.0) + float(k)
            """,
        ),
        made="s",
        bound=60.0,
        given={
            "x": _scalar(_VALUES, ("x", "signal")),
            "one": _constant(0.3, 2.0),
            "two": _constant(2.1, 4.0),
        },
    ),
    "cast": Usage(
        category="bitwise",
        recipe="reinterpreted",
        texts=(
            """
            key = wp.cast(n, wp.uint32)
            key = key * wp.uint32(2654435761)
            s = float(key >> wp.uint32(20)) * x
            """,
            """
            key = wp.cast(n, wp.uint32) >> wp.uint32(28)
            s = float(key) + x * 0.1
            """,
            """
            key = wp.cast(n * 31 + 7, wp.uint32) % wp.uint32(97)
            s = x + 0.05 * float(key)
            """,
        ),
        made="s",
        bound=9000.0,
        given={
            "n": _own(_INT, Domain(low=-1000, high=1000), ("ids", "keys", "codes", "cells")),
            "x": _scalar(UNIT, ("x", "weights")),
        },
    ),
    # ---- tables
    "len": Usage(
        category="array",
        recipe="lookup",
        texts=(
            """
            n = own
            s = float(0.0)
            for k in range(len(n)):
                s += n[k] * x
            """,
            """
            n = own
            s = x
            for k in range(len(n)):
                s += wp.max(n[k] - knots[k], 0.0)
            """,
            """
            c = knots[i % len(knots)]
            s = c * x + 0.5 * x
            """,
            """
            s = x * knots[len(knots) - 1 - i % 3]
            """,
        ),
        made="s",
        bound=60.0,
        given={
            "own": _own(VEC, _VALUES, ("vectors", "points", "channels")),
            "knots": _list(),
            "x": _scalar(_VALUES, ("x", "signal")),
        },
    ),
    "zeros": Usage(
        category="array",
        recipe="lookup",
        texts=(
            """
            h = wp.zeros(shape=(W,), dtype=float)
            for k in range(W):
                h[k] = row[i, k] * x
            s = float(0.0)
            for l in range(W):
                s += h[l] * float(l + 1)
            """,
            """
            h = wp.zeros(shape=(W,), dtype=float)
            h[0] = x
            for k in range(1, W):
                h[k] = h[k - 1] * 0.5 + row[i, k]
            s = h[W - 1] + h[1] + row[i, 0]
            """,
            """
            h = wp.zeros(shape=(W,), dtype=float)
            for k in range(W):
                h[W - 1 - k] = row[i, k]
            s = h[0] * x - h[1]
            for l in range(2, W):
                s += h[l]
            """,
        ),
        made="s",
        bound=60.0,
        given={
            "row": _row,
            "x": _scalar(_VALUES, ("x", "scales")),
        },
        wrong_adjoint=True,
    ),
    "lower_bound": Usage(
        category="array",
        recipe="lookup",
        texts=(
            """
            j = wp.lower_bound(knots, x * 2.0)
            s = row[i, j] * (x + 1.0)
            """,
            """
            j = wp.lower_bound(knots, 0, W - 1, x * 2.0)
            s = row[i, j] - knots[j] * x
            """,
        ),
        made="s",
        bound=60.0,
        given={
            "knots": _list(POSITIVE),
            "row": _row,
            "x": _own(NUMBER, Domain(low=0.0, high=1.0), ("x", "u", "quantiles")),
        },
    ),
    "array": Usage(
        category="array",
        recipe="lookup",
        texts=(
            """
            grid = wp.array(ptr=flat.ptr, shape=(N, W), dtype=float)
            s = grid[i, 0] * x
            for k in range(1, W):
                s += grid[i, k]
            """,
            """
            grid = wp.array(ptr=flat.ptr, shape=(N, W), dtype=float)
            s = float(0.0)
            for k in range(W):
                s += grid[i, k] * x - grid[i, W - 1 - k]* 0.3
            """,
        ),
        made="s",
        bound=60.0,
        given={
            "flat": lambda scene: scene.array(
                NUMBER, _VALUES, (scene.draft.threads[0] * scene.width,), ("flat", "buffer", "packed", "storage")
            ),
            "x": _scalar(_VALUES, ("x", "scales")),
            "N": lambda scene: Literal(str(scene.draft.threads[0])),
        },
        wrong_adjoint=True,
    ),
    "randu": Usage(
        category="random",
        recipe="index",
        texts=(
            """
            rng = made_rng
            j = int(wp.randu(rng) >> wp.uint32(30))
            s = row[i, j] * x
            """,
            """
            rng = made_rng
            j = int(wp.randu(rng, wp.uint32(0), wp.uint32(W)))
            s = row[i, j] + x
            """,
            """
            rng = made_rng
            s = float(wp.randu(rng) % wp.uint32(W + 60)) * 0.1 + x
            """,
        ),
        made="s",
        bound=12.0,
        given={
            "made_rng": _generator,
            "row": _row,
            "x": _scalar(_VALUES, ("x", "scales")),
        },
    ),
    "sample_cdf": Usage(
        category="random",
        recipe="index",
        texts=(
            """
            rng = made_rng
            j = wp.sample_cdf(rng, knots)
            s = row[i, j] + x
            """,
            """
            rng = made_rng
            s = x
            for _ in range(3):
                j = wp.sample_cdf(rng, knots)
                s += row[i, j] * 0.5
            """,
            """
            rng = made_rng
            j = wp.sample_cdf(rng, knots)
            l = wp.sample_cdf(rng, knots)
            s = row[i, j] * x - row[i, l]
            """,
        ),
        made="s",
        bound=20.0,
        given={
            "made_rng": _generator,
            "knots": _list(Domain(low=0.1, high=0.9), ("weights", "probs", "shares")),
            "row": _row,
            "x": _scalar(_VALUES, ("x", "scales")),
        },
    ),
    # ---- constructors by their general names
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
            "x": _scalar(_VALUES, ("x", "u")),
            "y": _scalar(_VALUES, ("y", "w")),
            "own": _own(VEC, UNIT, ("axes", "normals", "directions")),
            "scale": _literal(0.5, 2.0),
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
            "x": _scalar(_VALUES, ("x", "u")),
            "y": _scalar(_VALUES, ("y", "w")),
            "own": _own(Type("float32", (2,)), UNIT, ("points", "pairs", "uv")),
            "scale": _literal(0.5, 2.0),
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
            "x": _scalar(UNIT, ("x", "u")),
            "y": _scalar(UNIT, ("y", "w")),
            "own": _point(("points", "positions", "axes")),
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
            "given_q": _own(_QUAT, UNIT, _QUATS, "wp.quat"),
            "own": _point(("points", "positions", "axes")),
            "share": _scalar(Domain(low=0.1, high=0.9), ("share", "blend")),
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
            "pose": _own(_FRAME, UNIT, _FRAMES, "wp.transform"),
            "own": _point(("points", "positions")),
            "shift": _own(VEC, UNIT, ("offsets", "origins", "shifts")),
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
            "pose": _own(_FRAME, UNIT, _FRAMES, "wp.transform"),
            "given_q": _own(_QUAT, POSITIVE, _QUATS, "wp.quat"),
            "own": _point(("points", "positions")),
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
            "basis": _own(MATRIX, UNIT, ("bases", "rotations", "frames")),
            "shift": _own(VEC, UNIT, ("offsets", "origins")),
            "motion": _own(_SPATIAL, UNIT, ("twists", "motions", "body_v"), "wp.spatial_vector"),
        },
    ),
    # ---- factors of matrices, used so that it does not matter which of the equivalent ones they are
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
            "own": _own(_SQUARE, UNIT, _MATRICES),
            "vec": _own(Type("float32", (2,)), UNIT, ("vectors", "uv", "loads")),
            "scale": _literal(0.3, 1.5),
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
    # ---- edges and triangles
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
            "radius": _literal(2.0, 5.0),
        },
    ),
    "intersect_tri_tri": Usage(
        category="geometry",
        recipe="pair",
        texts=(
            """
            p = a - b
            q = wp.vec3(-0.37, 0.21, -0.45)
            h = wp.intersect_tri_tri(p, p + u, p + v, q, q + v * 1.7 + u, q - u * 1.3 + wp.vec3(0.2, 0.1, 2.1))
            s = x + p[0]
            if h == 1:
                s = x * 2.0 - p[1]
            """,
            """
            p = a + wp.vec3(0.13, -0.29, 0.31)
            h = wp.intersect_tri_tri(p, p + u, p + v, b, b + wp.vec3(0.4, 0.3, 1.9), b - wp.vec3(1.6, 0.2, 0.9))
            s = wp.where(h == 1, x, -0.5 * x) + wp.dot(p, b)
            """,
            """
            p = a * 0.4 + wp.vec3(0.13, -0.29, 0.31)
            q = b * 0.4
            h = wp.intersect_tri_tri(p, p + u, p + v, q - u, q + wp.vec3(0.4, 1.3, 1.9), q - wp.vec3(1.6, -0.8, 0.9))
            s = (float(h) + 0.25) * x + wp.length(p - q)
            """,
        ),
        made="s",
        bound=20.0,
        given={
            "a": _own(VEC, UNIT, ("points", "corners", "positions")),
            "b": _own(VEC, UNIT, ("others", "centers", "anchors")),
            "u": lambda scene: _leg(scene, (1.4, 0.2, 0.1)),
            "v": lambda scene: _leg(scene, (0.3, 1.6, -0.2)),
            "x": _scalar(_VALUES, ("x", "penalties")),
        },
    ),
}
"""For each built-in, how it is used."""

_SUMMARIES = {
    "guard": "Numbers that may not be any",
    "negated": "A choice by what does not hold",
    "constant": "Numbers that Python computes before",
    "reinterpreted": "The bits of a number as another type",
    "lookup": "Tables, and arrays that a thread makes itself",
    "index": "A place chosen at random",
    "vector_made": "Vectors made of numbers",
    "matrix_made": "Matrices made of numbers",
    "quaternion_made": "Rotations made of numbers",
    "transform_made": "Frames made of their parts",
    "changed": "A frame or a motion changed",
    "factor": "The factors of a matrix",
    "pair": "Two edges or triangles a thread",
}


# Recipes that have kernels of a few lines.
_SHORT = frozenset({"frac", "remainder", "constant"})


def _filled(scene: UsageScene, text: str, name: str, fill: Given) -> Expression:
    """What stands for a hole: in a local where it is long and used again."""
    node = fill(scene)
    again = len(re.findall(rf"\b{name}\b", text)) > 1
    return scene.draft.add_local(node) if again and not isinstance(node, Name | Subscript | Literal) else node


def _draw(stream: Stream, target: str) -> KernelSpec:
    usage = USAGES[target]
    scene = UsageScene(stream, (NUMBER, VEC) if usage.kind == VEC else (NUMBER,))
    scene.width = 4 if target == "randu" else scene.choices.integer(3, 6)
    i = scene.thread[0]
    text = cleandoc(scene.choices.pick(usage.texts))
    holes: dict[str, Hole] = {name: partial(_filled, scene, text, name, fill) for name, fill in usage.given.items()}
    scene.add(text, i=i, W=Literal(str(scene.width)), **holes)
    made = scene.template.expression(usage.made)
    within = Domain(low=-usage.bound, high=usage.bound)
    if scene.choices.chance(0.75):
        scale = scene.weave_hole(NUMBER, [], FACTOR, (0, 2))
        made = scene.template.expression("made * scale", made=made, scale=scale)
        within = Domain(low=-8 * usage.bound, high=8 * usage.bound)
    if usage.kind in (NUMBER, VEC) and scene.choices.chance(0.3):
        extra = scene.weave_hole(usage.kind, [], Domain(low=-20.0, high=20.0))
        made = scene.template.expression(scene.choices.choice(("made + extra", "made - extra")), made=made, extra=extra)
        within = Domain(low=within.low - 20.0, high=within.high + 20.0)
    result = Term(made, usage.kind, within, frozenset({target}), 3)
    return scene.finish(result, usage.category, usage.recipe, target, _SUMMARIES[usage.recipe])


def _recipes() -> tuple[Recipe, ...]:
    grouped: dict[tuple[str, str], list[str]] = {}
    for target, usage in USAGES.items():
        grouped.setdefault((usage.category, usage.recipe), []).append(target)
    return tuple(
        Recipe(
            name=recipe,
            category=category,
            targets=tuple(targets),
            draw=_draw,
            wrong_adjoints=tuple(target for target in targets if USAGES[target].wrong_adjoint),
            difficulties=DIFFICULTIES if recipe in _SHORT else DIFFICULTIES[1:],
        )
        for (category, recipe), targets in grouped.items()
    )


RECIPES = _recipes()
