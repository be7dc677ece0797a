"""Tables: their lengths, searches in them, arrays that a thread makes, and random indices."""

from synthesis.core.signatures import Domain
from synthesis.drawing.syntax import Expression, Literal
from synthesis.frontends.warp.recipes.domains.scene import NUMBER, POSITIVE, VEC
from synthesis.frontends.warp.recipes.usages.base import INT, VALUES, Usage, UsageScene, own, row, scalar, shared_list


def _generator(scene: UsageScene) -> Expression:
    seed = scene.draft.add_uniform(INT, Domain(low=0, high=10_000), ("seed", "frame", "run_id")).node
    return scene.template.expression("wp.rand_init(seed, i)", seed=seed, i=scene.thread[0])


USAGES: dict[str, Usage] = {
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
            "own": own(VEC, VALUES, ("vectors", "points", "channels")),
            "knots": shared_list(),
            "x": scalar(VALUES, ("x", "signal")),
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
            "row": row,
            "x": scalar(VALUES, ("x", "scales")),
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
            "knots": shared_list(POSITIVE),
            "row": row,
            "x": own(NUMBER, Domain(low=0.0, high=1.0), ("x", "u", "quantiles")),
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
                NUMBER, VALUES, (scene.draft.threads[0] * scene.width,), ("flat", "buffer", "packed", "storage")
            ),
            "x": scalar(VALUES, ("x", "scales")),
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
            "row": row,
            "x": scalar(VALUES, ("x", "scales")),
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
            "knots": shared_list(Domain(low=0.1, high=0.9), ("weights", "probs", "shares")),
            "row": row,
            "x": scalar(VALUES, ("x", "scales")),
        },
    ),
}
"""The usage of each built-in."""
SUMMARIES = {
    "lookup": "Local arrays and lookup tables",
    "index": "Random integers and indices",
}
"""Descriptions of what the kernels of each recipe do."""
