"""Losses and distances, each chosen by name among several."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Family, Option, draw_by_name
from synthesis.frontends.jax.recipes.applications.parts import positive, truth, weights, whole
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_BODIES = read_bodies("jax", "loss_modes", margin=12)

_DISTANCE = Family(
    summary="Computes pairwise distances with a selectable metric",
    titles=("pairwise_distance", "cdist", "distance_matrix", "pairwise_metric"),
    before=_BODIES["distance.distance"],
    cases={
        "euclidean": _BODIES["euclidean"],
        "squared": "out = jnp.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=-1)",
        "manhattan": "out = jnp.sum(jnp.abs(x[:, None, :] - y[None, :, :]), axis=-1)",
        "chebyshev": "out = jnp.max(jnp.abs(x[:, None, :] - y[None, :, :]), axis=-1)",
        "cosine": _BODIES["cosine"],
        "correlation": _BODIES["correlation"],
        "minkowski": _BODIES["minkowski"],
    },
    after=_BODIES["distance.distance_2"],
    named=("metric", "kind", "distance"),
    word="metric",
    returned="a matrix of shape (rows of x, rows of y)",
)  # fmt: skip
_ROBUST = Family(
    summary="Computes a selectable robust penalty of residuals",
    titles=("robust_loss", "residual_penalty", "m_estimator", "regression_loss"),
    before=_BODIES["robust.robust"],
    cases={
        "l2": "out = {0.5 * jnp.square(r) ~ 0.5 * r ** 2}",
        "l1": "out = jnp.abs(r)",
        "huber": """
            size = jnp.abs(r)
            out = jnp.where(size <= delta, 0.5 * r ** 2, delta * (size - 0.5 * delta))
        """,
        "cauchy": """
            # {redescending influence of outliers ~ grows like a logarithm}
            out = 0.5 * delta ** 2 * jnp.log1p((r / delta) ** 2)
        """,
        "tukey": """
            {?0.5 # constant cost beyond the limit}
            inside = 1.0 - (1.0 - (r / delta) ** 2) ** 3
            out = delta ** 2 / 6.0 * jnp.where(jnp.abs(r) < delta, inside, 1.0)
        """,
        "welsch": "out = delta ** 2 * (1.0 - jnp.exp(-0.5 * {jnp.square(r / delta) ~ (r / delta) ** 2}))",
        "quantile": _BODIES["quantile"],
        "log_cosh": "out = r + jax.nn.softplus(-2.0 * r) - math.log(2.0)",
    },
    after=_BODIES["robust.robust_2"],
    named=("kind", "loss", "penalty"),
    word="penalty",
    returned="the penalty of each residual",
)  # fmt: skip
_OVERLAP = Family(
    summary="Computes a selectable segmentation loss of classes",
    titles=("segmentation_loss", "mask_loss", "pixel_class_loss"),
    before=_BODIES["overlap.overlap"],
    cases={
        "dice": """
            sizes = jnp.sum(probs, axis=axes) + jnp.sum(one_hot, axis=axes)
            out = 1.0 - (2.0 * both + smooth) / (sizes + smooth)
        """,
        "jaccard": """
            union = jnp.sum(probs + one_hot, axis=axes) - both
            out = 1.0 - (both + smooth) / (union + smooth)
        """,
        "tversky": _BODIES["tversky"],
        "cross_entropy": """
            nll = -one_hot * jax.nn.log_softmax(logits, axis=-1)
            out = jnp.sum(nll, axis=axes) / pixels
        """,
        "focal": """
            hard = (1.0 - probs) ** gamma
            out = -jnp.sum(hard * one_hot * jax.nn.log_softmax(logits, axis=-1), axis=axes) / pixels
        """,
    },
    after=_BODIES["overlap.overlap_2"],
    named=("kind", "loss_type", "mode"),
    word="loss",
    returned="the loss of each class",
)  # fmt: skip
_REGULARISER = Family(
    summary="Computes a selectable weight regularization penalty",
    titles=("regularizer", "weight_penalty", "penalize_weights", "regularization_loss"),
    before=_BODIES["regulariser.regulariser"],
    cases={
        "l2": "out = 0.5 * sum({jnp.sum(jnp.square(w)) ~ jnp.sum(w ** 2)} for w in leaves)",
        "l1": _BODIES["l1"],
        "elastic": """
            squares = sum(jnp.sum(w ** 2) for w in leaves)
            sizes = sum(jnp.sum(jnp.abs(w)) for w in leaves)
            out = share * sizes + 0.5 * (1.0 - share) * squares
        """,
        "group": _BODIES["group"],
        "orthogonal": _BODIES["orthogonal"],
        "max_norm": _BODIES["max_norm"],
    },
    after=_BODIES["regulariser.regulariser_2"],
    named=("kind", "penalty", "norm"),
    word="penalty",
    returned="the penalty",
)  # fmt: skip
FAMILIES = {
    "distances": _DISTANCE,
    "residual_penalty": _ROBUST,
    "mask_overlap": _OVERLAP,
    "weight_penalty": _REGULARISER,
}


def _draw_loss(stream: Stream, target: str) -> KernelSpec:
    """Draw a loss that is chosen by name."""
    sizes = stream.child("sizes")
    rows, others, dim = sizes.choice((32, 64)), sizes.choice((16, 32)), sizes.choice((8, 16, 32))
    batch, side, classes = sizes.choice((2, 4)), sizes.choice((8, 16)), sizes.choice((3, 4, 8))
    wide = sizes.choice((32, 64))
    tree: Tree = sizes.choice(
        (
            {"w1": weights(dim, wide), "b1": weights(wide), "w2": weights(wide, dim)},
            [weights(dim, wide), weights(wide, dim)],
            {"kernel": weights(dim, wide), "bias": weights(wide)},
        )
    )
    # If vectors have no cost, vectors among the weights would have no effect.
    matrices: Tree = {"w1": weights(dim, wide), "w2": weights(wide, wide)}
    tree = matrices if sizes.chance(0.5) else tree
    vectors = tree is not matrices and not isinstance(tree, list)
    given = {
        "x": Array(Leaf((rows, dim)), "rows of the first set", ("x", "a", "queries")),
        "y": Array(Leaf((others, dim)), "rows of the second set", ("y", "b", "keys")),
        "predictions": Array(Leaf((rows, dim), -3, 3), "predictions", ("predictions", "y_pred")),
        "targets": Array(Leaf((rows, dim), -3, 3), "true values", ("targets", "y_true")),
        "logits": Array(Leaf((batch, side, side, classes), -2, 2), "logits of the pixels", ("logits", "scores")),
        "labels": Array(whole(batch, side, side, below=classes), "true classes of pixels", ("labels", "mask", "y")),
        "params": Array(tree, "parameters", ("params", "weights")),
        "scale": Array(positive(dim), "scale of each feature", ("scale", "feature_scale")),
        "weight": Array(positive(rows), "weight of each row", ("weights", "sample_weight")),
        "mask": Array(truth(rows), "mask of valid rows", ("mask", "valid")),
        "class_weights": Array(positive(classes), "weight of each class", ("class_weights",)),
        "eps": Constant("1e-8", "small constant that keeps results finite", ("eps", "epsilon")),
        "delta": Constant("1.0", "threshold of the penalty", ("delta", "scale_param", "c"), (0.8, 1.5)),
        "smooth": Constant("1.0", "smoothing constant for empty masks", ("smooth", "smoothing"), (0.5, 1.0)),
        "alpha": Constant("0.3", "weight of false positives", ("alpha",), (0.2, 0.7)),
        "share": Constant("0.5", "fraction of the L1 penalty", ("l1_ratio", "share"), (0.2, 0.8)),
        "limit": Option("float", "largest norm", ("0.1", "0.2"), ("max_norm", "limit")),
        "strength": Constant("0.1", "weight of the penalty", ("strength", "weight_decay"), (0.01, 1.0)),
        "gamma": Option("float", "focusing exponent", ("2.0", "1.0"), ("gamma", "focus")),
        "tau": Option("float", "the quantile", ("0.5", "0.9"), ("quantile", "tau")),
        "power": Option("float", "order of the norm", ("3.0", "1.5"), ("p", "power")),
        "bandwidth": Option("float | None", "bandwidth of the kernel", ("None", "1.0", "2.0"), ("bandwidth",)),
        "ignore": Option("int | None", "label that is ignored", ("None", "0"), ("ignore_index", "ignore_label")),
        "present_only": Option("bool", "whether to average only over classes that occur", ("False", "True"),
                               ("present_only",)),
        "normalize": Option("bool", "whether to normalize the matrix so that its largest element is one",
                            ("False", "True"), ("normalize",)),
        "skip_vectors": Option("bool", "whether to penalize only matrices", (str(not vectors),),
                               ("matrices_only", "skip_bias")),
        "per_weight": Option("bool", "whether to average over the parameters", ("False", "True"),
                             ("mean", "per_weight")),
    }  # fmt: skip
    ends = {
        "distances": (rows, others), "residual_penalty": (rows, dim), "mask_overlap": (batch, classes),
        "weight_penalty": (),
    }  # fmt: skip
    return draw_by_name(stream, ("losses", "loss_by_name", target), FAMILIES[target], given, Leaf(ends[target]))


RECIPES = (Recipe(name="loss_by_name", category="losses", targets=tuple(FAMILIES), draw=_draw_loss),)
