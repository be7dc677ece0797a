"""Losses and distances, each chosen by name among several."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Family, Option, draw_by_name
from synthesis.frontends.jax.recipes.applications.parts import positive, truth, weights, whole
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_DISTANCE = Family(
    summary="Distances between all rows of two sets",
    titles=("pairwise_distance", "cdist", "distance_matrix", "pairwise_metric"),
    before="""
        {?0.4 if x.ndim != 2 or y.ndim != 2:
            raise ValueError(f'expected two matrices, got shapes <<x.shape>> and <<y.shape>>')}
        {?0.4 if x.shape[-1] != y.shape[-1]:
            raise ValueError(f'expected rows of the same size, got <<x.shape[-1]>> and <<y.shape[-1]>> features')}
        {?0.3 if scale is not None:
            # features in units of their spread
            x, y = x / scale, y / scale}
    """,
    cases={
        "euclidean": """
            {# {no tensor of differences ~ by one product}
            squares = jnp.sum(x ** 2, axis=1)[:, None] + jnp.sum(y ** 2, axis=1) - 2.0 * x @ y.T
            out = jnp.sqrt(jnp.maximum(squares, 1e-12)) ~
            d = x[:, None, :] - y[None, :, :]
            out = jnp.sqrt(jnp.sum(jnp.square(d), axis=-1) + 1e-12)}
        """,
        "squared": "out = jnp.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=-1)",
        "manhattan": "out = jnp.sum(jnp.abs(x[:, None, :] - y[None, :, :]), axis=-1)",
        "chebyshev": "out = jnp.max(jnp.abs(x[:, None, :] - y[None, :, :]), axis=-1)",
        "cosine": """
            {x_unit, y_unit = x / safe_norm(x), y / safe_norm(y) ~
            x_unit = x / (jnp.linalg.norm(x, axis=-1, keepdims=True) + eps)
            y_unit = y / (jnp.linalg.norm(y, axis=-1, keepdims=True) + eps)}
            out = 1.0 - x_unit @ y_unit.T
        """,
        "correlation": """
            # {cosine of what is left without the mean ~ the mean of a row does not matter}
            x_mid = x - x.mean(axis=1, keepdims=True)
            y_mid = y - y.mean(axis=1, keepdims=True)
            lengths = jnp.outer(jnp.linalg.norm(x_mid, axis=1), jnp.linalg.norm(y_mid, axis=1))
            out = 1.0 - x_mid @ y_mid.T / (lengths + eps)
        """,
        "minkowski": """
            {?0.5 if power < 1.0:
                raise ValueError(f'expected a power of one or more, got <<power>>')}
            abs_diff = jnp.abs(x[:, None, :] - y[None, :, :]) + eps
            out = jnp.sum(abs_diff ** power, axis=-1) ** (1.0 / power)
        """,
    },
    after="""
        {?0.5 if bandwidth is not None:
            # {near rows are alike ~ similarities in place of distances}
            return jnp.exp(-out / bandwidth)}
        {?0.5 if normalize:
            # {the largest distance becomes one ~ between 0 and 1}
            out = out / {jnp.maximum(out.max(), eps) ~ (jnp.max(out) + eps)}}
    """,
    named=("metric", "kind", "distance"),
    word="metric",
    returned="a matrix of shape (rows of x, rows of y)",
)  # fmt: skip
_ROBUST = Family(
    summary="Penalty of residuals that a name chooses",
    titles=("robust_loss", "residual_penalty", "m_estimator", "regression_loss"),
    before="""
        {?0.4 if predictions.shape != targets.shape:
            raise ValueError(f'expected targets of shape <<predictions.shape>>, got <<targets.shape>>')}
        r = {predictions - targets ~ targets - predictions}
        {?0.4 if scale is not None:
            r = r / scale}
    """,
    cases={
        "l2": "out = {0.5 * jnp.square(r) ~ 0.5 * r ** 2}",
        "l1": "out = jnp.abs(r)",
        "huber": """
            size = jnp.abs(r)
            out = jnp.where(size <= delta, 0.5 * r ** 2, delta * (size - 0.5 * delta))
        """,
        "cauchy": """
            # {outliers pull less and less ~ grows like a logarithm}
            out = 0.5 * delta ** 2 * jnp.log1p((r / delta) ** 2)
        """,
        "tukey": """
            {?0.5 # residuals beyond the limit cost the same}
            inside = 1.0 - (1.0 - (r / delta) ** 2) ** 3
            out = delta ** 2 / 6.0 * jnp.where(jnp.abs(r) < delta, inside, 1.0)
        """,
        "welsch": "out = delta ** 2 * (1.0 - jnp.exp(-0.5 * {jnp.square(r / delta) ~ (r / delta) ** 2}))",
        "quantile": """
            {if tau <= 0.0 or tau >= 1.0:
                raise ValueError(f'expected a quantile between 0 and 1, got <<tau>>')
            out = jnp.maximum(tau * r, (tau - 1.0) * r) ~
            out = jnp.where(r >= 0, tau * r, (tau - 1.0) * r)}
        """,
        "log_cosh": "out = r + jax.nn.softplus(-2.0 * r) - math.log(2.0)",
    },
    after="""
        {?0.5 if weight is not None:
            {?0.7 if weight.shape != out.shape[:1]:
                raise ValueError(f'expected a weight for each of <<out.shape[0]>> rows, got <<weight.shape>>')}
            out = out * weight[:, None]}
        {?0.5 if mask is not None:
            # {what was not measured costs nothing ~ missing values}
            out = jnp.where(mask[:, None], out, 0.0)}
    """,
    named=("kind", "loss", "penalty"),
    word="penalty",
    returned="the penalty of each residual",
)  # fmt: skip
_OVERLAP = Family(
    summary="How well masks of classes agree with scores",
    titles=("segmentation_loss", "mask_loss", "pixel_class_loss"),
    before="""
        {?0.4 if logits.shape[:-1] != labels.shape:
            raise ValueError(f'expected labels of shape <<logits.shape[:-1]>>, got <<labels.shape>>')}
        classes = logits.shape[-1]
        probs = jax.nn.{softmax(logits, axis=-1) ~ softmax(logits)}
        one_hot = jax.nn.one_hot(labels, classes{~, dtype=probs.dtype})
        {?0.4 if ignore is not None:
            # {unlabelled pixels ~ borders that nobody labelled}
            known = (labels != ignore)[..., None]
            probs, one_hot = probs * known, one_hot * known}
        axes = tuple(range(1, logits.ndim - 1))
        both = jnp.sum(probs * one_hot, axis=axes)
        {?0.5 # {of every image ~ pixels that have a class}}
        pixels = jnp.maximum(one_hot.sum(axis=(*axes, -1)), 1.0)[:, None]
    """,
    cases={
        "dice": """
            sizes = jnp.sum(probs, axis=axes) + jnp.sum(one_hot, axis=axes)
            out = 1.0 - (2.0 * both + smooth) / (sizes + smooth)
        """,
        "jaccard": """
            union = jnp.sum(probs + one_hot, axis=axes) - both
            out = 1.0 - (both + smooth) / (union + smooth)
        """,
        "tversky": """
            # {misses and false alarms cost differently ~ misses cost more than false alarms}
            alarms = jnp.sum(probs * (1.0 - one_hot), axis=axes)
            misses = jnp.sum((1.0 - probs) * one_hot, axis=axes)
            out = 1.0 - (both + smooth) / (both + alpha * alarms + (1.0 - alpha) * misses + smooth)
        """,
        "cross_entropy": """
            nll = -one_hot * jax.nn.log_softmax(logits, axis=-1)
            out = jnp.sum(nll, axis=axes) / pixels
        """,
        "focal": """
            hard = (1.0 - probs) ** gamma
            out = -jnp.sum(hard * one_hot * jax.nn.log_softmax(logits, axis=-1), axis=axes) / pixels
        """,
    },
    after="""
        {?0.5 if present_only:
            # {classes that an image does not show cost nothing ~ only classes that are there}
            out = jnp.where(jnp.max(one_hot, axis=axes) > 0, out, 0.0)}
        {out = out * class_weights ~ if class_weights is not None:
            out = out * class_weights}
    """,
    named=("kind", "loss_type", "mode"),
    word="loss",
    returned="the loss of each class",
)  # fmt: skip
_REGULARISER = Family(
    summary="What large weights cost",
    titles=("regularizer", "weight_penalty", "penalize_weights", "regularization_loss"),
    before="""
        leaves = jax.tree.leaves(params)
        {?0.5 if skip_vectors:
            # {biases and scales may be as large as they like ~ only matrices}
            leaves = [w for w in leaves if w.ndim > 1]}
    """,
    cases={
        "l2": "out = 0.5 * sum({jnp.sum(jnp.square(w)) ~ jnp.sum(w ** 2)} for w in leaves)",
        "l1": """
            {out = sum(jnp.abs(w).sum() for w in leaves) ~
            summed = 0.0
            for w in leaves:
                # smooth at zero
                summed = summed + jnp.sum(jnp.sqrt(w ** 2 + eps))
            out = summed}
        """,
        "elastic": """
            squares = sum(jnp.sum(w ** 2) for w in leaves)
            sizes = sum(jnp.sum(jnp.abs(w)) for w in leaves)
            out = share * sizes + 0.5 * (1.0 - share) * squares
        """,
        "group": """
            # {whole columns vanish together ~ a unit is kept or not}
            summed = 0.0
            for w in leaves:
                if w.ndim > 1:
                    summed += jnp.sum(jnp.sqrt(jnp.sum(w ** 2, axis=0) + eps)) * math.sqrt(w.shape[0])
                else:
                    summed += jnp.sum(jnp.abs(w))
            out = summed
        """,
        "orthogonal": """
            summed = 0.0
            for w in leaves:
                if w.ndim != 2:
                    summed += jnp.sum(w ** 2)
                else:
                    gram = w.T @ w
                    summed += jnp.sum((gram - jnp.eye(w.shape[1])) ** 2)
            out = summed
        """,
        "max_norm": """
            norms = [{jnp.linalg.norm(w) ~ jnp.sqrt(jnp.sum(w ** 2))} for w in leaves]
            {out = sum(jax.nn.relu(norm - limit) ** 2 for norm in norms) ~
            over = jnp.maximum(jnp.stack(norms) - limit, 0.0)
            out = jnp.sum(jnp.square(over))}
        """,
    },
    after="""
        {?0.4 if per_weight:
            {?0.4 # {the size of a model does not matter}}
            out = out / sum(w.size for w in leaves)}
        out = strength * out
    """,
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
        "logits": Array(Leaf((batch, side, side, classes), -2, 2), "scores of the pixels", ("logits", "scores")),
        "labels": Array(whole(batch, side, side, below=classes), "true classes of pixels", ("labels", "mask", "y")),
        "params": Array(tree, "weights", ("params", "weights")),
        "scale": Array(positive(dim), "spread of each feature", ("scale", "feature_scale")),
        "weight": Array(positive(rows), "weight of each row", ("weights", "sample_weight")),
        "mask": Array(truth(rows), "rows that count", ("mask", "valid")),
        "class_weights": Array(positive(classes), "weight of each class", ("class_weights",)),
        "eps": Constant("1e-8", "small number that keeps results finite", ("eps", "epsilon")),
        "delta": Constant("1.0", "where the penalty bends", ("delta", "scale_param", "c"), (0.8, 1.5)),
        "smooth": Constant("1.0", "what keeps empty masks finite", ("smooth", "smoothing"), (0.5, 1.0)),
        "alpha": Constant("0.3", "weight of false alarms", ("alpha",), (0.2, 0.7)),
        "share": Constant("0.5", "share of the first term", ("l1_ratio", "share"), (0.2, 0.8)),
        "limit": Option("float", "largest norm", ("0.1", "0.2"), ("max_norm", "limit")),
        "strength": Constant("0.1", "weight of the penalty", ("strength", "weight_decay"), (0.01, 1.0)),
        "gamma": Option("float", "how little easy pixels count", ("2.0", "1.0"), ("gamma", "focus")),
        "tau": Option("float", "the quantile", ("0.5", "0.9"), ("quantile", "tau")),
        "power": Option("float", "order of the norm", ("3.0", "1.5"), ("p", "power")),
        "bandwidth": Option("float | None", "distance at which likeness fades", ("None", "1.0", "2.0"), ("bandwidth",)),
        "ignore": Option("int | None", "label left out", ("None", "0"), ("ignore_index", "ignore_label")),
        "present_only": Option("bool", "whether absent classes cost nothing", ("False", "True"), ("present_only",)),
        "normalize": Option("bool", "whether the largest is one", ("False", "True"), ("normalize",)),
        "skip_vectors": Option("bool", "whether vectors are free", (str(not vectors),), ("matrices_only", "skip_bias")),
        "per_weight": Option("bool", "whether it is that of one weight", ("False", "True"), ("mean", "per_weight")),
    }  # fmt: skip
    ends = {
        "distances": (rows, others), "residual_penalty": (rows, dim), "mask_overlap": (batch, classes),
        "weight_penalty": (),
    }  # fmt: skip
    return draw_by_name(stream, ("losses", "loss_by_name", target), FAMILIES[target], given, Leaf(ends[target]))


RECIPES = (Recipe(name="loss_by_name", category="losses", targets=tuple(FAMILIES), draw=_draw_loss),)
