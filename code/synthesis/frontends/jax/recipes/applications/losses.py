"""Losses of classes and of numbers."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    expect,
    guard,
    positive,
    remark,
    truth,
    whole,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.reducing import reduce
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.grammar.lines import block
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _draw_classes(stream: Stream, target: str) -> KernelSpec:
    """What scores of classes cost, beside the true classes."""
    p = Program(stream)
    long = p.choices.chance(0.5)
    lead = (p.size(1, 2, 4), p.size(16, 32, 64)) if long else (p.size(16, 32, 64, 128, 256),)
    classes = p.size(10, 32, 100, 128, 256, 1000) if not long else p.size(64, 128, 256)
    low = p.maybe(0.2)
    p.tensor(
        "logits",
        Leaf((*lead, classes), -4, 4, "bfloat16" if low else "float32"),
        "unnormalized scores of shape (..., classes)",
        ("logits", "logits", "scores", "predictions"),
    )
    spread = target == "cross_entropy" and p.maybe(0.25)
    kind = "float32" if target == "binary_cross_entropy" or spread else "int32"
    dense = kind == "float32"
    p.tensor(
        "labels",
        Leaf((*lead, classes), 0, 1) if dense else whole(*lead, below=classes),
        "probabilities of the classes" if dense else "true classes, shape (...)",
        ("labels", "targets", "y"),
    )
    weighted, masked = p.maybe(0.3), p.maybe(0.3)
    p.tensor(
        "weight", positive(*lead), "weight of each example", ("weights", "sample_weight"), given=weighted, optional=True
    )
    named = masked and (dense or p.choices.chance(0.5))
    if named:
        p.tensor("valid", truth(*lead), "which examples count", ("mask", "valid_mask", "where"))
    balance = ("class_weights", "alpha") if target == "focal_loss" else ("class_weights", "class_weight")
    p.tensor("balance", positive(classes), "weight of each class", balance)
    p.option("ignore", p.pick("-1", "0"), "int", "label that does not count", "0", ("ignore_index", "pad_id"))
    smooth = not dense and target == "cross_entropy" and p.maybe(0.35)
    p.option(
        "smoothing",
        "0.0",
        "float",
        "share of the probability that goes to all classes",
        p.pick("0.1", "0.0"),
        ("label_smoothing", "smoothing"),
    )
    p.number("gamma", "2.0", "how little easy examples count", (1.0, 3.0), ("gamma", "focus"))
    p.number("alpha", "0.25", "weight of the positive class", (0.2, 0.8))
    p.number("z_weight", "1e-4", "weight of the squared normalizer", (0.001, 0.1), ("z_loss", "z_loss_weight"))
    p.number("temperature", p.pick("1.0", "2.0"), "what scores are divided by", (0.5, 2.0), ("temperature", "tau"))
    shapes = "logits.shape != labels.shape" if dense else "logits.shape[:-1] != labels.shape"
    p.add(
        guard(
            p,
            shapes,
            "expected labels of shape {logits.shape}, got {labels.shape}"
            if dense
            else "expected labels of shape {logits.shape[:-1]}, got {labels.shape}",
            0.35,
        ),
        expect(p, "logits.ndim >= 2"),
    )
    if low or p.maybe(0.25):
        p.add(remark(p, "losses in full precision", "16 bits are not enough for a logarithm"))
        p.add("logits = logits.astype(jnp.float32)")
    if p.maybe(0.2):
        p.add("logits = logits / temperature")
    lines = _binary(p) if target == "binary_cross_entropy" else _categorical(p, target, dense=dense, smooth=smooth)
    p.add(*lines)
    if target == "cross_entropy" and p.maybe(0.3):
        known = any("log_z" in line for line in lines)
        p.add(
            remark(p, "keeps the normalizer near one", "scores do not drift away"),
            "" if known else "log_z = jax.nn.logsumexp(logits, axis=-1)",
            p.pick(
                "per_example = per_example + z_weight * LOG_Z ** 2", "per_example += z_weight * jnp.square(LOG_Z)"
            ).replace("LOG_Z", "log_z[..., 0]" if known else "log_z"),
        )
    if masked and not named:
        p.add(remark(p, "labels that do not count", "padding has no label"))
        p.add(
            p.pick(
                "valid = labels != ignore",
                "valid = (labels != ignore).astype(jnp.float32)",
            )
        )
    reduce(p, lead, weighted=weighted, masked=masked)
    titles = {
        "cross_entropy": ("cross_entropy_loss", "softmax_cross_entropy", "classification_loss", "xent_loss"),
        "focal_loss": ("focal_loss", "softmax_focal_loss"),
        "binary_cross_entropy": ("binary_cross_entropy", "sigmoid_cross_entropy", "bce_with_logits", "multilabel_loss"),
    }[target]
    return p.done(
        "losses",
        "class_loss",
        target,
        titles,
        {
            "cross_entropy": p.pick(
                "Cross entropy of scores with the true classes", "Negative log likelihood of the labels"
            ),
            "focal_loss": "Cross entropy that counts easy examples less",
            "binary_cross_entropy": p.pick("Cross entropy of independent classes", "Binary cross entropy with logits"),
        }[target],
        "the loss",
    )


def _binary(p: Program) -> list[str]:
    made = p.pick(
        "log_p = jax.nn.log_sigmoid(logits)\nlog_not_p = jax.nn.log_sigmoid(-logits)\n"
        "losses = -labels * log_p - (1.0 - labels) * log_not_p",
        "losses = jnp.maximum(logits, 0) - logits * labels + jnp.log1p(jnp.exp(-jnp.abs(logits)))",
        "losses = jax.nn.softplus(logits) - labels * logits",
        "losses = labels * jax.nn.softplus(-logits) + (1.0 - labels) * jax.nn.softplus(logits)",
    )
    lines = [made.replace("losses", "bce")]
    if p.maybe(0.35):
        lines += [
            remark(p, "easy examples count less", "focus on what is still wrong"),
            "probs = jax.nn.sigmoid(logits)",
            p.pick(
                "p_t = probs * labels + (1.0 - probs) * (1.0 - labels)",
                "p_t = jnp.where(labels > 0.5, probs, 1.0 - probs)",
            ),
            p.pick("bce = bce * (1.0 - p_t) ** gamma", "bce *= jnp.power(1.0 - p_t, gamma)"),
        ]
    if p.maybe(0.25):
        lines += [p.pick("bce = bce * (alpha * labels + (1.0 - alpha) * (1.0 - labels))", "bce = bce * balance")]
    return [*lines, p.pick("per_example = bce.mean(axis=-1)", "per_example = jnp.mean(bce, axis=-1)")]


def _categorical(p: Program, target: str, *, dense: bool, smooth: bool) -> list[str]:
    lines = [
        p.pick(
            "log_probs = jax.nn.log_softmax(logits, axis=-1)",
            "log_probs = jax.nn.log_softmax(logits)",
            "log_probs = logits - jax.nn.logsumexp(logits, axis=-1, keepdims=True)",
            "log_z = jax.nn.logsumexp(logits, axis=-1, keepdims=True)\nlog_probs = logits - log_z",
        )
    ]
    if dense:
        total = p.pick(
            "labels = labels / labels.sum(axis=-1, keepdims=True)",
            "labels = labels / jnp.maximum(jnp.sum(labels, axis=-1, keepdims=True), 1e-6)",
        )
        lines += [total] if p.choices.chance(0.6) else []
        spread = True
    else:
        spread = smooth or p.choices.chance(0.4)
        if spread:
            lines += [
                "classes = logits.shape[-1]",
                p.pick(
                    "one_hot = jax.nn.one_hot(labels, classes)",
                    "one_hot = (labels[..., None] == jnp.arange(classes)).astype(log_probs.dtype)",
                    "one_hot = jax.nn.one_hot(labels, classes, dtype=log_probs.dtype)",
                ),
            ]
        if smooth:
            lines += [
                block(
                    "if smoothing > 0:",
                    remark(p, "some probability goes to every class", "never quite sure"),
                    p.pick(
                        "one_hot = one_hot * (1.0 - smoothing) + smoothing / classes",
                        "one_hot = (1.0 - smoothing) * one_hot + smoothing / classes",
                    ),
                )
            ]
    truths = "labels" if dense else "one_hot"
    if target == "focal_loss":
        lines += [
            remark(p, "easy examples count less", "focus on what is still wrong"),
            p.pick(
                "weight_of = (1.0 - jnp.exp(log_probs)) ** gamma",
                "weight_of = jnp.power(1.0 - jnp.exp(log_probs), gamma)",
            ),
            "log_probs = weight_of * log_probs",
        ]
    if p.maybe(0.2):
        lines += [p.pick("log_probs = log_probs * balance", "log_probs = balance * log_probs")]
    if spread:
        return [
            *lines,
            p.pick(
                f"per_example = -jnp.sum({truths} * log_probs, axis=-1)",
                f"per_example = -({truths} * log_probs).sum(axis=-1)",
            ),
        ]
    return [
        *lines,
        p.pick(
            "per_example = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]",
            "per_example = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1).squeeze(-1)",
        ),
    ]


_ERRORS: dict[str, tuple[str, ...]] = {
    "huber": (
        "abs_diff = jnp.abs(diff)\nquadratic = jnp.minimum(abs_diff, delta)\nlinear = abs_diff - quadratic\n"
        "errors = 0.5 * quadratic ** 2 + delta * linear",
        "errors = jnp.where(jnp.abs(diff) <= delta, 0.5 * diff ** 2, delta * (jnp.abs(diff) - 0.5 * delta))",
        "abs_diff = jnp.abs(diff)\n"
        "errors = jnp.where(abs_diff < delta, 0.5 * jnp.square(diff), delta * abs_diff - 0.5 * delta ** 2)",
    ),
    "squared_error": (
        "errors = jnp.square(diff)",
        "errors = diff ** 2",
        "errors = 0.5 * diff ** 2",
        "errors = 0.5 * jnp.square(diff)",
    ),
    "quantile": (
        "errors = jnp.maximum(tau * diff, (tau - 1.0) * diff)",
        "errors = jnp.where(diff >= 0, tau * diff, (tau - 1.0) * diff)",
        "errors = diff * (tau - (diff < 0))",
    ),
    "log_cosh": (
        "errors = jnp.logaddexp(diff, -diff) - math.log(2.0)",
        "errors = diff + jax.nn.softplus(-2.0 * diff) - jnp.log(2.0)",
    ),
    "gaussian_nll": (
        "var = jnp.exp(log_var)\nerrors = 0.5 * (log_var + diff ** 2 / var)",
        "errors = 0.5 * (log_var + jnp.square(diff) * jnp.exp(-log_var))",
        "log_var = jnp.clip(log_var, -3.0, 3.0)\nerrors = 0.5 * (diff ** 2 / jnp.exp(log_var) + log_var)",
    ),
}


_WHY = {
    "huber": ("linear beyond delta, so that outliers do not rule", "squared near zero, linear far out"),
    "squared_error": ("squared error", "large errors cost most"),
    "quantile": ("errors above and below cost differently", "pinball loss"),
    "log_cosh": ("stable form of log(cosh(x))", "squared for small errors, linear for large ones"),
    "gaussian_nll": ("the model says how sure it is", "unsure predictions may be off"),
}


def _draw_numbers(stream: Stream, target: str) -> KernelSpec:
    """What predicted numbers cost, beside the true ones."""
    p = Program(stream)
    shape = (
        (p.size(16, 32, 64, 128), p.size(8, 16, 32, 64))
        if p.choices.chance(0.7)
        else (p.size(2, 4, 8), p.size(16, 32), p.size(8, 16, 32))
    )
    low = p.maybe(0.15)
    dtype = "bfloat16" if low else "float32"
    p.tensor(
        "pred",
        Leaf(shape, -3, 3, dtype),
        f"predictions of {len(shape)} axes, the first of examples",
        ("predictions", "preds", "y_pred", "outputs"),
    )
    p.tensor(
        "target", Leaf(shape, -3, 3, dtype), "true values, of the same shape", ("targets", "y_true", "y", "labels")
    )
    p.tensor("log_var", Leaf(shape, -2, 2, dtype), "logarithms of the predicted variances", ("log_var", "log_variance"))
    weighted, masked = p.maybe(0.3), p.maybe(0.3)
    lead = shape[:-1]
    p.tensor(
        "weight", positive(*lead), "weight of each example", ("weights", "sample_weight"), given=weighted, optional=True
    )
    p.tensor("valid", truth(*lead), "which examples count", ("mask", "where"))
    p.tensor("units", positive(shape[-1]), "scale of each output", ("scale", "target_scale"))
    p.number("delta", "1.0", "where the loss turns linear", (0.5, 1.5), ("delta", "huber_delta"))
    p.number("tau", p.pick("0.5", "0.9"), "the quantile", (0.1, 0.9), ("quantile", "q", "tau"))
    p.number("eps", "1e-6", "small number that keeps the division safe")
    p.option(
        "relative",
        "False",
        "bool",
        "whether errors are relative to the true values",
        p.pick("True", "False"),
        ("relative", "normalize"),
    )
    p.add(
        guard(p, "pred.shape != target.shape", "expected targets of shape {pred.shape}, got {target.shape}", 0.4),
        expect(p, "pred.ndim >= 2"),
    )
    if low:
        p.add(
            "pred = pred.astype(jnp.float32)",
            "target = target.astype(jnp.float32)",
            "log_var = log_var.astype(jnp.float32)" if target == "gaussian_nll" else "",
        )
    scaled = p.maybe(0.25)
    if scaled:
        p.add(p.pick("pred = pred / units\ntarget = target / units", "pred, target = pred / units, target / units"))
    p.add(
        remark(p, "residuals", share=0.25),
        p.pick("diff = pred - target", "diff = target - pred"),
    )
    if not scaled and p.maybe(0.25):
        p.add(
            block(
                "if relative:",
                remark(p, "large values may be off by more", "relative to the true values"),
                "size = jnp.abs(target).mean(axis=-1, keepdims=True)\ndiff = diff / jnp.maximum(size, eps)",
            )
        )
    p.add(remark(p, *_WHY[target], share=0.6), p.pick(*_ERRORS[target]))
    inner = "-1" if len(shape) == 2 else p.pick("-1", "-1")
    p.add(
        p.pick(
            f"per_example = jnp.mean(errors, axis={inner})",
            f"per_example = errors.mean(axis={inner})",
            f"per_example = jnp.sum(errors, axis={inner})",
        )
    )
    if target == "squared_error" and p.maybe(0.35):
        p.add(remark(p, "in the units of the targets"), "per_example = jnp.sqrt(per_example + eps)")
    if masked:
        p.add("" if p.choices.chance(0.5) else "valid = valid.astype(jnp.float32)")
    reduce(p, lead, weighted=weighted, masked=masked)
    titles = {
        "huber": ("huber_loss", "smooth_l1_loss"),
        "squared_error": ("mse_loss", "squared_error", "l2_loss", "regression_loss"),
        "quantile": ("quantile_loss", "pinball_loss"),
        "log_cosh": ("log_cosh_loss", "log_cosh"),
        "gaussian_nll": ("gaussian_nll", "gaussian_log_loss", "heteroscedastic_loss"),
    }[target]
    return p.done(
        "losses",
        "number_loss",
        target,
        titles,
        {
            "huber": "Squared for small errors, linear for large ones",
            "squared_error": "Squared error of predictions",
            "quantile": "Pinball loss of a quantile",
            "log_cosh": "Logarithm of the hyperbolic cosine of the error",
            "gaussian_nll": "Negative log likelihood of a Gaussian with predicted variance",
        }[target],
        "the loss",
    )


RECIPES = (
    Recipe(
        name="class_loss",
        category="losses",
        targets=("cross_entropy", "focal_loss", "binary_cross_entropy"),
        draw=_draw_classes,
    ),
    Recipe(name="number_loss", category="losses", targets=tuple(_ERRORS), draw=_draw_numbers),
)
