"""Densities, filters, mixtures, random walks and images."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.domains.scene import FACTOR, POSITIVE, UNIT, VALUES, Scene

_BODIES = read_bodies("jax", "statistics")

_DENSITIES = {
    "gaussian": "-0.5 * jnp.square((x - m) / v) - jnp.log(v)",
    "laplace": "-jnp.abs(x - m) / v - jnp.log(2.0 * v)",
    "student": "-0.5 * (v + 1.0) * jnp.log1p(jnp.square(x - m) / v)",
    "gamma_density": "(v - 1.0) * jnp.log(jnp.abs(x - m) + 0.3) - jnp.abs(x - m) - jnp.log(v)",
    "logistic_density": "-(x - m) / v - 2.0 * jax.nn.softplus(-(x - m) / v)",
    "gumbel_density": "-(x - m) / v - jnp.exp(-jnp.clip((x - m) / v, -3.0, 9.0))",
}


def _draw_density(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that computes the density of values under a distribution or a mixture."""
    sizes = stream.child("sizes")
    rows, parts = sizes.integer(3, 7), sizes.integer(2, 4)
    scene = Scene(stream, (rows,))
    choices = scene.choices
    node = _DENSITIES[target]
    if choices.chance(0.5):
        scene.add("x = made", made=scene.weave_hole((rows,), VALUES, (0, 2)))
        x = scene.name("x")
        m, v = (
            scene.array((rows,), UNIT, ("loc", "mu", "mean")),
            scene.array((rows,), POSITIVE, ("scale", "sigma", "std")),
        )
        scene.add("s = node", node=scene.template.expression(node, x=x, m=m, v=v))
        made = scene.template.expression(
            choices.choice(("s * gate", "jnp.exp(jnp.clip(s, -5.0, 2.0)) * gate", "s - jax.nn.logsumexp(s) + gate")),
            s=scene.name("s"),
            gate=scene.weave_hole((rows,), FACTOR, (0, 2)),
        )
        return scene.finish(made, (rows,), 60.0, "statistics", "density", target, "Log density of values")
    column = scene.template.expression("x[:, None]", x=scene.array((rows,), VALUES, ("x", "samples", "data", "obs")))
    scene.add("x = column", column=column)
    m, v = (
        scene.array((parts,), UNIT, ("means", "locs", "centers")),
        scene.array((parts,), POSITIVE, ("scales", "sigmas", "widths")),
    )
    scene.add(
        "z = node + jax.nn.log_softmax(mix)\n\ns = jax.nn.logsumexp(z, axis=-1)",
        node=scene.template.expression(node, x=scene.name("x"), m=m, v=v),
        mix=scene.array((parts,), UNIT, ("mix_logits", "logits", "log_weights")),
    )
    made = scene.template.expression(
        choices.choice(("s * gate", "s + gate", "s * jax.nn.softmax(z, axis=-1)[:, 0] + gate")),
        s=scene.name("s"),
        z=scene.name("z"),
        gate=scene.weave_hole((rows,), FACTOR, (0, 2)),
    )
    return scene.finish(made, (rows,), 60.0, "statistics", "density", target, "Log density of values under a mixture")


_ESTIMATES = {
    "kalman": "Kalman update of samples",
    "kernel_regression": "Kernel regression on samples",
    "soft_clusters": "Soft clustering of samples",
    "whitening": "Standardisation of samples",
    "skewness": "Skewness of samples",
}


def _kalman(scene: Scene, width: int, rows: int, x: Expression, heat: Expression) -> Expression:
    """Return the estimate of a linear filter."""
    c = scene.array((width, width), Domain(low=-0.4, high=0.4), ("cov", "P", "sigma"))
    scene.add(
        "c = cov @ cov.T + noise * jnp.eye("
        + str(width)
        + ")\n\na = jnp.linalg.solve(c + jnp.eye("
        + str(width)
        + "), c)\n\nm = x.mean(axis=0)\n\ne = x - m",
        cov=c,
        noise=heat,
        x=x,
    )
    return scene.template.expression(
        "m + e @ a.T + extra",
        m=scene.name("m"),
        e=scene.name("e"),
        a=scene.name("a"),
        extra=scene.weave_hole((rows, width), VALUES, (0, 2)),
    )


