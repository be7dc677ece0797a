"""Losses of classification and regression."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
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

_BODIES = read_bodies("jax", "losses", margin=8)

_CHECKED = """
    {?0.3 if logits.shape SHAPE:
        raise ValueError(f'logits of shape <<logits.shape>> do not match labels of shape <<labels.shape>>')}
"""
_CAST = """
    {?0.5 # {losses in full precision ~ 16 bits are not enough for a logarithm}}
    logits = logits.astype(jnp.float32)
"""
_TAKEN = _BODIES["taken"]
_LOG_PROBS = """
    log_probs = {jax.nn.log_softmax(logits, axis=-1) ~ logits - jax.nn.logsumexp(logits, axis=-1, keepdims=True)}
"""
_ENTROPIES = {
    "plain": join(_LOG_PROBS, _TAKEN),
    "difference": _BODIES["difference"],
    "z_loss": _BODIES["z_loss"],
    "smoothed": _BODIES["smoothed"],
    "balanced": _BODIES["balanced"],
    "distilled": _BODIES["distilled"],
    "margin": _BODIES["margin"],
    "prior": _BODIES["prior"],
    "dense": _BODIES["dense"],
}
"""Ways to compute a cross entropy. Each has at most one optional part."""
_FOCAL = {
    "softmax": _BODIES["softmax"],
    "poly": _BODIES["poly"],
    "smoothed": _BODIES["smoothed_focal"],
}
_BCE = _BODIES["bce"]
_BINARY = {
    "plain": _BCE,
    "smoothed": join(
        _BODIES["smoothed_binary"],
        _BCE,
    ),
    "positives": _BODIES["positives"],
    "focal": join(
        _BCE,
        _BODIES["focal"],
    ),
    "asymmetric": _BODIES["asymmetric"],
    "dice": join(
        _BCE,
        _BODIES["dice"],
    ),
}


def _declare_class_options(p: Program, *, binary: bool) -> None:
    """Declare the numbers and options of a loss of class scores."""
    p.option("ignore", p.pick("-1", "0"), "int", "label that is ignored", "0", ("ignore_index", "pad_id"))
    p.option("smoothing", "0.0", "float", "label smoothing", p.pick("0.1", "0.05"),
             ("label_smoothing", "smoothing"))  # fmt: skip
    p.number("gamma", "2.0", "how little easy examples count", (1.0, 3.0), ("gamma",))
    p.number("alpha", "0.25", "weight of positives", (0.2, 0.8))
    p.number("epsilon", "1.0", "weight of the polynomial term", (0.5, 2.0), ("epsilon", "poly_weight"))
    p.number("pos_weight", "2.0", "weight of positives", (1.5, 4.0))
    p.option("z_weight", "1e-4", "float", "weight of the squared normalizer", "0.01", ("z_loss", "z_loss_weight"))
    p.option("temperature", "2.0", "float", "temperature of the teacher", p.pick("2.0", "4.0"), ("temperature",))
    p.number("mix", "0.5", "share of the soft targets", (0.2, 0.8), ("alpha", "distill_weight"))
    p.number("margin", "0.35" if not binary else "0.05", "margin", (0.05, 0.3), ("margin",))
    p.option("scale", "1.0", "float", "scale of the scores", p.pick("2.0", "4.0"), ("scale",))
    p.number("strength", "1.0", "how far scores are shifted", (0.5, 1.5), ("tau",))


def _class_titles(target: str, way: str) -> tuple[str, ...]:
    """Return the names of a loss of class scores."""
    return {
        "cross_entropy": {
            "distilled": ("distillation_loss", "kd_loss"), "margin": ("additive_margin_loss", "margin_softmax_loss"),
            "prior": ("logit_adjusted_loss", "balanced_softmax_loss"),
            "smoothed": ("smoothed_cross_entropy", "label_smoothing_loss", "cross_entropy_loss"),
            "balanced": ("weighted_cross_entropy", "class_balanced_loss"),
            "dense": ("soft_cross_entropy", "soft_target_loss"),
        }.get(way, ("cross_entropy_loss", "softmax_cross_entropy", "classification_loss", "xent_loss")),
        "focal_loss": ("poly_focal_loss",) if way == "poly" else ("focal_loss", "softmax_focal_loss"),
        "binary_cross_entropy": {
            "focal": ("sigmoid_focal_loss", "binary_focal_loss"), "asymmetric": ("asymmetric_loss",),
            "dice": ("bce_dice_loss", "dice_bce_loss"),
        }.get(way, ("binary_cross_entropy", "sigmoid_cross_entropy", "bce_with_logits", "multilabel_loss")),
    }[target]  # fmt: skip


def _draw_classes(stream: Stream, target: str) -> KernelSpec:
    """Draw a loss of class scores, given the true classes."""
    p = Program(stream)
    binary = target == "binary_cross_entropy"
    texts = {"cross_entropy": _ENTROPIES, "focal_loss": _FOCAL, "binary_cross_entropy": _BINARY}[target]
    way = p.pick(*texts)
    dense = binary or way == "dense"
    long = p.choices.chance(0.4)
    lead = (p.size(1, 2, 4), p.size(16, 32, 64)) if long else (p.size(16, 32, 64, 128, 256),)
    classes = p.size(10, 32, 100, 128, 256, 1000) if not long else p.size(64, 128, 256)
    low = p.maybe(0.15) and way != "asymmetric"
    axes = "batch, length, classes" if long else "batch, classes"
    p.tensor("logits", Leaf((*lead, classes), -4, 4, "bfloat16" if low else "float32"),
             f"unnormalized scores of shape ({axes})", ("logits", "logits", "scores"))  # fmt: skip
    p.tensor("labels", Leaf((*lead, classes), 0.05, 0.95) if dense else whole(*lead, below=classes),
             "labels between 0 and 1, of the same shape" if binary else "probabilities of the classes" if dense
             else "true classes", ("labels", "targets"))  # fmt: skip
    end = p.pick("plain", "weighted", "masked", "ignored" if not dense else "masked")
    p.tensor("teacher", Leaf((*lead, classes), -4, 4), "scores of the teacher", ("teacher_logits",))
    p.tensor("weight", positive(*lead), "weight of each example", ("weights", "sample_weight"), optional=True)
    if end == "masked":
        p.tensor("valid", truth(*lead), "which examples count", ("mask", "where"))
    p.tensor("balance", positive(classes), "weight of each class",
             ("alpha", "class_weights") if target == "focal_loss" else ("class_weights", "class_weight"))  # fmt: skip
    p.tensor("prior", Leaf((classes,), 0.05, 0.5), "how often each class occurs", ("class_prior", "prior"))
    _declare_class_options(p, binary=binary)
    p.write(_CHECKED.replace("SHAPE", "!= labels.shape" if dense else "[:-1] != labels.shape").replace(" [", "["))
    if low or p.maybe(0.12):
        p.write(_CAST)
    p.write(texts[way].replace("LOGS", _LOG_PROBS.strip()))
    if binary and way == "dice":
        p.write("per_example = jnp.mean(bce, axis=-1) + dice")
    elif binary:
        p.write("per_example = {bce.mean(axis=-1) ~ jnp.sum(bce, axis=-1) ~ jnp.mean(bce, axis=-1)}")
    if end == "ignored":
        p.write("{?0.4 # {padding has no label}}\nvalid = labels != ignore")
    reduce(p, lead, weighted=end == "weighted", masked=end in ("masked", "ignored"))
    titles = _class_titles(target, way)
    summary = {
        "cross_entropy": p.pick("Cross entropy of logits with labels", "Negative log likelihood of the labels"),
        "focal_loss": "Focal loss with down-weighted easy examples",
        "binary_cross_entropy": p.pick(
            "Binary cross entropy of independent classes", "Binary cross entropy with logits"
        ),
    }[target]
    return p.done("losses", "class_loss", target, titles, summary, "the loss")


_ERRORS: dict[str, tuple[str, ...]] = {
    "huber": (
        _BODIES["huber"],
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


_NUMBER_TITLES = {
    "huber": ("huber_loss", "smooth_l1_loss"),
    "squared_error": ("mse_loss", "squared_error", "l2_loss", "regression_loss"),
    "quantile": ("quantile_loss", "pinball_loss"),
    "log_cosh": ("log_cosh_loss", "log_cosh"),
    "gaussian_nll": ("gaussian_nll", "gaussian_log_loss", "heteroscedastic_loss"),
}
"""Names of losses of numbers, by target."""


_NUMBER_SUMMARIES = {
    "huber": "Huber loss, squared for small errors and linear for large ones",
    "squared_error": "Squared error of predictions",
    "quantile": "Pinball loss of a quantile",
    "log_cosh": "Logarithm of the hyperbolic cosine of the error",
    "gaussian_nll": "Negative log likelihood of a Gaussian with predicted variance",
}
"""What losses of numbers are, by target."""


def _declare_numbers(p: Program, shape: tuple[int, ...], dtype: str) -> tuple[bool, bool, tuple[int, ...]]:
    """Declare the arguments. Return whether examples are weighted or masked, and the shape of the weights."""
    p.tensor("pred", Leaf(shape, -3, 3, dtype), f"predictions of {len(shape)} axes, the first of examples",
             ("predictions", "preds", "y_pred", "outputs"))  # fmt: skip
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
    p.option("relative", "False", "bool", "whether errors are relative to the true values", p.pick("True", "False"),
             ("relative", "normalize"))  # fmt: skip
    return weighted, masked, lead


def _draw_numbers(stream: Stream, target: str) -> KernelSpec:
    """Draw a loss of predicted numbers, given the true ones."""
    p = Program(stream)
    shape = (
        (p.size(16, 32, 64, 128), p.size(8, 16, 32, 64))
        if p.choices.chance(0.7)
        else (p.size(2, 4, 8), p.size(16, 32), p.size(8, 16, 32))
    )
    low = p.maybe(0.15)
    dtype = "bfloat16" if low else "float32"
    weighted, masked, lead = _declare_numbers(p, shape, dtype)
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
    reduce(p, lead, weighted=weighted, masked=masked)
    return p.done(
        "losses",
        "number_loss",
        target,
        _NUMBER_TITLES[target],
        _NUMBER_SUMMARIES[target],
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
