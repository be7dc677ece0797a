"""Numbers that may be infinite or NaN, that Python computes at compile time, or that are read as another type."""

from synthesis.core.signatures import Domain
from synthesis.frontends.warp.recipes.domains.scene import NUMBER, POSITIVE, UNIT
from synthesis.frontends.warp.recipes.usages.base import INT, VALUES, Usage, constant, literal, own, row, scalar

USAGES: dict[str, Usage] = {
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
            "row": row,
            "scale": scalar(POSITIVE, ("scale", "gain")),
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
            "x": own(NUMBER, VALUES, ("x", "raw", "readings")),
            "other": scalar(VALUES, ("fallback", "y")),
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
            "row": row,
            "scale": scalar(POSITIVE, ("scale", "gain")),
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
            "x": own(NUMBER, VALUES, ("x", "raw", "readings")),
            "other": scalar(VALUES, ("y", "scores")),
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
            if not (x > edge and x > other):
                s = x - edge
            """,
            "s = wp.where(not x > edge, other, x)",
        ),
        made="s",
        bound=20.0,
        given={
            "x": own(NUMBER, VALUES, ("x", "heights", "readings")),
            "other": scalar(VALUES, ("y", "fallback")),
            "edge": literal(-0.8, 0.8),
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
            "x": scalar(VALUES, ("x", "signal")),
            "one": constant(0.3, 2.0),
            "two": constant(2.1, 4.0),
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
            "n": own(INT, Domain(low=-1000, high=1000), ("ids", "keys", "codes", "cells")),
            "x": scalar(UNIT, ("x", "weights")),
        },
    ),
}
"""The usage of each built-in."""
SUMMARIES = {
    "guard": "Tests for zero, infinite or NaN values",
    "negated": "Selection by a negated condition",
    "constant": "Compile-time constants",
    "reinterpreted": "Integers reinterpreted as unsigned",
}
"""Descriptions of what the kernels of each recipe do."""