def _soft_clusters(scene: Scene, choices: Stream, width: int, rows: int, x: Expression, heat: Expression) -> Expression:
    """Return the points that are moved to the centers of clusters."""
    count = choices.integer(2, 3)
    centers = scene.array((count, width), VALUES, ("centers", "codebook", "prototypes", "means"))
    scene.add(
        (
            "d = x[:, None, :] - centers[None, :, :]\n\n"
            "w = jax.nn.softmax(-heat * jnp.sum(jnp.square(d), axis=-1), axis=-1)\n\n"
            "m = (w.T @ x) / (jnp.sum(w, axis=0)[:, None] + 0.1)"
        ),
        x=x,
        centers=centers,
        heat=heat,
    )
    return scene.template.expression(
        "w @ m + extra", w=scene.name("w"), m=scene.name("m"), extra=scene.weave_hole((rows, width), VALUES, (0, 2))
    )


def _draw_filter(stream: Stream, target: str) -> KernelSpec:
    """Draw a step of a linear filter or of clustering, a kernel regression, or whitening."""
    sizes = stream.child("sizes")
    rows, width = sizes.integer(4, 7), sizes.integer(3, 5)  # two values have no skewness
    scene = Scene(stream, (rows, width))
    choices = scene.choices
    x = scene.array((rows, width), VALUES, ("x", "data", "points", "samples"))
    heat = scene.number(0.4, 1.6, ("temperature", "bandwidth", "gamma", "length_scale"))
    if target == "kalman":
        made = _kalman(scene, width, rows, x, heat)
    elif target == "kernel_regression":
        scene.add(
            (
                "d = x[:, None, :] - x[None, :, :]\n\n"
                "k = jnp.exp(-heat * jnp.sum(d * d, axis=-1))\n\n"
                "w = k / jnp.sum(k, axis=-1, keepdims=True)"
            ),
            x=x,
            heat=heat,
        )
        made = scene.template.expression(
            "w @ values", w=scene.name("w"), values=scene.weave_hole((rows, width), VALUES, (0, 3))
        )
    elif target == "soft_clusters":
        made = _soft_clusters(scene, choices, width, rows, x, heat)
    elif target == "whitening":
        scene.add(
            "e = x - x.mean(axis=0)\n\nc = e.T @ e / " + f"{float(rows)}" + "\n\nv = jnp.sqrt(jnp.diag(c) + heat)",
            x=x,
            heat=heat,
        )
        made = scene.template.expression(
            "e / v * gate", e=scene.name("e"), v=scene.name("v"), gate=scene.weave_hole((rows, width), FACTOR, (0, 2))
        )
    else:
        scene.add(
            (
                "e = x - x.mean(axis=-1, keepdims=True)\n\n"
                "v = jnp.mean(jnp.square(e), axis=-1, keepdims=True)\n\n"
                "s = jnp.mean(e ** 3, axis=-1, keepdims=True) / (v * jnp.sqrt(v) + heat)"
            ),
            x=x,
            heat=heat,
        )
        made = scene.template.expression(
            "e * s + gate", e=scene.name("e"), s=scene.name("s"), gate=scene.weave_hole((rows, width), VALUES, (0, 3))
        )
    return scene.finish(made, (rows, width), 40.0, "statistics", "filter", target, _ESTIMATES[target])


_WALKS = {
    "brownian": "x0[:, None] + sigma * jnp.cumsum(z, axis=1)",
    "geometric": "x0[:, None] * jnp.exp(jnp.cumsum(0.2 * sigma * z, axis=1))",
    "mean_reverting": "0.7 * x0[:, None] + sigma * z",
    "bridge": "x0[:, None] + sigma * (jnp.cumsum(z, axis=1) - 0.5 * z)",
}


def _draw_walk(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that makes paths of random steps from a key."""
    sizes = stream.child("sizes")
    paths, steps = sizes.integer(2, 5), sizes.integer(3, 7)
    scene = Scene(stream, (paths, steps))
    choices = scene.choices
    seed = scene.array((), Domain(low=0, high=100_000), ("seed", "run", "trial"), "int32")
    sampler = choices.pick(("normal", "uniform", "laplace", "rademacher"))
    holes: dict[str, Expression] = {"seed": seed}
    scene.add(
        f"key = jax.random.key(seed)\n\nz = jax.random.{sampler}(key, ({paths}, {steps}))"
        + (".astype(jnp.float32)" if sampler == "rademacher" else ""),
        **holes,
    )
    node = _WALKS[target]
    x0 = scene.array((paths,), POSITIVE, ("x0", "s0", "starts", "spot"))
    scene.add(
        "x = node",
        node=scene.template.expression(
            node, z=scene.name("z"), x0=x0, sigma=scene.number(0.1, 0.8, ("sigma", "vol", "spread"))
        ),
    )
    made = scene.template.expression(
        choices.choice(("x + extra", "x * extra", "jnp.maximum(x - 1.0, 0.0) + extra")),
        x=scene.name("x"),
        extra=scene.weave_hole((paths, steps), FACTOR, (1, 3)),
    )
    return scene.finish(
        made, (paths, steps), 90.0, "statistics", "random_walk", target, "Sample paths of a stochastic process"
    )


_FILTERS = {
    "sobel": (_BODIES["sobel"]),
    "box_blur": "s = (p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2] + side * p[1:-1, 1:-1]) / 5.0",
    "sharpen": "s = p[1:-1, 1:-1] * 5.0 - side * (p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2])",
    "bilateral": (_BODIES["bilateral"]),
    "local_contrast": (_BODIES["local_contrast"]),
}


def _draw_image(stream: Stream, target: str) -> KernelSpec:
    """Draw an image filter that computes each pixel from its neighbours."""
    sizes = stream.child("sizes")
    kind = (sizes.integer(4, 8), sizes.integer(4, 8))
    scene = Scene(stream, kind)
    choices = scene.choices
    image = scene.array(kind, Domain(low=0.05, high=1.0), ("image", "img", "gray", "frame"))
    mode = choices.choice(("edge", "reflect", "wrap", "constant", "symmetric"))
    scene.add(f"p = jnp.pad(image, {choices.choice(('1', '((1, 1), (1, 1))'))}, mode='{mode}')", image=image)
    scene.add(_FILTERS[target], side=scene.number(0.3, 1.5, ("side", "strength", "sigma", "amount")))
    end = choices.choice(
        ("s * gate", "s + gate", "jnp.where(s > 0.5, s, 0.3 * s) * gate", "jnp.power(jnp.abs(s) + 0.05, 0.6) * gate")
    )
    made = scene.template.expression(end, s=scene.name("s"), gate=scene.weave_hole(kind, FACTOR, (1, 3)))
    return scene.finish(
        made, kind, 60.0, "statistics", "image", target, f"{target.replace('_', ' ').capitalize()} filter on an image"
    )


RECIPES = (
    Recipe(name="density", category="statistics", targets=tuple(_DENSITIES), draw=_draw_density),
    Recipe(
        name="filter",
        category="statistics",
        targets=("kalman", "kernel_regression", "soft_clusters", "whitening", "skewness"),
        draw=_draw_filter,
    ),
    Recipe(name="random_walk", category="statistics", targets=tuple(_WALKS), draw=_draw_walk),
    Recipe(
        name="image",
        category="statistics",
        targets=tuple(_FILTERS),
        draw=_draw_image,
        target_weights=dict.fromkeys(_FILTERS, 0.6),
    ),
)
